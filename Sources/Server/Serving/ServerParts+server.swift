import Core
import Logging
import NIOCore
import ServiceLifecycle
import Storage

extension ServerParts {
    /// The HTTP server with the API and the web app.
    /// - Parameters:
    ///   - extra: routes besides the API's.
    ///   - nowListens: called once connections are accepted.
    /// - Throws: `SettingsError` if `POLIER_WEB_DIR` holds no web app.
    func httpServer(extra: [Route], nowListens: @escaping @Sendable () -> Void) throws -> any Service {
        let (settings, logger, manager, live) = (settings, logger, manager, live)
        let api = API(
            database: database, hasher: hasher, runtime: .live, watch: watch, readiness: readiness,
            origins: settings.origins, proxies: settings.trustedProxies, links: settings.links,
            hasMail: settings.carriesMail, provesAddresses: settings.provesAddresses,
            registrationIsOpen: settings.registrationIsOpen, mailSigningKey: { live.mailgunSigningKey },
            lowStockPause: settings.lowStockPause, writesPerMinute: settings.writesPerMinute,
            factors: factors, operatedBy: settings.operatedBy, disk: disk)
        let web =
            try settings.webFolder.map {
                try WebPages.folder(
                    $0, registrationIsOpen: settings.registrationIsOpen, hasPasskeys: factors.offersPasskeys)
            }
            ?? .embedded(registrationIsOpen: settings.registrationIsOpen, hasPasskeys: factors.offersPasskeys)
        // If only this machine can ask, the metrics need no port of their own.
        let sharesPort = settings.metricsPort == nil && settings.origins.isLocal
        let responder = api.responder(
            logger: logger, web: web, traffic: traffic, requestLevel: settings.logFormat.requests,
            extra: extra + (sharesPort ? MetricsRoutes(metrics: metrics).routes : []))
        let connections = OpenConnections()
        let shared = HTTPConnection.Shared(
            responder.answers, arrival: .init(idle: .init(settings.idle)), connections: connections)
        return HTTPConnection(shared: shared).server(
            host: settings.httpHost, port: settings.httpPort, backlog: 1024,
            limit: ConnectionLimit(connections, logger: logger), logger: logger.quiet,
            nowListens: { channel in
                do {
                    try await Acceptance.begin(on: channel)
                } catch {
                    logger.warning("while all threads are busy, probes will wait: \(error)")
                }
                let port = channel.localAddress?.port ?? settings.httpPort
                logger.info("listening on http://\(settings.authority(port: port))")
                manager.tell(.ready, logger)
                nowListens()
            })
    }
}
