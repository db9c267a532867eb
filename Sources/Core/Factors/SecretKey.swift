import Crypto
import Foundation
public import Storage
import Synchronization

/// The server's key, under which secrets of second factors are sealed: who has only the database can't make codes.
public struct SecretKey: Sendable, Equatable, CustomStringConvertible {
    private let bytes: [UInt8]
    /// Names the key beside what it sealed: the first four bytes of a hash of it, in hexadecimal.
    let id: String

    /// Without the key, which no log and no failure may show.
    public var description: String { "SecretKey \(id)" }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        id = SHA256.hash(data: Data("polier key\n".utf8) + bytes).prefix(4).hexadecimal
    }

    /// Reads 64 hexadecimal digits; nil for any other text, and for zeros, which everyone knows.
    public init?(_ text: String) {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue.map(UInt8.init) }
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        self.init(stride(from: 0, to: 64, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
        guard self != .local else { return nil }
    }

    /// A new key as text, which `init` reads.
    public static func newText(_ runtime: Runtime) -> String { runtime.randomBytes(32).hexadecimal }

    /// For a server that only its own machine can reach, and that was given no key: it is in these sources, so it protects nothing. It lets
    /// second factors be tried out; at a public address they are then sealed under a key that isn't there.
    public static let local = SecretKey([UInt8](repeating: 0, count: 32))

    /// Seals a secret for a person: moved to another one it doesn't open (ChaCha20-Poly1305, RFC 8439).
    /// - Throws: never for a key of 32 bytes; what swift-crypto declares.
    func seal(_ secret: [UInt8], for user: User.ID) throws -> [UInt8] {
        let box = try ChaChaPoly.seal(secret, using: SymmetricKey(data: bytes), authenticating: Data(user.text.utf8))
        return Array(box.combined)
    }

    /// Nil if it was sealed under another key or for another person, or was changed since.
    func open(_ sealed: [UInt8], for user: User.ID) -> [UInt8]? {
        guard let box = try? ChaChaPoly.SealedBox(combined: sealed) else { return nil }
        return (try? ChaChaPoly.open(box, using: SymmetricKey(data: bytes), authenticating: Data(user.text.utf8)))
            .map { Array($0) }
    }

    /// A code of a message that only this key makes (HMAC-SHA-256), 32 bytes.
    func code(of message: [UInt8], for purpose: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: message, using: derived(for: purpose)))
    }

    func isCode(_ code: [UInt8], of message: [UInt8], for purpose: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: derived(for: purpose))
    }

    /// Each purpose has a key of its own (HKDF, RFC 5869).
    private func derived(for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: bytes), info: Data("polier \(purpose)".utf8), outputByteCount: 32)
    }
}

/// This server's rules of second factors.
public struct FactorPolicy: Sendable {
    /// Nil if none was set at a public address: no factor can be added, and none can be read.
    public let key: SecretKey?
    /// Whether operators may do nothing before they have one.
    public let operatorsNeedOne: Bool
    /// Nil where browsers don't have passkeys: on an IP address, and without HTTPS.
    public let passkeys: RelyingParty?
    private let unreadable: Unreadable

    /// - Parameter whenUnreadable: is called once, when a factor is met that was sealed under another key.
    public init(
        key: SecretKey?, operatorsNeedOne: Bool = false, passkeys: RelyingParty? = nil,
        whenUnreadable: @escaping @Sendable () -> Void = {}
    ) {
        (self.key, self.operatorsNeedOne, self.passkeys) = (key, operatorsNeedOne, passkeys)
        unreadable = Unreadable(whenUnreadable)
    }

    /// Without a key and without demands: for what never asks for a factor.
    public static let none = FactorPolicy(key: nil)

    /// Whether people can have passkeys here.
    public var offersPasskeys: Bool { passkeys != nil && key != nil }

    /// What passkeys need.
    /// - Throws: `FactorRefusal.passkeysNotOffered`; `.noSecretKey`.
    func forPasskeys() throws -> (key: SecretKey, party: RelyingParty) {
        guard let passkeys else { throw Refusal(FactorRefusal.passkeysNotOffered) }
        guard let key else { throw Refusal(FactorRefusal.noSecretKey) }
        return (key, passkeys)
    }

    /// Says it once: by the start of the server, or by the first sign-in that meets such a factor.
    public func tellUnreadable() { unreadable.tell() }

    /// Whether a person may do nothing before they have a factor. Where none can be added, that is asked of operators alone.
    func isMissing(_ actor: Actor) -> Bool {
        actor.demandedFactors == 0 && (actor.user.role == .admin ? operatorsNeedOne : key != nil)
    }

    private final class Unreadable: Sendable {
        private let isTold = Mutex(false)
        private let act: @Sendable () -> Void

        init(_ act: @escaping @Sendable () -> Void) { self.act = act }

        func tell() {
            let isFirst = isTold.withLock { isTold in
                defer { isTold = true }
                return !isTold
            }
            if isFirst { act() }
        }
    }
}
