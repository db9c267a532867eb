import ArgumentParser
import Foundation

/// The flags of a group of settings, from their rows. ArgumentParser finds a type's options through its mirror, so this one's mirror has
/// an option for each row.
struct SettingFlags<Group: FlagGroup>: ParsableArguments, CustomReflectable {
    /// The flags' values, by the variables' names.
    let values: [String: String]

    init() { values = [:] }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        var values: [String: String] = [:]
        for setting in Group.settings {
            values[setting.name] = try container.decode(Option<String?>.self, forKey: Key(setting.name)).wrappedValue
        }
        self.values = values
    }

    var customMirror: Mirror {
        Mirror(
            self,
            children: Group.settings.map { setting in
                let option = Option<String?>(
                    name: .customLong(setting.flagName),
                    help: ArgumentHelp(stringLiteral: setting.help))
                return (label: setting.name, value: option)
            })
    }

    /// All settings; these flags and `more` take precedence over the environment and the file.
    /// - Parameter more: other flags' values, by the variables' names.
    /// - Throws: `SettingsError` or `CopyRefusal` for what can't be used.
    func settings(_ more: [String: String] = [:]) throws -> Settings {
        try Settings(
            flags: values.merging(more) { _, new in new }, environment: ProcessInfo.processInfo.environment)
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }
}

/// The settings for which some commands have flags.
protocol FlagGroup {
    static var settings: [any AnySetting] { get }
}

/// The flags of every command with a database.
typealias DatabaseFlags = SettingFlags<WithDatabase>
enum WithDatabase: FlagGroup {
    static let settings = SettingTable.all.filter { $0.flag?.commands == .withDatabase }
}

/// The flags of commands that listen, or ask a server that does.
typealias AddressFlags = SettingFlags<Listening>
enum Listening: FlagGroup {
    static let settings = SettingTable.all.filter { $0.flag?.commands == .listening }
}

/// The flags of `serve` alone.
typealias ServeFlags = SettingFlags<Serving>
enum Serving: FlagGroup {
    static let settings = SettingTable.all.filter { $0.flag?.commands == .serve }
}

/// The flags of `copy`, which has two databases of its own.
typealias CopyFlags = SettingFlags<Copying>
enum Copying: FlagGroup {
    static let settings = SettingTable.all.filter { $0.flag?.commands == .copy } + [SettingTable.rows.config]
}

/// The flag of commands that need the settings and no database.
typealias ConfigFlags = SettingFlags<Configured>
enum Configured: FlagGroup {
    static let settings: [any AnySetting] = [SettingTable.rows.config]
}
