internal import CSQLite
internal import Storage

/// Rows as lines of PostgreSQL's COPY text format; see `BulkSession`.
extension PreparedStatement {
    /// Appends the statement's current row.
    func appendLine(of table: Table, to lines: inout [UInt8]) throws {
        for (place, column) in table.columns.enumerated() {
            if place > 0 { lines.append(UInt8(ascii: "\t")) }
            if isNull(place) {
                lines.append(contentsOf: "\\N".utf8)
                continue
            }
            do {
                switch column.type {
                case .text: try text(place) { Self.append($0, to: &lines) }
                case .integer: lines.append(contentsOf: String(try integer(place)).utf8)
                case .boolean: lines.append(try boolean(place) ? UInt8(ascii: "t") : UInt8(ascii: "f"))
                case .bytes:
                    lines.append(contentsOf: "\\\\x".utf8)
                    for byte in try bytes(place) { lines.append(contentsOf: [hex(byte >> 4), hex(byte & 15)]) }
                }
            } catch let error as StorageError {
                throw StorageError(error.kind, "in the table \(table.name), \(error.detail)")
            }
        }
        lines.append(UInt8(ascii: "\n"))
    }

    private static func append(_ text: UnsafeBufferPointer<UInt8>, to lines: inout [UInt8]) {
        for byte in text {
            if let letter = letter(for: byte) {
                lines.append(UInt8(ascii: "\\"))
                lines.append(letter)
            } else {
                lines.append(byte)
            }
        }
    }

    /// The character after the backslash for a byte that must be escaped.
    private static func letter(for byte: UInt8) -> UInt8? {
        switch byte {
        case 8: UInt8(ascii: "b")
        case 9: UInt8(ascii: "t")
        case 10: UInt8(ascii: "n")
        case 11: UInt8(ascii: "v")
        case 12: UInt8(ascii: "f")
        case 13: UInt8(ascii: "r")
        case UInt8(ascii: "\\"): byte
        default: nil
        }
    }

    private func hex(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }

    // MARK: The other way

    /// Runs the statement once for each line, with the line's columns as its values.
    /// - Parameter lines: whole lines. They are decoded in place, where the engine reads the values.
    func run(withLines lines: UnsafeMutableRawBufferPointer, of table: Table, on connection: Connection) throws {
        defer { reset() }
        var start = 0
        var number = 0
        while start < lines.count {
            number += 1
            var place = 0
            repeat {
                guard place < table.columns.count, let field = Field(in: lines, from: start) else {
                    throw StorageError(.failed, "line \(number) of a piece of \(table.name) isn't a row of it")
                }
                guard try bind(field, table.columns[place].type, at: Int32(place + 1), on: connection) else {
                    throw StorageError(
                        .failed,
                        "line \(number) of a piece of \(table.name) has no value for \(table.columns[place].name)")
                }
                place += 1
                start = field.next
                if field.endsLine { break }
            } while true
            guard place == table.columns.count else {
                throw StorageError(.failed, "line \(number) of a piece of \(table.name) has \(place) columns")
            }
            let code = sqlite3_step(handle)
            guard code == SQLITE_DONE else {
                let error = connection.failure(code)
                throw StorageError(error.kind, "in the table \(table.name), \(error.detail)")
            }
            sqlite3_reset(handle)
        }
    }

    /// - Returns: whether the field is a value of that type.
    private func bind(_ field: Field, _ type: SQLType, at place: Int32, on connection: Connection) throws -> Bool {
        guard let value = field.value else {
            sqlite3_bind_null(handle, place)
            return true
        }
        switch type {
        case .text:
            try refuseNUL(in: UnsafeBufferPointer(value.bindMemory(to: UInt8.self)), at: place)
            guard bind(UnsafeBufferPointer(value.bindMemory(to: UInt8.self)), at: place, copy: false) == SQLITE_OK
            else {
                throw StorageError(.failed, "a text is too long for SQLite")
            }
        case .integer:
            guard let integer = Int64(String(decoding: value, as: UTF8.self)) else { return false }
            sqlite3_bind_int64(handle, place, integer)
        case .boolean:
            guard value.count == 1, let letter = value.first, letter == UInt8(ascii: "t") || letter == UInt8(ascii: "f")
            else { return false }
            sqlite3_bind_int64(handle, place, letter == UInt8(ascii: "t") ? 1 : 0)
        case .bytes:
            guard let bytes = field.unhexed else { return false }
            guard bind(UnsafeRawBufferPointer(bytes), at: place, copy: false) == SQLITE_OK else {
                throw StorageError(.failed, "a value is too long for SQLite")
            }
        }
        return true
    }
}
