import Core
import Logging
import ServiceLifecycle

/// Writes counted security events to the database, every few seconds and once more at the end. A failure is retried the next time.
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
        // All requests have ended by now. In a task of its own, because this one may be cancelled.
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
