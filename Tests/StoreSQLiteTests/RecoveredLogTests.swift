import CSQLite
import Core
import Foundation
import Storage
import StoreContract
import Testing

@testable import StoreSQLite

/// The log is written over at the start while others have the file open.
@Suite("The log at the start, beside others")
struct RecoveredLogTests {
    private let folder = TemporaryFolder()

    private var path: String { folder.path + "/test.sqlite" }
    private var options: SQLiteDatabase.Options {
        var options = SQLiteDatabase.Options(path: path)
        options.checkpointInterval = 50
        return options
    }

    private func add(_ id: Int, to database: SQLiteDatabase) async throws {
        let note = String(repeating: "x", count: 500)
        try await database.transaction {
            try $0.execute(Statement("INSERT INTO notes VALUES ($1, $2)", Int64(id), note))
        }
    }

    private func open() async throws -> SQLiteDatabase {
        let database = try SQLiteDatabase(options)
        try await database.make("CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, note {text}) {keyed};")
        return database
    }

    @Test("writers, readers and checkpoints go on beside it, and nothing is harmed")
    func besideOthers() async throws {
        let database = try await open()
        let writing = Task {
            // A task that is cancelled hears so from the database.
            for id in 0..<20_000 {
                do { try await add(id, to: database) } catch is CancellationError { break }
            }
        }
        let reading = Task {
            var last: Int64 = 0
            while true {
                do {
                    let count = try await database.count("notes WHERE note <> ''")
                    #expect(count >= last)
                    last = count
                } catch is CancellationError { break }
            }
        }
        for _ in 0..<40 {
            let other = try SQLiteDatabase(options)
            _ = try await other.count("notes")
            #expect(other.recovered.isDurable)
            await other.close()
        }
        writing.cancel()
        reading.cancel()
        try await writing.value
        try await reading.value
        let ids = try await database.fetch(Query("SELECT id FROM notes ORDER BY id") { try $0.next() as Int64 })
        #expect(ids == (0..<Int64(ids.count)).map { $0 })
        #expect(try await database.fetch(Query("PRAGMA integrity_check") { try $0.next() as String }) == ["ok"])
        await database.close()
    }

    @Test("where another process writes for long, the first statement waits and not the opening")
    func beforeTheFirstStatement() async throws {
        let database = try await open()
        var other: OpaquePointer?
        try #require(sqlite3_open_v2(path, &other, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
        defer { sqlite3_close_v2(other) }
        try #require(sqlite3_exec(other, "BEGIN IMMEDIATE", nil, nil, nil) == SQLITE_OK)
        var options = options
        options.busyTimeout = .seconds(1)
        let late = try SQLiteDatabase(options)
        #expect(!late.recovered.isDurable)
        await expectError(.unavailable) { try await late.count("notes") }
        await expectError(.unavailable) { try await add(1, to: late) }
        try #require(sqlite3_exec(other, "ROLLBACK", nil, nil, nil) == SQLITE_OK)
        #expect(try await late.count("notes") == 0)
        #expect(late.recovered.isDurable)
        try await add(1, to: late)
        #expect(try await late.count("notes") == 1)
        await late.close()
        await database.close()
    }

    /// What `RecoveredLog` reads of the engine's shared memory and computes is what the engine means by it.
    @Test("every size of a page is understood", arguments: [512, 4096, 65536])
    func pageSizes(size: Int) async throws {
        var other: OpaquePointer?
        try #require(sqlite3_open_v2(path, &other, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil) == SQLITE_OK)
        let schema = "PRAGMA page_size = \(size); PRAGMA journal_mode = WAL; CREATE TABLE notes (id INTEGER, note TEXT)"
        try #require(sqlite3_exec(other, schema, nil, nil, nil) == SQLITE_OK)
        for id in 0..<50 {
            let insert = "INSERT INTO notes VALUES (\(id), printf('%2000s', 'x'))"
            try #require(sqlite3_exec(other, insert, nil, nil, nil) == SQLITE_OK)
        }
        let database = try SQLiteDatabase(options)
        #expect(database.recovered.isDurable)
        #expect(try await database.count("notes") == 50)
        sqlite3_close_v2(other)
        await database.close()
    }
}
