import Logging
import ServiceLifecycle
import UnixSignals

/// The first to hear of a shutdown: says so in `readyz`, then holds the others back until load balancers have noticed.
/// SIGINT and a second SIGTERM end the wait.
struct DrainService: Service {
    let readiness: Readiness
    let wait: Duration
    let logger: Logger

    func run() async throws {
        let (impatience, continuation) = AsyncStream<Void>.makeStream()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var terminations = 0
                for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                    terminations += signal == .sigint ? 2 : 1
                    if terminations > 1 { continuation.yield() }
                }
            }
            // Cancelled where another service failed: then there is nothing to announce.
            guard (try? await gracefulShutdown()) != nil else { return group.cancelAll() }
            readiness.drain()
            logger.info("stopping, after at most \(wait.components.seconds) s in which load balancers may notice")
            let wait = wait
            await withTaskGroup(of: Void.self) { race in
                race.addTask { try? await Task.sleep(for: wait) }
                race.addTask { for await _ in impatience { return } }
                await race.next()
                race.cancelAll()
            }
            group.cancelAll()
        }
    }
}
