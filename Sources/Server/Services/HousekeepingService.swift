import Core
import Logging
import ServiceLifecycle

/// Runs the housekeeping once an hour, and erases companies whose founder never proved their address. A failure is retried after an
/// hour.
struct HousekeepingService: Service {
    let housekeeping: Housekeeping
    let companies: Companies
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
                        try await eraseAbandoned()
                    } catch is CancellationError {
                        return
                    } catch {
                        logger.warning("housekeeping failed", metadata: ["cause": .string("\(error)")])
                    }
                }
                try? await Task.sleep(for: ready ? Self.pause : Self.retry)
            }
        }
    }

    /// Several servers may erase the same company at once. An interrupted erasure continues in the next hour.
    private func eraseAbandoned() async throws {
        for company in try await companies.abandoned() {
            do {
                guard let erasure = try await companies.eraseAbandoned(company) else { continue }
                let rows = erasure.tables.reduce(0) { $0 + $1.rows }
                logger.notice(
                    "erased a company: its founder's email address was never proven, and no one signed in for 30 days",
                    metadata: ["company": .string(company.text), "rows": .stringConvertible(rows)])
            } catch let refusal as Refusal {
                logger.warning(
                    "a company was not erased",
                    metadata: ["company": .string(company.text), "cause": .string(refusal.message)])
            }
            try Task.checkCancellation()
        }
    }
}
