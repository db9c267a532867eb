import Crypto
public import Storage

/// The use cases of payroll: its settings, its files, and hours as tables.
public struct Wages: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    // MARK: Settings

    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `CompanyRefusal.notFound`; `StorageError`.
    public func settings(in scope: CompanyScope) async throws -> WageSettings {
        try scope.check(.exportHours)
        let (companies, stored, costCentres) = try await database.fetch(
            Company.exists(scope), WageSettings.stored(scope), WageSettings.costCentres(scope))
        guard !companies.isEmpty else { throw Company.notFound }
        return WageSettings(stored, costCentres)
    }

    /// A change of all settings. It throws `CompanyRefusal.notFound`; `ChangeRefusal.stale` if the version is another; a flaw of
    /// `costCentres`, `.notThere` or `.namedTwice`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission.
    public func change(
        to new: WageSettings, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<WageSettings> {
        try scope.check(.exportHours)
        let runtime = runtime
        return Change { transaction in
            try transaction.enqueue(Company.lock(scope))
            let (companies, stored, costCentres) = try transaction.fetch(
                Company.exists(scope), WageSettings.stored(scope), WageSettings.costCentres(scope))
            guard !companies.isEmpty else { throw Company.notFound }
            let old = WageSettings(stored, costCentres)
            try precondition.check(old.version)
            try Self.write(new.costCentres, after: old.costCentres, scope, transaction)
            try transaction.enqueue(try new.write(scope, now: runtime.now()))
            let differences = new.differences(from: old)
            if !differences.details.isEmpty {
                try Audit(scope, runtime).write(
                    .wageSettingsChanged, scope.company, differences.details, in: transaction)
            }
            return try WageSettings.read(scope, transaction)
        }
    }

    private static func write(
        _ new: [WageSettings.CostCentre], after old: [WageSettings.CostCentre], _ scope: CompanyScope,
        _ transaction: borrowing Transaction
    ) throws {
        let before = Dictionary(uniqueKeysWithValues: old.map { ($0.site, $0.number) })
        var seen: Set<Site.ID> = []
        var flaws: [Refusal.Field] = []
        let sites = new.map { Collector(Site.isReadable(scope.site($0.site))) }
        // Those that have one already are sites.
        try transaction.read(zip(new, sites).filter { before[$0.0.site] == nil }.map(\.1))
        for (index, (centre, found)) in zip(new, sites).enumerated() {
            let field = "costCentres[\(index)].siteId"
            if before[centre.site] == nil, found.rows.isEmpty { flaws.append(.init(field, .notThere)) }
            if !seen.insert(centre.site).inserted { flaws.append(.init(field, .namedTwice)) }
        }
        guard flaws.isEmpty else { throw Refusal(fields: flaws) }
        for centre in old where !seen.contains(centre.site) {
            try transaction.enqueue(WageSettings.removeCostCentre(of: centre.site, scope))
        }
        for centre in new where before[centre.site] != centre.number {
            try transaction.enqueue(WageSettings.set(centre, scope))
        }
    }

    // MARK: Hours as a table

    /// What is needed to read a month's hours.
    public struct Reading: Sendable {
        fileprivate let month: PaidMonth
        /// The company's.
        package var zone: ZoneDays { month.zone }
    }

    /// Checks that a month's hours can be read.
    /// - Parameter user: whose; nil for everyone's.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `CompanyRefusal.notFound`; `UserRefusal.notFound`;
    ///   `StorageError`.
    public func reading(_ month: Month, of user: User.ID?, in scope: CompanyScope) async throws -> Reading {
        try scope.check(.exportHours)
        let (company, days) = (scope.company, month.first...month.last)
        let (rules, regions, targets, away, asked, approvals) = try await database.fetch(
            Company.workRules(scope), Site.regions(scope), WorkTarget.all(in: company, of: days),
            Absence.granted(to: user, in: company, days), Absence.asked(in: company, days),
            DayApproval.all(days, in: company))
        guard let rules = rules.first else { throw Company.notFound }
        try rules.checkHours(of: month)
        if let user, try await database.fetch(User.exists(user, scope)).isEmpty { throw User.notFound }
        let facts = PaidMonth.Facts(rules, regions, targets, away, asked: asked, approvals)
        return Reading(month: PaidMonth(month, of: user, facts, now: runtime.now(), in: scope))
    }

    /// Reads the hours of a few people at a time. They are a consistent snapshot only if no one writes hours meanwhile.
    /// - Throws: `StorageError`; the errors of `take`.
    public func read(_ reading: Reading, _ take: ([PaidHours]) async throws -> Void) async throws {
        try await reading.month.each(database, take)
    }

    // MARK: Payroll files

    /// What a file would have, and what is missing for it.
    /// - Parameter user: whose hours a trial has; nil for everyone's.
    /// - Throws: as `reading`.
    public func check(
        _ month: Month, _ format: WageExport.Format, of user: User.ID?, in scope: CompanyScope
    ) async throws -> WageCheck {
        async let known = database.fetch(
            WageSettings.stored(scope), WageSettings.costCentres(scope), WageExport.last(month, format, scope))
        let reading = try await reading(month, of: user, in: scope)
        let (stored, costCentres, last) = try await known
        var draft = WageDraft(WageSettings(stored, costCentres))
        try await reading.month.each(database) { for person in $0 { draft.add(person) } }
        let previous = user == nil ? last.first : nil
        var differences: [WageCheck.Difference] = []
        if let previous {
            let before = try await database.fetch(WageExport.amounts(previous.id, scope)).first ?? []
            differences = try await self.differences(draft, after: before, in: scope)
        }
        let (count, gaps) = draft.gaps
        return WageCheck(
            month: month, format: format, people: draft.people, lines: draft.lines.count, gaps: gaps,
            gapCount: count, previous: previous, differences: differences)
    }

    private func differences(
        _ draft: WageDraft, after before: [WageAmount], in scope: CompanyScope
    ) async throws -> [WageCheck.Difference] {
        struct Key: Hashable {
            let user: User.ID
            let wageType: Int
        }
        var amounts: [Key: (before: Int?, now: Int?)] = [:]
        for one in before {
            amounts[Key(user: one.user, wageType: one.wageType), default: (nil, nil)].before = one.hundredths
        }
        for one in draft.amounts {
            amounts[Key(user: one.user, wageType: one.wageType), default: (nil, nil)].now = one.hundredths
        }
        let changed = amounts.filter { $0.value.before != $0.value.now }
        var names = draft.names
        let unknown = Set(changed.keys.map(\.user)).filter { names[$0] == nil }.sorted()
        let found = unknown.map { Collector(WageExport.name(of: $0, scope)) }
        if !found.isEmpty { try await database.read(found) }
        for (user, name) in zip(unknown, found) { names[user] = name.rows.first }
        return changed.map { key, amount in
            WageCheck.Difference(
                user: key.user, userName: names[key.user] ?? "", wageType: key.wageType, before: amount.before,
                now: amount.now)
        }.sorted { ($0.userName, $0.user, $0.wageType) < ($1.userName, $1.user, $1.wageType) }
    }

    /// A change that makes a payroll file and keeps it. No hours of the company change meanwhile. It throws `CompanyRefusal.notFound`,
    /// `UserRefusal.notFound`; `WageRefusal.notReady` with a field for each gap; `LimitRefusal.wageExports`.
    /// - Parameter user: whose hours a trial has; nil for everyone's.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission.
    public func make(
        _ month: Month, _ format: WageExport.Format, of user: User.ID?, in scope: CompanyScope
    ) throws -> Change<WageExport> {
        try scope.check(.exportHours)
        let runtime = runtime
        return Change { transaction in
            // Every writer of hours locks the person first.
            try transaction.enqueue(Company.lock(scope))
            try transaction.enqueue(User.lockAll(in: scope.company))
            let (company, days) = (scope.company, month.first...month.last)
            let (rules, users, made) = try transaction.fetch(
                Company.workRules(scope), User.exists(user, scope), WageExport.count(month, scope))
            let (regions, targets, away, asked, approvals) = try transaction.fetch(
                Site.regions(scope), WorkTarget.all(in: company, of: days),
                Absence.granted(to: user, in: company, days), Absence.asked(in: company, days),
                DayApproval.all(days, in: company))
            guard let rules = rules.first else { throw Company.notFound }
            try rules.checkHours(of: month)
            guard user == nil || !users.isEmpty else { throw User.notFound }
            let most = Limit.wageExports.standard
            guard made.allSatisfy({ $0 < most }) else { throw LimitRefusal.wageExports.refusal(most) }
            let (settings, now) = (try WageSettings.read(scope, transaction), runtime.now())
            var draft = WageDraft(settings)
            let facts = PaidMonth.Facts(rules, regions, targets, away, asked: asked, approvals)
            try PaidMonth(month, of: user, facts, now: now, in: scope).each(transaction) { draft.add($0) }
            let gaps = draft.gaps
            guard gaps.count == 0, let text = format.text(draft.lines, of: month, settings),
                let bytes = Windows1252.bytes(text)
            else {
                throw Refusal(WageRefusal.notReady, ["count": .integer(gaps.count)]).about(gaps.first.map(\.field))
            }
            let export = WageExport(
                id: runtime.newID(), month: month, format: format, user: user, userName: nil, madeAt: now,
                madeBy: scope.actor.user.id, madeByName: "", sha256: SHA256.hash(data: bytes).hexadecimal,
                people: Int64(draft.people), lines: Int64(draft.lines.count))
            try transaction.enqueue(try export.insert(draft.amounts, text, scope))
            try Audit(scope, runtime).write(
                .wagesExported, export.id, named: "\(month.text) \(format.rawValue)", in: transaction)
            return try Self.find(export.id, scope, transaction)
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    private static func find(
        _ id: WageExport.ID, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws -> WageExport {
        guard let export = try transaction.fetch(WageExport.one(id, scope)).first else { throw WageExport.notFound }
        return export
    }

    /// The files that were made, newest first.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `CompanyRefusal.notFound`; `StorageError`.
    public func list(
        _ page: PageRequest<WageExport.ID>, in scope: CompanyScope
    ) async throws -> Page<WageExport, WageExport.ID> {
        try scope.check(.exportHours)
        let (companies, exports) = try await database.fetch(Company.exists(scope), WageExport.list(scope, page).page)
        guard !companies.isEmpty else { throw Company.notFound }
        return Page(exports, of: page, key: \.id)
    }

    /// A file's bytes as they were made, with what is known of it.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `WageRefusal.notFound`; `StorageError`, of kind
    ///   `.failed` if a restored backup holds a text that no file has.
    public func file(_ id: WageExport.ID, in scope: CompanyScope) async throws -> (export: WageExport, bytes: [UInt8]) {
        try scope.check(.exportHours)
        let (exports, texts) = try await database.fetch(WageExport.one(id, scope), WageExport.file(id, scope))
        guard let export = exports.first, let text = texts.first else { throw WageExport.notFound }
        guard let bytes = Windows1252.bytes(text) else {
            throw StorageError(.failed, "a payroll file can't be written")
        }
        return (export, bytes)
    }
}

extension WageSettings {
    fileprivate func differences(from old: WageSettings) -> Differences {
        func text(_ number: Int?) -> String? { number.map { "\($0)" } }
        func pairs(_ settings: WageSettings) -> [Site.ID: String] {
            Dictionary(settings.costCentres.map { ($0.site, $0.number) }) { first, _ in first }
        }
        var differences = Differences()
        differences.note("consultantNumber", text(old.consultantNumber), text(consultantNumber))
        differences.note("clientNumber", text(old.clientNumber), text(clientNumber))
        for kind in WageKind.allCases {
            differences.note("wageTypes.\(kind.rawValue)", text(old.wageTypes[kind]), text(wageTypes[kind]))
        }
        differences.note(only: "costCentres", pairs(old), pairs(self))
        differences.note(only: "lodas", old.lodas, lodas)
        return differences
    }
}

extension Company.WorkRules {
    /// Checks that the hours of a month weren't erased: a file of what is left would be wrong.
    /// - Throws: a flaw of `month`, `.hoursErased`.
    fileprivate func checkHours(of month: Month) throws { try month.checkHours(from: hoursFrom) }
}

extension Month {
    /// As `Company.WorkRules.checkHours`.
    func checkHours(from first: Day?) throws {
        guard let first, self.first < first else { return }
        throw Refusal("month", .hoursErased, ["day": .text(first.text)])
    }
}
