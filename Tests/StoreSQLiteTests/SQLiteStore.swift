import Core
import Foundation
import Storage
import StoreContract
import StoreSQLite

/// A file in a folder of its own.
struct SQLiteStore: EmptyStore {
    let folder: String

    init() throws {
        folder =
            FileManager.default.temporaryDirectory.appendingPathComponent("polier-sqlite-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    var path: String { folder + "/test.sqlite" }

    func open(waitTimeout: Duration) async throws -> any BulkDatabase {
        try SQLiteDatabase(SQLiteDatabase.Options(path: path, waitTimeout: waitTimeout))
    }

    func remove() throws { try FileManager.default.removeItem(atPath: folder) }

    struct Factory: StoreFactory {
        func makeEmpty() throws -> any EmptyStore { try SQLiteStore() }
    }
}
