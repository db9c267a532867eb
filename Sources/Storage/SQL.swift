/// The text of one SQL statement, written once for both engines, with `$1`, `$2`… for the bound values.
///
/// Only another `SQL` can be interpolated (a shared column list, say), so a value from outside can't become part of a statement. Composed
/// texts belong in a `static let`: the hash that the drivers' statement caches use and the number of placeholders are computed once, when
/// the value is created.
public struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation {
    public let text: String
    /// The number of values to bind: the highest number among the placeholders.
    public let placeCount: Int
    /// How many rows the statement adds at most, a SELECT's counted as one; 0 for one that may replace an existing row (`DO UPDATE`).
    package let insertions: Int64
    /// The separator between the rows of an INSERT with several rows.
    package static let nextRow = "),\n("
    private let hash: Int

    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }
        public mutating func appendLiteral(_ literal: String) { text += literal }
        public mutating func appendInterpolation(_ fragment: SQL) { text += fragment.text }
    }

    public init(stringLiteral text: String) { self.init(unchecked: text) }
    public init(stringInterpolation: StringInterpolation) { self.init(unchecked: stringInterpolation.text) }

    /// For trusted text that isn't a literal, such as the statements of a migration file. Never for anything from a request.
    public init(unchecked text: String) {
        self.text = text
        self.hash = text.hashValue
        let isInsertion = text.utf8.starts(with: "INSERT".utf8) && !text.contains("DO UPDATE")
        self.insertions = isInsertion ? Int64(text.ranges(of: Self.nextRow).count + 1) : 0
        self.placeCount = Self.places(in: text).reduce(0) { max($0, $1.number) }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    public static func == (left: SQL, right: SQL) -> Bool { left.hash == right.hash && left.text == right.text }

    /// Whether the statement begins, ends or nests a transaction. Drivers refuse such statements: only they control transactions.
    public var controlsTransaction: Bool {
        let word = withoutRemarks.prefix { $0.isLetter }.uppercased()
        return ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"].contains(
            word)
    }

    /// The text from its first word on, without the blanks, semicolons and comments before it.
    private var withoutRemarks: Substring {
        var rest = text[...]
        while true {
            rest = rest.drop { $0.isWhitespace || $0 == ";" }
            if rest.hasPrefix("--") {
                rest = rest.drop { !$0.isNewline }
            } else if rest.hasPrefix("/*"), let end = rest.firstRange(of: "*/") {
                rest = rest[end.upperBound...]
            } else {
                return rest
            }
        }
    }
}
