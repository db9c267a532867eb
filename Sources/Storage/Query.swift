/// A statement with its bound values.
public struct Statement: Sendable {
    public let sql: SQL
    public let values: [SQLValue]

    @inlinable
    public init<each Value: Column>(_ sql: SQL, _ value: repeat each Value) {
        var values: [SQLValue] = []
        for value in repeat each value { values.append(value.sqlValue) }
        self.init(sql, values: values)
    }

    @inlinable
    public init(_ sql: SQL, values: [SQLValue]) {
        self.sql = sql
        self.values = values
    }
}

/// A statement that returns rows, and the decoder that turns a row into a value.
public struct Query<Value: Sendable>: Sendable {
    public let statement: Statement
    /// Decodes a row and appends it. Created here, where the type is known, so that it is specialised for that type: a generic collector
    /// would look up the type's metadata for each row.
    @usableFromInline let collect: @Sendable (any RowSource, inout [Value]) throws -> Void
    @usableFromInline package let decode: @Sendable (inout Row) throws -> Value

    @inlinable
    public init<each Bound: Column>(
        _ sql: SQL, _ value: repeat each Bound, row decode: @escaping @Sendable (inout Row) throws -> Value
    ) {
        self.init(Statement(sql, repeat each value), row: decode)
    }

    @inlinable
    public init(_ statement: Statement, row decode: @escaping @Sendable (inout Row) throws -> Value) {
        self.statement = statement
        self.decode = decode
        collect = { source, values in
            var row = Row(source)
            // One allocation for a short result, instead of one for each doubling.
            if values.isEmpty { values.reserveCapacity(12) }
            values.append(try decode(&row))
        }
    }

    /// - Parameter collect: appends a row or skips it, depending on the rows collected so far.
    @inlinable
    package init(
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

/// One statement on its way through a driver: the driver runs `statement` and hands each row of the result to `take`. `reset` discards
/// the rows taken so far; a driver calls it before it runs a statement a second time.
public protocol Reading: AnyObject {
    var statement: Statement { get }
    func take(_ row: any RowSource) throws
    func reset()
}

/// Collects the rows of one query.
@usableFromInline
package final class Collector<Value: Sendable>: Reading {
    @usableFromInline let query: Query<Value>
    @usableFromInline package internal(set) var rows: [Value] = []

    @inlinable package init(_ query: Query<Value>) { self.query = query }

    @inlinable package var statement: Statement { query.statement }
    @inlinable package func take(_ row: any RowSource) throws { try query.collect(row, &rows) }
    @inlinable package func reset() { rows.removeAll() }
}
