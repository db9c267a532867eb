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

    /// `sqlite:PATH`, and for measuring `sqlite:PATH?synchronous=off`. The file's folder is made where it is missing.
    private static func sqliteOptions(_ url: String, named name: String, existing: Bool) throws
        -> SQLiteDatabase.Options
    {
        let parts = url.dropFirst("sqlite:".count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first.map(String.init), !path.isEmpty else {
            throw SettingsError("\(name) names no file; it must be sqlite:PATH")
        }
        guard !path.hasPrefix("//"), path != ":memory:" else {
            throw SettingsError("\(name) can't be used: it must be sqlite:PATH, with the path of a file")
        }
        if existing, !FileManager.default.fileExists(atPath: path) {
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
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        if !FileManager.default.fileExists(atPath: folder) {
            do {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw SettingsError("the folder \(folder) for the database can't be made")
            }
        }
        return options
    }
}
