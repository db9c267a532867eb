import Core
import Foundation
import Storage
import StoreContract
import StoreSQLite
import Testing

/// A file or a folder that the server may not write, seen by a server that isn't root.
@Suite("Files that may not be written")
struct PermissionTests {
    private let folder = TemporaryFolder()

    private func makeDatabase() async throws -> String {
        let path = folder.path + "/closed.sqlite"
        let database: any Database = try SQLiteDatabase(SQLiteDatabase.Options(path: path))
        try await database.make("CREATE TABLE one (id BIGINT);")
        await database.close()
        return path
    }

    private func setMode(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func expectMisconfigured(
        _ path: String, says words: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let error = await expectError(.misconfigured, path, sourceLocation: sourceLocation) {
            try await UnprivilegedThread.run { try SQLiteDatabase(SQLiteDatabase.Options(path: path)) }.close()
        }
        let detail = error?.detail ?? ""
        #expect(
            detail.contains(path) && detail.contains(words) && detail.hasSuffix("."), "\(detail)",
            sourceLocation: sourceLocation)
    }

    @Test("without a hindrance it opens, so that the other tests mean something")
    func open() async throws {
        let path = try await makeDatabase()
        try setMode(0o777, folder.path)
        try setMode(0o666, path)
        try await UnprivilegedThread.run { try SQLiteDatabase(SQLiteDatabase.Options(path: path)) }.close()
    }

    @Test("a file that may only be read")
    func readOnlyFile() async throws {
        let path = try await makeDatabase()
        try setMode(0o777, folder.path)
        try setMode(0o444, path)
        await expectMisconfigured(path, says: "cannot be written")
    }

    @Test("a file that may not even be read")
    func unreadableFile() async throws {
        let path = try await makeDatabase()
        try setMode(0o777, folder.path)
        try setMode(0o000, path)
        await expectMisconfigured(path, says: "cannot be read")
    }

    @Test("a folder that may only be read")
    func readOnlyFolder() async throws {
        let path = try await makeDatabase()
        try setMode(0o666, path)
        try setMode(0o555, folder.path)
        defer { try? setMode(0o700, folder.path) }
        await expectMisconfigured(path, says: "cannot be written")
        await expectMisconfigured(folder.path + "/fresh.sqlite", says: "cannot be written")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["closed.sqlite"])
    }
}
