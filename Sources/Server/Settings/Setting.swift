/// Everything that can be set, by the name of its environment variable. A flag of the same name (`--http-port`) comes first,
/// then the environment, then the settings file.
enum Setting: String, CaseIterable {
    case databaseURL = "POLIER_DATABASE_URL"
    case databasePool = "POLIER_DATABASE_POOL"
    case databasePrepared = "POLIER_DATABASE_PREPARED"
    case httpHost = "POLIER_HTTP_HOST"
    case httpPort = "POLIER_HTTP_PORT"
    case metricsPort = "POLIER_METRICS_PORT"
    case publicURL = "POLIER_PUBLIC_URL"
    case allowedOrigins = "POLIER_ALLOWED_ORIGINS"
    case hstsSubdomains = "POLIER_HSTS_SUBDOMAINS"
    case linkTokens = "POLIER_LINK_TOKENS"
    case trustedProxies = "POLIER_TRUSTED_PROXIES"
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

    /// Variables that Kubernetes sets by itself where a Service is named `polier`.
    static func isKubernetesOwn(_ name: String) -> Bool {
        name.hasPrefix("POLIER_SERVICE_") || name == "POLIER_PORT" || name.hasPrefix("POLIER_PORT_")
    }
}

/// A setting that can't be used: one sentence that names it.
struct SettingsError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
