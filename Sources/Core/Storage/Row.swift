/// What a driver shows of the row it stands on. Columns count from 0, in the order of the SELECT.
/// Each reader throws `StorageError` of kind `.failed` where the column is null or of another type.
public protocol RowSource: AnyObject {
    func isNull(_ column: Int) -> Bool
    /// Hands the text's bytes to `body`, once; they are good for the length of the call.
    func text(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws
    func integer(_ column: Int) throws -> Int64
    func boolean(_ column: Int) throws -> Bool
    func bytes(_ column: Int) throws -> [UInt8]
}

/// One row of an answer, read column by column from left to right.
public struct Row {
    private let source: any RowSource
    private var column = 0
    /// How many bytes of text were read.
    private(set) var textBytes = 0

    public init(_ source: any RowSource) { self.source = source }

    public mutating func next<Value: Column>() throws -> Value { try Value(next: &self) }

    mutating func text() throws -> String { try withText { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// The next column's text, without a copy of it. Nil where `body` says so.
    mutating func withText<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value?) throws -> Value? {
        defer { column += 1 }
        var value: Value?
        var count = 0
        try source.text(column) {
            count = $0.count
            value = body($0)
        }
        textBytes += count
        return value
    }

    mutating func integer() throws -> Int64 { defer { column += 1 }; return try source.integer(column) }
    mutating func boolean() throws -> Bool { defer { column += 1 }; return try source.boolean(column) }
    mutating func bytes() throws -> [UInt8] { defer { column += 1 }; return try source.bytes(column) }

    /// Steps over the next column if it is null.
    mutating func skipNull() -> Bool {
        guard source.isNull(column) else { return false }
        column += 1
        return true
    }
}
