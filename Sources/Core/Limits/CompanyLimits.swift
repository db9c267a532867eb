public import Storage

/// The use cases of the command line for a company's limits.
public struct CompanyLimits: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// One limit of a company.
    public struct Usage: Sendable {
        public let limit: Limit
        /// In the limit's unit, rounded up; nil for a limit that each server counts separately. For `siteMaterials`, the number on the
        /// site with the most.
        public let used: Int64?
        public let value: Int64
    }

    public struct Report: Sendable {
        public let company: Company.ID
        public let name: String
        /// All limits that can be set.
        public let lines: [Usage]
    }

    /// Sets limits for a company. Servers apply them at once, except for those that are checked at each request: these apply within
    /// `LimitValues.age`.
    /// - Parameter values: nil resets a limit to its standard.
    /// - Throws: `CompanyRefusal.notFound`; the database's `StorageError`.
    public func set(_ values: [Limit: Int64?], of company: Company.ID) async throws {
        try await database.transaction { transaction in
            guard try !transaction.fetch(Self.name(of: company)).isEmpty else { throw Company.notFound }
            for (limit, value) in values {
                try transaction.enqueue(
                    value.map { Self.set(limit, $0, of: company) } ?? Self.reset(limit, of: company))
            }
        }
    }

    /// A company's limits and how much of each it uses.
    /// - Throws: `CompanyRefusal.notFound`; the database's `StorageError`.
    public func report(of company: Company.ID) async throws -> Report {
        let now = runtime.now()
        let (names, values, people, active, sites) = try await database.fetch(
            Self.name(of: company), Limit.values(of: company), CompanyUse.people(company),
            CompanyUse.activeSites(company), CompanyUse.sites(company))
        let (materials, text, rows, mails) = try await database.fetch(
            Self.mostMaterials(of: company), TextUse.sum(company), RowMeter.written(company, now.day),
            Invitations.made(by: company))
        guard let name = names.first else { throw Company.notFound }
        let set = Limit.values(values)
        let sent = (mails.first ?? []).filter { $0 > now - .seconds(24 * 3600) }.count
        let lines = Limit.allCases.filter { $0.range != nil }.map { limit in
            let used: Int64? =
                switch limit {
                case .people: people.first?.used
                case .activeSites: active.first?.used
                case .sites: sites.first?.used
                case .siteMaterials: materials.first
                case .text: text.first.map { max(0, $0.used.adding(TextUse.megabyte - 1) / TextUse.megabyte) }
                case .dailyRows: rows.first ?? 0
                case .firstDayMails, .dailyMails: Int64(sent)
                case .personWrites, .companyWrites, .sessions, .phones, .keptAnswers, .entryCorrections, .entryBreaks,
                    .dailyEntries, .personClarifications, .clarifications, .personAbsences, .wageExports, .apiTokens,
                    .largeAnswers, .personLargeAnswers, .copies, .personCopies:
                    nil
                }
            return Usage(limit: limit, used: used, value: set[limit] ?? limit.standard)
        }
        return Report(company: company, name: name, lines: lines)
    }

    private static func name(of company: Company.ID) -> Query<String> {
        Query("SELECT c.name FROM companies c WHERE c.id = $1", company) { try $0.next() }
    }

    private static func mostMaterials(of company: Company.ID) -> Query<Int64> {
        Query(
            """
            SELECT COALESCE(MAX(n.count), 0) FROM (
                SELECT COUNT(*) AS count FROM materials m
                WHERE m.company_id = $1 AND m.removed_at IS NULL GROUP BY m.company_id, m.site_id) AS n
            """,
            company
        ) { try $0.next() }
    }

    private static func set(_ limit: Limit, _ value: Int64, of company: Company.ID) -> Statement {
        Statement(
            """
            INSERT INTO company_limits (company_id, name, value) VALUES ($1, $2, $3)
            ON CONFLICT (company_id, name) DO UPDATE SET value = excluded.value
            """,
            company, limit, value)
    }

    private static func reset(_ limit: Limit, of company: Company.ID) -> Statement {
        Statement("DELETE FROM company_limits WHERE company_id = $1 AND name = $2", company, limit)
    }
}
