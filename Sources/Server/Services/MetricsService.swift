import NIOCore
import ServiceLifecycle

/// Serves the metrics on a port of their own.
struct MetricsService: Service {
    let server: any Service
    let host: String
    let port: Int

    /// - Throws: `SettingsError` if the address can't be listened on.
    func run() async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            throw SettingsError(error, listeningOn: host, port, \.metricsPort)
        }
    }
}
