import Foundation
import Storage
import Synchronization
import Testing

@testable import Core
@testable import Server

/// Runs that erase hours: at once on two servers, and interrupted.
@Suite struct HourErasureRunTests {
    @Test(arguments: Engine.allCases)
    func twoServersEraseOnce(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
            try await place.visits(230)
            try await place.keep("2")
            place.nextDay()
            let paths = try await place.manager.get(place.site + "/time-entries?limit=100").json.list.compactMap {
                $0["id"]?.text
            }
            #expect(paths.count == 100)
            let found = try await withThrowingTaskGroup(of: [HourErasures.Report].self) { group in
                for _ in 0..<3 { group.addTask { try await place.erase() } }
                // Corrections beside it come before, and then the entry stays, or find nothing.
                for id in paths {
                    group.addTask {
                        let reply = try await place.manager.patch(
                            place.site + "/time-entries/" + id, "{\"kind\": \"TRAVEL\", \"reason\": \"Anfahrt\"}")
                        #expect(reply.status == 200 || reply.status == 404, "\(reply.text)")
                        return []
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let left = try await place.entries()
            #expect(left <= 100 && found.map(\.counts.entries) == [230 - left])
            #expect(try await place.audit() == ["hoursFrom 2024-01-01, timeEntries \(230 - left)"])
            let report = try await place.report()
            #expect(report.holds && report.links >= 460, "\(report)")
            #expect(try await place.numbers("SELECT COUNT(*) FROM time_corrections") == [left])
            #expect(
                try await place.numbers("SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM company_texts")
                    == [left * Int64("Anfahrt".utf8.count)])
            #expect(try await place.manager.get(place.site).json["hoursLogged"] == 115)
        }
    }

    /// A database whose task is cancelled once it has committed some transactions, as when a server stops.
    private struct Stopping: Database {
        let database: any Database
        let left: Counter

        final class Counter: Sendable {
            private let count: Atomic<Int>
            init(_ count: Int) { self.count = Atomic(count) }
            func take() -> Bool { count.subtract(1, ordering: .relaxed).newValue == 0 }
        }

        var dialect: Dialect { database.dialect }
        func read(_ readings: [any Reading]) async throws { try await database.read(readings) }
        func transaction<Result: Sendable>(
            _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
        ) async throws -> Result {
            let result = try await database.transaction(body)
            if left.take() { withUnsafeCurrentTask { $0?.cancel() } }
            return result
        }
        func executeAlone(_ statement: Statement) async throws { try await database.executeAlone(statement) }
        var metrics: [Metric] { database.metrics }
        var size: Int64 { get async throws { try await database.size } }
        func close() async { await database.close() }
    }

    /// After an interruption the chain holds; the next run continues, and one audit entry counts both.
    @Test(arguments: Engine.allCases)
    func anInterruptedRunGoesOn(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
            try await place.visits(250)
            try await place.keep("2")
            place.nextDay()
            let (database, runtime) = (place.server.database, place.server.runtime)
            let stopped = Task {
                try await HourErasures(Stopping(database: database, left: .init(3)), runtime: runtime).run {
                    Issue.record("\($0): \($1)")
                }
            }
            await #expect(throws: CancellationError.self) { try await stopped.value }
            #expect(try await place.entries() == 50)
            #expect(try await place.audit().isEmpty)
            var report = try await place.report()
            #expect(report.holds && report.links == 450, "\(report)")
            #expect(try await place.manager.get(place.company.path).json["hoursFrom"] == "2024-01-01")
            #expect(try await place.manager.get(place.site).json["hoursLogged"] == 125)
            #expect(try await place.erase().map(\.counts.entries) == [250])
            #expect(try await place.audit() == ["hoursFrom 2024-01-01, timeEntries 250"])
            report = try await place.report()
            #expect(report.holds && report.links == 500, "\(report)")

            // Someone takes the rule back in between: what went is told all the same, and nothing more goes.
            try await place.visits(150)
            place.nextDay()
            let again = Task {
                try await HourErasures(Stopping(database: database, left: .init(2)), runtime: runtime).run {
                    Issue.record("\($0): \($1)")
                }
            }
            await #expect(throws: CancellationError.self) { try await again.value }
            try await place.keep("null")
            #expect(try await place.audit().last == "hoursFrom 2024-01-01, timeEntries 100")
            place.nextDay()
            #expect(try await place.erase().isEmpty)
            #expect(try await place.entries() == 50)
            #expect(try await place.numbers("SELECT COUNT(*) FROM hour_erasures") == [0])
        }
    }
}
