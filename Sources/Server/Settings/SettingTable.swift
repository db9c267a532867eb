import Core
import Logging

/// All settings, one row each. To add one, add its row here and its line to the table in the documentation; `Settings` has the value
/// under the row's name.
struct SettingTable: Sendable {
    // MARK: Every command with a database

    let config = Setting("POLIER_CONFIG", .text, flag: .withDatabase("A file of NAME=VALUE settings."))
    let databaseURL = Setting(
        "POLIER_DATABASE_URL", .text(default: "sqlite:var/polier.sqlite"), isSecret: true, reload: .live,
        flag: .withDatabase("sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME."))
    let databasePool = Setting(
        "POLIER_DATABASE_POOL", .number(2...200, default: 10),
        flag: .withDatabase("The most connections to PostgreSQL."))
    let databasePrepared = Setting(
        "POLIER_DATABASE_PREPARED", .truth(default: true),
        flag: .withDatabase("true, or false for a PgBouncer without prepared statements."))
    let logLevel = Setting(
        "POLIER_LOG_LEVEL", .oneOfAll(default: Logger.Level.info), reload: .live,
        flag: .withDatabase("trace, debug, info, notice, warning, error or critical."))
    let logFormat = Setting(
        "POLIER_LOG_FORMAT", .oneOfAll(default: LogFormat.text),
        flag: .withDatabase("text, or json: one object per line, and a line for each request except probes."))

    // MARK: Commands that listen, or ask a server that does

    /// A name or an address; an IPv6 address is without brackets.
    let httpHost = Setting(
        "POLIER_HTTP_HOST", .text(default: "127.0.0.1").map(Self.withoutBrackets),
        flag: .listening("The address to listen on."))
    let httpPort = Setting(
        "POLIER_HTTP_PORT", .number(0...65535, default: 8080), flag: .listening("The port to listen on."))

    // MARK: The server

    /// Nil if the metrics have no port of their own.
    let metricsPort = Setting(
        "POLIER_METRICS_PORT", .number(1...65535),
        flag: .serve(
            "A port for /metrics alone; without it they are on the main port if only this machine can reach that."))
    let idle = Setting(
        "POLIER_IDLE_SECONDS", .seconds(5...86_400, default: 930),
        flag: .serve(
            "Seconds that a connection may be idle before it is closed, 5 to 86400; more than a proxy in front allows.")
    )
    let publicURL = Setting(
        "POLIER_PUBLIC_URL", .text, default: "http://HOST:PORT",
        flag: .serve("The address at which people reach this server, for links and cookies."))
    let hstsSubdomains = Setting(
        "POLIER_HSTS_SUBDOMAINS", .truth(default: false),
        flag: .serve("true: with https, browsers use https for every name below the public address too."))
    let linkTokensInQuery = Setting(
        "POLIER_LINK_TOKENS", .choice([("fragment", false), ("query", true)], default: false),
        flag: .serve(
            "The part of links that carries the token: fragment, or query for a front end that reads it there."))
    let allowedOrigins = Setting(
        "POLIER_ALLOWED_ORIGINS", .text(default: ""), default: "none",
        flag: .serve("Other pages that may use this server: origins, separated by commas."))
    let proxies = Setting(
        "POLIER_TRUSTED_PROXIES", .text(default: ""), default: "none",
        flag: .serve(
            "Proxies whose X-Forwarded-For and X-Request-Id are trusted: addresses or networks, separated by commas."))
    let clientAddressHeader = Setting(
        "POLIER_CLIENT_ADDRESS_HEADER", .oneOfAll(default: ClientAddressHeader.xForwardedFor),
        flag: .serve("The header in which they name the client: x-forwarded-for, forwarded or x-real-ip."))
    /// Whether companies can register themselves.
    let registrationIsOpen = Setting(
        "POLIER_REGISTRATION", .choice([("open", true), ("closed", false)], default: true),
        flag: .serve("open, or closed: no company can register itself."))
    /// Nil if it isn't set.
    let secretKey = Setting(
        "POLIER_SECRET_KEY",
        SettingRule<SecretKey?>(
            default: nil, nil, must: "be 64 hexadecimal digits, as 'polier create-key' prints them"
        ) { SecretKey($0).map(Optional.some) }, isSecret: true)
    /// Nil if it isn't set: then it depends on the address.
    let operatorsNeedFactor = Setting(
        "POLIER_OPERATOR_SECOND_FACTOR", .choice([("required", true), ("optional", false)], default: Bool?.none),
        default: "required unless the address is local",
        flag: .serve("required, or optional: whether operators can do nothing before they have a second factor."))
    let mailFrom = Setting(
        "POLIER_MAIL_FROM", .text, default: "polier@ the Mailgun domain", reload: .transport,
        flag: .serve("The sender of mail, such as Polier <polier@example.de>."))
    let mailgunKey = Setting("POLIER_MAILGUN_API_KEY", .text, isSecret: true, reload: .transport)
    let mailgunDomain = Setting(
        "POLIER_MAILGUN_DOMAIN", .text, reload: .transport,
        flag: .serve("The domain at Mailgun; its key is POLIER_MAILGUN_API_KEY."))
    let mailgunBaseURL = Setting(
        "POLIER_MAILGUN_BASE_URL", .text(default: "https://api.mailgun.net"), reload: .transport,
        flag: .serve("Mailgun's region."))
    let mailgunSigningKey = Setting("POLIER_MAILGUN_SIGNING_KEY", .text, isSecret: true, reload: .live)
    let smtpURL = Setting("POLIER_SMTP_URL", .text, isSecret: true, reload: .transport)
    let caFile = Setting(
        "POLIER_CA_FILE", .text, reload: .transport,
        flag: .serve("A file of certificates (PEM) that mail trusts besides the system's."))
    let lowStockPause = Setting(
        "POLIER_LOW_STOCK_SECONDS", .seconds(0...86_400, default: 600),
        flag: .serve(
            "Seconds between mails about low stock, in which further materials are collected; the first mail waits a minute at most."
        ))
    /// 0 for any number.
    let writesPerMinute = Setting(
        "POLIER_WRITES_PER_MINUTE", .number(0...1_000_000, default: Int(clamping: Limit.personWrites.standard)),
        flag: .serve(
            "How many changes a person may make in a minute, and five times as many a company; 0 for any number, for load tests."
        ))
    let mailgunTestMode = Setting(
        "POLIER_MAILGUN_TESTMODE", .truth(default: false), reload: .transport,
        flag: .serve("true: Mailgun accepts mail and delivers none."))
    /// Nil for the web app in the binary.
    let webFolder = Setting(
        "POLIER_WEB_DIR", .text, flag: .serve("A folder to serve the web app from, for development."))
    let operatorName = Setting(
        "POLIER_OPERATOR_NAME", .text,
        flag: .serve("The operator of this server, for the imprint and the privacy notice."))
    let operatorAddress = Setting("POLIER_OPERATOR_ADDRESS", .text, flag: .serve("Their postal address."))
    let operatorEmail = Setting("POLIER_OPERATOR_EMAIL", .text, flag: .serve("Their email address."))
    let operatorPhone = Setting("POLIER_OPERATOR_PHONE", .text, flag: .serve("Their phone number."))
    let operatorDetails = Setting(
        "POLIER_OPERATOR_DETAILS", .text.map { $0?.replacing("\\n", with: "\n") },
        flag: .serve("Further details that the law requires, such as the register number; \\n begins a line."))
    /// Whether the start runs pending migrations.
    let migrates = Setting(
        "POLIER_MIGRATE", .choice([("auto", true), ("off", false)], default: true),
        flag: .serve("auto runs pending migrations at the start; off refuses to start while there are any."))
    let drain = Setting(
        "POLIER_DRAIN_SECONDS", .seconds(0...600, default: 3),
        flag: .serve("Seconds to keep serving after SIGTERM, while load balancers notice."))

    // MARK: Other commands

    let adminPassword = Setting("POLIER_ADMIN_PASSWORD", .text, isSecret: true, reload: .ignored)
    let copyFrom = Setting(
        "POLIER_COPY_FROM", .text, isSecret: true, reload: .ignored,
        flag: .copy("from", "The database to read: sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME."))
    let copyTo = Setting(
        "POLIER_COPY_TO", .text, isSecret: true, reload: .ignored, flag: .copy("to", "The empty database to fill."))
    let backupStoreURL = Setting("POLIER_BACKUP_S3_URL", .text, reload: .ignored)
    let backupStoreRegion = Setting("POLIER_BACKUP_S3_REGION", .text(default: "us-east-1"), reload: .ignored)
    let backupStoreKeyID = Setting("POLIER_BACKUP_S3_ACCESS_KEY_ID", .text, isSecret: true, reload: .ignored)
    let backupStoreSecret = Setting("POLIER_BACKUP_S3_SECRET_ACCESS_KEY", .text, isSecret: true, reload: .ignored)

    static let rows = SettingTable()

    /// All rows, in order.
    static let all: [any AnySetting] = Mirror(reflecting: rows).children.compactMap { $0.value as? any AnySetting }

    /// The row of an environment variable; nil if there is none.
    static func named(_ name: String) -> (any AnySetting)? { byName[name] }
    private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

    private static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }
}
