import Core
import Foundation
import Storage
import Testing

@testable import Server

/// A copy or a restore that is interrupted.
@Suite(.serialized) struct CopyInterruptionTests {
    private static let movements = 40_000

    /// Killed at many points, or stopped by Ctrl-C, it leaves nothing behind, and the target can be used for another attempt.
    @Test(.timeLimit(.minutes(5)), arguments: Engine.allCases, ["copy", "restore"])
    func whatIsKilledLeavesTheTargetEmpty(_ engine: Engine, _ command: String) async throws {
        try await CopyTests.withDatabases([.sqlite, engine, engine]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await DirectAccess.fill(urls[0], movements: Self.movements)
            let file = folder.path + "/backup.gz"
            #expect(try await Binary.run(["backup", file], environment: ["POLIER_DATABASE_URL": urls[0]]).code == 0)
            func run(to url: String) throws -> Process {
                let (arguments, environment) =
                    command == "copy"
                    ? (["copy"], ["POLIER_COPY_FROM": urls[0], "POLIER_COPY_TO": url])
                    : (["restore", file], ["POLIER_DATABASE_URL": url])
                return try Binary.start(arguments, environment: environment, in: folder.path)
            }
            let start = ContinuousClock.now
            let whole = try run(to: urls[1])
            await whole.end()
            #expect(whole.terminationStatus == 0)
            let time = ContinuousClock.now - start

            var killed = 0
            for tenth in 1...9 {
                let process = try run(to: urls[2])
                try await Task.sleep(for: time * tenth / 10)
                kill(process.processIdentifier, tenth % 3 == 0 ? SIGINT : SIGKILL)
                await process.end()
                // If it was killed after the commit, all rows are there, which is checked below.
                guard process.terminationReason == .uncaughtSignal, try await DirectAccess.isEmpty(at: urls[2]) else {
                    break
                }
                killed += 1
            }
            #expect(killed >= 4, "too few were killed on their way to prove anything")
            if killed == 9 {
                let last = try run(to: urls[2])
                await last.end()
                #expect(last.terminationStatus == 0)
            }
            let all = """
                SELECT COUNT(*) FROM movements UNION ALL SELECT COUNT(*) FROM users UNION ALL SELECT COUNT(*) FROM companies
                """
            let found = try await DirectAccess.numbers(all, at: urls[2])
            #expect(found == [Int64(Self.movements), 1, 2], "after \(killed) were killed")
        }
    }

    /// PostgreSQL stops on either side: one sentence, and an empty target.
    @Test(.timeLimit(.minutes(3)), arguments: [true, false])
    func aLostConnectionLeavesTheTargetEmpty(_ targetIsLost: Bool) async throws {
        try await CopyTests.withDatabases([.postgres, targetIsLost ? .postgres : .sqlite]) { urls async throws in
            try await DirectAccess.fill(urls[0], movements: Self.movements)
            let lost = targetIsLost ? urls[1] : urls[0]
            try await DirectAccess.at(lost) { direct async throws in
                let environment = ["POLIER_COPY_FROM": urls[0], "POLIER_COPY_TO": urls[1]]
                let copying = Task.detached { try await Binary.run(["copy"], environment: environment) }
                let end = """
                    SELECT CAST(pid AS BIGINT) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE 'COPY%movements%' AND pg_terminate_backend(pid)
                    """
                var ended: [Int64] = []
                for _ in 0..<6000 where ended.isEmpty {
                    ended = try await direct.numbers(end)
                    if ended.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                }
                #expect(!ended.isEmpty)
                let (code, output) = try await copying.value
                #expect(code == 1)
                #expect(output.split(separator: "\n").last?.hasPrefix("polier: ") == true, "\(output)")
                #expect(output.split(separator: "\n").filter { $0.hasPrefix("polier: ") }.count == 1, "\(output)")
            }
            #expect(try await DirectAccess.isEmpty(at: urls[1]))
            #expect(try await CopyTests.copy(from: urls[0], to: urls[1]).code == 0, "and it can be filled then")
        }
    }

    /// A server that is started on the target too early sees no partial data, and serves everything once it is there.
    @Test(.timeLimit(.minutes(3)), arguments: Engine.allCases)
    func aServerThatIsStartedTooEarlyFindsAllOrNothing(_ engine: Engine) async throws {
        try await CopyTests.withDatabases([.sqlite, engine]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let server = try await RunningServer(url: urls[0], folder: folder)
            let company = try await TestCompany.register(server.client)
            #expect(await server.terminate() == 0)
            try await DirectAccess.fill(urls[0], movements: Self.movements)
            let environment = ["POLIER_COPY_FROM": urls[0], "POLIER_COPY_TO": urls[1]]
            let copying = Task.detached { try await Binary.run(["copy"], environment: environment) }
            try await Self.waitUntilFilling(urls[1])
            let early = try await RunningServer(url: urls[1], folder: folder)
            let atOnce = try await early.client.post(
                "/api/v1/auth/signin", "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}")
            #expect([200, 503].contains(atOnce.status), "no one is told that they aren't known: \(atOnce.text)")
            let (code, output) = try await copying.value
            #expect(code == 0, "\(output)")
            _ = try await TestCompany.signIn(early.client, email: company.email)
            try await DirectAccess.at(urls[1]) { direct async throws in
                #expect(try await direct.numbers("SELECT COUNT(*) FROM movements") == [Int64(Self.movements)])
            }
            #expect(await early.terminate() == 0)
        }
    }

    /// Waits until the copy has made the schema and claimed the tables. Between the two a server finds an empty database, and answers as
    /// one: there are only statements between them.
    private static func waitUntilFilling(_ url: String) async throws {
        let migrations = try Migration.embedded().count
        let claims = """
            SELECT COUNT(*) FROM pg_locks
            WHERE granted AND mode = 'AccessExclusiveLock' AND relation = to_regclass('movements')
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """
        for _ in 0..<3000 {
            let isFilling = try? await DirectAccess.at(url) { direct async throws in
                let made = try await direct.numbers("SELECT COUNT(*) FROM schema_migrations")
                guard made == [Int64(migrations)], url.hasPrefix("postgres") else { return made == [Int64(migrations)] }
                return try await direct.numbers(claims) == [1]
            }
            if isFilling == true { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("the copy never began to fill the target")
    }
}
