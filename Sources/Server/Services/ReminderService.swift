import Core
import Logging
import ServiceLifecycle

/// Asks people whose time entries have been open for long whether they are still there, every five minutes. A failure is retried after
/// the same time.
struct ReminderService: Service {
    let stillThere: StillThere
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        await readiness.everyTurn(.seconds(300)) {
            try await stillThere.run()
        } orElse: {
            logger.warning("people with open time entries were not asked", metadata: ["cause": .string("\($0)")])
        }
    }
}
