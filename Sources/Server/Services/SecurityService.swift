import Core
import Logging
import ServiceLifecycle

/// Writes down the security events that were counted, every few seconds and once more at the end. Where it fails, the next time tries
/// again.
struct SecurityService: Service {
    let watch: SecurityWatch
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: SecurityWatch.pause)
                if readiness.schemaFits { await flush() }
            }
        }
        // The requests have ended before this service does. In a task of its own, because this one may be cancelled.
        if readiness.schemaFits { await Task { await flush() }.value }
    }

    private func flush() async {
        do {
            try await watch.flush()
        } catch is CancellationError {
            return
        } catch {
            logger.warning("security events wait to be written", metadata: ["cause": .string("\(error)")])
        }
    }
}
