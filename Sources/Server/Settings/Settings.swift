import Core
import Foundation
import Logging
import ObjectStore

/// The settings as they were found and checked.
struct Settings: Sendable {
    let databaseURL: String
    let databasePool: Int
    let databasePrepared: Bool
    /// A name or an address, without brackets.
    let httpHost: String
    let httpPort: Int
    /// The port that serves the metrics; nil where they have none of their own.
    let metricsPort: Int?
    /// How long a connection that was used may be idle.
    let idle: Duration
    let origins: Origins
    let trustedProxies: TrustedProxies
    let links: Links
    /// Whether companies register themselves.
    let registrationIsOpen: Bool
    let mail: MailSettings
    let lowStockPause: Duration
    /// How many changes a person may make in a minute; 0 for any number.
    let writesPerMinute: Int
    /// Where the web app is served from; nil for the binary's own.
    let webFolder: String?
    let operatedBy: OperatorSettings
    let migrates: Bool
    let drain: Duration
    /// Of all loggers that are made of these settings.
    let logLevel: LogThreshold.Shared
    let logFormat: LogFormat
    let adminPassword: String?
    let copyFrom: String?
    let copyTo: String?
    /// Where backups go when they are complete.
    let backupStore: ObjectStore?
    /// What each setting says that is set, from wherever it came.
    let values: [Setting: String]

    /// Only what says how mail leaves, in whose name and to which operator; what else there is may be wrong.
    init(forMail flags: [Setting: String], environment: [String: String]) throws {
        let here = SettingsSource(environment: environment).values
        let path = flags[.config] ?? here[Setting.config.rawValue]
        let file = try path.map { try SettingsSource(file: $0, skippingWrongLines: true).values } ?? [:]
        let wanted = Setting.allCases.filter { $0.isOfTransport || $0 == .operatorEmail || $0 == .publicURL }
        let names = Set(wanted.flatMap { [$0.rawValue, $0.rawValue + "_FILE"] })
        try self.init(flags: [:], environment: file.merging(here) { $1 }.filter { names.contains($0.key) })
    }

    /// - Parameters:
    ///   - flags: what the command line says.
    ///   - environment: the process's environment.
    init(flags: [Setting: String], environment: [String: String]) throws {
        let environment = SettingsSource(environment: environment)
        try Self.refuseUnknown(Array(environment.values.keys), in: "the environment")
        var sources = [environment]
        if let path = try flags[.config] ?? environment[.config] {
            let file = try SettingsSource(file: path)
            try Self.refuseUnknown(Array(file.values.keys), in: path)
            sources.append(file)
        }

        var found = flags
        func value(_ setting: Setting) throws -> String? {
            if let value = found[setting] { return value }
            for source in sources {
                guard let value = try source[setting] else { continue }
                found[setting] = value
                return value
            }
            return nil
        }
        func number(_ setting: Setting, _ range: ClosedRange<Int>, default fallback: Int) throws -> Int {
            guard let text = try value(setting) else { return fallback }
            guard let number = Int(text), range.contains(number) else {
                throw SettingsError(
                    setting, is: text, must: "be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }
        func choice<Value>(_ setting: Setting, _ choices: [(String, Value)], default fallback: Value) throws -> Value {
            guard let text = try value(setting) else { return fallback }
            guard let choice = choices.first(where: { $0.0 == text }) else {
                let words = choices.map(\.0).joined(separator: ", ")
                throw SettingsError(setting, is: text, must: "be one of \(words)")
            }
            return choice.1
        }

        databaseURL = try value(.databaseURL) ?? "sqlite:var/polier.sqlite"
        databasePool = try number(.databasePool, 2...200, default: 10)
        databasePrepared = try choice(.databasePrepared, [("true", true), ("false", false)], default: true)
        httpHost = Self.withoutBrackets(try value(.httpHost) ?? "127.0.0.1")
        httpPort = try number(.httpPort, 0...65535, default: 8080)
        metricsPort = try value(.metricsPort) == nil ? nil : number(.metricsPort, 1...65535, default: 0)
        if let metricsPort, metricsPort == httpPort {
            throw SettingsError(
                "POLIER_METRICS_PORT is \(metricsPort), which is the port of the server itself: choose another one")
        }
        idle = .seconds(try number(.idleSeconds, 5...86_400, default: 930))
        origins = try Origins(
            publicURL: try value(.publicURL)
                ?? "http://\(Self.authority(httpHost, httpPort))",
            allowed: try value(.allowedOrigins) ?? "",
            coversSubdomains: try choice(.hstsSubdomains, [("true", true), ("false", false)], default: false))
        let tokensInQuery = try choice(.linkTokens, [("fragment", false), ("query", true)], default: false)
        links = Links(publicURL: origins.publicURL, tokensInQuery: tokensInQuery)
        trustedProxies = try TrustedProxies(
            try value(.trustedProxies) ?? "",
            header: try choice(
                .clientAddressHeader, ClientAddressHeader.allCases.map { ($0.rawValue, $0) }, default: .xForwardedFor))
        registrationIsOpen = try choice(.registration, [("open", true), ("closed", false)], default: true)
        mail = try MailSettings(
            from: try value(.mailFrom), mailgunKey: try value(.mailgunKey), domain: try value(.mailgunDomain),
            baseURL: try value(.mailgunBaseURL), signingKey: try value(.mailgunSigningKey),
            isTest: try choice(.mailgunTestMode, [("true", true), ("false", false)], default: false),
            smtpURL: try value(.smtpURL), authorities: try value(.caFile), publicURL: try value(.publicURL))
        lowStockPause = .seconds(try number(.lowStockSeconds, 0...86_400, default: 600))
        writesPerMinute = try number(
            .writesPerMinute, 0...1_000_000, default: Int(clamping: Limit.personWrites.standard))
        webFolder = try value(.webFolder)
        operatedBy = OperatorSettings(
            name: try value(.operatorName), address: try value(.operatorAddress), email: try value(.operatorEmail),
            phone: try value(.operatorPhone),
            details: try value(.operatorDetails)?.replacingOccurrences(of: "\\n", with: "\n"))
        migrates = try choice(.migrate, [("auto", true), ("off", false)], default: true)
        drain = .seconds(try number(.drainSeconds, 0...600, default: 3))
        logLevel = .init(try choice(.logLevel, Logger.Level.allCases.map { ($0.rawValue, $0) }, default: .info))
        logFormat = try choice(.logFormat, LogFormat.allCases.map { ($0.rawValue, $0) }, default: .text)
        adminPassword = try value(.adminPassword)
        copyFrom = try value(.copyFrom)
        copyTo = try value(.copyTo)
        backupStore = try ObjectStore(
            settings: try value(.backupStoreURL), region: try value(.backupStoreRegion),
            keyID: try value(.backupStoreKeyID), secret: try value(.backupStoreSecret))
        values = found
    }

    /// Host and port as URLs have them.
    func authority(port: Int) -> String { Self.authority(httpHost, port) }

    private static func authority(_ host: String, _ port: Int) -> String {
        "\(host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host):\(port)"
    }

    /// Whether mail goes anywhere: by a way that is set, or into the log of a server that only its own machine reaches.
    var carriesMail: Bool { mail.hasWay || origins.isLocal }

    /// An IPv6 address as a URL has it is meant as well as the bare one.
    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    /// Whether who founds a company proves their e-mail address: not on this machine alone, nor where no mail could bring the link.
    var provesAddresses: Bool { !origins.isLocal && carriesMail }

    private static func refuseUnknown(_ names: [String], in place: String) throws {
        for name in names.sorted() {
            let base = name.hasSuffix("_FILE") ? String(name.dropLast(5)) : name
            if Setting(rawValue: name) != nil || Setting(rawValue: base)?.isSecret == true { continue }
            throw SettingsError("there is no setting \(name) (in \(place)); the README names them all")
        }
    }
}
