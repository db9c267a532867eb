/// A statement with its bound values: something to execute.
public struct Statement: Sendable {
    public let sql: SQL
    public let values: [SQLValue]

    public init<each Value: Column>(_ sql: SQL, _ value: repeat each Value) {
        var values: [SQLValue] = []
        for value in repeat each value { values.append(value.sqlValue) }
        self.init(sql, values: values)
    }

    public init(_ sql: SQL, values: [SQLValue]) {
        self.sql = sql
        self.values = values
    }
}

/// A statement that answers with rows, and how a row becomes a value.
public struct Query<Value: Sendable>: Sendable {
    public let statement: Statement
    /// Decodes a row and appends it. Made here, where the type is known, so that it is compiled for that type: a generic
    /// collector would look up the type's description for each row.
    fileprivate let collect: @Sendable (any RowSource, inout [Value]) throws -> Void
    let decode: @Sendable (inout Row) throws -> Value

    public init<each Bound: Column>(
        _ sql: SQL, _ value: repeat each Bound, row decode: @escaping @Sendable (inout Row) throws -> Value
    ) {
        self.init(Statement(sql, repeat each value), row: decode)
    }

    public init(_ statement: Statement, row decode: @escaping @Sendable (inout Row) throws -> Value) {
        self.statement = statement
        self.decode = decode
        collect = { source, values in
            var row = Row(source)
            // One piece of memory for a short answer, instead of one for each doubling.
            if values.isEmpty { values.reserveCapacity(12) }
            values.append(try decode(&row))
        }
    }

    /// - Parameter collect: takes a row or leaves it, by those that were taken before.
    init(
        _ statement: Statement, row decode: @escaping @Sendable (inout Row) throws -> Value,
        collecting collect: @escaping @Sendable (inout Row, inout [Value]) throws -> Void
    ) {
        self.statement = statement
        self.decode = decode
        self.collect = { source, values in
            var row = Row(source)
            try collect(&row, &values)
        }
    }
}

/// One statement on its way through a driver: the driver takes `statement` and hands each row of the answer to `take`.
/// `reset` forgets the rows taken so far; a driver calls it before it runs a statement a second time.
public protocol Reading: AnyObject {
    var statement: Statement { get }
    func take(_ row: any RowSource) throws
    func reset()
}

/// Collects the rows of one query.
final class Collector<Value: Sendable>: Reading {
    private let query: Query<Value>
    private(set) var rows: [Value] = []

    init(_ query: Query<Value>) { self.query = query }

    var statement: Statement { query.statement }
    func take(_ row: any RowSource) throws { try query.collect(row, &rows) }
    func reset() { rows.removeAll() }
}
