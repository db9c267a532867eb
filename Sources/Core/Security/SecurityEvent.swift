/// Something about accounts and access that a company's managers and the server's operators must be able to find out later (OWASP ASVS
/// 5.0, 16.3): who, when, from where, and what. It holds ids, and neither addresses nor names, nor anything secret.
public struct SecurityEvent: Sendable {
    public typealias ID = Core.ID<SecurityEvent>

    /// What happened. The names are part of the API and of what databases hold: none is renamed or removed.
    public enum Kind: String, Column, CaseIterable {
        case signedIn = "signed-in"
        /// A wrong password.
        case signInFailed = "sign-in-failed"
        /// Refused before the password was looked at, because of too many wrong ones.
        case signInLocked = "sign-in-locked"
        /// A wrong password of a person who is signed in already, where a change asks for it again.
        case confirmationFailed = "confirmation-failed"
        case passwordChanged = "password-changed"
        case emailChanged = "email-changed"
        /// A founder opened a link that was mailed to them.
        case addressProven = "address-proven"
        case roleChanged = "role-changed"
        case statusChanged = "status-changed"
        /// A second factor was added or removed.
        case factorChanged = "factor-changed"
        /// A link that had been used was used again.
        case linkReused = "link-reused"
        /// Refused at the wall: what was asked for isn't there, or not the caller's to see.
        case notFound = "not-found"
        /// Refused at the wall: the permission is missing.
        case forbidden
        /// An operator of the platform looked into the company, or acted in it.
        case operatorAccess = "operator-access"
        /// An operator let an account sign in again that too many wrong passwords had closed.
        case accountUnlocked = "account-unlocked"
        /// An operator ended sessions of an account.
        case sessionsEnded = "sessions-ended"
        /// An operator suspended the company.
        case companySuspended = "company-suspended"
        /// An operator let it go on.
        case companyResumed = "company-resumed"
        /// What only a newer server knows.
        case other

        /// Whether equal ones of an hour are one entry.
        var isAddedUp: Bool {
            switch self {
            case .signInFailed, .signInLocked, .confirmationFailed, .linkReused, .notFound, .forbidden, .operatorAccess:
                true
            case .signedIn, .passwordChanged, .emailChanged, .addressProven, .roleChanged, .statusChanged,
                .factorChanged, .accountUnlocked, .sessionsEnded, .companySuspended, .companyResumed, .other:
                false
            }
        }

        public init(next row: inout Row) throws { self = Self(rawValue: try row.text()) ?? .other }
    }

    /// Whose networks these are is nobody's business for longer: what happened stays without its network.
    public static let networkLifetime = Duration.seconds(90 * 24 * 3600)
    /// How many entries of one kind a person has in an hour; what comes beyond is added up in one more, which names neither session
    /// nor network.
    static let mostAnHour: Int64 = 20

    public let id: ID
    public let kind: Kind
    /// When it happened, or first happened in this hour.
    public let at: Instant
    /// When it happened last.
    public let lastAt: Instant
    /// How often.
    public let times: Int
    /// By whom; where no one was signed in, whose account it is about.
    public let user: User.ID
    public let userName: String
    /// The session it came from, or that began; nil where there was none.
    public let session: Session.ID?
    /// The client's network as the limits count it: an IPv4 address, or the first half of an IPv6 address.
    public let network: String?
    /// The first request's id, as in its answer and in the log; nil for what the command line did.
    public let requestID: String?
    /// The other person it was done to, if any.
    public let subject: User.ID?
    public let subjectName: String?
    /// More of what happened: the code of the refusal, the new role or status, what a link was for.
    public let detail: String?

    package init(
        id: ID, kind: Kind, at: Instant, lastAt: Instant, times: Int, user: User.ID, userName: String,
        session: Session.ID?, network: String?, requestID: String?, subject: User.ID?, subjectName: String?,
        detail: String?
    ) {
        (self.id, self.kind, self.at, self.lastAt, self.times) = (id, kind, at, lastAt, times)
        (self.user, self.userName, self.session) = (user, userName, session)
        (self.network, self.requestID) = (network, requestID)
        (self.subject, self.subjectName, self.detail) = (subject, subjectName, detail)
    }

    /// What is known of one as it happens: what the log is told, and what makes equal ones equal.
    public struct Sighting: Sendable, Hashable {
        public let kind: Kind
        /// Nil where the account isn't known: then it is for the log alone.
        public let company: Company.ID?
        public let user: User.ID?
        public let session: Session.ID?
        public let network: String?
        public let subject: User.ID?
        public let detail: String?

        package init(
            _ kind: Kind, in company: Company.ID?, by user: User.ID?, session: Session.ID? = nil, network: String?,
            subject: User.ID? = nil, detail: String? = nil
        ) {
            (self.kind, self.company, self.user, self.session) = (kind, company, user, session)
            (self.network, self.subject, self.detail) = (network, subject, detail)
        }
    }
}
