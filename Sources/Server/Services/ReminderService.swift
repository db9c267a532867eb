import Core
import Logging
import ServiceLifecycle

/// Asks people whose time entries have been open for long whether they are still there, every five minutes. A failure is retried after
/// the same time.
struct ReminderService: Service {
    let stillThere: StillThere
    let readiness: Readiness
    let logger: Logger

    private static let pause = Duration.seconds(300)
    private static let retry = Duration.seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let ready = readiness.schemaFits
                if ready {
                    do {
                        try await stillThere.run()
                    } catch is CancellationError {
                        return
                    } catch {
                        logger.warning(
                            "people with open time entries were not asked", metadata: ["cause": .string("\(error)")])
                    }
                }
                try? await Task.sleep(for: ready ? Self.pause : Self.retry)
            }
        }
    }
}
