import Core
import Foundation
import Logging
import Storage
import StorePostgres
import StoreSQLite

/// How a command uses a database.
enum DatabaseUse {
    /// Creates it if it doesn't exist.
    case making
    /// Requires it to exist.
    case using
    /// Requires it to exist and only reads, so that a read-only file will do.
    case reading
}

/// Opens the database that a URL names; its scheme picks the engine.
enum Stores {
    /// - Parameter logger: told of warnings; nil for one of the settings.
    static func open(_ settings: Settings, for use: DatabaseUse = .making, logger: Logger? = nil) throws
        -> any BulkDatabase
    {
        try open(
            settings.databaseURL, named: SettingTable.rows.databaseURL.name, settings, for: use, logger: logger)
    }

    /// - Parameter name: the URL's name in error sentences.
    /// - Throws: `SettingsError` for a URL that can't be used; `StorageError` for an SQLite file that can't be opened.
    static func open(
        _ url: String, named name: String, _ settings: Settings, for use: DatabaseUse, logger: Logger? = nil
    ) throws -> any BulkDatabase {
        switch url.prefix(while: { $0 != ":" }) {
        case "sqlite":
            let options = try sqliteOptions(url, named: name, existing: use != .making)
            if use == .reading, let rescue = try SQLiteRescue(options) { return rescue }
            return try SQLiteDatabase(options)
        case "postgres", "postgresql":
            var options = PostgresDatabase.Options(url: url)
            options.pool = settings.databasePool
            options.prepared = settings.databasePrepared
            let logger = logger ?? settings.logger()
            options.warn = { logger.warning("\($0)") }
            return try PostgresDatabase(options)
        // Only text that looks like a scheme is quoted: anything else may begin with a password.
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

    /// The path of SQLite's file, whose folder exists then; nil for PostgreSQL.
    /// - Throws: `SettingsError` for a URL that can't be used.
    static func preparedPath(_ url: String, named name: String) throws -> String? {
        guard try sqlitePath(url, named: name) != nil else { return nil }
        return try sqliteOptions(url, named: name, existing: false).path
    }

    /// `sqlite:PATH`, and for benchmarks `sqlite:PATH?synchronous=off`. Creates the file's folder if it is missing.
    private static func sqliteOptions(_ url: String, named name: String, existing: Bool) throws
        -> SQLiteDatabase.Options
    {
        let parts = url.dropFirst("sqlite:".count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = try sqlitePath(url, named: name) ?? ""
        if existing, !FileManager.default.fileExists(atPath: path), !hasLog(path) {
            throw SettingsError("there is no database file \(path): 'polier migrate' or 'polier serve' creates one")
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

    /// Whether there is anything in the log beside a file. If the file is missing, the driver says what to do.
    private static func hasLog(_ path: String) -> Bool {
        var log = stat()
        return stat(path + "-wal", &log) == 0 && log.st_size > 0
    }

    /// Creates the folder and those above it. Root gives them to the owner of the folder above.
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
