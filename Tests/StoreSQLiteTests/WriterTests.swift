import CSQLite
import Core
import Foundation
import Storage
import StoreContract
import StoreSQLite
import Testing

/// The one writer, and the readers beside it.
@Suite("Writing to SQLite")
struct WriterTests {
    private let folder = TemporaryFolder()

    private static let tables = """
        CREATE TABLE marks (id BIGINT NOT NULL PRIMARY KEY) {keyed};
        CREATE TABLE parts (mark_id BIGINT NOT NULL REFERENCES marks (id));
        """

    private var path: String { folder.path + "/test.sqlite" }

    private func mark(_ id: Int, in database: any Database) async throws {
        try await database.transaction { try $0.execute(Statement("INSERT INTO marks VALUES ($1)", Int64(id))) }
    }

    @Test("writes are as durable as promised, foreign keys hold, the log is a write-ahead log")
    func settings() async throws {
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        let values = try await database.transaction { transaction in
            let (synchronous, foreignKeys, journal) = try transaction.fetch(
                Query("PRAGMA synchronous") { try $0.next() as Int64 },
                Query("PRAGMA foreign_keys") { try $0.next() as Int64 },
                Query("PRAGMA journal_mode") { try $0.next() as String })
            return (synchronous, foreignKeys, journal)
        }
        #expect(values == ([2], [1], ["wal"]))
        await database.close()
    }

    /// A commit ends with a frame of the write-ahead log that names the size of the database
    /// (https://sqlite.org/fileformat2.html#wal_file_format), and costs one fsync.
    private func commitsInLog() throws -> Int {
        let log = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "-wal")))
        func number(at offset: Int) -> Int { log[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) } }
        let (headerSize, frameHeaderSize, pageSize) = (32, 24, number(at: 8))
        return stride(from: headerSize, to: log.count - frameHeaderSize, by: frameHeaderSize + pageSize)
            .filter { number(at: $0 + 4) != 0 }.count
    }

    @Test("what waits is committed together, and who fails in the group fails alone")
    func groupCommit() async throws {
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        try await database.make(Self.tables)
        let before = try commitsInLog()
        let gate = Gate()
        let first = Task {
            try await database.transaction { transaction in
                try transaction.execute(Statement("INSERT INTO marks VALUES (1000)"))
                gate.pass()
            }
        }
        try await gate.waitForArrival()
        async let group = atOnce(100) { number in
            try await database.transaction { transaction in
                try transaction.execute(Statement("INSERT INTO marks VALUES ($1)", Int64(number)))
                if number % 3 == 0 { try transaction.execute(Statement("INSERT INTO parts VALUES (-1)")) }
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        #expect(try commitsInLog() == before, "no one was answered, nothing was committed")
        gate.open()
        try await first.value
        for (number, result) in await group.enumerated() {
            #expect(result.isSuccess == (number % 3 != 0), "\(number): \(result)")
        }
        // One for the first, and a few for the hundred, which had time to gather.
        let commits = try commitsInLog() - before
        #expect(commits >= 2 && commits <= 12, "\(commits)")
        #expect(try await database.count("marks") == 67)
        await database.close()
    }

    @Test("many readers go on while a transaction is under way, and see what was before")
    func readersDuringAWrite() async throws {
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        try await database.make(Self.tables)
        try await mark(1, in: database)
        let gate = Gate()
        let writing = Task {
            try await database.transaction { transaction in
                for id in 2..<500 { try transaction.execute(Statement("INSERT INTO marks VALUES ($1)", Int64(id))) }
                gate.pass()
            }
        }
        try await gate.waitForArrival()
        let start = ContinuousClock.now
        let counts = await atOnce(200) { _ in try await database.count("marks") }
        for count in counts { #expect(try count.get() == 1) }
        #expect(.now - start < .seconds(5))
        gate.open()
        try await writing.value
        #expect(try await database.count("marks") == 499)
        await database.close()
    }

    @Test("someone else's lock is waited for, but not for ever, and readers don't care")
    func lockOfAnother() async throws {
        var options = SQLiteDatabase.Options(path: path)
        options.busyTimeout = .seconds(1)
        let database: any Database = try SQLiteDatabase(options)
        try await database.make(Self.tables)
        let other = try OtherProgram(path)
        try other.run("BEGIN IMMEDIATE")
        let start = ContinuousClock.now
        await expectError(.unavailable) { try await mark(1, in: database) }
        #expect(.now - start > .milliseconds(900) && .now - start < .seconds(5))
        let group = await atOnce(5) { try await mark(10 + $0, in: database) }
        for result in group { #expect(result.failureKind == .unavailable) }
        #expect(try await database.count("marks") == 0)
        try other.run("INSERT INTO marks VALUES (77)")
        async let patient: Void = mark(2, in: database)
        try await Task.sleep(for: .milliseconds(50))
        try other.run("COMMIT")
        try await patient
        let ids = Query("SELECT id FROM marks ORDER BY id") { try $0.next() as Int64 }
        #expect(try await database.rows(of: ids) == [2, 77])
        await database.close()
    }

    @Test("a file that another program keeps to itself can't be opened now")
    func exclusiveLock() async throws {
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        try await database.make(Self.tables)
        await database.close()
        let other = try OtherProgram(path)
        try other.run("PRAGMA locking_mode = EXCLUSIVE")
        try other.run("BEGIN EXCLUSIVE; INSERT INTO marks VALUES (1); COMMIT")
        let error = await expectError(.unavailable) {
            try SQLiteDatabase(SQLiteDatabase.Options(path: path, busyTimeout: .milliseconds(100)))
        }
        #expect(error?.detail.contains(path) == true && error?.detail.hasSuffix(".") == true, "\(error as Any)")
    }
}

/// Another user of the file, who knows nothing of the driver.
private final class OtherProgram {
    private let handle: OpaquePointer

    init(_ path: String) throws {
        var opened: OpaquePointer?
        try #require(sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
        handle = try #require(opened)
    }

    deinit { sqlite3_close_v2(handle) }

    func run(_ sql: String) throws {
        try #require(
            sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK, "\(String(cString: sqlite3_errmsg(handle)))")
    }
}
