internal import CSQLite
internal import Storage

/// The statement's current row, read directly from the engine's memory.
extension PreparedStatement: RowSource {
    func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

    func text(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws {
        let value = sqlite3_column_value(handle, Int32(column))
        guard sqlite3_value_type(value) == SQLITE_TEXT else { throw mismatch(column, expected: "text") }
        // As bytes: as text the engine would append a NUL, which isn't needed.
        let start = sqlite3_value_blob(value)?.assumingMemoryBound(to: UInt8.self)
        body(UnsafeBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))))
    }

    /// The text as a string: for what the driver itself asks.
    func string(_ column: Int) throws -> String {
        var string = ""
        try text(column) { string = String(decoding: $0, as: UTF8.self) }
        return string
    }

    func integer(_ column: Int) throws -> Int64 {
        let value = sqlite3_column_value(handle, Int32(column))
        guard sqlite3_value_type(value) == SQLITE_INTEGER else { throw mismatch(column, expected: "an integer") }
        return sqlite3_value_int64(value)
    }

    func boolean(_ column: Int) throws -> Bool {
        let value = sqlite3_column_value(handle, Int32(column))
        guard sqlite3_value_type(value) == SQLITE_INTEGER else { throw mismatch(column, expected: "a boolean") }
        switch sqlite3_value_int64(value) {
        case 0: return false
        case 1: return true
        case let other: throw mismatch(column, expected: "a boolean", found: "the integer \(other)")
        }
    }

    func bytes(_ column: Int) throws -> [UInt8] {
        let value = sqlite3_column_value(handle, Int32(column))
        guard sqlite3_value_type(value) == SQLITE_BLOB else { throw mismatch(column, expected: "bytes") }
        let start = sqlite3_value_blob(value)
        return [UInt8](UnsafeRawBufferPointer(start: start, count: Int(sqlite3_value_bytes(value))))
    }

    private static func name(of type: Int32) -> String {
        switch type {
        case SQLITE_NULL: "null"
        case SQLITE_INTEGER: "an integer"
        case SQLITE_TEXT: "text"
        case SQLITE_BLOB: "bytes"
        default: "a floating-point number"
        }
    }

    private func mismatch(_ column: Int, expected: String) -> StorageError {
        mismatch(column, expected: expected, found: Self.name(of: sqlite3_column_type(handle, Int32(column))))
    }

    private func mismatch(_ column: Int, expected: String, found: String) -> StorageError {
        // Past the last column the engine returns null, and no name.
        let name = sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? "not in the answer"
        return StorageError(.failed, "column \(column) (\(name)) holds \(found) where \(expected) was expected")
    }
}
