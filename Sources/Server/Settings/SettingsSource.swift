import Foundation

/// A source of settings: the environment, or a file of `NAME=VALUE` lines.
struct SettingsSource {
    let values: [String: String]

    /// The environment's variables that begin with `POLIER_`, without those that a cluster sets by itself. Whitespace around a value is
    /// dropped, such as the carriage return that Docker leaves after values from a file with Windows line ends.
    init(environment: [String: String]) {
        values =
            environment
            .filter { $0.key.hasPrefix("POLIER_") && !$0.key.hasPrefix("POLIER_TEST_") }
            .mapValues { $0.trimmingCharacters(in: .whitespacesAndNewlines) }
            .filter { !Self.isSetByTheCluster($0.key, $0.value) }
    }

    /// Whether a variable is one that Kubernetes or Docker's links set for a Service whose name begins with `polier`
    /// (`polier-postgres`): `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT`, `NAME_SERVICE_PORT_…`, `NAME_PORT` with
    /// an address like tcp://10.0.0.1:5432, and `NAME_PORT_5432_TCP…`. A Service named `polier-http` gives `POLIER_HTTP_PORT` such
    /// a value, so the name alone doesn't decide.
    private static func isSetByTheCluster(_ name: String, _ value: String) -> Bool {
        guard name.hasPrefix("POLIER_") else { return false }
        if name.hasSuffix("_PORT"), ["tcp://", "udp://", "sctp://"].contains(where: value.hasPrefix) { return true }
        if SettingTable.named(name) != nil { return false }
        let words = name.split(separator: "_", omittingEmptySubsequences: false).dropFirst()
        return words.indices.contains { index in
            let rest = words[index...]
            return rest.starts(with: ["SERVICE", "HOST"]) && rest.count == 2 || rest.starts(with: ["SERVICE", "PORT"])
                || rest.count >= 3 && rest.first == "PORT" && Int(rest[index + 1]) != nil
                    && ["TCP", "UDP", "SCTP"].contains(rest[index + 2])
        }
    }

    /// Reads a file as systemd reads an `EnvironmentFile`: blank lines and lines that begin with `#` or `;` are ignored, and quotes around
    /// a value are dropped. Any system's line ends are allowed, and a byte order mark.
    /// - Throws: `SettingsError` if it can't be read, or a line isn't `NAME=VALUE`.
    init(file path: String, skippingWrongLines: Bool = false) throws {
        var values: [String: String] = [:]
        let text = try Self.text(of: path) { "the settings file \(path) \($0)" }
        // CR LF is a single Character.
        let lines = text.split(omittingEmptySubsequences: false) { ["\n", "\r\n", "\r"].contains($0) }
        for (number, line) in lines.enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
            // The line isn't quoted, because it may be part of a secret.
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

    /// The setting's value, or a secret's from the file that `NAME_FILE` names; nil for an empty value.
    /// - Throws: `SettingsError` if that file can't be read.
    subscript(setting: any AnySetting) -> String? {
        get throws {
            if let value = values[setting.name], !value.isEmpty { return value }
            guard setting.isSecret, let path = values[setting.name + "_FILE"], !path.isEmpty else { return nil }
            let text = try Self.text(of: path) { "\(setting.name)_FILE names \(path), which \($0)" }
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    /// A file's text without its byte order mark.
    /// - Parameter sentence: completes the sentence about a file that can't be used.
    private static func text(of path: String, _ sentence: (String) -> String) throws -> String {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw SettingsError(sentence("can't be read"))
        }
        guard bytes.count <= largest else { throw SettingsError(sentence("is larger than a megabyte")) }
        // In UTF-16, which some Windows editors write, ASCII characters have a zero byte.
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw SettingsError(sentence("must be text in UTF-8"))
        }
        return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    }

    /// In bytes, so that a wrong path doesn't exhaust the memory.
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
