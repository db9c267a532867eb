public import Storage

/// A mail to a person, as its row holds it: recorded in the transaction of its cause, sent later, and kept permanently.
public struct Mail: Stored {
    public typealias ID = Core.ID<Mail>

    /// The occasion of a mail; its text depends on it.
    public enum Kind: String, Column, CaseIterable {
        case invitation
        case reset
        case passwordChanged = "password-changed"
        /// To a person whose second factor was added, removed or reset, or who used a recovery code.
        case secondFactor = "second-factor"
        /// To a founder: the link that confirms their address.
        case verify
        /// To a pending address: the link that confirms it.
        case emailConfirm = "email-confirm"
        /// To the current address, when a change of it was requested: the link that undoes the change.
        case emailChanging = "email-changing"
        /// To the former address.
        case emailChanged = "email-changed"
        /// To a restored address: the link for a new password.
        case emailUndone = "email-undone"
        case lowStock = "low-stock"
        /// To a person whose time entry has been open for long.
        case stillThere = "still-there"
        /// To a person whose days were approved or reopened, and to the office about days that were submitted.
        case daysApproved = "days-approved"
        case daysReopened = "days-reopened"
        case daysSubmitted = "days-submitted"
        /// To the office, and to the person whose absence was answered, or changed or removed after it was granted.
        case absenceAsked = "absence-asked"
        case absenceAnswered = "absence-answered"
        case absenceChanged = "absence-changed"
        /// To the owner, each month: the head of the chain of hours.
        case hoursHead = "hours-head"
        /// To the owner: how long hours are kept was changed.
        case hoursKept = "hours-kept"

        /// Whether a person is waiting for its link in front of a screen.
        var isAwaited: Bool {
            switch self {
            case .reset, .verify, .emailConfirm, .emailUndone: true
            case .invitation, .passwordChanged, .secondFactor, .emailChanging, .emailChanged, .lowStock, .stillThere,
                .hoursHead, .hoursKept,
                .daysApproved, .daysReopened, .daysSubmitted, .absenceAsked, .absenceAnswered,
                .absenceChanged:
                false
            }
        }
    }

    /// The delivery state.
    public enum State: String, Column, CaseIterable {
        /// Waiting to be sent, perhaps not for the first time.
        case queued
        /// Accepted by the mail transport.
        case sent
        /// Delivered to the recipient's mailbox.
        case delivered
        /// It will not arrive; the reason says why.
        case failed
        /// It was delivered, and the recipient reported it as spam.
        case complained
        /// Withdrawn before it was sent: a newer mail replaced it, its link was void, it was no longer true, or its company was restored.
        case cancelled
    }

    public private(set) var id = ID()
    public private(set) var user = User.ID()
    public private(set) var address = ""
    public private(set) var kind = Kind.invitation
    public private(set) var state = State.queued
    private var reasonCode: String?
    private var remoteAnswer: String?
    private var attemptCount: Int64 = 0
    public private(set) var createdAt = Instant(milliseconds: 0)
    public private(set) var updatedAt = Instant(milliseconds: 0)

    /// Why it failed, or why the last attempt did.
    public var reason: MailReason? { MailReason(code: reasonCode, answer: remoteAnswer, of: state) }
    /// The number of attempts, except those while all mail transports were known to be down.
    public var attempts: Int { Int(clamping: attemptCount) }

    package init() {}

    package init(
        id: ID, user: User.ID, address: String, kind: Kind, state: State, attempts: Int64, createdAt: Instant,
        updatedAt: Instant
    ) {
        (self.id, self.user, self.address, self.kind, self.state) = (id, user, address, kind, state)
        (attemptCount, self.createdAt, self.updatedAt) = (attempts, createdAt, updatedAt)
    }

    package static let table = "mails"

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.column("user_id", .fixed, &user)
        try columns.column("address", .fixed, &address)
        try columns.column("kind", .fixed, &kind)
        columns.unread("details", .text, .exported)
        try columns.column("state", .changing, &state)
        try columns.column("reason_code", .changing, &reasonCode)
        try columns.column("reason", .changing, &remoteAnswer)
        try columns.column("attempts", .changing, &attemptCount)
        try columns.column("created_at", .fixed, &createdAt)
        try columns.column("updated_at", .changing, &updatedAt)
        columns.unread("token", .text, .secret)
        // A restored company's mails are sent by no one.
        columns.unread("due_at", .integer, .secret)
        columns.unread("owner", .text, .secret)
    }
}

/// A mail that a server has claimed, with everything that its text is made of.
public struct DueMail: Sendable {
    public let id: Mail.ID
    let company: Company.ID
    public let kind: Mail.Kind
    public let address: String
    public let firstName: String
    public let language: Language
    /// Nil for operators, whose company has no name to show.
    public let companyName: String?
    /// The token of the link, until the mail has been accepted.
    public let token: String?
    /// The parts of the text that only this mail has: who invites, which batch is running low.
    let details: [String]
    /// The number of attempts, including this one.
    public let attempts: Int
    public let createdAt: Instant
    /// When the link expires, by the row of its token; nil if it has no valid link.
    let tokenExpiresAt: Instant?

    /// When the link expires; nil if it has no valid link.
    var linkExpiresAt: Instant? {
        switch kind {
        // These mails are cancelled when another one replaces them.
        case .emailConfirm, .emailChanging: token == nil ? nil : createdAt + EmailChange.lifetime
        case .verify: token == nil ? nil : createdAt + UnprovenFounder.linkLifetime
        default: tokenExpiresAt
        }
    }

    /// The person who invites; nil in other mails.
    public var inviter: String? { kind == .invitation ? details.first : nil }

    /// The new address, pending or in effect, that replaces the one that the mail goes to.
    public var newAddress: String? { kind == .emailChanging || kind == .emailChanged ? details.first : nil }

    /// The person who requested another address, if it wasn't the recipient.
    public var changer: String? {
        switch kind {
        case .emailConfirm: details.first
        case .emailChanging: details.dropFirst().first
        default: nil
        }
    }

    /// What happened to the person's second factor; nil in other mails.
    public var factorNews: FactorNews? { kind == .secondFactor ? details.first.flatMap(FactorNews.init) : nil }

    /// The head of the company's chain of hours, and the day (UTC) on which it was that; nil in other mails.
    public var hoursHead: (number: String, hash: String, day: Day)? {
        guard kind == .hoursHead, details.count == 3, let day = Day(details[2]) else { return nil }
        return (details[0], details[1], day)
    }

    /// Who changed how long hours are kept, and for how many years they were and are kept, each nil for ever; nil in other mails.
    public var hoursKept: (by: String, before: String?, years: String?)? {
        guard kind == .hoursKept, details.count == 3 else { return nil }
        let years = details[1...2].map { $0 == HourRuleMail.forEver ? nil : $0 }
        return (details[0], years[0], years[1])
    }

    /// What a mail about hours or an absence says; nil in other mails.
    public var hourNews: HourNews? { requests ?? HourNews(kind, details) }

    /// What a person was asking for, or had submitted, when the mail was claimed; nil in other mails.
    var requests: HourNews?

    /// The materials still running low when the mail was claimed; nil in other mails.
    var items: LowStock.Items?

    /// The running-low materials as lines in the recipient's language. Servers up to schema version 5 stored the lines themselves.
    public var lowStock: [String] { kind == .lowStock ? items?.lines(in: language) ?? details : [] }

    /// The time entry that a person is asked about, if it was still open when the mail was claimed; nil in other mails.
    var stay: OpenEntry.Stay?

    /// The site on which a person is asked whether they are still there; nil in other mails.
    public var siteName: String? { stay?.siteName }

    /// Since when they have been there, by the company's clocks and in the recipient's language; nil in other mails.
    public var presentSince: String? { stay?.moment(in: language) }

    /// Why it isn't sent: all of its materials have recovered since, the person has left, asks for nothing any more, or all days were
    /// approved; nil if it is still true.
    public var needless: MailReason? {
        switch kind {
        case .lowStock where lowStock.isEmpty: MailReason(.noLongerLow)
        case .stillThere where stay == nil: MailReason(.noLongerOpen)
        case .absenceAsked where requests == nil: MailReason(.noLongerAsked)
        case .daysSubmitted where hourNews == nil: MailReason(.noLongerAsked)
        default: nil
        }
    }
}
