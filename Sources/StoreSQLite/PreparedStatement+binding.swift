internal import CSQLite
internal import Storage

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

extension PreparedStatement {
    /// Binds the values, then runs the body. The engine reads texts and bytes in place, in Swift's memory, which
    /// is valid only while `withUTF8` runs. So the rest runs inside the closure of each such value.
    func bound(to values: [SQLValue], on connection: Connection, run body: () throws -> Void) throws {
        guard values.count == placeCount else {
            throw StorageError(.failed, "the statement has \(placeCount) places, but \(values.count) values were bound")
        }
        try bind(values, from: 0, nesting: 0, on: connection, run: body)
    }

    /// Deeper than this the engine copies, so that a statement with very many values needs no deep stack.
    private static let deepestNesting = 32

    private func bind(
        _ values: [SQLValue], from start: Int, nesting: Int, on connection: Connection, run body: () throws -> Void
    ) throws {
        let nests = nesting < Self.deepestNesting
        for index in start..<values.count {
            let place = Int32(index + 1)
            let code: Int32
            switch values[index] {
            case .null: code = sqlite3_bind_null(handle, place)
            case .integer(let integer): code = sqlite3_bind_int64(handle, place, integer)
            case .boolean(let boolean): code = sqlite3_bind_int64(handle, place, boolean ? 1 : 0)
            case .text(var text):
                code = try text.withUTF8 { text in
                    try refuseNUL(in: text, at: place)
                    let code = bind(text, at: place, copy: !nests)
                    guard nests, code == SQLITE_OK else { return code }
                    try bind(values, from: index + 1, nesting: nesting + 1, on: connection, run: body)
                    return SQLITE_DONE
                }
            case .bytes(let bytes):
                code = try bytes.withUnsafeBytes { bytes in
                    let code = bind(bytes, at: place, copy: !nests)
                    guard nests, code == SQLITE_OK else { return code }
                    try bind(values, from: index + 1, nesting: nesting + 1, on: connection, run: body)
                    return SQLITE_DONE
                }
            }
            if code == SQLITE_DONE { return }
            guard code == SQLITE_OK else { throw connection.failure(code) }
        }
        try body()
    }

    /// - Parameter copy: whether the engine keeps a copy, so that the memory may go before the run.
    func bind(_ text: UnsafeBufferPointer<UInt8>, at place: Int32, copy: Bool) -> Int32 {
        // Without an address the engine would bind null.
        guard let start = text.baseAddress, !text.isEmpty else {
            return polier_sqlite3_bind_text_copy(handle, place, "", 0)
        }
        return start.withMemoryRebound(to: CChar.self, capacity: text.count) { start in
            copy
                ? polier_sqlite3_bind_text_copy(handle, place, start, sqlite3_uint64(text.count))
                : sqlite3_bind_text64(handle, place, start, sqlite3_uint64(text.count), nil, UInt8(SQLITE_UTF8))
        }
    }

    func bind(_ bytes: UnsafeRawBufferPointer, at place: Int32, copy: Bool) -> Int32 {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, place, 0) }
        return copy
            ? polier_sqlite3_bind_blob_copy(handle, place, start, sqlite3_uint64(bytes.count))
            : sqlite3_bind_blob64(handle, place, start, sqlite3_uint64(bytes.count), nil)
    }

    /// SQLite would store the character, and most of its functions would see the text end there; PostgreSQL refuses it.
    func refuseNUL(in text: UnsafeBufferPointer<UInt8>, at place: Int32) throws {
        if let start = text.baseAddress, memchr(start, 0, text.count) != nil {
            throw StorageError(.unstorable, "the text for $\(place) contains a NUL character")
        }
    }
}
