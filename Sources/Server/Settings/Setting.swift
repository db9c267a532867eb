/// One setting: its variable's name, the values that it takes, its default, its flag, whether it is secret, and what SIGHUP does with it.
/// The environment, the settings file, flags, `--help`, error sentences, reloading and the test of the documentation all follow from
/// the rows of `SettingTable`.
struct Setting<Value: Sendable>: AnySetting {
    let name: String
    let rule: SettingRule<Value>
    let flag: SettingFlag?
    let isSecret: Bool
    let reload: SettingReload
    let defaultText: String?

    /// - Parameters:
    ///   - defaultText: the default that `--help` shows, if the rule doesn't know it.
    ///   - isSecret: whether its value is never printed, and may be in a file that `NAME_FILE` names.
    init(
        _ name: String, _ rule: SettingRule<Value>, default defaultText: String? = nil, isSecret: Bool = false,
        reload: SettingReload = .restart, flag: SettingFlag? = nil
    ) {
        (self.name, self.rule, self.flag, self.isSecret, self.reload) = (name, rule, flag, isSecret, reload)
        self.defaultText = defaultText ?? rule.defaultText
    }

    var fallbackText: String? { rule.defaultText }

    func value(of text: String?) throws -> any Sendable { try rule.value(of: text, for: self) }
}

/// A setting of any type.
protocol AnySetting: Sendable {
    /// The environment variable's name: `POLIER_HTTP_PORT`.
    var name: String { get }
    /// Nil if it has no flag.
    var flag: SettingFlag? { get }
    var isSecret: Bool { get }
    var reload: SettingReload { get }
    /// The default that `--help` shows.
    var defaultText: String? { get }
    /// The default value as text; nil if there is none, or if it depends on other settings.
    var fallbackText: String? { get }
    /// - Parameter text: nil if it isn't set.
    /// - Throws: `SettingsError` if the text isn't a valid value.
    func value(of text: String?) throws -> any Sendable
}

extension AnySetting {
    /// Without the dashes: `http-port`.
    var flagName: String {
        flag?.name ?? name.dropFirst("POLIER_".count).lowercased().replacing("_", with: "-")
    }

    /// The flag's explanation in `--help`.
    var help: String { "\(flag?.help ?? "") [\(name)\(defaultText.map { ", \($0)" } ?? "")]" }
}

/// The flag of a setting.
struct SettingFlag: Sendable {
    enum Commands { case withDatabase, listening, serve, copy }

    /// The commands that have it.
    let commands: Commands
    /// The explanation, without the variable's name and the default.
    let help: String
    /// Nil for the variable's name: `http-port`.
    let name: String?

    static func withDatabase(_ help: String) -> SettingFlag { .init(commands: .withDatabase, help: help, name: nil) }
    static func listening(_ help: String) -> SettingFlag { .init(commands: .listening, help: help, name: nil) }
    static func serve(_ help: String) -> SettingFlag { .init(commands: .serve, help: help, name: nil) }
    static func copy(_ name: String, _ help: String) -> SettingFlag { .init(commands: .copy, help: help, name: name) }
}

/// What a running server does about a changed value after SIGHUP.
enum SettingReload {
    /// Logs that the change needs a restart.
    case restart
    /// Applies it at once.
    case live
    /// Applies it to mail, provided that Mailgun and SMTP are still set if and only if they were at the start.
    case transport
    /// Ignores it, because only other commands use it.
    case ignored
}
