/// A trades company: the tenant that everything else belongs to.
public struct Company: Sendable {
    public typealias ID = Core.ID<Company>

    public let id: ID
    public let name: String
    public let address: Address
    /// A name of the IANA time zone database.
    public let timeZone: String
    public let language: Language
    public let siteCount: Int
    public let userCount: Int
    public let version: Int64
    public let createdAt: Instant
    public let updatedAt: Instant
    /// Since when its people are refused; nil where they aren't.
    public var suspendedAt: Instant?
    /// Since when its founder's e-mail address is to be proven; nil where it is, or needs not be.
    public var unprovenSince: Instant?
    /// From when on nothing can be changed unless it is proven by then.
    public var readOnlyFrom: Instant? { unprovenSince.map { $0 + UnprovenFounder.grace } }

    package init(
        id: ID, name: String, address: Address, timeZone: String, language: Language, siteCount: Int, userCount: Int,
        version: Int64, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.name = name
        self.address = address
        self.timeZone = timeZone
        self.language = language
        self.siteCount = siteCount
        self.userCount = userCount
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The hidden company of those who operate the platform. On the wire it is null.
    public static let platform = ID("00000000-0000-7000-8000-000000000000") ?? { preconditionFailure("not a UUID") }()
}

/// A language that the product speaks.
public enum Language: String, Column, CaseIterable {
    case german = "de"
    case english = "en"
}
