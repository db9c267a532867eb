public import Storage

/// A person with an account.
public struct User: Stored, Equatable {
    public typealias ID = Core.ID<User>

    public enum Status: String, Edited, CaseIterable {
        case active = "ACTIVE"
        /// Before the invitation is accepted, and after a deactivation.
        case inactive = "INACTIVE"
    }

    public internal(set) var id = ID()
    /// `Company.platform` for an ADMIN.
    public internal(set) var companyID = Company.platform
    public var firstName = ""
    public var lastName = ""
    /// Nil for a person who signs in with a card instead, and for a removed one.
    public internal(set) var email: String?
    /// As people write it.
    public var phone: String?
    /// The number in the company's payroll, unique in the company; a removed person keeps theirs.
    public var personnelNumber: String?
    /// The last day on which the person is under 18; nil for everyone else.
    public var youthUntil: Day?
    public var role = Role.worker
    public var status = Status.inactive
    public var language = Language.german
    /// Which mails about hours and absences the person gets.
    public var hourMails = HourMails.needed
    /// Starts at 1; every update increments it.
    public internal(set) var version: Int64 = 1
    /// When the person became the owner of the company; nil for everyone else. A company has one owner, an active manager.
    public internal(set) var ownerSince: Instant?
    public internal(set) var createdAt = Instant(milliseconds: 0)
    public internal(set) var updatedAt = Instant(milliseconds: 0)
    /// Nil while the person belongs to the company.
    public internal(set) var removedAt: Instant?
    /// The invitation of an invited person. Nil also if it wasn't read.
    public var invitation: Invitation?
    /// The email address that takes effect once it is confirmed.
    public var pendingEmail: PendingEmail?

    public var name: String { "\(firstName) \(lastName)" }
    public var isOwner: Bool { ownerSince != nil }
    public var address: EmailAddress? { email.flatMap { EmailAddress($0) } }
    /// Names the person in a line of text: the email address, or the name of a person who has none.
    public var label: String { email ?? name }
    /// Names the account where something is counted or served in turns by account.
    var accountKey: String { address?.folded ?? id.text }

    package init() {}

    package init(
        id: ID, companyID: Company.ID, email: String?, firstName: String, lastName: String, role: Role, status: Status,
        language: Language, version: Int64, createdAt: Instant, updatedAt: Instant, ownerSince: Instant? = nil
    ) {
        self.id = id
        self.companyID = companyID
        self.email = email
        self.firstName = firstName
        self.lastName = lastName
        self.role = role
        self.status = status
        self.language = language
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.ownerSince = ownerSince
    }

    package static let table = "users"
    package static let scopeColumns: [String] = []

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("company_id", .key, &companyID)
        try columns.column("id", .key, &id)
        try columns.edited("first_name", &firstName, as: "firstName", audit: .nameOnly)
        try columns.edited("last_name", &lastName, as: "lastName", audit: .nameOnly)
        try columns.edited("email", &email, as: "email", audit: .nameOnly)
        try columns.edited("phone", &phone, as: "phone", audit: .nameOnly)
        try columns.edited("personnel_number", &personnelNumber, as: "personnelNumber", audit: .nameOnly)
        try columns.edited("youth_until", &youthUntil, as: "youthUntil", audit: .nameOnly)
        try columns.edited("role", &role, as: "role")
        try columns.edited("status", &status, as: "status")
        try columns.edited("language", &language, as: "language")
        try columns.edited("hour_mails", &hourMails, as: "hourMails")
        try columns.column("version", .counted, &version)
        try columns.column("owner_since", .fixed, &ownerSince)
        try columns.column("created_at", .fixed, &createdAt)
        try columns.column("updated_at", .changing, &updatedAt)
        try columns.column("removed_at", .fixed, &removedAt)
        columns.unread("email_folded", .text, .secret)
        columns.unread("password_hash", .text, .secret)
        columns.unread("pending_email", .text, .exported)
        columns.unread("pending_email_hash", .bytes, .secret)
        columns.unread("pending_email_until", .integer, .secret)
        columns.unread("pending_email_by", .text, .secret)
    }
}

/// Which mails about hours and absences a person gets.
public enum HourMails: String, Edited, CaseIterable {
    /// Also what needs nothing to be done: days that were approved, and for the office days that were submitted.
    case all = "ALL"
    /// What the person has to know or to do: days that were reopened, the answer to an absence and what was changed of one, and for the
    /// office absences that are asked for.
    case needed = "NEEDED"
    case none = "NONE"
}

/// The state of an invitation.
public struct Invitation: Sendable, Equatable {
    public enum State: String, Column, CaseIterable {
        /// The mail waits to be sent, or the person is yet to get a card.
        case queued
        /// The mail was sent, or the person got a card.
        case sent
        case delivered
        /// The mail won't arrive; `reason` says why.
        case failed
        /// The invited person has set a password, or used the card.
        case accepted
        /// The link or the card wasn't used in time.
        case expired
    }

    public let state: State
    /// When the invitation reached this state.
    public let at: Instant
    /// Why the mail failed, or why its last attempt did.
    public let reason: MailReason?

    var isOpen: Bool { state != .accepted }

    package init(state: State, at: Instant, reason: MailReason? = nil) {
        (self.state, self.at, self.reason) = (state, at, reason)
    }

    /// Of a person who signs in by card and never did so.
    /// - Parameters:
    ///   - at: when they got the card, or were added.
    ///   - until: until when the card is valid; nil without a card.
    init(cardAt at: Instant, until: Instant?, now: Instant) {
        guard let until else {
            self.init(state: .queued, at: at)
            return
        }
        self = until > now ? Invitation(state: .sent, at: at) : Invitation(state: .expired, at: until)
    }

    /// - Parameters:
    ///   - expiresAt: until when the link is valid.
    ///   - mail: the state of the mail that carries it; nil if the mail was withdrawn.
    init(
        expiresAt: Instant, mail: (state: Mail.State, at: Instant, reason: MailReason?)?, givenAt: Instant, now: Instant
    ) {
        guard expiresAt > now else {
            self.init(state: .expired, at: expiresAt)
            return
        }
        let state: State =
            switch mail?.state {
            case .sent: .sent
            case .delivered, .complained: .delivered
            case .failed, .cancelled: .failed
            case .queued, nil: .queued
            }
        self.init(state: state, at: mail?.at ?? givenAt, reason: mail?.reason)
    }
}
