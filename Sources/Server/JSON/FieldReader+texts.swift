import Core
import Foundation

extension FieldReader {
    /// A line of text.
    mutating func line(_ name: String, max: Int = 200, example: String) -> String? {
        if describe(name, ["type": "string", "minLength": 1, "maxLength": .integer(max)], .text(example)) {
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

    /// A line of text that may be left out, null or empty: an empty one then.
    mutating func lineIfAny(_ name: String, max: Int = 200, example: String) -> String {
        let schema: JSONValue = ["type": ["string", "null"], "maxLength": .integer(max)]
        if describe(name, isOptional: true, schema, .text(example)) { return example }
        guard !isAbsent(name), let text = decode(name, else: Flaw(.notText)) as String? else { return "" }
        do throws(Flaw) {
            return try Line(text, max: max).text
        } catch {
            if error.code != .empty { report(name, error) }
            return ""
        }
    }

    /// What somebody or something is called.
    mutating func name(_ name: String, max: Int = 200, of kind: Name.Kind = .thing, example: String) -> String? {
        if describe(name, ["type": "string", "minLength": 1, "maxLength": .integer(max)], .text(example)) {
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
    mutating func note(_ name: String, max: Int, example: String) -> String? {
        let schema: JSONValue = ["type": ["string", "null"], "maxLength": .integer(max)]
        if describe(name, isOptional: true, schema, .text(example)) { return example }
        guard !isAbsent(name), let text = decode(name, else: Flaw(.notText)) as String? else { return nil }
        do throws(Flaw) {
            let note = try Note(text, max: max).text
            return note.isEmpty ? nil : note
        } catch {
            report(name, error)
            return nil
        }
    }

    /// What another's machine says, as one line of 500 characters at most. Nothing about it is refused: what isn't text is nil.
    mutating func remark(_ name: String, example: String) -> String? {
        if describe(name, isOptional: true, ["type": ["string", "null"]], .text(example)) { return example }
        guard let text = text(name) else { return nil }
        let line = Line.clean(text, max: 500)
        return line.isEmpty ? nil : line
    }

    /// More than any password or address has.
    private static let longestSecret = 1024

    /// Text as it was sent, with any character: a password, or an address, that is compared with what is known.
    mutating func secret(_ name: String, example: String) -> String? {
        let schema: JSONValue = ["type": "string", "maxLength": .integer(Self.longestSecret)]
        if describe(name, schema, .text(example)) { return example }
        guard require(name), let text = decode(name, else: Flaw(.notText)) as String? else { return nil }
        guard text.unicodeScalars.count <= Self.longestSecret else {
            report(name, .tooLong, ["max": .integer(Self.longestSecret)])
            return nil
        }
        return text
    }

    mutating func newPassword(_ name: String) -> Password? {
        let (length, example) = (Password.length, "Kelle und Fugbrett")
        let schema: JSONValue = [
            "type": "string", "minLength": .integer(length.lowerBound), "maxLength": .integer(length.upperBound),
        ]
        if describe(name, schema, .text(example)) { return try? Password(example, refusing: .embedded) }
        guard require(name), let text = decode(name, else: Flaw(.notText)) as String? else { return nil }
        do throws(Flaw) {
            return try Password(text, refusing: .embedded)
        } catch {
            report(name, error)
            return nil
        }
    }

    /// One of a few words.
    /// - Parameter usual: those that are of use, where others are understood only to be refused.
    mutating func choice<Value: Choice>(_ name: String, usual: [Value] = Array(Value.allCases)) -> Value? {
        let schema: JSONValue = ["type": "string", "enum": .list(usual.map { .text($0.rawValue) })]
        if let first = usual.first, describe(name, schema, .text(first.rawValue)) { return first }
        guard require(name) else { return nil }
        let flaw = Flaw(.notOneOf, ["allowed": .text(Value.allCases.map(\.rawValue).joined(separator: ", "))])
        guard let text = decode(name, else: flaw) as String? else { return nil }
        guard let value = Value(rawValue: text) else {
            report(name, flaw)
            return nil
        }
        return value
    }

    mutating func choice<Value: Choice>(_ name: String, default fallback: Value) -> Value {
        optional(name) { $0.choice(name) } ?? fallback
    }

    mutating func email(_ name: String) -> EmailAddress? {
        let example = "lena.vogt@fliesen-brandt.example"
        let schema: JSONValue = ["type": "string", "format": "email", "maxLength": 254]
        guard let text = describe(name, schema, .text(example)) ? example : line(name, max: 254, example: example)
        else {
            return nil
        }
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
