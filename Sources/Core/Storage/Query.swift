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
    public typealias Decode = @Sendable (inout Row) throws -> Value

    public let statement: Statement
    public let decode: Decode

    public init<each Bound: Column>(_ sql: SQL, _ value: repeat each Bound, row decode: @escaping Decode) {
        self.statement = Statement(sql, repeat each value)
        self.decode = decode
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

    func take(_ source: any RowSource) throws {
        var row = Row(source)
        rows.append(try query.decode(&row))
    }

    func reset() { rows.removeAll() }
}
