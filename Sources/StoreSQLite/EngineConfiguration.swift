internal import CSQLite

/// The engine's process-wide settings, made once, before its first connection.
enum EngineConfiguration {
    /// Counting every allocation would take one mutex for all threads, at each of them.
    /// A path is a path, even where it looks like a URI.
    private static let applied: Bool =
        polier_sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK
        && polier_sqlite3_config(SQLITE_CONFIG_URI, 0) == SQLITE_OK

    /// The engine refuses these settings if it has been used in this process before; it works without them too.
    static func apply() { _ = applied }
}
