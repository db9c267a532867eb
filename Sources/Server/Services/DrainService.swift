import Logging
import ServiceLifecycle

/// The first service to shut down: reports it in `readyz`, then delays the others until load balancers have noticed.
struct DrainService: Service {
    let readiness: Readiness
    let wait: Duration
    let signals: StopSignals
    let manager: ServiceManager
    let logger: Logger

    func run() async throws {
        // Cancelled because another service failed: then there is nothing to announce.
        guard (try? await gracefulShutdown()) != nil else { return }
        readiness.drain()
        manager.tell(.stopping, logger)
        logger.info("stopping, after at most \(wait.components.seconds) s for load balancers to notice")
        await withTaskGroup(of: Void.self) { race in
            race.addTask { try? await Task.sleep(for: wait) }
            race.addTask { for await _ in signals.hurried { return } }
            await race.next()
            race.cancelAll()
        }
    }
}
