public import Storage

/// Compares companies' hours with their chains of hashes.
///
/// A chain that holds proves that nothing in the hours was changed since a head that was kept elsewhere. It doesn't prove that the first
/// entry was true, and anyone who can write to the database can make a new chain: only its head then differs from the one that was kept.
public struct HoursCheck: Sendable {
    /// What is wrong with a chain.
    public enum Flaw: String, Sendable, CaseIterable {
        /// A number has no link.
        case linkMissing = "link-missing"
        /// A link says something other than its hash.
        case linkChanged = "link-changed"
        /// The company has hours, but no head.
        case headMissing = "head-missing"
        /// The head isn't the last link.
        case headChanged = "head-changed"
        case entryChanged = "entry-changed"
        /// An entry with a link isn't there.
        case entryMissing = "entry-missing"
        /// An entry was written without a link.
        case entryUnlinked = "entry-unlinked"
        case correctionChanged = "correction-changed"
        case correctionMissing = "correction-missing"
        case correctionUnlinked = "correction-unlinked"
    }

    /// One place at which a chain doesn't hold.
    public struct Broken: Sendable, Equatable {
        public let reason: Flaw
        /// The link's number; nil for hours without a link.
        public let number: Int64?
        /// Nil if it isn't known.
        public let entry: TimeEntry.ID?

        package init(_ reason: Flaw, number: Int64?, entry: TimeEntry.ID?) {
            (self.reason, self.number, self.entry) = (reason, number, entry)
        }
    }

    /// What a comparison found.
    public struct Report: Sendable {
        public let company: Company.ID
        /// Whether all of the company's hours have links: false for a short time after an update from a server that had no chain.
        public let isSealed: Bool
        /// The number of links: the number of the head.
        public let links: Int64
        /// The hash of the last link, in hexadecimal; empty without one.
        public let head: String
        /// The link after which the comparison began.
        public let from: Int64
        /// The last link that was compared.
        public internal(set) var to: Int64
        /// Its hash.
        var reached = ""
        /// At most `mostBroken`, in the order in which they were found.
        public internal(set) var broken: [Broken]

        public var holds: Bool { broken.isEmpty }

        package init(
            company: Company.ID, isSealed: Bool, links: Int64, head: String, from: Int64, to: Int64,
            broken: [Broken] = []
        ) {
            (self.company, self.isSealed, self.links, self.head) = (company, isSealed, links, head)
            (self.from, self.to, self.broken) = (from, to, broken)
        }

        mutating func add(_ reason: Flaw, number: Int64?, entry: String?) {
            guard broken.count < HoursCheck.mostBroken else { return }
            let found = Broken(reason, number: number, entry: entry.flatMap { TimeEntry.ID($0) })
            if !broken.contains(found) { broken.append(found) }
        }
    }

    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// How many flaws a report lists.
    public static let mostBroken = 20
    /// How many links a request compares at most.
    public static let mostLinks = 20_000
    /// How many rows are read at once.
    static let rowsAtOnce = 200
    /// How often everything is compared.
    private static let period = Duration.seconds(24 * 3600)

    // MARK: Use cases

    /// Compares the links since the last comparison of everything with their rows, at most `mostLinks`. What that comparison found wrong
    /// is wrong still.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.verifyHours`; `CompanyRefusal.notFound`; the database's
    ///   `StorageError`.
    public func recent(in scope: CompanyScope) async throws -> Report {
        try scope.check(.verifyHours)
        let (companies, states) = try await database.fetch(Company.exists(scope), ChainState.one(scope.company))
        guard !companies.isEmpty else { throw Company.notFound }
        guard let state = states.first else { return try await withoutHead(scope.company) }
        var report = try await compare(scope.company, state, from: state.checkpoint, atMost: Self.mostLinks)
        if report.holds, let broken = state.broken { report.broken = [broken] }
        return report
    }

    /// Compares all links and rows of a company.
    /// - Throws: the database's `StorageError`; `CancellationError` between two pages.
    public func all(of company: Company.ID) async throws -> Report {
        guard let state = try await database.fetch(ChainState.one(company)).first else {
            return try await withoutHead(company)
        }
        return try await all(of: company, state)
    }

    /// Compares all links and rows of one company for which that is due, and notes how far everything holds, or what is wrong. Any number
    /// of servers may do it at once.
    /// - Returns: what was found, and whether there are new links since the last time; nil if it is due for none.
    /// - Throws: the database's `StorageError`; `CancellationError` between two pages.
    public func next() async throws -> (report: Report, isNews: Bool)? {
        let now = runtime.now()
        while let due = try await database.fetch(ChainState.due(now - Self.period)).first {
            let claimed = try await database.transaction {
                try $0.execute(ChainState.claim(due.company, checkedAt: due.checkedAt, now: now))
            }
            guard claimed == 1, let state = try await database.fetch(ChainState.one(due.company)).first else {
                continue
            }
            let report = try await all(of: due.company, state)
            let first = report.broken.first
            // Erased meanwhile.
            if first != nil, try await database.fetch(ChainState.one(due.company)).isEmpty { continue }
            let noted =
                first == nil && report.isSealed
                ? ChainState.hold(due.company, .init(number: report.to, hash: report.reached), now: now)
                : ChainState.breaks(due.company, first)
            try await database.transaction { try $0.enqueue(noted) }
            return (report, report.to > state.checkpoint.number)
        }
        return nil
    }

    /// The hash of one of a company's links, to be compared with a head that was kept.
    /// - Throws: the database's `StorageError`.
    public func hash(of number: Int64, in company: Company.ID) async throws -> String? {
        try await database.fetch(ComparedLink.hash(of: number, company)).first
    }

    // MARK: Comparing

    private func all(of company: Company.ID, _ state: ChainState) async throws -> Report {
        var report = try await compare(company, state, from: .start, atMost: .max)
        // Hours from before the chain get their links one after the other.
        if state.openedAt != nil { try await findUnlinked(&report) }
        return report
    }

    /// A company without a head has no hours, or someone deleted it.
    private func withoutHead(_ company: Company.ID) async throws -> Report {
        var report = Report(company: company, isSealed: true, links: 0, head: "", from: 0, to: 0)
        let (links, entries) = try await database.fetch(
            ComparedLink.page(company, after: 0), UnlinkedRow.entries(company, after: nil, atMost: 1))
        if !links.isEmpty || !entries.isEmpty { report.add(.headMissing, number: nil, entry: nil) }
        return report
    }

    /// Follows the links from one whose hash is known.
    private func compare(
        _ company: Company.ID, _ state: ChainState, from start: ChainState.Place, atMost limit: Int
    ) async throws -> Report {
        var report = Report(
            company: company, isSealed: state.openedAt != nil, links: state.place.number, head: state.place.hash,
            from: start.number, to: start.number)
        var last = start
        if start.number >= state.place.number, start != state.place {
            report.add(.headChanged, number: state.place.number, entry: nil)
        }
        var left = limit
        while left > 0 {
            try Task.checkCancellation()
            let page = try await database.fetch(ComparedLink.page(company, after: last.number))
            for compared in page {
                let link = compared.link
                if link.number != last.number.adding(1) {
                    report.add(.linkMissing, number: last.number.adding(1), entry: nil)
                } else if link.hash(after: last.hash, in: company) != link.hash {
                    report.add(.linkChanged, number: link.number, entry: link.entry)
                }
                if let flaw = compared.flaw(in: company) { report.add(flaw, number: link.number, entry: link.entry) }
                last = .init(number: link.number, hash: link.hash)
                if link.number == state.place.number, link.hash != state.place.hash {
                    report.add(.headChanged, number: link.number, entry: nil)
                }
            }
            left -= page.count
            guard page.count == ComparedLink.atOnce else { break }
        }
        (report.to, report.reached) = (last.number, last.hash)
        if left > 0, last.number < state.place.number {
            report.add(.linkMissing, number: last.number.adding(1), entry: nil)
        }
        // A head is written with its links: read after them, it is one of them or a later one.
        if let now = try await database.fetch(ChainState.one(company)).first, now.place.number < last.number {
            report.add(.headChanged, number: now.place.number, entry: nil)
        }
        return report
    }

    private func findUnlinked(_ report: inout Report) async throws {
        let queries: [(Flaw, (Company.ID, UnlinkedRow?, Int) -> Query<UnlinkedRow>)] = [
            (.entryUnlinked, UnlinkedRow.entries), (.correctionUnlinked, UnlinkedRow.corrections),
        ]
        for (flaw, query) in queries {
            var last: UnlinkedRow?
            repeat {
                try Task.checkCancellation()
                let rows = try await database.fetch(query(report.company, last, Self.rowsAtOnce))
                for row in rows where !row.isLinked { report.add(flaw, number: nil, entry: row.entry) }
                last = rows.count < Self.rowsAtOnce ? nil : rows.last
            } while last != nil
        }
    }
}
