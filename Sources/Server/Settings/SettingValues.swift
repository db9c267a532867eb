import Foundation

/// The value of each setting: from a flag, else from the environment, else from the settings file.
@dynamicMemberLookup
struct SettingValues: Sendable {
    /// The texts of all settings that are set, by the variables' names.
    let texts: [String: String]
    private let values: [String: any Sendable]

    /// - Parameters:
    ///   - flags: the command line's flags, by the variables' names.
    ///   - environment: the process's environment.
    /// - Throws: `SettingsError` for the first unknown name or invalid value.
    init(flags: [String: String], environment: [String: String]) throws {
        try Self.refuseUnknown(Array(flags.keys), in: "the flags")
        let environment = SettingsSource(environment: environment)
        try Self.refuseUnknown(Array(environment.values.keys), in: "the environment")
        var sources = [environment]
        let config = SettingTable.rows.config
        if let path = try flags[config.name] ?? environment[config] {
            let file = try SettingsSource(file: path)
            try Self.refuseUnknown(Array(file.values.keys), in: path)
            sources.append(file)
        }
        var (texts, values) = (flags, [:] as [String: any Sendable])
        for setting in SettingTable.all {
            for source in sources where texts[setting.name] == nil { texts[setting.name] = try source[setting] }
            values[setting.name] = try setting.value(of: texts[setting.name])
        }
        (self.texts, self.values) = (texts, values)
    }

    /// The value of a row.
    subscript<Value>(dynamicMember row: KeyPath<SettingTable, Setting<Value>>) -> Value {
        let setting = SettingTable.rows[keyPath: row]
        return values[setting.name] as? Value ?? setting.rule.fallback
    }

    private static func refuseUnknown(_ names: [String], in place: String) throws {
        for name in names.sorted() {
            let base = name.hasSuffix("_FILE") ? String(name.dropLast(5)) : name
            if SettingTable.named(name) != nil || SettingTable.named(base)?.isSecret == true { continue }
            throw SettingsError("there is no setting \(name) (in \(place)); docs/settings.md lists them all")
        }
    }
}
