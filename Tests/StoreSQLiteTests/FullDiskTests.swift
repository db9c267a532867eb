import Core
import Foundation
import Storage
import StoreContract
import StoreSQLite
import Testing

@Suite("A full disk")
struct FullDiskTests {
    private let folder = TemporaryFolder()

    private static let tables = "CREATE TABLE notes (id BIGINT NOT NULL PRIMARY KEY, note {text}) {keyed};"

    private func add(_ id: Int, size: Int = 10, to database: any Database) async throws {
        let note = String(repeating: "x", count: size)
        try await database.transaction {
            try $0.execute(Statement("INSERT INTO notes VALUES ($1, $2)", Int64(id), note))
        }
    }

    private func ids(_ database: any Database) async throws -> [Int64] {
        try await database.fetch(Query("SELECT id FROM notes ORDER BY id") { try $0.next() as Int64 })
    }

    @Test("writes are refused as full, reads go on, and after that everything works again")
    func fullAndEmptied() async throws {
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: folder.path + "/full.sqlite"))
        try await database.make(Self.tables)
        try await add(1, to: database)
        try FullDisk.fill(folder.path)
        defer { FullDisk.clear(folder.path) }
        let results = await atOnce(30) { try await add(100 + $0, size: 20_000, to: database) }
        for result in results { #expect(result.failureKind == .full, "\(result)") }
        #expect(try await ids(database) == [1])
        await expectError(.full) { try await add(2, to: database) }
        FullDisk.clear(folder.path)
        try await add(3, to: database)
        #expect(try await ids(database) == [1, 3], "what was refused had no effect")
        await database.close()

        let again = try SQLiteDatabase(SQLiteDatabase.Options(path: folder.path + "/full.sqlite"))
        #expect(try await ids(again) == [1, 3])
        #expect(try await again.fetch(Query("PRAGMA integrity_check") { try $0.next() as String }) == ["ok"])
        await again.close()
    }

    @Test("a disk that fills up under load loses nothing that was acknowledged")
    func fillsUpUnderLoad() async throws {
        let path = folder.path + "/load.sqlite"
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        try await database.make(Self.tables)
        let filling = Task {
            for _ in 0..<5 {
                try await Task.sleep(for: .milliseconds(20))
                try FullDisk.fill(folder.path)
                try await Task.sleep(for: .milliseconds(20))
                FullDisk.clear(folder.path)
            }
        }
        let results = await atOnce(16) { writer in
            var kept: [Int64] = []
            for round in 0..<60 {
                let id = 1000 * writer + round
                do {
                    try await add(id, size: 500, to: database)
                    kept.append(Int64(id))
                } catch let error as StorageError where error.kind == .full {
                    try await Task.sleep(for: .milliseconds(1))
                }
            }
            return kept
        }
        try await filling.value
        let kept = try results.flatMap { try $0.get() }.sorted()
        #expect(try await ids(database) == kept)
        await database.close()
        let again = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        #expect(try await ids(again) == kept)
        await again.close()
    }

    @Test("of a group only those fail that need more room than there is")
    func roomForSomeOfAGroup() async throws {
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: folder.path + "/group.sqlite"))
        try await database.make(Self.tables)
        // The engine's own limit, in pages: what goes beyond it ends the whole transaction, not only the statement.
        try await database.transaction { try $0.execute(Statement("PRAGMA max_page_count = 60")) }
        let gate = Gate()
        let first = Task { try await database.transaction { _ in gate.pass() } }
        try await gate.waitForArrival()
        async let group = atOnce(20) { try await add($0, size: $0 % 5 == 2 ? 1_000_000 : 10, to: database) }
        try await Task.sleep(for: .milliseconds(100))
        gate.open()
        try await first.value
        for (number, result) in await group.enumerated() {
            if number % 5 == 2 {
                #expect(result.failureKind == .full, "\(number): \(result)")
            } else {
                #expect(result.isSuccess, "\(number): \(result)")
            }
        }
        #expect(try await ids(database) == (0..<20).filter { $0 % 5 != 2 }.map { Int64($0) })
        await database.close()
    }

    @Test("no room for the file itself")
    func noRoomAtTheStart() async throws {
        let path = folder.path + "/start.sqlite"
        try FullDisk.fill(folder.path)
        defer { FullDisk.clear(folder.path) }
        let error = await expectError(.full) { try SQLiteDatabase(SQLiteDatabase.Options(path: path)) }
        #expect(error?.detail.contains(path) == true && error?.detail.hasSuffix(".") == true, "\(error as Any)")
    }
}
