import Core
import Foundation
import Storage
import StoreContract
import StoreSQLite
import Testing

/// What a path may name, and what is said where it names something else.
@Suite("The file that SQLite is given")
struct FileTests {
    private let folder = TemporaryFolder()

    private func expectMisconfigured(
        _ path: String, says words: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let error = await expectError(.misconfigured, path, sourceLocation: sourceLocation) {
            try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        }
        let detail = error?.detail ?? ""
        for word in words { #expect(detail.contains(word), "\(detail)", sourceLocation: sourceLocation) }
        #expect(detail.hasSuffix("."), "a whole sentence: \(detail)", sourceLocation: sourceLocation)
    }

    @Test("a file that isn't there is made, for its owner only")
    func fresh() async throws {
        let path = folder.path + "/fresh.sqlite"
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        try await database.make("CREATE TABLE one (id BIGINT);")
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + file)[.posixPermissions]
            #expect(mode as? Int == 0o600, "\(file)")
        }
        await database.close()
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["fresh.sqlite"],
            "closed, it is one file and can be copied")
    }

    @Test("an empty file is taken as an empty database")
    func empty() async throws {
        let path = folder.path + "/empty.sqlite"
        try Data().write(to: URL(fileURLWithPath: path))
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        try await database.make("CREATE TABLE one (id BIGINT);")
        await database.close()
    }

    @Test("names that mean something to SQLite are only names")
    func oddNames() async throws {
        for name in [":memory:", "file:x?mode=memory", "ä ö.sqlite", "%20?.sqlite", "a'b.sqlite"] {
            let path = folder.path + "/" + name
            let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
            try await database.make("CREATE TABLE one (id BIGINT);")
            await database.close()
            #expect(FileManager.default.fileExists(atPath: path), "\(name)")
        }
    }

    @Test("a file that isn't a database is refused and left as it is", arguments: [17, 100, 4096, 100_000])
    func notADatabase(size: Int) async throws {
        let path = folder.path + "/letter.txt"
        let letter = Data("Sehr geehrte Damen und Herren, ".utf8)
        var content = Data()
        while content.count < size { content.append(letter) }
        try content.write(to: URL(fileURLWithPath: path))
        await expectMisconfigured(path, says: [path, "not an SQLite database"])
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == content)
    }

    @Test("a damaged database is refused, or its damage told")
    func damaged() async throws {
        let path = folder.path + "/damaged.sqlite"
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        try await database.make("CREATE TABLE one (id BIGINT, note {text});")
        try await database.transaction { transaction in
            for id in 0..<2000 {
                try transaction.execute(
                    Statement("INSERT INTO one VALUES ($1, $2)", Int64(id), String(repeating: "x", count: 100)))
            }
        }
        await database.close()
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 4096)
        try file.write(contentsOf: Data(repeating: 0xAA, count: 200_000))
        try file.close()
        await #expect(throws: StorageError.self) {
            let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
            _ = try await database.count("one WHERE note <> ''")
        }
    }

    @Test("a folder, a device, and a folder that isn't there are refused")
    func notAFile() async throws {
        await expectMisconfigured(folder.path, says: [folder.path, "folder"])
        await expectMisconfigured(folder.path + "/nowhere/x.sqlite", says: ["nowhere", "does not exist"])
        await expectMisconfigured("/dev/null", says: ["/dev/null"])
        await expectMisconfigured("", says: ["path"])
        await expectMisconfigured(folder.path + "/a\0b", says: ["path"])
        let file = folder.path + "/file"
        try Data("x".utf8).write(to: URL(fileURLWithPath: file))
        await expectMisconfigured(file + "/x.sqlite", says: [file])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["file"], "nothing was made")
    }
}

/// A folder that goes with the test it belongs to.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("polier-\(UUID().uuidString)").path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            Issue.record(error)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
