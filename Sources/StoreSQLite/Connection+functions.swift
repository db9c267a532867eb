internal import CSQLite
internal import Crypto
internal import Storage

extension Connection {
    /// Adds the functions of PostgreSQL that statements use and SQLite lacks: `convert_to(text, 'UTF8')`, `sha256(bytes)` and
    /// `encode(bytes, 'hex')`. They can't be used in a schema.
    /// - Throws: `StorageError` if there is no memory.
    func addFunctions() throws {
        try addFunction("convert_to", 2) { context, _, values in
            guard let value = values?[0], sqlite3_value_type(value) != SQLITE_NULL else { return }
            Connection.answer(context, Connection.bytes(of: value))
        }
        try addFunction("sha256", 1) { context, _, values in
            guard let value = values?[0], sqlite3_value_type(value) != SQLITE_NULL else { return }
            Connection.answer(context, SHA256.hash(data: Connection.bytes(of: value)).map(\.self))
        }
        try addFunction("encode", 2) { context, _, values in
            guard let value = values?[0], sqlite3_value_type(value) != SQLITE_NULL else { return }
            let digits = Array("0123456789abcdef".utf8)
            let text = Connection.bytes(of: value).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
            polier_sqlite3_result_text_copy(context, text, sqlite3_uint64(text.count))
        }
    }

    private typealias Function = @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void

    private func addFunction(_ name: String, _ count: Int32, _ function: Function) throws {
        let flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY
        let code = sqlite3_create_function_v2(handle, name, count, flags, nil, function, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// A text as UTF-8.
    private static func bytes(of value: OpaquePointer) -> [UInt8] {
        // In this order, because reading the bytes may convert the value (https://sqlite.org/c3ref/value_blob.html).
        let start = sqlite3_value_blob(value)
        return Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_value_bytes(value))))
    }

    private static func answer(_ context: OpaquePointer?, _ bytes: [UInt8]) {
        polier_sqlite3_result_blob_copy(context, bytes, sqlite3_uint64(bytes.count))
    }
}
