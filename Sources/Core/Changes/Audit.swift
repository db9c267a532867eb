import Storage

/// Writes audit entries in the transaction of the change.
struct Audit: Sendable {
    private let company: Company.ID
    private let user: User.ID
    private let session: Session.ID?
    /// The name of the API token that the request came with.
    private let token: String?
    private let runtime: Runtime

    init(_ scope: CompanyScope, _ runtime: Runtime) {
        (company, user, session) = (scope.company, scope.actor.user.id, scope.actor.recordedSession)
        token = scope.actor.token?.name
        self.runtime = runtime
    }

    /// For changes that people make to their own account, or to the company they found.
    init(_ actor: User, session: Session.ID?, _ runtime: Runtime) {
        (company, user, self.session, token) = (actor.companyID, actor.id, session, nil)
        self.runtime = runtime
    }

    /// For what the server does by a rule that a person set.
    init(of company: Company.ID, by user: User.ID, _ runtime: Runtime) {
        (self.company, self.user, session, token, self.runtime) = (company, user, nil, nil, runtime)
    }

    func write<Noun>(
        _ action: AuditEntry.Action, _ subject: ID<Noun>, named name: String? = nil,
        _ changes: [AuditEntry.Detail] = [], in transaction: borrowing Transaction
    ) throws {
        let entry = AuditEntry(
            id: runtime.newID(), at: runtime.now(), user: user, session: session, tokenName: token, action: action,
            subject: subject.text, subjectName: name, changes: changes)
        try transaction.enqueue(entry.insert(in: company))
    }
}
