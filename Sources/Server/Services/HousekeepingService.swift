import Core
import Logging
import ServiceLifecycle

/// Runs the housekeeping once an hour, erases companies whose founder never proved their address, compares each company's hours with their
/// chain once a day, and erases hours that companies no longer keep. A failure is retried after an hour.
struct HousekeepingService: Service {
    let housekeeping: Housekeeping
    let companies: Companies
    let hours: HoursCheck
    let erasures: HourErasures
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        await readiness.everyTurn(.seconds(3600)) {
            try await housekeeping.run()
            try await eraseAbandoned()
            try await verifyHours()
            try await eraseHours()
        } orElse: {
            logger.warning("housekeeping failed", metadata: ["cause": .string("\($0)")])
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

    private func eraseHours() async throws {
        let reports = try await erasures.run { company, error in
            logger.warning(
                "hours that a company no longer keeps were not erased",
                metadata: ["company": .string(company.text), "cause": .string("\(error)")])
        }
        for report in reports {
            if let broken = report.broken {
                logger.error(
                    "hours that a company no longer keeps were not erased: they and their chain of hashes don't agree",
                    metadata: ["company": .string(report.company.text), "reason": .string(broken.reason.rawValue)])
                continue
            }
            logger.notice(
                "erased hours that a company no longer keeps",
                metadata: [
                    "company": .string(report.company.text), "before": .string(report.first.text),
                    "rows": .stringConvertible(report.counts.all),
                ])
        }
    }

    /// How many companies are compared in an hour at most; the others are due first in the next one.
    private static let mostCompanies = 1000

    /// The log gets one line for each company whose chain grew since the day before, with its head, and one for each that doesn't hold.
    /// Several servers share the work.
    private func verifyHours() async throws {
        for _ in 0..<Self.mostCompanies {
            guard let (report, isNews) = try await hours.next() else { return }
            let company = Logger.MetadataValue.string(report.company.text)
            if let broken = report.broken.first {
                logger.error(
                    "a company's hours and their chain of hashes don't agree: 'polier verify hours' shows more",
                    metadata: [
                        "company": company, "reason": .string(broken.reason.rawValue),
                        "link": .string(broken.number.map { "\($0)" } ?? "-"),
                        "entry": .string(broken.entry?.text ?? "-"),
                    ])
            } else if isNews {
                logger.info(
                    "a company's hours hold",
                    metadata: [
                        "company": company, "links": .stringConvertible(report.links), "head": .string(report.head),
                    ])
            }
            try Task.checkCancellation()
        }
    }
}
