import Core
import Foundation
import Storage
import Synchronization

@testable import StoreSQLite

/// Someone who writes into a database on a disk that may lose its power, and remembers every promise: what was
/// acknowledged, and what was shown.
final class Ledger: Sendable {
    let disk: PowerDisk

    private struct State {
        var database: SQLiteDatabase?
        var promised: Set<Int> = []
        var hasSchema = false
        var faults: [String] = []
        var synchronous = SQLiteDatabase.Options.Synchronous.full
    }
    private let state = Mutex(State())

    init(_ disk: PowerDisk) { self.disk = disk }

    var promised: Set<Int> { state.withLock { $0.promised } }
    var faults: [String] { state.withLock { $0.faults } }
    var synchronous: SQLiteDatabase.Options.Synchronous {
        get { state.withLock { $0.synchronous } }
        set { state.withLock { $0.synchronous = newValue } }
    }

    func add(fault: String) { state.withLock { $0.faults.append(fault) } }

    private static let path = "/disk/power.sqlite"
    private static let tables: [SQL] = [
        "CREATE TABLE IF NOT EXISTS notes (id BIGINT NOT NULL PRIMARY KEY, note TEXT) WITHOUT ROWID",
        "CREATE TABLE IF NOT EXISTS total (id BIGINT NOT NULL PRIMARY KEY, amount BIGINT NOT NULL)",
        "INSERT INTO total VALUES (1, 0) ON CONFLICT DO NOTHING",
    ]

    /// Opens the database as the next process, makes the tables where they are missing, and looks whether every promise
    /// was kept.
    func start() async throws {
        var options = SQLiteDatabase.Options(path: Self.path, synchronous: synchronous)
        options.disk = disk.asDisk
        options.checkpointInterval = 20
        let database = try SQLiteDatabase(options)
        state.withLock { $0.database = database }
        do {
            try await inspect(database)
            try await database.transaction { transaction in
                for table in Self.tables { try transaction.execute(Statement(table)) }
            }
            state.withLock { $0.hasSchema = true }
            await look()
        } catch {
            if (error as? StorageError)?.kind == .failed { add(fault: "\(error)") }
            await end()
            throw error
        }
    }

    /// Closes it. After the process's end that changes nothing any more.
    func end() async {
        let database = state.withLock { state in
            defer { state.database = nil }
            return state.database
        }
        await database?.close()
    }

    /// Adds a row and its opposite, and counts them, in one transaction.
    /// - Returns: why it failed, if it did.
    @discardableResult
    func add(_ id: Int, size: Int = 100) async -> StorageError.Kind? {
        guard let database = state.withLock({ $0.database }) else { return .unavailable }
        let note = String(repeating: "x", count: size)
        do {
            try await database.transaction { transaction in
                for id in [id, -id] {
                    try transaction.execute(Statement("INSERT INTO notes VALUES ($1, $2)", Int64(id), note))
                }
                try transaction.execute(Statement("UPDATE total SET amount = amount + 1"))
            }
            state.withLock { _ = $0.promised.insert(id) }
            return nil
        } catch {
            let kind = (error as? StorageError)?.kind ?? .failed
            if kind == .failed { add(fault: "\(error)") }
            return kind
        }
    }

    /// Reads what there is: who was shown something relies on it.
    func look() async {
        guard let database = state.withLock({ $0.database }), let ids = try? await Self.ids(database) else { return }
        state.withLock { $0.promised.formUnion(ids.filter { $0 > 0 }) }
    }

    /// Reads on a connection that has nothing in memory yet.
    func readAnew() async throws {
        guard let database = state.withLock({ $0.database }) else { return }
        try database.withSnapshot { session in
            try session.read([Collecting("SELECT count(*) FROM notes WHERE note <> ''")])
        }
    }

    private static func ids(_ database: SQLiteDatabase) async throws -> [Int] {
        try await database.fetch(Query("SELECT id FROM notes ORDER BY id") { Int(try $0.next() as Int64) })
    }

    private func inspect(_ database: SQLiteDatabase) async throws {
        let check = Query("PRAGMA integrity_check") { try $0.next() as String }
        var damage = try await database.fetch(check)
        // To the engine's check, a read that fails is damage. It fails once.
        if damage != ["ok"] { damage = try await database.fetch(check) }
        if damage != ["ok"] { add(fault: "the file is damaged: \(damage.prefix(2))") }
        let ids: [Int]
        do {
            ids = try await Self.ids(database)
        } catch let error as StorageError where error.kind == .noSuchTable {
            let (hasSchema, promised) = state.withLock { ($0.hasSchema, $0.promised) }
            if hasSchema { add(fault: "there is no schema any more, and \(promised.count) promises") }
            return
        }
        let there = Set(ids)
        let lost = promised.subtracting(there)
        if !lost.isEmpty { add(fault: "\(lost.sorted()) were promised and are lost") }
        if ids.contains(where: { !there.contains(-$0) }) { add(fault: "something is half there") }
        let amounts = try await database.fetch(Query("SELECT amount FROM total") { Int(try $0.next() as Int64) })
        if amounts.reduce(0, +) * 2 != ids.count { add(fault: "the total says \(amounts), and there are \(ids.count)") }
    }
}

/// A reading whose rows no one wants.
private final class Collecting: Reading {
    let statement: Statement

    init(_ text: SQL) { statement = Statement(text) }

    func reset() {}
    func take(_ row: any RowSource) throws {}
}
