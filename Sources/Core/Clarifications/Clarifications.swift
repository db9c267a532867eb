public import Storage

/// The use cases of what was reported late and couldn't be recorded then.
public struct Clarifications: Sendable {
    let database: any Database
    let runtime: Runtime
    let lowStock: LowStock

    /// - Parameters: as for `Materials`.
    public init(
        _ database: any Database, runtime: Runtime, collecting: Duration = .seconds(600),
        provesAddresses: Bool = false
    ) {
        (self.database, self.runtime) = (database, runtime)
        lowStock = LowStock(pause: collecting, runtime: runtime, provesAddresses: provesAddresses)
    }

    /// The company's clarifications, newest first. A worker reads their own, and those of the sites whose foreman they are.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `CompanyRefusal.notFound`; `UserRefusal.notFound` if
    ///   the filter names an unknown person; the database's `StorageError`.
    public func list(
        _ filter: ClarificationFilter, _ page: PageRequest<Clarification.ID>, in scope: CompanyScope
    ) async throws -> Page<Clarification, Clarification.ID> {
        try scope.check(.readClarifications)
        let (companies, users, rows) = try await database.fetch(
            Company.exists(scope), User.exists(filter.user, scope), Clarification.list(scope, filter, page).page)
        guard !companies.isEmpty else { throw Company.notFound }
        guard filter.user == nil || !users.isEmpty else { throw User.notFound }
        return Page(rows, of: page, key: \.id)
    }

    /// Declines a clarification: it stays readable, with the reason.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws
    ///   `ClarificationRefusal.notFound` or `.decided`; `SiteRefusal.foremenOnly` if it is the caller's own, and they aren't a foreman of
    ///   its site; `LimitRefusal.text`.
    public func decline(
        _ id: Clarification.ID, because reason: String, in scope: CompanyScope
    ) throws -> Change<Clarification> {
        try scope.check(.decideClarifications)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            var clarification = try Self.lock(id, scope, transaction)
            try TextUse.add(Optional(reason).textBytes, of: id, in: scope, transaction)
            clarification.reason = reason
            clarification.decide(.declined, by: scope.actor.user, at: now)
            try Self.write(clarification, .clarificationDeclined, scope, transaction, runtime)
            return clarification
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    static func find(
        _ id: Clarification.ID, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws -> Clarification {
        guard let found = try transaction.fetch(Clarification.one(id, in: scope.company)).first else {
            throw Clarification.notFound
        }
        return found
    }

    /// An open clarification, with itself and all people locked whose hours it is about: every writer of hours locks the person first.
    /// - Parameter site: the site that it is booked on, if not on its own.
    /// - Throws: `ClarificationRefusal.notFound` or `.decided`; `SiteRefusal.foremenOnly`.
    static func lock(
        _ id: Clarification.ID, bookingOn site: Site.ID? = nil, _ scope: CompanyScope,
        _ transaction: borrowing Transaction
    ) throws -> Clarification {
        // Whose it is, of which site and to which an entry moves, never changes.
        let known = try find(id, scope, transaction)
        var people = [known.user] + known.content.people
        if let entry = known.content.entry {
            let entries: [TimeEntry] = try transaction.fetch(TimeEntry.one(entry, scope.site(known.site)))
            people += entries.map(\.user)
        }
        for user in Set(people).sorted() {
            try transaction.enqueue(User.lockEver(user, in: scope.company))
        }
        if scope.isForLeaders {
            try Site.share([known.site, site ?? known.content.target ?? known.site], scope, transaction)
            let own = scope.site(known.site)
            let (sites, assigned) = try transaction.fetch(Site.exists(own), Site.ownAssignment(own))
            guard !sites.isEmpty, assigned.contains(where: { $0 != nil }) else {
                throw known.user == scope.actor.user.id ? Refusal(SiteRefusal.foremenOnly) : Clarification.notFound
            }
        }
        try transaction.enqueue(Clarification.lock(id, in: scope.company))
        let clarification = try find(id, scope, transaction)
        guard clarification.state == .open else {
            throw Refusal(ClarificationRefusal.decided, ["name": .text(clarification.decidedByName ?? "")])
        }
        return clarification
    }

    static func write(
        _ clarification: Clarification, _ action: AuditEntry.Action, _ scope: CompanyScope,
        _ transaction: borrowing Transaction, _ runtime: Runtime
    ) throws {
        try transaction.enqueue(clarification.update(in: scope.company))
        var differences = Differences()
        differences.note("act", nil, clarification.act.rawValue)
        differences.note("userId", nil, clarification.user.text)
        differences.note("entryId", nil, clarification.entry?.text)
        differences.note("movementId", nil, clarification.movement?.text)
        try Audit(scope, runtime).write(action, clarification.id, differences.details, in: transaction)
    }
}
