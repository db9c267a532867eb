/// A person with an account.
public struct User: Sendable {
    public typealias ID = Core.ID<User>

    public enum Status: String, Column, CaseIterable {
        case active = "ACTIVE"
        /// Until the invitation is accepted, or once switched off.
        case inactive = "INACTIVE"
    }

    public let id: ID
    /// `Company.platform` for an ADMIN.
    public let companyID: Company.ID
    public let email: String
    public let firstName: String
    public let lastName: String
    public let role: Role
    public let status: Status
    public let language: Language
    public let version: Int64
    public let createdAt: Instant
    public let updatedAt: Instant
    /// The invitation, of somebody who was invited. Nil also where it wasn't asked for.
    public var invitation: Invitation?
    /// The address that holds once it is confirmed.
    public var pendingEmail: PendingEmail?

    public var name: String { "\(firstName) \(lastName)" }

    package init(
        id: ID, companyID: Company.ID, email: String, firstName: String, lastName: String, role: Role, status: Status,
        language: Language, version: Int64, createdAt: Instant, updatedAt: Instant
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
    }
}

/// What became of an invitation.
public struct Invitation: Sendable {
    public enum State: String, Column, CaseIterable {
        /// The mail waits to be sent.
        case queued
        case sent
        case delivered
        /// The mail will not arrive; the reason says why.
        case failed
        /// Whoever was invited has set a password.
        case accepted
        /// The link was not used in time.
        case expired
    }

    public let state: State
    /// When it came into this state.
    public let at: Instant
    /// Why the mail failed, or why its last try did.
    public let reason: MailReason?

    var isOpen: Bool { state != .accepted }

    package init(state: State, at: Instant, reason: MailReason? = nil) {
        (self.state, self.at, self.reason) = (state, at, reason)
    }

    /// - Parameters:
    ///   - expiresAt: until when the link is good.
    ///   - mail: what became of the mail that carries it; nil where it was taken back.
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
