import Foundation
import Storage

/// The result of erasing a company: the number of deleted rows, table by table.
public struct Erasure: Sendable {
    /// The deleted rows of one table.
    public struct Emptied: Sendable {
        public let name: String
        public let rows: Int

        package init(name: String, rows: Int) { (self.name, self.rows) = (name, rows) }
    }

    public let company: Company.ID
    public let tables: [Emptied]

    package init(company: Company.ID, tables: [Emptied]) { (self.company, self.tables) = (company, tables) }
}

extension Companies {
    /// Checks that the company can be exported.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.copyCompany`; `CompanyRefusal.notFound`; `StorageError`.
    public func checkExport(in scope: CompanyScope) async throws {
        try scope.check(.copyCompany)
        guard try await !database.fetch(Company.exists(scope)).isEmpty else { throw Company.notFound }
    }

    /// Exports all data of a company as lines of JSON: one that describes the company, one for each row as it is stored (instants in
    /// milliseconds since 1970, amounts in thousandths), and one with the number of rows, which reveals a truncated export. Passwords and
    /// tokens are left out. The rows are read a few at a time: they are a consistent snapshot only if no one works in the company
    /// meanwhile.
    /// - Parameter write: takes the next lines, each with its line feed.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.copyCompany`; `CompanyRefusal.notFound`; `StorageError`; the errors
    ///   of `write`.
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

    /// Deletes every row of a company, permanently. First all its people are deactivated, then the rows are deleted a few hundred at a
    /// time, and last the company itself, in one transaction that checks that nothing is left. Calling this again resumes an interrupted
    /// erasure.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.removeCompany`; `CompanyRefusal.notFound`; `ChangeRefusal.stale` if
    ///   the version is another; `CompanyRefusal.inUse` if rows were added meanwhile; `StorageError`.
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

    /// Companies whose founders never confirmed their email address, and in which no one has signed in for thirty days: at most a hundred.
    /// None on a server where founders don't confirm addresses.
    /// - Throws: `StorageError`.
    public func abandoned() async throws -> [Company.ID] {
        guard provesAddresses else { return [] }
        return try await database.fetch(UnprovenFounder.abandoned(now: runtime.now()))
    }

    /// Erases one of the `abandoned` companies.
    /// - Returns: nil if it no longer is one.
    /// - Throws: `CompanyRefusal.inUse` if rows were added meanwhile; `StorageError`.
    public func eraseAbandoned(_ id: Company.ID) async throws -> Erasure? {
        let now = runtime.now()
        return try await eraseAll(id) { transaction in
            // A concurrent sign-in or confirmation commits before this, or finds nothing after it.
            try transaction.enqueue(User.lockAll(in: id))
            return try transaction.fetch(UnprovenFounder.abandoned(id, now: now)).isEmpty ? nil : ""
        }
    }

    private static let isInUse = Refusal(CompanyRefusal.inUse)

    /// - Parameters:
    ///   - begin: returns the company's name, while its row is locked; nil if the company isn't to be erased.
    ///   - end: runs at the end of the last transaction.
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
            try transaction.enqueue(Card.voidAll(in: id))
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
            // Events that a server had counted in memory meanwhile.
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
        let tables = CompanyData.tables.map { Erasure.Emptied(name: $0.name, rows: erased[$0.name] ?? 0) }
        return Erasure(company: id, tables: [.init(name: "companies", rows: 1)] + tables)
    }
}
