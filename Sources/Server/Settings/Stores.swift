import Core
import Foundation
import Logging
import StorePostgres
import StoreSQLite

/// What a command does with a database.
enum DatabaseUse {
    /// Makes it where it isn't there.
    case making
    /// Takes it as it is there.
    case using
    /// Only reads what is there, also a file that can't be written.
    case reading
}

/// Opens the database that a URL names: its scheme picks the engine.
enum Stores {
    static func open(_ settings: Settings, for use: DatabaseUse = .making) throws -> any BulkDatabase {
        try open(settings.databaseURL, named: Setting.databaseURL.rawValue, settings, for: use)
    }

    /// - Parameter name: what sentences call the URL.
    static func open(_ url: String, named name: String, _ settings: Settings, for use: DatabaseUse) throws
        -> any BulkDatabase
    {
        switch url.prefix(while: { $0 != ":" }) {
        case "sqlite":
            let options = try sqliteOptions(url, named: name, existing: use != .making)
            if use == .reading, let rescue = try SQLiteRescue(options) { return rescue }
            return try SQLiteDatabase(options)
        case "postgres", "postgresql":
            var options = PostgresDatabase.Options(url: url)
            options.pool = settings.databasePool
            options.prepared = settings.databasePrepared
            let logger = settings.logger()
            options.warn = { logger.warning("\($0)") }
            return try PostgresDatabase(options)
        // Only what looks like a scheme is repeated: it may be the front of a password.
        case let scheme where url.hasPrefix("\(scheme)://") && scheme.utf8.allSatisfy { (0x61...0x7A).contains($0) }:
            throw SettingsError(
                "\(name) begins with '\(scheme):'; it must begin with sqlite:, postgres:// or postgresql://")
        default:
            throw SettingsError("\(name) must begin with sqlite:, postgres:// or postgresql://")
        }
    }

    /// The path of an SQLite file; nil for another engine's URL.
    static func sqlitePath(_ url: String, named name: String) throws -> String? {
        guard url.hasPrefix("sqlite:") else { return nil }
        let path = String(url.dropFirst("sqlite:".count).prefix { $0 != "?" })
        guard !path.isEmpty else { throw SettingsError("\(name) names no file; it must be sqlite:PATH") }
        guard !path.hasPrefix("//"), path != ":memory:" else {
            throw SettingsError("\(name) can't be used: it must be sqlite:PATH, with the path of a file")
        }
        return path
    }

    /// `sqlite:PATH`, and for measuring `sqlite:PATH?synchronous=off`. The file's folder is made where it is missing.
    private static func sqliteOptions(_ url: String, named name: String, existing: Bool) throws
        -> SQLiteDatabase.Options
    {
        let parts = url.dropFirst("sqlite:".count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = try sqlitePath(url, named: name) ?? ""
        if existing, !FileManager.default.fileExists(atPath: path) {
            guard !FileManager.default.fileExists(atPath: path + "-wal") else {
                throw SettingsError("the database file \(path) is missing, but its log is there: put the file back")
            }
            throw SettingsError("there is no database file \(path): 'polier migrate' or 'polier serve' make one")
        }
        var options = SQLiteDatabase.Options(path: path)
        switch parts.dropFirst().first {
        case nil, "synchronous=full": break
        case "synchronous=off": options.synchronous = .off
        case let other?:
            throw SettingsError(
                "\(name) ends with '?\(other)'; only ?synchronous=off and ?synchronous=full are known")
        }
        try makeFolder(URL(fileURLWithPath: path).deletingLastPathComponent())
        return options
    }

    /// Makes the folder and those above it, where they are missing. What root makes belongs to whom the folder above belongs to.
    private static func makeFolder(_ folder: URL) throws {
        let path = folder.path
        guard !FileManager.default.fileExists(atPath: path) else { return }
        let above = folder.deletingLastPathComponent()
        try makeFolder(above)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw SettingsError("the folder \(path) for the database can't be made")
        }
        var owner = stat()
        if geteuid() == 0, stat(above.path, &owner) == 0 { _ = chown(path, owner.st_uid, owner.st_gid) }
    }
}
