import Foundation

/// What was deleted of a company, table by table.
public struct Erasure: Sendable {
    public struct Table: Sendable {
        public let name: String
        public let rows: Int

        package init(name: String, rows: Int) { (self.name, self.rows) = (name, rows) }
    }

    public let company: Company.ID
    public let tables: [Table]

    package init(company: Company.ID, tables: [Table]) { (self.company, self.tables) = (company, tables) }
}

extension Companies {
    /// Throws where there is nothing to export.
    public func checkExport(in scope: CompanyScope) async throws {
        try scope.check(.copyCompany)
        guard try await !database.fetch(Company.exists(scope)).isEmpty else { throw Company.notFound }
    }

    /// Hands out all that a company has as lines of JSON: one that says what this is, one for each row as it is stored
    /// (instants in milliseconds since 1970, amounts in thousandths), and one that counts them, so that a copy that was cut
    /// off shows. Passwords and tokens stay. The lines are read a few at a time: they are one picture only where
    /// nobody works in the company meanwhile.
    public func export(
        in scope: CompanyScope, to write: (_ lines: [UInt8]) async throws -> Void
    ) async throws {
        try scope.check(.copyCompany)
        let runtime = runtime
        guard let company = try await database.fetch(Company.one(scope)).first else {
            throw Company.notFound
        }
        try await database.transaction {
            try Audit(scope, runtime).write(.companyExported, company.id, named: company.name, in: $0)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func line(_ value: some Encodable) throws -> [UInt8] { Array(try encoder.encode(value)) + [UInt8(ascii: "\n")] }

        try await write(try line(ArchiveHead(company, at: runtime.now())))
        var counts: [String: Int] = [:]
        for table in CompanyData.tables where table.isExported {
            var last: [SQLValue]?
            var count = 0
            repeat {
                let rows = try await database.fetch(table.rows(scope.company, after: last))
                try await write(try rows.flatMap { try line(ArchiveLine(table, $0)) })
                count += rows.count
                last = rows.count < CompanyData.rowsAtOnce ? nil : rows.last
            } while last != nil
            counts[table.name] = count
        }
        try await write(try line(ArchiveEnd(rows: counts)))
    }

    /// Deletes every row of a company, for ever. First nobody of it can act any more, then the rows go a few hundred at a
    /// time, and last, in one transaction that finds nothing left, the company itself. What was interrupted goes on when it
    /// is called again.
    public func erase(if precondition: Precondition, in scope: CompanyScope) async throws -> Erasure {
        try scope.check(.removeCompany)
        let (id, runtime) = (scope.company, runtime)
        let erasure = try await eraseAll(id) { transaction in
            guard let company = try transaction.fetch(Company.one(scope)).first else {
                throw Company.notFound
            }
            try precondition.check(company.version)
            return company.name
        } end: { name, transaction in
            try Audit(scope.actor.user, session: scope.actor.recordedSession, runtime).write(
                .companyErased, id, named: name, in: transaction)
        }
        guard let erasure else { throw Company.notFound }
        return erasure
    }

    /// Companies whose founders never proved their e-mail address, and where no one has signed in for thirty days: a hundred at most.
    public func abandoned() async throws -> [Company.ID] {
        guard provesAddresses else { return [] }
        return try await database.fetch(UnprovenFounder.abandoned(now: runtime.now()))
    }

    /// Erases one of those.
    /// - Returns: nil where it isn't one any more.
    public func eraseAbandoned(_ id: Company.ID) async throws -> Erasure? {
        let now = runtime.now()
        return try await eraseAll(id) { transaction in
            // Who is signing in or proving the address comes before this, or after it to nothing.
            try transaction.enqueue(User.lockAll(in: id))
            return try transaction.fetch(UnprovenFounder.abandoned(id, now: now)).isEmpty ? nil : ""
        }
    }

    private static let isInUse = Refusal(CompanyRefusal.inUse)

    /// - Parameters:
    ///   - begin: says the company's name, while its row is held; nil where it isn't to be erased.
    ///   - end: what else belongs to the end.
    private func eraseAll(
        _ id: Company.ID, begin: @escaping @Sendable (borrowing Transaction) throws -> String?,
        end: @escaping @Sendable (_ name: String, borrowing Transaction) throws -> Void = { _, _ in }
    ) async throws -> Erasure? {
        do {
            return try await eraseRows(of: id, begin: begin, end: end)
        } catch let error as StorageError where error.kind == .foreignKey {
            throw Self.isInUse
        }
    }

    private func eraseRows(
        of id: Company.ID, begin: @escaping @Sendable (borrowing Transaction) throws -> String?,
        end: @escaping @Sendable (_ name: String, borrowing Transaction) throws -> Void
    ) async throws -> Erasure? {
        let name: String? = try await database.transaction { transaction in
            try transaction.enqueue(Company.lock(id))
            guard let name = try begin(transaction) else { return nil }
            try transaction.enqueue(User.switchOffAll(in: id))
            try transaction.enqueue(OneTimeToken.voidAll(in: id))
            return name
        }
        guard let name else { return nil }
        var erased: [String: Int] = [:]
        for table in CompanyData.tables.reversed() where table.name != CompanyData.unproven.name {
            var count: Int
            repeat {
                count = try await database.transaction { try $0.execute(table.deletion(id)) }
                erased[table.name, default: 0] += count
            } while count > 0
        }
        erased[CompanyData.unproven.name] = try await database.transaction { transaction in
            // What a server had counted meanwhile.
            try transaction.enqueue(SecurityEvent.deleteAll(in: id))
            let unproven = try transaction.execute(CompanyData.unproven.deletion(id))
            try transaction.enqueue(Company.delete(id))
            for table in CompanyData.tables {
                let left = try transaction.fetch(table.count(id))
                guard left.allSatisfy({ $0 == 0 }) else {
                    throw Self.isInUse
                }
            }
            try end(name, transaction)
            return unproven
        }
        let tables = CompanyData.tables.map { Erasure.Table(name: $0.name, rows: erased[$0.name] ?? 0) }
        return Erasure(company: id, tables: [.init(name: "companies", rows: 1)] + tables)
    }
}
