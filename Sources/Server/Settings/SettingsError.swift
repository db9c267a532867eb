/// A setting that can't be used: one sentence that names it.
struct SettingsError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// For a value that can't be used. At most 80 characters of its first line are quoted, and nothing of a secret.
    /// - Parameter need: what follows "it must".
    init<Value>(_ row: KeyPath<SettingTable, Setting<Value>>, is value: String, must need: String) {
        self.init(SettingTable.rows[keyPath: row], is: value, must: need)
    }

    /// The same for a row.
    init(_ setting: any AnySetting, is value: String, must need: String) {
        self.init(setting.name, is: value, must: need, isSecret: setting.isSecret)
    }

    /// - Parameter name: of the setting or flag.
    init(_ name: String, is value: String, must need: String, isSecret: Bool = false) {
        guard !isSecret else {
            self.init("\(name) must \(need)")
            return
        }
        var shown = ""
        // Another line may hold another setting.
        for scalar in value.unicodeScalars.prefix(while: { $0 != "\n" && $0 != "\r" }).prefix(80) {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: shown += scalar.escaped(asASCII: true)
            default: shown.unicodeScalars.append(scalar)
            }
        }
        if shown.unicodeScalars.count < value.unicodeScalars.count { shown += "…" }
        self.init("\(name) is '\(shown)'; it must \(need)")
    }
}
