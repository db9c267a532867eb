import Core
import Foundation
import Logging
import ObjectStore

/// The settings, checked: the value of each row of `SettingTable`, and what follows from several of them.
@dynamicMemberLookup
struct Settings: Sendable {
    private let values: SettingValues
    let origins: Origins
    let trustedProxies: TrustedProxies
    let links: Links
    let mail: MailSettings
    let operatedBy: OperatorSettings
    /// The level of all loggers made from these settings.
    let logThreshold: LogThreshold.Shared
    /// The store to which complete backups are uploaded.
    let backupStore: ObjectStore?

    /// Only the settings for mail and for the operator's address; others may be invalid.
    /// - Throws: `SettingsError`.
    init(forMail flags: [String: String], environment: [String: String]) throws {
        let rows = SettingTable.rows
        let here = SettingsSource(environment: environment).values
        let path = flags[rows.config.name] ?? here[rows.config.name]
        let file = try path.map { try SettingsSource(file: $0, skippingWrongLines: true).values } ?? [:]
        let wanted = SettingTable.all.filter { $0.reload == .transport } + [rows.operatorEmail, rows.publicURL]
        let names = Set(wanted.flatMap { [$0.name, $0.name + "_FILE"] })
        try self.init(flags: [:], environment: file.merging(here) { $1 }.filter { names.contains($0.key) })
    }

    /// - Parameters:
    ///   - flags: the command line's flags, by the variables' names.
    ///   - environment: the process's environment.
    /// - Throws: `SettingsError` for the first invalid setting or contradiction; `CopyRefusal` for an invalid URL of a store.
    init(flags: [String: String], environment: [String: String]) throws {
        let values = try SettingValues(flags: flags, environment: environment)
        self.values = values
        if let metricsPort = values.metricsPort, metricsPort == values.httpPort {
            throw SettingsError(
                "POLIER_METRICS_PORT is \(metricsPort), which is the port of the server itself: choose another one")
        }
        origins = try Origins(
            publicURL: values.publicURL ?? "http://\(Self.authority(values.httpHost, values.httpPort))",
            allowed: values.allowedOrigins, coversSubdomains: values.hstsSubdomains)
        links = Links(publicURL: origins.publicURL, tokensInQuery: values.linkTokensInQuery)
        trustedProxies = try TrustedProxies(values.proxies, header: values.clientAddressHeader)
        mail = try MailSettings(values)
        operatedBy = OperatorSettings(
            name: values.operatorName, address: values.operatorAddress, email: values.operatorEmail,
            phone: values.operatorPhone, details: values.operatorDetails)
        logThreshold = .init(values.logLevel)
        backupStore = try ObjectStore(values)
    }

    /// The value of a row.
    subscript<Value>(dynamicMember row: KeyPath<SettingTable, Setting<Value>>) -> Value {
        values[dynamicMember: row]
    }

    /// The texts of all settings that are set, by the variables' names.
    var texts: [String: String] { values.texts }

    /// Host and port as URLs have them.
    func authority(port: Int) -> String { Self.authority(self.httpHost, port) }

    private static func authority(_ host: String, _ port: Int) -> String {
        "\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)"
    }

    /// The rules of second factors: at an address for this machine alone they can be tried out without a key.
    func factorPolicy(whenUnreadable: @escaping @Sendable () -> Void = {}) -> FactorPolicy {
        FactorPolicy(
            key: self.secretKey ?? (origins.isLocal ? .local : nil),
            operatorsNeedOne: self.operatorsNeedFactor ?? !origins.isLocal, passkeys: origins.relyingParty,
            whenUnreadable: whenUnreadable)
    }

    /// For the log and `polier check`, where factors are there that the key doesn't open.
    static let unreadableFactors = """
        Second factors are sealed under another key than POLIER_SECRET_KEY is: set the one that was used, or people need a recovery code, \
        or 'polier reset-factor'.
        """

    /// For the same, where no one can add a factor; nil if everyone can.
    var missingKey: String? {
        guard !origins.isLocal, self.secretKey == nil else { return nil }
        let who = factorPolicy().operatorsNeedOne ? ", and operators can do nothing before they have one" : ""
        return "POLIER_SECRET_KEY is not set: no one can add a second factor\(who). 'polier create-key' makes a key."
    }

    /// Whether mail is sent: through a transport, or into the log of a server that only its own machine can reach.
    var carriesMail: Bool { mail.hasTransport || origins.isLocal }

    /// Whether a company's founder must prove their email address: not on a server for its own machine, nor without mail.
    var provesAddresses: Bool { !origins.isLocal && carriesMail }
}
