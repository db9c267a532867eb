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
    /// The invitation that this person has yet to accept. Nil also where it wasn't asked for.
    public var invitation: Invitation?

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

/// An invitation that wasn't accepted yet.
public struct Invitation: Sendable {
    public enum State: String, Column, CaseIterable { case pending, expired }

    public let state: State
    /// When it was given.
    public let at: Instant
    public let expiresAt: Instant

    package init(
        state: State, at: Instant, expiresAt: Instant
    ) {
        self.state = state
        self.at = at
        self.expiresAt = expiresAt
    }
}
