public import Storage

/// A token with which a program uses the API. It acts for the person who made it: within its scopes, as far as that person's role goes, and
/// no longer than they may sign in.
public struct APIToken: Sendable {
    public typealias ID = Core.ID<APIToken>

    /// The furthest that a token's end may be ahead, in days.
    static let mostDays = 366
    /// How long an expired token is listed, and refused as such.
    static let grace = Duration.seconds(30 * 24 * 3600)
    /// The precision of the last use, which is written no more often than this.
    static let useInterval = Duration.seconds(3600)

    public let id: ID
    public let name: String
    /// In the order of `Permission`, without those that only a newer server knows.
    public let scopes: [Permission]
    /// The person who made it.
    public let user: User.ID
    public let userName: String
    public let createdAt: Instant
    /// To the hour; nil before the first use.
    public let lastUsedAt: Instant?
    public let expiresAt: Instant

    package init(
        id: ID, name: String, scopes: [Permission], user: User.ID, userName: String, createdAt: Instant,
        lastUsedAt: Instant?, expiresAt: Instant
    ) {
        (self.id, self.name, self.scopes) = (id, name, scopes)
        (self.user, self.userName) = (user, userName)
        (self.createdAt, self.lastUsedAt, self.expiresAt) = (createdAt, lastUsedAt, expiresAt)
    }

    /// A token that was just made, with its text, which is shown this once.
    public struct Made: Sendable {
        public let token: APIToken
        public let text: String

        package init(token: APIToken, text: String) { (self.token, self.text) = (token, text) }
    }

    /// The token that a request came with.
    public struct Grant: Sendable {
        let id: ID
        /// For the audit.
        let name: String
        let scopes: Set<Permission>
        let lastUsedAt: Instant?

        /// - Throws: `TokenRefusal.personal` if no token can have the permission; `.scopeMissing` if this one doesn't.
        public func check(_ permission: Permission) throws {
            guard permission.isForTokens else { throw Refusal(TokenRefusal.personal) }
            guard scopes.contains(permission) else {
                throw Refusal(TokenRefusal.scopeMissing, ["scope": .text(permission.rawValue)])
            }
        }
    }

    static func scopes(stored: String) -> [Permission] {
        let names = Set(stored.split(separator: " ").map(String.init))
        return Permission.allCases.filter { $0.isForTokens && names.contains($0.rawValue) }
    }
}

/// The text of an API token: a prefix that scanners for leaked secrets can search for, 256 random bits in hexadecimal, and the CRC-32 of all
/// that in eight more digits, so that a mistyped token, or what only looks like one, is told without asking the database.
struct APITokenText: Sendable {
    /// What every token of ours begins with, whatever it is for.
    static let family = "polier_"
    static let prefix = family + "api_"
    private static let randomDigits = 64
    private static let checkDigits = 8

    let text: String
    let hash: [UInt8]

    init(_ runtime: Runtime) {
        let random = Token(runtime)
        let body = Self.prefix + random.text
        text = body + Self.checksum(of: body.utf8)
        hash = Token.hash(of: text)
    }

    /// - Parameter text: as it was sent. Nil if it is no whole token.
    init?(sent text: Substring) {
        let utf8 = text.utf8
        guard utf8.count == Self.prefix.utf8.count + Self.randomDigits + Self.checkDigits,
            text.hasBytes(first: Self.prefix),
            Self.checksum(of: utf8.dropLast(Self.checkDigits)).utf8.elementsEqual(utf8.suffix(Self.checkDigits))
        else { return nil }
        self.text = String(text)
        hash = Token.hash(of: text)
    }

    /// The CRC-32 of ISO 3309, as zlib's `crc32` computes it, in hexadecimal.
    static func checksum(of bytes: some Sequence<UInt8>) -> String {
        var remainder = UInt32.max
        for byte in bytes {
            remainder ^= UInt32(byte)
            for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        let sum = ~remainder
        return stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: sum >> UInt32($0)) }.hexadecimal
    }
}
