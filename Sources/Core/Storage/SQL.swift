/// The text of one SQL statement, written once for both engines, with `$1`, `$2`… for the bound values.
///
/// Only another `SQL` can be interpolated (a shared column list, say), so a value from outside cannot become part of a
/// statement. Texts that are put together belong in a `static let`: the hash that the drivers' statement caches look up
/// and the number of places are computed once, when the value is made.
public struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation {
    public let text: String
    /// How many values the statement wants: the highest number of its places.
    public let placeCount: Int
    /// Whether it adds rows, other than one that takes another's place.
    let isInsertion: Bool
    private let hash: Int

    public struct StringInterpolation: StringInterpolationProtocol {
        var text = ""

        public init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }
        public mutating func appendLiteral(_ literal: String) { text += literal }
        public mutating func appendInterpolation(_ fragment: SQL) { text += fragment.text }
    }

    public init(stringLiteral text: String) { self.init(unchecked: text) }
    public init(stringInterpolation: StringInterpolation) { self.init(unchecked: stringInterpolation.text) }

    /// For text that is ours but not a literal: the statements of a migration file. Never for anything a caller sent.
    public init(unchecked text: String) {
        self.text = text
        self.hash = text.hashValue
        self.isInsertion = text.utf8.starts(with: "INSERT".utf8) && !text.contains("DO UPDATE")
        self.placeCount = Self.places(in: text).reduce(0) { max($0, $1.number) }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
    public static func == (left: SQL, right: SQL) -> Bool { left.hash == right.hash && left.text == right.text }

    /// Whether the statement begins, ends or nests a transaction. Drivers refuse these: only they may.
    public var controlsTransaction: Bool {
        let word = withoutRemarks.prefix { $0.isLetter }.uppercased()
        return ["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE", "PREPARE"].contains(
            word)
    }

    /// The text from its first word on: what stands before it may hide it, but does nothing.
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
