import NIOCore
import ServiceLifecycle

/// Serves the metrics on a port of their own.
struct MetricsService<Served: Service>: Service {
    let application: Served
    let host: String
    let port: Int

    /// - Throws: `SettingsError` if the address can't be listened on.
    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw SettingsError(error, listeningOn: host, port, \.metricsPort)
        }
    }
}
