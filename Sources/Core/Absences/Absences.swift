public import Storage

/// The use cases of absences.
public struct Absences: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// What is entered or asked for.
    public struct New: Sendable {
        /// Nil for the caller.
        public let user: User.ID?
        public let kind: Absence.Kind
        public let from: Day
        public let to: Day
        public let part: Absence.Part
        public let note: String?

        public init(user: User.ID?, _ kind: Absence.Kind, from: Day, to: Day, _ part: Absence.Part, note: String?) {
            (self.user, self.kind, self.from, self.to) = (user, kind, from, to)
            (self.part, self.note) = (part, note)
        }
    }

    /// Absences of the company, those with the latest first day first. A worker reads their own, and, reduced, those that were granted to
    /// people who are assigned to a site whose foreman they are.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `CompanyRefusal.notFound`; `UserRefusal.notFound` if
    ///   the filter names an unknown person; a flaw of `to`, `.beforeFrom`; the database's `StorageError`.
    public func list(
        _ filter: AbsenceFilter, _ page: PageRequest<Absence.Key>, in scope: CompanyScope
    ) async throws -> Page<Absence, Absence.Key> {
        try scope.check(.readAbsences)
        if let from = filter.from, let to = filter.to, to < from { throw Refusal("to", .beforeFrom) }
        let (companies, users, rows) = try await database.fetch(
            Company.exists(scope), User.exists(filter.user, scope), Absence.list(scope, filter, page).page)
        guard !companies.isEmpty else { throw Company.notFound }
        guard filter.user == nil || !users.isEmpty else { throw User.notFound }
        let shown = rows.map { row in row.map { $0.shown(in: scope) } }
        return Page(shown, of: page, key: \.key)
    }

    /// One absence. A worker gets their own.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `AbsenceRefusal.notFound`; `StorageError`.
    public func one(_ id: Absence.ID, in scope: CompanyScope) async throws -> Absence {
        try scope.check(.readAbsences)
        let found = try await database.fetch(Absence.one(id, in: scope.company)).first
        guard let found, scope.person == nil || found.user == scope.person else { throw Absence.notFound }
        return found
    }

    /// Asks for an absence of the caller's own, or enters one as the office: then it is granted at once, as sickness always is, but on days
    /// that are approved.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `UserRefusal.notFound` for a
    ///   person who isn't of the company, or whom the caller may not enter anything for; flaws of `from` and `to`;
    ///   `AbsenceRefusal.overlaps`; `TimeEntryRefusal.dayApproved` if the office enters one; `LimitRefusal.absences` or `.text`.
    public func enter(_ new: New, in scope: CompanyScope) throws -> Change<Absence> {
        try scope.check(.changeAbsences)
        let (now, runtime, caller) = (runtime.now(), runtime, scope.actor.user)
        let (id, user) = (runtime.newID(Absence.self), new.user ?? caller.id)
        if let person = scope.person, user != person { throw User.notFound }
        return Change { transaction in
            try transaction.enqueue(User.lockEver(user, in: scope.company))
            let most = Limit.personAbsences.standard
            let (zones, users, counts) = try transaction.fetch(
                Company.timeZone(scope), User.exists(user, scope),
                Absence.count(of: user, in: scope.company, upTo: most))
            guard let zone = zones.first else { throw Company.notFound }
            guard !users.isEmpty else { throw User.notFound }
            var absence = Absence(
                id: id, user: user, userName: "", new.kind, from: new.from, to: new.to, new.part, note: new.note,
                askedBy: caller.id, named: caller.name, at: now)
            try absence.checkDays(today: now.day(in: zone))
            if scope.person == nil {
                absence.decide(.granted, by: caller.id, named: caller.name, at: now)
                try Self.checkUnapproved(nil, absence, scope, transaction)
            } else if new.kind == .sick, try Self.approved(new.from...new.to, of: user, scope, transaction) == nil {
                absence.state = .granted
            }
            guard (counts.first ?? 0) < most else { throw LimitRefusal.absences.refusal(most) }
            try Self.checkFree(absence, scope, transaction)
            try TextUse.add(absence.freeTextBytes, of: id, in: scope, transaction)
            try transaction.enqueue(absence.insert(in: scope.company))
            try Self.record(
                scope.person == nil ? .absenceEntered : .absenceAsked, absence, Self.naming(absence), scope,
                transaction, runtime)
            if scope.person != nil {
                try HourNews.tellOffice(
                    .absenceAsked, of: user, at: now, in: scope, transaction, runtime)
            }
            return try Self.find(id, scope, transaction)
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    /// Changes an absence. The office answers it with a state; a person changes their own while it waits for the answer.
    /// - Parameter state: the answer; nil leaves it as it is.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission, or someone else than the office answers. Making the
    ///   change throws `AbsenceRefusal.notFound`, `.decided` or `.overlaps`; `TimeEntryRefusal.dayApproved` if what is granted on an
    ///   approved day would change; `ChangeRefusal.stale`; flaws of `from` and `to`; `LimitRefusal.text`.
    public func change(
        _ id: Absence.ID, _ edit: Edit<Absence>, to state: Absence.State?, if precondition: Precondition,
        in scope: CompanyScope
    ) throws -> Change<Absence> {
        try scope.check(.changeAbsences)
        guard scope.person == nil || state == nil && !edit.sets(\.reason) else {
            throw Refusal(AccessRefusal.roleForbids)
        }
        let (now, runtime, caller) = (runtime.now(), runtime, scope.actor.user)
        return Change { transaction in
            let old = try Self.lock(id, scope, transaction)
            try precondition.check(old.version)
            var new = edit.applied(to: old)
            if let state, state != old.state {
                new.decide(state, by: caller.id, named: caller.name, at: now)
            } else if scope.person != nil, new.kind == .sick,
                try Self.approved(new.from...max(new.from, new.to), of: new.user, scope, transaction) == nil
            {
                new.state = .granted
            }
            new.updatedAt = now
            if (new.from, new.to) != (old.from, old.to) {
                guard let zone = try transaction.fetch(Company.timeZone(scope)).first else { throw Company.notFound }
                try new.checkDays(today: now.day(in: zone))
            }
            if new.state != .declined { try Self.checkFree(new, scope, transaction) }
            try Self.checkUnapproved(old, new, scope, transaction)
            try TextUse.add(new.freeTextBytes.subtracting(old.freeTextBytes), of: id, in: scope, transaction)
            try transaction.enqueue(new.update(in: scope.company))
            let differences = Differences(old, new)
            if !differences.details.isEmpty {
                let action: AuditEntry.Action =
                    switch state == old.state ? nil : state {
                    case .granted?: .absenceGranted
                    case .declined?: .absenceDeclined
                    case .asked?, nil: .absenceChanged
                    }
                try Self.record(action, new, differences, scope, transaction, runtime)
                if action != .absenceChanged {
                    try HourNews(
                        .absenceAnswered, [new.from...max(new.from, new.to)], by: caller.name,
                        isGranted: new.state == .granted, reason: new.reason
                    ).tell(new.user, in: scope, transaction, runtime)
                } else if let before = old.granted, before != new.granted {
                    try HourNews(changed: before.days, to: new.from...max(new.from, new.to), by: caller.name).tell(
                        new.user, in: scope, transaction, runtime)
                }
            }
            return try Self.find(id, scope, transaction)
        }
    }

    /// Removes an absence; a person withdraws their own while it waits for the answer.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `AbsenceRefusal.notFound` or
    ///   `.decided`; `TimeEntryRefusal.dayApproved` if it is granted on an approved day; `ChangeRefusal.stale`.
    public func remove(
        _ id: Absence.ID, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<Void> {
        try scope.check(.changeAbsences)
        let runtime = runtime
        return Change { transaction in
            let absence = try Self.lock(id, scope, transaction)
            try precondition.check(absence.version)
            try Self.checkUnapproved(absence, nil, scope, transaction)
            try TextUse.add(Int64(0).subtracting(absence.freeTextBytes), of: id, in: scope, transaction)
            try transaction.enqueue(absence.delete(in: scope.company))
            try Self.record(.absenceRemoved, absence, Self.naming(absence), scope, transaction, runtime)
            if let granted = absence.granted {
                try HourNews(changed: granted.days, to: nil, by: scope.actor.user.name).tell(
                    absence.user, in: scope, transaction, runtime)
            }
        }
    }

    // MARK: Parts

    private static func find(
        _ id: Absence.ID, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws -> Absence {
        guard let found = try transaction.fetch(Absence.one(id, in: scope.company)).first else {
            throw Absence.notFound
        }
        return found
    }

    /// An absence that the caller may change, while no one else changes any of the person's.
    /// - Throws: `AbsenceRefusal.notFound` or `.decided`.
    private static func lock(
        _ id: Absence.ID, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws -> Absence {
        // Whose it is never changes.
        let known = try find(id, scope, transaction)
        guard scope.person == nil || known.user == scope.person else { throw Absence.notFound }
        try transaction.enqueue(User.lockEver(known.user, in: scope.company))
        let absence = try find(id, scope, transaction)
        guard scope.person == nil || absence.state == .asked else { throw Refusal(AbsenceRefusal.decided) }
        return absence
    }

    private static func checkFree(
        _ absence: Absence, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws {
        let others = try transaction.fetch(absence.sharing(in: scope.company))
        guard let other = absence.conflict(with: others) else { return }
        throw Refusal(
            AbsenceRefusal.overlaps,
            ["name": .text(other.userName), "from": .text(other.from.text), "to": .text(other.to.text)])
    }

    /// Checks that what was paid by approved days stays as it was. The person is locked.
    /// - Throws: `TimeEntryRefusal.dayApproved`.
    private static func checkUnapproved(
        _ old: Absence?, _ new: Absence?, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws {
        let (before, after) = (old.flatMap { $0.granted }, new.flatMap { $0.granted })
        guard before != after else { return }
        var changed = [before, after].compactMap { $0?.days }
        if let before, let after, (before.kind, before.part) == (after.kind, after.part),
            before.days.overlaps(after.days)
        {
            // Only the days at either end were added or left out.
            let (first, last) = (before.days, after.days)
            changed = [
                (first.lowerBound, last.lowerBound + -1), (last.lowerBound, first.lowerBound + -1),
                (first.upperBound + 1, last.upperBound), (last.upperBound + 1, first.upperBound),
            ].filter { $0 <= $1 }.map { $0...$1 }
        }
        guard let user = (old ?? new)?.user else { return }
        for days in changed {
            guard let day = try approved(days, of: user, scope, transaction) else { continue }
            let name = try transaction.fetch(User.name(of: user, in: scope.company)).first ?? ""
            throw Refusal(TimeEntryRefusal.dayApproved, ["name": .text(name), "day": .text(day.text)])
        }
    }

    /// The first of a person's days that is approved.
    private static func approved(
        _ days: ClosedRange<Day>, of user: User.ID, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws -> Day? {
        try transaction.fetch(DayApproval.firstApproved(of: user, days, in: scope.company)).first
    }

    private static func naming(_ absence: Absence) -> Differences {
        var differences = Differences()
        differences.note("from", nil, absence.from.text)
        differences.note("to", nil, absence.to.text)
        differences.note("part", nil, absence.part == .whole ? nil : absence.part.text)
        return differences
    }

    private static func record(
        _ action: AuditEntry.Action, _ absence: Absence, _ differences: Differences, _ scope: CompanyScope,
        _ transaction: borrowing Transaction, _ runtime: Runtime
    ) throws {
        let whose = AuditEntry.Detail(field: "userId", from: nil, to: absence.user.text)
        try Audit(scope, runtime).write(action, absence.id, [whose] + differences.details, in: transaction)
    }
}

extension Absence {
    /// What a granted absence says about its days; nil for any other.
    fileprivate var granted: WorkPlan.Away? {
        state == .granted && from <= to ? WorkPlan.Away(id, kind, part, from...to) : nil
    }

    fileprivate func shown(in scope: CompanyScope) -> Absence {
        scope.person == nil || user == scope.person ? self : reduced()
    }
}
