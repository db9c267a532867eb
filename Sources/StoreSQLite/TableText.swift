internal import Storage

/// The text of a CREATE TABLE as `sqlite_schema` keeps it, in which one rule can be taken out or replaced.
///
/// It is parsed only as far as needed: strings, quoted names and comments are each one token, and parentheses are
/// counted. Keywords count in capitals only, and names as they were written without quotes, which is how migrations
/// write both.
struct TableText {
    private let text: String
    private let tokens: [Token]

    private struct Token {
        let range: Range<String.Index>
        let text: Substring
        /// How many parentheses are open around it; a parenthesis is as deep as what is outside of it.
        let depth: Int
    }

    init(_ text: String) {
        self.text = text
        let pattern = #/(?s)'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[A-Za-z0-9_]+|\s+|./#
        var tokens: [Token] = []
        var depth = 0
        for match in text.matches(of: pattern) {
            let token = match.output
            if token.first?.isWhitespace == true || token.hasPrefix("--") || token.hasPrefix("/*") { continue }
            if token == ")" { depth -= 1 }
            tokens.append(Token(range: match.range, text: token, depth: depth))
            if token == "(" { depth += 1 }
        }
        self.tokens = tokens
    }

    /// The text without the rule, or with the one that takes its place. Nil if there is no such rule.
    func relaxed(_ rule: Relaxation.Rule) -> String? {
        switch rule {
        case .check(let name, let replacement): withoutCheck(name, replacement)
        case .notNull(let column): withoutNotNull(column)
        }
    }

    private func withoutCheck(_ name: String, _ replacement: String?) -> String? {
        for index in tokens.indices.dropFirst() where tokens[index].depth == 1 {
            let clause = tokens[index...]
            guard clause.prefix(4).map(\.text) == ["CONSTRAINT", name[...], "CHECK", "("],
                let end = clause.dropFirst(4).first(where: { $0.depth == 1 })
            else { continue }
            if let replacement {
                return replacing(tokens[index + 2].range.lowerBound..<end.range.upperBound, with: replacement)
            }
            // A rule of the table takes the comma before it along, one of a column the blanks.
            let before = tokens[index - 1]
            let start = before.text == "," ? before.range.lowerBound : before.range.upperBound
            return replacing(start..<end.range.upperBound, with: "")
        }
        return nil
    }

    private func withoutNotNull(_ column: String) -> String? {
        let definitions = tokens.indices.dropFirst().filter { index in
            let before = tokens[index - 1]
            return tokens[index].depth == 1
                && (before.text == "," && before.depth == 1 || before.text == "(" && before.depth == 0)
        }
        guard let start = definitions.first(where: { tokens[$0].text == column }) else { return nil }
        let definition = tokens[start...].prefix { $0.depth > 1 || $0.depth == 1 && $0.text != "," }
        for index in definition.indices.dropFirst().dropLast()
        where definition[index].depth == 1 && definition[index...].prefix(2).map(\.text) == ["NOT", "NULL"] {
            return replacing(definition[index - 1].range.upperBound..<definition[index + 1].range.upperBound, with: "")
        }
        return nil
    }

    private func replacing(_ range: Range<String.Index>, with replacement: String) -> String {
        text[..<range.lowerBound] + replacement + text[range.upperBound...]
    }
}
