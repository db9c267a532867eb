import CPostgres
import Storage

/// The rows of one statement's result.
///
/// `@unchecked Sendable`: the connection's thread creates it and passes it on without keeping it; from then on it is
/// only read, which libpq allows from any thread, and freed once, by its last owner.
final class QueryResult: @unchecked Sendable {
    private let result: OpaquePointer

    /// Takes over the result.
    init(owning result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    /// How many rows an INSERT, UPDATE, DELETE or SELECT touched; 0 for other statements.
    var touchedRows: Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }

    /// The server's command tag: `COMMIT`, `ROLLBACK`, `INSERT 0 1`.
    var commandTag: String { String(cString: PQcmdStatus(result)) }

    /// Passes each row to the reading.
    func decode(into reading: any Reading) throws {
        let source = ResultRow(of: self)
        for row in 0..<PQntuples(result) {
            source.row = row
            try reading.take(source)
        }
    }

    fileprivate func isNull(_ row: Int32, _ column: Int) -> Bool {
        column < Int(PQnfields(result)) && PQgetisnull(result, row, Int32(column)) == 1
    }

    /// The bytes of a value and its type. They live as long as this object.
    fileprivate func value(_ row: Int32, _ column: Int) throws -> (type: Oid, bytes: UnsafeRawBufferPointer) {
        guard column < Int(PQnfields(result)) else {
            throw StorageError(.failed, "the answer has no column \(column + 1)")
        }
        let index = Int32(column)
        guard PQgetisnull(result, row, index) == 0 else {
            throw StorageError(.failed, "column \(named(column)) is null where a value is expected")
        }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(result, row, index), count: Int(PQgetlength(result, row, index)))
        return (PQftype(result, index), bytes)
    }

    fileprivate func mismatch(_ column: Int, expected: String) -> StorageError {
        let type = typeName(PQftype(result, Int32(column)))
        return StorageError(.failed, "column \(named(column)) is of type \(type) where \(expected) is expected")
    }

    private func named(_ column: Int) -> String {
        let name = PQfname(result, Int32(column)).map { String(cString: $0) } ?? "?"
        return "\(column + 1) (\(name))"
    }
}

/// A row of an answer: one after the other.
private final class ResultRow: RowSource {
    private let result: QueryResult
    var row: Int32 = 0

    init(of result: QueryResult) { self.result = result }

    func isNull(_ column: Int) -> Bool { result.isNull(row, column) }

    func text(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws {
        let (type, bytes) = try result.value(row, column)
        guard type == TypeID.text || type == TypeID.varchar || type == TypeID.name else {
            throw result.mismatch(column, expected: "text")
        }
        body(bytes.bindMemory(to: UInt8.self))
    }

    func integer(_ column: Int) throws -> Int64 {
        let (type, bytes) = try result.value(row, column)
        switch (type, bytes.count) {
        case (TypeID.int8, 8): return Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case (TypeID.int4, 4): return Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case (TypeID.int2, 2): return Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        default: throw result.mismatch(column, expected: "an integer")
        }
    }

    func boolean(_ column: Int) throws -> Bool {
        let (type, bytes) = try result.value(row, column)
        guard type == TypeID.boolean, bytes.count == 1 else { throw result.mismatch(column, expected: "a boolean") }
        return bytes[0] != 0
    }

    func bytes(_ column: Int) throws -> [UInt8] {
        let (type, bytes) = try result.value(row, column)
        guard type == TypeID.bytes else { throw result.mismatch(column, expected: "bytes") }
        return [UInt8](bytes)
    }
}

/// The name of a type that can't be read, for the error message.
private func typeName(_ type: Oid) -> String {
    let names: [Oid: String] = [
        16: "boolean", 17: "bytea", 19: "name", 20: "bigint", 21: "smallint", 23: "integer", 25: "text", 26: "oid",
        114: "json", 700: "real", 701: "double precision", 1042: "character", 1043: "varchar", 1082: "date",
        1083: "time", 1114: "timestamp", 1184: "timestamptz", 1186: "interval", 1700: "numeric", 2950: "uuid",
        3802: "jsonb",
    ]
    return names[type] ?? "number \(type)"
}
