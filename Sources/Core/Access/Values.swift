public import Storage

/// The named values of a code, for the placeholders in its sentence.
public struct Values: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public enum Value: Sendable, Equatable {
        case text(String)
        case integer(Int)
        case quantity(Quantity)
        case instant(Instant)

        /// The value as it reads within an English sentence.
        var text: String {
            switch self {
            case .text(let text): text
            case .integer(let integer): "\(integer)"
            case .quantity(let quantity): quantity.text
            case .instant(let instant): instant.text
            }
        }
    }

    public let list: [(name: String, value: Value)]
    public var isEmpty: Bool { list.isEmpty }

    init(_ list: [(name: String, value: Value)]) { self.list = list }
    public init(dictionaryLiteral elements: (String, Value)...) {
        self.init(elements.map { (name: $0.0, value: $0.1) })
    }

    public static func == (left: Values, right: Values) -> Bool {
        left.list.elementsEqual(right.list) { $0.name == $1.name && $0.value == $1.value }
    }

    /// The sentence with its placeholders replaced by the values. A placeholder without a value stays.
    public func filled(into sentence: String) -> String {
        guard !isEmpty else { return sentence }
        var filled = ""
        for (index, part) in sentence.split(separator: "{", omittingEmptySubsequences: false).enumerated() {
            guard index > 0, let end = part.firstIndex(of: "}"),
                let value = list.first(where: { $0.name == part[..<end] })?.value
            else {
                filled += index == 0 ? part : "{\(part)"
                continue
            }
            filled += value.text + part[part.index(after: end)...]
        }
        return filled
    }
}

extension String {
    /// The names in braces, in order: the values that a code's sentence needs.
    public var placeholders: [String] {
        split(separator: "{", omittingEmptySubsequences: false).dropFirst().map { String($0.prefix { $0 != "}" }) }
    }
}
