/// The row that a driver's cursor is on. Columns count from 0, in the order of the SELECT.
/// Each reader throws `StorageError` of kind `.failed` if the column is null or of another type.
public protocol RowSource: AnyObject {
    func isNull(_ column: Int) -> Bool
    /// Calls `body` once with the text's bytes, which are valid only during the call.
    func text(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws
    func integer(_ column: Int) throws -> Int64
    func boolean(_ column: Int) throws -> Bool
    func bytes(_ column: Int) throws -> [UInt8]
}

/// One row of a result, read column by column from left to right.
///
/// Generic code here is inlinable, so that other modules decode their rows with code specialised for their types.
public struct Row {
    @usableFromInline let source: any RowSource
    @usableFromInline var column = 0
    /// The number of bytes of text read so far.
    @usableFromInline package internal(set) var textBytes = 0

    @inlinable
    public init(_ source: any RowSource) { self.source = source }

    /// Reads the next column.
    /// - Throws: `StorageError` of kind `.failed` if it holds no value of this type.
    @inlinable
    public mutating func next<Value: Column>() throws -> Value { try Value(next: &self) }

    @inlinable
    package mutating func text() throws -> String { try withText { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// Reads the next column's text without copying it; nil if `body` returns nil.
    @inlinable
    package mutating func withText<Value>(_ body: (UnsafeBufferPointer<UInt8>) -> Value?) throws -> Value? {
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

    @inlinable
    package mutating func integer() throws -> Int64 { defer { column += 1 }; return try source.integer(column) }
    @inlinable
    package mutating func boolean() throws -> Bool { defer { column += 1 }; return try source.boolean(column) }
    @inlinable
    package mutating func bytes() throws -> [UInt8] { defer { column += 1 }; return try source.bytes(column) }

    /// Skips columns without reading them.
    @inlinable
    package mutating func skip(_ columns: Int) { column += columns }

    /// Skips the next column if it is null, and returns whether it was.
    @inlinable
    package mutating func skipNull() -> Bool {
        guard source.isNull(column) else { return false }
        column += 1
        return true
    }
}
