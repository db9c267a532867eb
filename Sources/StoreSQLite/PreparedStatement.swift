internal import CSQLite

/// One statement, compiled for one connection. It is also its current row (see `PreparedStatement+row.swift`).
final class PreparedStatement {
    let handle: OpaquePointer
    /// How many values it takes.
    let placeCount: Int
    /// Whether it leaves the file as it is.
    let isReadOnly: Bool
    /// The cache's own count when it last returned this statement.
    var lastUse = 0

    /// Takes over the engine's statement.
    init(_ handle: OpaquePointer) {
        self.handle = handle
        placeCount = Int(sqlite3_bind_parameter_count(handle))
        isReadOnly = sqlite3_stmt_readonly(handle) != 0
    }

    deinit { sqlite3_finalize(handle) }

    /// Prepares it for its next run. A statement that isn't reset keeps its read transaction open, and with it the old
    /// part of the WAL; its bound values point into memory that is gone after the run.
    func reset() {
        sqlite3_reset(handle)
        if placeCount > 0 { sqlite3_clear_bindings(handle) }
    }
}
