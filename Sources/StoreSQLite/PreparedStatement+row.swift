internal import CSQLite
internal import Core

/// The row that the statement stands on, read straight from the engine's memory.
extension PreparedStatement: RowSource {
    func isNull(_ column: Int) -> Bool { sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL }

    func text(_ column: Int) throws -> String {
        try expect(SQLITE_TEXT, "text", in: column)
        // The text before its size: asking for the text may convert it, which changes the size.
        let start = sqlite3_column_text(handle, Int32(column))
        let size = Int(sqlite3_column_bytes(handle, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: size), as: UTF8.self)
    }

    func integer(_ column: Int) throws -> Int64 {
        try expect(SQLITE_INTEGER, "an integer", in: column)
        return sqlite3_column_int64(handle, Int32(column))
    }

    func boolean(_ column: Int) throws -> Bool {
        try expect(SQLITE_INTEGER, "a boolean", in: column)
        switch sqlite3_column_int64(handle, Int32(column)) {
        case 0: return false
        case 1: return true
        case let other: throw mismatch(column, expected: "a boolean", found: "the integer \(other)")
        }
    }

    func bytes(_ column: Int) throws -> [UInt8] {
        try expect(SQLITE_BLOB, "bytes", in: column)
        let start = sqlite3_column_blob(handle, Int32(column))
        let size = Int(sqlite3_column_bytes(handle, Int32(column)))
        return [UInt8](UnsafeRawBufferPointer(start: start, count: size))
    }

    private func expect(_ type: Int32, _ expected: String, in column: Int) throws {
        let found = sqlite3_column_type(handle, Int32(column))
        if found != type { throw mismatch(column, expected: expected, found: Self.name(of: found)) }
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

    private func mismatch(_ column: Int, expected: String, found: String) -> StorageError {
        // Past the last column the engine answers null, and has no name.
        let name = sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? "not in the answer"
        return StorageError(.failed, "column \(column) (\(name)) holds \(found) where \(expected) was expected")
    }
}
