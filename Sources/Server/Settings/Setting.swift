/// Everything that can be set, by the name of its environment variable. A flag of the same name (`--http-port`) comes first,
/// then the environment, then the settings file.
enum Setting: String, CaseIterable {
    case databaseURL = "POLIER_DATABASE_URL"
    case databasePool = "POLIER_DATABASE_POOL"
    case databasePrepared = "POLIER_DATABASE_PREPARED"
    case httpHost = "POLIER_HTTP_HOST"
    case httpPort = "POLIER_HTTP_PORT"
    case metricsPort = "POLIER_METRICS_PORT"
    case idleSeconds = "POLIER_IDLE_SECONDS"
    case publicURL = "POLIER_PUBLIC_URL"
    case allowedOrigins = "POLIER_ALLOWED_ORIGINS"
    case hstsSubdomains = "POLIER_HSTS_SUBDOMAINS"
    case linkTokens = "POLIER_LINK_TOKENS"
    case trustedProxies = "POLIER_TRUSTED_PROXIES"
    case clientAddressHeader = "POLIER_CLIENT_ADDRESS_HEADER"
    case registration = "POLIER_REGISTRATION"
    case mailFrom = "POLIER_MAIL_FROM"
    case mailgunKey = "POLIER_MAILGUN_API_KEY"
    case mailgunDomain = "POLIER_MAILGUN_DOMAIN"
    case mailgunBaseURL = "POLIER_MAILGUN_BASE_URL"
    case mailgunSigningKey = "POLIER_MAILGUN_SIGNING_KEY"
    case mailgunTestMode = "POLIER_MAILGUN_TESTMODE"
    case lowStockSeconds = "POLIER_LOW_STOCK_SECONDS"
    case writesPerMinute = "POLIER_WRITES_PER_MINUTE"
    case smtpURL = "POLIER_SMTP_URL"
    case caFile = "POLIER_CA_FILE"
    case webFolder = "POLIER_WEB_DIR"
    case operatorName = "POLIER_OPERATOR_NAME"
    case operatorAddress = "POLIER_OPERATOR_ADDRESS"
    case operatorEmail = "POLIER_OPERATOR_EMAIL"
    case operatorPhone = "POLIER_OPERATOR_PHONE"
    case operatorDetails = "POLIER_OPERATOR_DETAILS"
    case migrate = "POLIER_MIGRATE"
    case drainSeconds = "POLIER_DRAIN_SECONDS"
    case logLevel = "POLIER_LOG_LEVEL"
    case logFormat = "POLIER_LOG_FORMAT"
    case adminPassword = "POLIER_ADMIN_PASSWORD"
    case copyFrom = "POLIER_COPY_FROM"
    case copyTo = "POLIER_COPY_TO"
    case backupStoreURL = "POLIER_BACKUP_S3_URL"
    case backupStoreRegion = "POLIER_BACKUP_S3_REGION"
    case backupStoreKeyID = "POLIER_BACKUP_S3_ACCESS_KEY_ID"
    case backupStoreSecret = "POLIER_BACKUP_S3_SECRET_ACCESS_KEY"
    case config = "POLIER_CONFIG"

    /// As the command line has it: `--http-port`.
    var flag: String { "--" + rawValue.dropFirst("POLIER_".count).lowercased().replacing("_", with: "-") }

    /// Whether the value may be put into a file that `NAME_FILE` names. Its value is never printed.
    var isSecret: Bool {
        switch self {
        case .databaseURL, .adminPassword, .mailgunKey, .mailgunSigningKey, .smtpURL, .copyFrom, .copyTo,
            .backupStoreKeyID,
            .backupStoreSecret:
            true
        default: false
        }
    }

    /// Whether a variable of the environment is one that Kubernetes and Docker's links set by themselves for a Service whose name
    /// begins with `polier` (`polier-postgres`): `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT`, `NAME_SERVICE_PORT_…`, `NAME_PORT` with
    /// an address like tcp://10.0.0.1:5432, and `NAME_PORT_5432_TCP…`. A Service named `polier-http` gives `POLIER_HTTP_PORT` such
    /// a value, so the name alone doesn't tell.
    static func isSetByTheCluster(_ name: String, _ value: String) -> Bool {
        guard name.hasPrefix("POLIER_") else { return false }
        if name.hasSuffix("_PORT"), ["tcp://", "udp://", "sctp://"].contains(where: value.hasPrefix) { return true }
        if Setting(rawValue: name) != nil { return false }
        let words = name.split(separator: "_", omittingEmptySubsequences: false).dropFirst()
        return words.indices.contains { index in
            let rest = words[index...]
            return rest.starts(with: ["SERVICE", "HOST"]) && rest.count == 2 || rest.starts(with: ["SERVICE", "PORT"])
                || rest.count >= 3 && rest.first == "PORT" && Int(rest[index + 1]) != nil
                    && ["TCP", "UDP", "SCTP"].contains(rest[index + 2])
        }
    }
}

/// A setting that can't be used: one sentence that names it.
struct SettingsError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// For a value that can't be used. Its first line is quoted, as far as it is short, and nothing of it where it is a secret.
    /// - Parameter need: what follows "it must".
    init(_ setting: Setting, is value: String, must need: String) {
        self.init(setting.rawValue, is: value, must: need, isSecret: setting.isSecret)
    }

    /// - Parameter name: of the setting or flag.
    init(_ name: String, is value: String, must need: String, isSecret: Bool = false) {
        guard !isSecret else {
            self.init("\(name) must \(need)")
            return
        }
        var shown = ""
        // What stands on another line may be another setting.
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
