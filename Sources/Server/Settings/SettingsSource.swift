import Foundation

/// A place that settings come from: the environment, or a file of `NAME=VALUE` lines.
struct SettingsSource {
    let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// Reads a file as systemd reads an `EnvironmentFile`: blank lines and lines that begin with `#` don't count, quotes
    /// round a value are dropped.
    init(file path: String) throws {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SettingsError("the settings file \(path) can't be read")
        }
        var values: [String: String] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw SettingsError("\(path), line \(number + 1): a line must be NAME=VALUE")
            }
            var value = line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
            for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
                value = String(value.dropFirst().dropLast())
                break
            }
            values[line[..<equals].trimmingCharacters(in: .whitespaces)] = value
        }
        self.values = values
    }

    /// The setting's value, or for a secret what the file named by `NAME_FILE` holds. An empty value is none.
    subscript(setting: Setting) -> String? {
        get throws {
            if let value = values[setting.rawValue], !value.isEmpty { return value }
            guard setting.isSecret, let path = values[setting.rawValue + "_FILE"], !path.isEmpty else { return nil }
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw SettingsError("\(setting.rawValue)_FILE names \(path), which can't be read")
            }
            return text.trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }
}
