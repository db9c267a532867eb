import Core
import Logging
import NIOCore
import ServiceLifecycle
import Storage
import UnixSignals

/// The life of `polier serve`, from its settings to the last line of its log.
enum ServerProcess {
    /// How long open requests may take to finish after draining, and how long what doesn't finish has to react to its cancellation.
    private static let (grace, cancellation) = (Duration.seconds(10), Duration.seconds(5))

    /// Returns once the server has stopped.
    /// - Parameters:
    ///   - extra: routes besides the API's.
    ///   - read: reads the current settings; called again after SIGHUP.
    /// - Throws: `SettingsError` for settings that can't be used or an address that can't be listened on; `SchemaRefusal`; `StorageError`
    ///   of kind `.misconfigured`.
    static func run(extra: [Route], _ read: @escaping @Sendable () throws -> Settings) async throws {
        // From here on SIGHUP doesn't end the process; it is handled once the server runs.
        let reloads = await UnixSignalsSequence(trapping: .sighup)
        let settings = try read()
        let logger = settings.logger()
        try settings.checkHost()
        // Held until the process ends, and taken before the database is opened: that would create a file that was moved away.
        var serving: ServingLock?
        if let path = try Stores.preparedPath(settings.databaseURL, named: SettingTable.rows.databaseURL.name) {
            let longest = settings.drain + grace + cancellation
            serving = try await ServingLock.take(for: path, timeout: longest + .seconds(5), logger)
        }
        let parts = try ServerParts(settings, logger)
        let (listening, nowListens) = AsyncStream<Void>.makeStream()
        let server = try parts.httpServer(extra: extra) { nowListens.yield() }
        let schema = SchemaService(
            database: parts.database, migrator: parts.migrator, migrates: settings.migrates,
            readiness: parts.readiness, logger: logger)
        try await schema.start()
        settings.warn(logger)
        let factors = Factors(parts.database, policy: parts.factors, runtime: .live)
        if parts.readiness.schemaFits, (try? await factors.areUnreadable()) == true { parts.factors.tellUnreadable() }

        let signals = StopSignals(logger: logger)
        let watching = Task { await signals.watch() }
        defer { watching.cancel() }
        let drain = DrainService(
            readiness: parts.readiness, wait: settings.drain, signals: signals, manager: parts.manager, logger: logger)
        let reload = ReloadService(
            settings: parts.live, read: read, database: parts.database, transfers: parts.mail.transfers,
            transport: parts.mail.transport, manager: parts.manager, signals: reloads, listening: listening,
            logger: logger)
        // Shutdown goes from the last to the first.
        let services: [any Service] =
            parts.metricsServices + [
                parts.watchdog, schema, parts.housekeeping, parts.reminding, parts.security, parts.mail.service,
                server, reload, drain,
            ]
        var group = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger.quiet)
        group.maximumGracefulShutdownDuration = settings.drain + grace
        group.maximumCancellationDuration = cancellation
        do {
            try await ServiceGroup(configuration: group).run()
        } catch let error as IOError {
            throw SettingsError(error, listeningOn: settings.httpHost, settings.httpPort, \.httpPort)
        }
        await parts.close()
        withExtendedLifetime(serving) {}
        logger.info("stopped")
    }
}
