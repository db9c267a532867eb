import Foundation

/// A place that settings come from: the environment, or a file of `NAME=VALUE` lines.
struct SettingsSource {
    let values: [String: String]

    /// What the environment holds of ours, without what a cluster sets by itself. Blanks round a value go, and the carriage
    /// return that Docker leaves at the end of each value from a file with Windows line ends.
    init(environment: [String: String]) {
        values =
            environment
            .filter { $0.key.hasPrefix("POLIER_") && !$0.key.hasPrefix("POLIER_TEST_") }
            .mapValues { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            .filter { !Setting.isSetByTheCluster($0.key, $0.value) }
    }

    /// Reads a file as systemd reads an `EnvironmentFile`: blank lines and lines that begin with `#` or `;` don't count,
    /// quotes round a value are dropped. Lines may end as on any system, and a byte order mark may come first.
    init(file path: String, skippingWrongLines: Bool = false) throws {
        var values: [String: String] = [:]
        let text = try Self.text(of: path) { "the settings file \(path) \($0)" }
        // CR LF is one Character.
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }
        for (number, line) in lines.enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            // Nothing of the line is repeated: it may be part of a secret.
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].trimmingCharacters(in: .whitespaces)
            guard parts.count == 2, !name.isEmpty, name.utf8.allSatisfy(Self.isOfName) else {
                if skippingWrongLines { continue }
                throw SettingsError("\(path), line \(number + 1): a line must be NAME=VALUE")
            }
            var value = parts[1].trimmingCharacters(in: .whitespaces)
            for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
                value = String(value.dropFirst().dropLast())
                break
            }
            values[name] = value
        }
        self.values = values
    }

    /// The setting's value, or for a secret what the file named by `NAME_FILE` holds. An empty value is none.
    subscript(setting: Setting) -> String? {
        get throws {
            if let value = values[setting.rawValue], !value.isEmpty { return value }
            guard setting.isSecret, let path = values[setting.rawValue + "_FILE"], !path.isEmpty else { return nil }
            let text = try Self.text(of: path) { "\(setting.rawValue)_FILE names \(path), which \($0)" }
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// What a file holds, without its byte order mark.
    /// - Parameter sentence: makes one of what is wrong with the file.
    private static func text(of path: String, _ sentence: (String) -> String) throws -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw SettingsError(sentence("can't be read"))
        }
        guard bytes.count <= largest else { throw SettingsError(sentence("is larger than a megabyte")) }
        // With two bytes a character, as some editors of Windows write it, the plain ones have a zero.
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw SettingsError(sentence("must be text in UTF-8"))
        }
        return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    /// In bytes, so that a wrong name doesn't fill the memory.
    private static let largest = 1 << 20

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
