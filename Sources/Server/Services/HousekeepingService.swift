import Core
import Logging
import ServiceLifecycle

/// Runs the housekeeping once an hour. Where it fails, the next hour tries again.
struct HousekeepingService: Service {
    let housekeeping: Housekeeping
    let readiness: Readiness
    let logger: Logger

    private static let pause = Duration.seconds(3600)
    private static let retry = Duration.seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let ready = readiness.schemaFits
                if ready {
                    do {
                        try await housekeeping.run()
                    } catch is CancellationError {
                        return
                    } catch {
                        logger.warning("the housekeeping failed", metadata: ["cause": .string("\(error)")])
                    }
                }
                try? await Task.sleep(for: ready ? Self.pause : Self.retry)
            }
        }
    }
}
