import Core
import Foundation
import Logging
import MailTransport
import ServiceLifecycle
import Storage

/// The parts of a server. Each is created once from the settings, and passed to those that need it.
struct ServerParts {
    let settings: Settings
    let logger: Logger
    let live: LiveSettings
    let manager = ServiceManager()
    let database: any BulkDatabase
    let migrator: Migrator
    let hasher: PasswordHasher
    let readiness: Readiness
    /// The one that SQLite's file is on; nil on PostgreSQL.
    let disk: Disk?
    let watch: SecurityWatch
    let factors: FactorPolicy
    let traffic = Traffic()
    let mail: MailParts
    let metrics: Metrics

    /// Connects to nothing yet.
    /// - Throws: `SettingsError` for a database URL that can't be used; `StorageError` if SQLite's file can't be opened.
    init(_ settings: Settings, _ logger: Logger) throws {
        (self.settings, self.logger) = (settings, logger)
        live = LiveSettings(settings)
        factors = settings.factorPolicy { logger.error("\(Settings.unreadableFactors)") }
        let database = try Stores.open(settings, logger: logger)
        self.database = database
        migrator = Migrator(database, migrations: try Migration.embedded())
        // One core stays free for everything else. At most a quarter of a gigabyte: a container on a large machine sees all
        // of its cores, and has a limit of memory.
        let hasher = PasswordHasher(width: min(8, max(1, ProcessInfo.processInfo.activeProcessorCount - 1)))
        self.hasher = hasher
        let readiness = Readiness(hasMail: settings.carriesMail)
        self.readiness = readiness
        watch = SecurityWatch(database, runtime: .live, log: SecurityLog(logger: logger).write)
        let mail = try MailParts(settings, database, readiness, logger)
        self.mail = mail
        let disk = Disk(databaseURL: settings.databaseURL)
        self.disk = disk
        let (upkeep, process, requests) = (Upkeep(database), ProcessMetrics(), traffic)
        metrics = Metrics(sources: [
            { process.all + StandardError.metrics }, { readiness.metrics }, { requests.metrics },
            { database.metrics }, { hasher.metrics }, { await mail.outbox.metrics },
            { mail.transport.metrics }, { await upkeep.metrics }, { disk?.metrics ?? [] },
        ])
    }

    var watchdog: WatchdogService { .init(manager: manager, readiness: readiness, logger: logger) }

    var housekeeping: HousekeepingService {
        .init(
            housekeeping: Housekeeping(database, runtime: .live),
            companies: Companies(database, provesAddresses: settings.provesAddresses, runtime: .live),
            hours: HoursCheck(database, runtime: .live), erasures: HourErasures(database, runtime: .live),
            readiness: readiness, logger: logger)
    }

    var reminding: ReminderService {
        .init(
            stillThere: StillThere(database, provesAddresses: settings.provesAddresses, runtime: .live),
            readiness: readiness, logger: logger)
    }

    var security: SecurityService { .init(watch: watch, readiness: readiness, logger: logger) }

    /// Empty if the metrics have no port of their own.
    var metricsServices: [any Service] {
        guard let port = settings.metricsPort else { return [] }
        let server = MetricsRoutes(metrics: metrics).server(host: settings.httpHost, port: port, logger: logger.quiet)
        return [MetricsService(server: server, host: settings.httpHost, port: port)]
    }

    /// Closes what holds threads and connections, once no service runs any more.
    func close() async {
        await mail.transfers.close()
        await hasher.close()
        await database.close()
    }
}
