import Core
import Foundation

extension FieldReader {
    /// A line of text.
    mutating func line(_ name: String, _ meaning: Meaning, max: Int = 200, example: String) -> String? {
        if describe(name, meaning, ["type": "string", "minLength": 1, "maxLength": .integer(max)], .text(example)) {
            return example
        }
        guard require(name), let text = decode(name, else: Flaw(.notText)) as String? else { return nil }
        do throws(Flaw) {
            return try Line(text, max: max).text
        } catch {
            report(name, error)
            return nil
        }
    }

    /// A line of text that may be missing, null or empty, and is empty then.
    mutating func lineIfAny(_ name: String, _ meaning: Meaning, max: Int = 200, example: String) -> String {
        let isDescribed = describe(
            name, isOptional: true, meaning, ["type": ["string", "null"], "maxLength": .integer(max)], .text(example))
        if isDescribed { return example }
        guard !isAbsent(name), let text = decode(name, else: Flaw(.notText)) as String? else { return "" }
        do throws(Flaw) {
            return try Line(text, max: max).text
        } catch {
            if error.code != .empty { report(name, error) }
            return ""
        }
    }

    /// The name of a person or a thing.
    mutating func name(_ name: String, _ meaning: Meaning, max: Int = 200, of kind: Name.Kind = .thing, example: String)
        -> String?
    {
        if describe(name, meaning, ["type": "string", "minLength": 1, "maxLength": .integer(max)], .text(example)) {
            return example
        }
        guard require(name), let text = decode(name, else: Flaw(.notText)) as String? else { return nil }
        do throws(Flaw) {
            return try Name(text, max: max, of: kind).text
        } catch {
            report(name, error)
            return nil
        }
    }

    /// Text of several lines. An empty one is nil.
    mutating func note(_ name: String, _ meaning: Meaning, max: Int, example: String) -> String? {
        let isDescribed = describe(
            name, isOptional: true, meaning, ["type": ["string", "null"], "maxLength": .integer(max)], .text(example))
        if isDescribed { return example }
        guard !isAbsent(name), let text = decode(name, else: Flaw(.notText)) as String? else { return nil }
        do throws(Flaw) {
            let note = try Note(text, max: max).text
            return note.isEmpty ? nil : note
        } catch {
            report(name, error)
            return nil
        }
    }

    /// Text from another service, cut to one line of 500 characters. It is never refused: a value of another kind is nil.
    mutating func remark(_ name: String, _ meaning: Meaning, example: String) -> String? {
        if describe(name, isOptional: true, meaning, ["type": ["string", "null"]], .text(example)) { return example }
        guard let text = text(name) else { return nil }
        let line = Line.clean(text, max: 500)
        return line.isEmpty ? nil : line
    }

    /// Longer than any password or address, in characters.
    private static let longestSecret = 1024

    /// Text exactly as it was sent, to be compared with a stored value: a password or an address.
    mutating func secret(_ name: String, _ meaning: Meaning, example: String) -> String? {
        if describe(name, meaning, ["type": "string", "maxLength": .integer(Self.longestSecret)], .text(example)) {
            return example
        }
        guard require(name), let text = decode(name, else: Flaw(.notText)) as String? else { return nil }
        guard text.unicodeScalars.count <= Self.longestSecret else {
            report(name, .tooLong, ["max": .integer(Self.longestSecret)])
            return nil
        }
        return text
    }

    /// Bytes in base64url.
    /// - Parameter max: how many bytes at most.
    mutating func bytes(_ name: String, _ meaning: Meaning, max: Int, example: String) -> [UInt8]? {
        let longest = max.multipliedReportingOverflow(by: 4).partialValue / 3 + 1
        let isDescribed = describe(
            name, meaning.and("In base64url, without padding."),
            ["type": "string", "maxLength": .integer(longest), "pattern": "^[A-Za-z0-9_-]*$"], .text(example))
        if isDescribed { return Base64URL.bytes(example) }
        guard require(name), let text = decode(name, else: Flaw(.notText)) as String? else { return nil }
        guard text.utf8.count <= longest else {
            report(name, .tooLong, ["max": .integer(longest)])
            return nil
        }
        guard let bytes = Base64URL.bytes(text) else {
            report(name, .notBase64)
            return nil
        }
        return bytes
    }

    mutating func newPassword(_ name: String) -> Password? {
        let (length, example) = (Password.length, "Kelle und Fugbrett")
        let isDescribed = describe(
            name, .newPassword,
            [
                "type": "string", "minLength": .integer(length.lowerBound), "maxLength": .integer(length.upperBound),
            ], .text(example))
        if isDescribed { return try? Password(example, refusing: .embedded) }
        guard require(name), let text = decode(name, else: Flaw(.notText)) as String? else { return nil }
        do throws(Flaw) {
            return try Password(text, refusing: .embedded)
        } catch {
            report(name, error)
            return nil
        }
    }

    /// One of a few words.
    /// - Parameter usual: the values that are described; the others are read only so that a rule can refuse them.
    mutating func choice<Value: Choice>(
        _ name: String, _ meaning: Meaning, usual: [Value] = Array(Value.allCases)
    ) -> Value? {
        if let first = usual.first,
            describe(
                name, meaning, ["type": "string", "enum": .list(usual.map { .text($0.rawValue) })],
                .text(first.rawValue))
        {
            return first
        }
        guard require(name) else { return nil }
        let flaw = Flaw(.notOneOf, ["allowed": .text(Value.allCases.map(\.rawValue).joined(separator: ", "))])
        guard let text = decode(name, else: flaw) as String? else { return nil }
        guard let value = Value(rawValue: text) else {
            report(name, flaw)
            return nil
        }
        return value
    }

    mutating func choice<Value: Choice>(_ name: String, _ meaning: Meaning, default fallback: Value) -> Value {
        optional(name) {
            $0.choice(name, $0.isDescribing ? meaning.and("`\(fallback.rawValue)` by default.") : meaning)
        } ?? fallback
    }

    /// Some of a few words, one at least, in any order.
    mutating func choices<Value: Choice>(_ name: String, _ meaning: Meaning) -> [Value] {
        let all = Array(Value.allCases)
        let isDescribed = describe(
            name, meaning,
            [
                "type": "array", "items": ["type": "string", "enum": .list(all.map { .text($0.rawValue) })],
                "minItems": 1,
                "maxItems": .integer(all.count),
            ], .list(all.prefix(1).map { .text($0.rawValue) }))
        if isDescribed { return Array(all.prefix(1)) }
        let flaw = Flaw(.notOneOf, ["allowed": .text(all.map(\.rawValue).joined(separator: ", "))])
        guard require(name), let texts = decode(name, else: flaw) as [String]? else { return [] }
        if texts.isEmpty { report(name, .empty) }
        guard texts.count <= all.count else {
            report(name, .tooManyEntries, ["max": .integer(all.count)])
            return []
        }
        let values = texts.compactMap { Value(rawValue: $0) }
        if values.count < texts.count { report(name, flaw) }
        return values
    }

    mutating func email(_ name: String, _ meaning: Meaning = .email) -> EmailAddress? {
        let example = "lena.vogt@fliesen-brandt.example"
        let isDescribed = describe(
            name, meaning, ["type": "string", "format": "email", "maxLength": 254], .text(example))
        guard let text = isDescribed ? example : line(name, meaning, max: 254, example: example) else { return nil }
        guard let address = EmailAddress(text) else {
            report(name, .notEmail)
            return nil
        }
        guard address.mailable != nil else {
            report(name, .accentedEmail)
            return nil
        }
        return address
    }
}
