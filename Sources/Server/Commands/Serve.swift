import ArgumentParser
import Core
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import MailTransport
import NIOCore
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves the web app and the API.",
        discussion: "With no setting at all: SQLite in var/polier.sqlite, on http://127.0.0.1:8080.")

    @OptionGroup var database: DatabaseFlags
    @OptionGroup var address: AddressFlags

    @Option(
        help:
            "A port for /metrics alone; without it they are on the other one where only this machine can ask. [POLIER_METRICS_PORT]"
    )
    var metricsPort: String?

    @Option(
        help:
            "How long a connection may be idle before it is closed; more than the same time of a proxy in front. [POLIER_IDLE_SECONDS, 930]"
    )
    var idleSeconds: String?

    @Option(
        help: ArgumentHelp(
            "The address that people reach this server by, for links and cookies. [POLIER_PUBLIC_URL, http://HOST:PORT]"
        ))
    var publicURL: String?

    @Option(
        name: .customLong("hsts-subdomains"),
        help: ArgumentHelp(
            "true: with https, browsers keep to it for all names below the public address's too. [POLIER_HSTS_SUBDOMAINS, false]"
        ))
    var hstsSubdomains: String?

    @Option(
        help:
            "Where links carry their token: fragment, or query for a front end that reads it there. [POLIER_LINK_TOKENS, fragment]"
    )
    var linkTokens: String?

    @Option(
        help: "Other pages that may use this server: origins, separated by commas. [POLIER_ALLOWED_ORIGINS, none]")
    var allowedOrigins: String?

    @Option(
        help:
            "Proxies whose X-Forwarded-For and X-Request-Id count: addresses or networks, by commas. [POLIER_TRUSTED_PROXIES, none]"
    )
    var trustedProxies: String?

    @Option(
        help:
            "The header in which they name the client: x-forwarded-for, forwarded or x-real-ip. [POLIER_CLIENT_ADDRESS_HEADER, x-forwarded-for]"
    )
    var clientAddressHeader: String?

    @Option(help: "open, or closed: no company registers itself any more. [POLIER_REGISTRATION, open]")
    var registration: String?

    @Option(
        help: "Whom mail comes from, like Polier <polier@example.de>. [POLIER_MAIL_FROM, polier@ the domain at Mailgun]"
    )
    var mailFrom: String?

    @Option(help: "The domain at Mailgun; its key is POLIER_MAILGUN_API_KEY. [POLIER_MAILGUN_DOMAIN]")
    var mailgunDomain: String?

    @Option(
        name: .customLong("mailgun-base-url"),
        help: "Mailgun's region. [POLIER_MAILGUN_BASE_URL, https://api.mailgun.net]")
    var mailgunBaseURL: String?

    @Option(
        help: "A file of certificates (PEM) to trust besides the system's when mail is sent. [POLIER_CA_FILE]")
    var caFile: String?

    @Option(
        help:
            "How long to collect what else runs low after a mail that said so; the first waits a minute at most. [POLIER_LOW_STOCK_SECONDS, 600]"
    )
    var lowStockSeconds: String?

    @Option(
        help:
            "How many changes a person may make in a minute, and five times as many a company; 0 for any number, for load tests. [POLIER_WRITES_PER_MINUTE, 600]"
    )
    var writesPerMinute: String?

    @Option(
        help: "true: Mailgun takes mail on and delivers none. [POLIER_MAILGUN_TESTMODE, false]")
    var mailgunTestmode: String?

    @Option(
        name: .customLong("web-dir"),
        help: "Serves the web app from a folder, for those who work on it. [POLIER_WEB_DIR]")
    var webFolder: String?

    @Option(help: "Who runs this server, for the imprint and the privacy notice. [POLIER_OPERATOR_NAME]")
    var operatorName: String?

    @Option(help: "Their postal address. [POLIER_OPERATOR_ADDRESS]")
    var operatorAddress: String?

    @Option(help: "Their e-mail address. [POLIER_OPERATOR_EMAIL]")
    var operatorEmail: String?

    @Option(help: "Their phone number. [POLIER_OPERATOR_PHONE]")
    var operatorPhone: String?

    @Option(
        help: ArgumentHelp(
            "What else the law asks for, such as the register number; \\n begins a line. [POLIER_OPERATOR_DETAILS]"))
    var operatorDetails: String?

    @Option(
        help:
            "auto runs pending migrations at the start, off refuses to start while there are any. [POLIER_MIGRATE, auto]"
    )
    var migrate: String?

    @Option(help: "How long to go on serving after SIGTERM, while load balancers notice. [POLIER_DRAIN_SECONDS, 3]")
    var drainSeconds: String?

    @Option(help: ArgumentHelp("Answers GET /constant with this file's bytes, for make bench.", visibility: .private))
    var benchConstant: String?

    func run() async throws {
        var flags = address.values
        flags[.metricsPort] = metricsPort
        flags[.idleSeconds] = idleSeconds
        flags[.publicURL] = publicURL
        flags[.hstsSubdomains] = hstsSubdomains
        flags[.linkTokens] = linkTokens
        flags[.allowedOrigins] = allowedOrigins
        flags[.trustedProxies] = trustedProxies
        flags[.clientAddressHeader] = clientAddressHeader
        flags[.registration] = registration
        flags[.mailFrom] = mailFrom
        flags[.lowStockSeconds] = lowStockSeconds
        flags[.writesPerMinute] = writesPerMinute
        flags[.mailgunDomain] = mailgunDomain
        flags[.mailgunBaseURL] = mailgunBaseURL
        flags[.mailgunTestMode] = mailgunTestmode
        flags[.webFolder] = webFolder
        flags[.operatorName] = operatorName
        flags[.operatorAddress] = operatorAddress
        flags[.operatorEmail] = operatorEmail
        flags[.operatorPhone] = operatorPhone
        flags[.operatorDetails] = operatorDetails
        flags[.caFile] = caFile
        flags[.migrate] = migrate
        flags[.drainSeconds] = drainSeconds
        let (flagsOfAll, set) = (database, flags)
        try await Self.serve(extra: try constantRoute()) { try flagsOfAll.settings(set) }
    }

    /// - Parameter read: the settings as they are now; SIGHUP asks again.
    private static func serve(extra: [Route], _ read: @escaping @Sendable () throws -> Settings) async throws {
        // From here on it ends nothing; it is heard once the server runs.
        let reloads = await UnixSignalsSequence(trapping: .sighup)
        let settings = try read()
        let live = LiveSettings(settings)
        let manager = ServiceManager()
        let logger = settings.logger()
        try settings.checkHost()
        let database = try Stores.open(settings)
        // One core stays free for everything else. At most a quarter of a gigabyte: a container on a large machine sees all
        // of its cores, and has a limit of memory.
        let hasher = PasswordHasher(width: min(8, max(1, ProcessInfo.processInfo.activeProcessorCount - 1)))
        let readiness = Readiness(hasMail: settings.carriesMail)
        let watch = SecurityWatch(database, runtime: .live, log: SecurityLog(logger: logger).write)
        let api = API(
            database: database, hasher: hasher, runtime: .live, watch: watch, readiness: readiness,
            origins: settings.origins, proxies: settings.trustedProxies, links: settings.links,
            hasMail: settings.carriesMail, provesAddresses: settings.provesAddresses,
            registrationIsOpen: settings.registrationIsOpen, mailSigningKey: { live.mailgunSigningKey },
            lowStockPause: settings.lowStockPause, writesPerMinute: settings.writesPerMinute,
            operatedBy: settings.operatedBy, disk: Disk(databaseURL: settings.databaseURL))
        let web =
            try settings.webFolder.map {
                try WebPages.folder($0, registrationIsOpen: settings.registrationIsOpen)
            } ?? (settings.registrationIsOpen ? .embedded : .embeddedWithoutRegistration)
        let postroom = Postroom(width: MailService.atOnce, authorities: settings.mail.authorities)
        let fallback: any LetterTransport = settings.carriesMail ? LogTransport(logger: logger) : NoTransport()
        let transport = CurrentTransport(settings.mail.chain(postroom, runtime: .live) ?? fallback)
        let outbox = Outbox(database, runtime: .live)
        let upkeep = Upkeep(database)
        let traffic = Traffic()
        let process = ProcessMetrics()
        let metrics = Metrics(sources: [
            { process.all + StandardError.metrics }, { readiness.metrics }, { traffic.metrics },
            { database.metrics }, { hasher.metrics }, { await outbox.metrics },
            { transport.metrics }, { await upkeep.metrics },
        ])
        // Where nobody else can ask, they need no port of their own.
        let sharesPort = settings.metricsPort == nil && settings.origins.isLocal
        let responder = api.responder(
            logger: logger, web: web, traffic: traffic, requestLevel: settings.logFormat.requests,
            extra: extra + (sharesPort ? MetricsRoutes(metrics: metrics).routes : []))
        let connections = OpenConnections()
        let (listening, nowListens) = AsyncStream<Void>.makeStream()
        let application = Application(
            responder: responder,
            server: .checked(responder.early, arrival: .init(idle: .init(settings.idle)), connections: connections),
            configuration: .init(
                address: .hostname(settings.httpHost, port: settings.httpPort), backlog: 1024,
                availableConnectionsDelegate: ConnectionLimit(connections, logger: logger)),
            onServerRunning: { channel in
                do {
                    try await Acceptance.begin(on: channel)
                } catch {
                    logger.warning("while all threads are busy, probes will wait: \(error)")
                }
                let port = channel.localAddress?.port ?? settings.httpPort
                logger.info("listening on http://\(settings.authority(port: port))")
                manager.tell(.ready, logger)
                nowListens.yield()
            },
            logger: logger.quiet)
        let schema = SchemaService(
            database: database, migrator: Migrator(database, migrations: try Migration.embedded()),
            migrates: settings.migrates, readiness: readiness, logger: logger)
        try await schema.start()
        let housekeeping = HousekeepingService(
            housekeeping: Housekeeping(database, runtime: .live),
            companies: Companies(database, provesAddresses: settings.provesAddresses, runtime: .live),
            readiness: readiness, logger: logger)
        let security = SecurityService(watch: watch, readiness: readiness, logger: logger)
        let mail = MailService(
            outbox: outbox, writer: try LetterWriter(settings.links),
            transport: transport,
            readiness: readiness, logger: logger, hurry: postroom.hurry)
        if !settings.carriesMail {
            logger.warning(
                "no way for mail is set: invitations go only by the link that the app shows, and nobody can reset a password"
            )
        }
        if settings.origins.isUnnamed {
            logger.warning(
                "links begin with \(settings.origins.publicURL), which leads nowhere: POLIER_PUBLIC_URL must say how people get here"
            )
        }
        if settings.origins.isLocal && !settings.trustedProxies.isEmpty {
            logger.warning(
                """
                POLIER_PUBLIC_URL names this machine, and POLIER_TRUSTED_PROXIES a proxy: links, cookies, /metrics and the log \
                are as for people on this machine alone
                """)
        }
        if settings.origins.isHTTPS && settings.trustedProxies.isEmpty {
            logger.warning(
                "POLIER_TRUSTED_PROXIES is not set: behind a proxy, all sign-ins count as from one address")
        }
        let signals = StopSignals(logger: logger)
        let watching = Task { await signals.watch() }
        defer { watching.cancel() }
        let drain = DrainService(
            readiness: readiness, wait: settings.drain, signals: signals, manager: manager, logger: logger)
        let reload = ReloadService(
            settings: live, read: read, database: database, postroom: postroom, transport: transport, manager: manager,
            signals: reloads, listening: listening, logger: logger)
        let watchdog = WatchdogService(manager: manager, readiness: readiness, logger: logger)

        // Shutdown goes from the last to the first.
        var services: [any Service] = [watchdog, schema, housekeeping, security, mail, application, reload, drain]
        if let port = settings.metricsPort {
            services.insert(
                MetricsService(
                    application: MetricsRoutes(metrics: metrics).application(
                        host: settings.httpHost, port: port, logger: logger.quiet),
                    host: settings.httpHost, port: port),
                at: 0)
        }
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger.quiet)
        group.maximumGracefulShutdownDuration = settings.drain + .seconds(10)
        group.maximumCancellationDuration = .seconds(5)
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError {
            throw SettingsError(error, listeningOn: settings.httpHost, settings.httpPort, .httpPort)
        }
        await postroom.close()
        await hasher.close()
        await database.close()
        logger.info("stopped")
    }

    private func constantRoute() throws -> [Route] {
        guard let benchConstant else { return [] }
        guard let bytes = FileManager.default.contents(atPath: benchConstant) else {
            throw SettingsError("\(benchConstant) can't be read")
        }
        let answer = Answer(.ok, ByteBuffer(bytes: bytes), type: "application/json")
        return [
            .still(
                "/constant", .init("A file's bytes", "For make bench."), result: .text("application/json", "The bytes.")
            ) { answer }
        ]
    }
}

/// Serves the metrics on a port of their own.
private struct MetricsService<Served: Service>: Service {
    let application: Served
    let host: String
    let port: Int

    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw SettingsError(error, listeningOn: host, port, .metricsPort)
        }
    }
}

extension SettingsError {
    fileprivate init(_ error: IOError, listeningOn host: String, _ port: Int, _ setting: Setting) {
        let address = "\(host), port \(port)"
        let cause = String(cString: strerror(error.errnoCode))
        let sentence =
            switch error.errnoCode {
            case EADDRINUSE: "\(address) is taken: choose another port with \(setting.rawValue) or \(setting.flag)"
            case EACCES: "\(address) can't be listened on (\(cause)): choose another port with \(setting.rawValue)"
            default: "\(address) can't be listened on (\(cause)): see \(Setting.httpHost.rawValue)"
            }
        self.init(sentence)
    }
}

extension Logger {
    /// For libraries: what they say below a warning is no news to an operator, except when tracing.
    fileprivate var quiet: Logger {
        var logger = self
        logger.logLevel = .warning
        return logger
    }
}
