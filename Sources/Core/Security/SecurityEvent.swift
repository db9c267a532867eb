public import Storage

/// An event about accounts and access that a company's managers and the server's operators must be able to trace (OWASP ASVS 5.0, 16.3):
/// who, when, from where, and what. It holds ids, but no addresses, names or secrets.
public struct SecurityEvent: Stored {
    public typealias ID = Core.ID<SecurityEvent>

    /// What happened. The names are part of the API and are stored in databases: none is renamed or removed.
    public enum Kind: String, Column, CaseIterable {
        case signedIn = "signed-in"
        /// A wrong password.
        case signInFailed = "sign-in-failed"
        /// Refused before the password was checked, because of too many wrong ones.
        case signInLocked = "sign-in-locked"
        /// A wrong password of a person who is signed in already, when a sensitive act asks for it again.
        case confirmationFailed = "confirmation-failed"
        /// A card signed a phone in.
        case cardUsed = "card-used"
        /// A right password of an account with a second factor, which was asked for.
        case factorAsked = "second-factor-asked"
        /// A wrong code of a second factor, after a right password; or a wrong passkey.
        case codeFailed = "code-failed"
        /// A recovery code stood in for a second factor.
        case recoveryCodeUsed = "recovery-code-used"
        /// A wrong PIN.
        case pinFailed = "pin-failed"
        /// A phone can no longer sign the person in.
        case phoneEnded = "phone-ended"
        case passwordChanged = "password-changed"
        case emailChanged = "email-changed"
        /// A founder opened a link that was mailed to them.
        case addressProven = "address-proven"
        case roleChanged = "role-changed"
        case statusChanged = "status-changed"
        /// The person became the owner of the company.
        case ownerChanged = "owner-changed"
        /// A second factor was added, removed or reset, or recovery codes were made anew.
        case factorChanged = "factor-changed"
        case tokenMade = "token-made"
        /// Of the person who made it, if another one revoked it.
        case tokenRevoked = "token-revoked"
        /// A used link was used again.
        case linkReused = "link-reused"
        /// Access refused: the target doesn't exist, or the caller may not see it.
        case notFound = "not-found"
        /// Access refused: the permission is missing.
        case forbidden
        /// An operator of the platform read data of the company, or acted in it.
        case operatorAccess = "operator-access"
        /// An operator unlocked an account that too many wrong passwords had locked.
        case accountUnlocked = "account-unlocked"
        /// An operator ended sessions of an account.
        case sessionsEnded = "sessions-ended"
        /// An operator suspended the company.
        case companySuspended = "company-suspended"
        /// An operator resumed the company.
        case companyResumed = "company-resumed"
        /// An operator restored the company from its export.
        case companyRestored = "company-restored"
        /// An operator published a notice to everyone on the server, or replaced it.
        case noticeTold = "notice-told"
        /// An operator withdrew the notice.
        case noticeWithdrawn = "notice-withdrawn"
        /// An event that only a newer server knows.
        case other

        /// Whether equal events of an hour share one entry.
        var isAddedUp: Bool {
            switch self {
            case .signInFailed, .signInLocked, .confirmationFailed, .pinFailed, .factorAsked, .codeFailed, .linkReused,
                .notFound,
                .forbidden,
                .operatorAccess:
                true
            case .signedIn, .cardUsed, .recoveryCodeUsed, .phoneEnded, .passwordChanged, .emailChanged, .addressProven,
                .roleChanged,
                .statusChanged,
                .ownerChanged, .factorChanged, .tokenMade, .tokenRevoked, .accountUnlocked, .sessionsEnded,
                .companySuspended, .companyResumed,
                .companyRestored, .noticeTold, .noticeWithdrawn, .other:
                false
            }
        }

        /// Reads a kind; one that this server doesn't know becomes `.other`.
        /// - Throws: `StorageError` of kind `.failed` if the column isn't text.
        public init(next row: inout Row) throws { self = Self(rawValue: try row.text()) ?? .other }
    }

    /// How long an event keeps the client's network, to protect privacy. The event itself stays.
    public static let networkLifetime = Duration.seconds(90 * 24 * 3600)
    /// How many entries of one kind a person can have in an hour. Further events are added up in one more entry, which has no session and
    /// no network.
    static let mostAnHour: Int64 = 20

    public private(set) var id = ID()
    public private(set) var kind = Kind.other
    /// The instant of the event, or of the first one in this hour.
    public private(set) var at = Instant(milliseconds: 0)
    /// The instant of the last event.
    public private(set) var lastAt = Instant(milliseconds: 0)
    /// The number of events.
    public var times: Int { Int(clamping: count) }
    private var count: Int64 = 1
    /// The person who caused the event; the account's owner if no one was signed in.
    public private(set) var user = User.ID()
    public internal(set) var userName = ""
    /// The session that the event came from or that it began; nil if there was none.
    public private(set) var session: Session.ID?
    /// The client's network as the limits count it: an IPv4 address, or the first half of an IPv6 address.
    public private(set) var network: String?
    /// The first request's id, as in its response and in the log; nil for the command line.
    public private(set) var requestID: String?
    /// The other person who was affected, if any.
    public private(set) var subject: User.ID?
    public internal(set) var subjectName: String?
    /// More about the event: a refusal's code, the new role or status, a link's purpose, the use of a card, why a phone ended, or which
    /// second factor it was.
    public private(set) var detail: String?
    /// The name of the API token by which a program caused it; nil for a person.
    public private(set) var tokenName: String?

    package init() {}

    package init(
        id: ID, kind: Kind, at: Instant, lastAt: Instant, times: Int64, user: User.ID, userName: String,
        session: Session.ID?, network: String?, requestID: String?, subject: User.ID?, subjectName: String?,
        detail: String?, tokenName: String?
    ) {
        (self.id, self.kind, self.at, self.lastAt, count) = (id, kind, at, lastAt, times)
        (self.user, self.userName, self.session) = (user, userName, session)
        (self.network, self.requestID) = (network, requestID)
        (self.subject, self.subjectName, self.detail) = (subject, subjectName, detail)
        self.tokenName = tokenName
    }

    package static let table = "security_events"

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.column("kind", .fixed, &kind)
        try columns.column("at", .fixed, &at)
        try columns.column("last_at", .fixed, &lastAt)
        try columns.column("times", .fixed, &count)
        try columns.column("user_id", .fixed, &user)
        try columns.column("session_id", .fixed, &session)
        try columns.column("network", .fixed, &network)
        try columns.column("request_id", .fixed, &requestID)
        try columns.column("subject_id", .fixed, &subject)
        try columns.column("detail", .fixed, &detail)
        try columns.column("token_name", .fixed, &tokenName)
    }

    /// An event as it happens: the values that are logged, and that must be equal for events to be added up.
    public struct Sighting: Sendable, Hashable {
        public let kind: Kind
        /// Nil if the account is unknown: then the event is only logged.
        public let company: Company.ID?
        public let user: User.ID?
        public let session: Session.ID?
        public let network: String?
        public let subject: User.ID?
        public let detail: String?
        /// The name of the API token that the request came with.
        public let token: String?

        package init(
            _ kind: Kind, in company: Company.ID?, by user: User.ID?, session: Session.ID? = nil, network: String?,
            subject: User.ID? = nil, detail: String? = nil, token: String? = nil
        ) {
            (self.kind, self.company, self.user, self.session) = (kind, company, user, session)
            (self.network, self.subject, self.detail, self.token) = (network, subject, detail, token)
        }
    }
}
