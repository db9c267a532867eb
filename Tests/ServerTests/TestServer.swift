import Core
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import Storage
import Synchronization

@testable import Server

/// A server in this process, on a port of its own, with a clock that the test controls and passwords that are cheap to hash.
struct TestServer: Sendable {
    let client: Client
    let database: any Database
    let accounts: Accounts
    let clock: TestClock
    let watch: SecurityWatch
    /// The security events that were logged.
    let noted: Noted
    /// All of the server's routes.
    let routes: [Route]

    /// The test's clock, and real randomness.
    var runtime: Runtime { Runtime(now: { [clock] in clock.now }, randomBytes: Runtime.live.randomBytes) }

    /// Runs `body` against a fresh server on an empty database of the engine.
    /// - Parameters:
    ///   - flags: settings beside the defaults.
    ///   - hasMail: whether the server acts as if it could send mail, whatever the settings say.
    ///   - provesAddresses: whether it acts as at a public address, whatever the settings say.
    ///   - recorder: records every statement.
    static func run(
        on engine: Engine, flags: [String: String] = [:], hasMail: Bool = true, provesAddresses: Bool = false,
        recorder: Recorder? = nil, reading: ReadingDeadline.Limits = .init(), answers: LargeAnswers = LargeAnswers(),
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        try await engine.withDatabase(isMigrated: true) { url in
            try await run(
                on: engine, at: url, flags: flags, hasMail: hasMail, provesAddresses: provesAddresses,
                recorder: recorder, reading: reading, answers: answers, body)
        }
    }

    /// The same, on an existing database, which is kept.
    static func run(
        on engine: Engine, at url: String, flags: [String: String] = [:], hasMail: Bool = true,
        provesAddresses: Bool = false, recorder: Recorder? = nil, reading: ReadingDeadline.Limits = .init(),
        answers: LargeAnswers = LargeAnswers(),
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        // A small pool, because many tests run at once on one PostgreSQL; of five connections three change rows, so that changes meet.
        let own: [String: String] = ["POLIER_DATABASE_URL": url, "POLIER_DATABASE_POOL": "5"]
        // The test's clock doesn't advance: all requests fall within one minute.
        let flags = ["POLIER_WRITES_PER_MINUTE": "0"].merging(flags) { $1 }
        let settings = try Settings(
            flags: flags.merging(own) { $1 }.merging(Engine.postgresSettings) { $1 }, environment: [:])
        let database = try Stores.open(settings)
        let hasher = PasswordHasher(cost: .init(rounds: 2, blockSize: 1, parallelism: 1), width: 1)
        let clock = TestClock()
        let runtime = Runtime(now: { clock.now }, randomBytes: Runtime.live.randomBytes)
        do {
            _ = try await Migrator(database, migrations: Engine.migrations.get()).migrate()
            let shown: any Database = recorder.map { RecordingDatabase(database, $0) } ?? database
            let noted = Noted()
            let watch = SecurityWatch(shown, runtime: runtime, log: noted.hear)
            let api = API(
                database: shown, hasher: hasher, runtime: runtime, watch: watch, readiness: .ready,
                origins: settings.origins, proxies: settings.trustedProxies,
                links: settings.links, hasMail: hasMail, provesAddresses: provesAddresses,
                registrationIsOpen: settings.registrationIsOpen,
                mailSigningKey: { settings.mail.signingKey }, lowStockPause: settings.lowStockPause,
                writesPerMinute: settings.writesPerMinute, answers: answers,
                factors: settings.factorPolicy(), operatedBy: settings.operatedBy)
            let routes = api.routes
            try await serve(api, routes, reading) { client in
                try await body(
                    TestServer(
                        client: client, database: database,
                        accounts: Accounts(database, hasher: hasher, runtime: runtime), clock: clock, watch: watch,
                        noted: noted, routes: routes))
            }
            await hasher.close()
            await database.close()
        } catch {
            await hasher.close()
            await database.close()
            throw error
        }
    }

    private static func serve(
        _ api: API, _ routes: [Route], _ reading: ReadingDeadline.Limits,
        _ body: @escaping @Sendable (Client) async throws -> Void
    ) async throws {
        let (ports, announce) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let responder = api.responder(logger: logger, web: .embedded, traffic: Traffic(), requestLevel: .debug)
        let server = HTTPConnection(shared: .init(responder.answers, reading: reading)).server(
            host: "127.0.0.1", port: 0, logger: logger,
            nowListens: { channel in
                try? await Acceptance.begin(on: channel)
                announce.yield(channel.localAddress?.port ?? 0)
            })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            for await port in ports {
                try await body(Client(base: "http://127.0.0.1:\(port)", table: RouteTable(routes)))
                break
            }
            group.cancelAll()
        }
    }

    /// A person with a role in a company, signed in. ADMINs belong to no company.
    func person(_ role: Role, in company: String? = nil, name: String = "Roth") async throws -> (
        client: Client, id: String
    ) {
        guard let email = EmailAddress("\(UUID().uuidString.lowercased())@crew.example"),
            let password = try? Password(TestCompany.password, refusing: .embedded)
        else { throw CancellationError() }
        let user = try await accounts.create(
            .init(email: email, password: password, firstName: "Kai", lastName: name), role: role,
            in: company.flatMap { Company.ID($0) } ?? Company.platform, language: .german)
        let token = try await TestCompany.signIn(client, email: email.text)
        return (client.with(token: token), user.id.text)
    }
}

extension Readiness {
    fileprivate static var ready: Readiness {
        let readiness = Readiness()
        readiness.schemaWasSeenToFit()
        readiness.sawDatabase(up: true)
        return readiness
    }
}

/// A clock that doesn't advance until the test moves it. It begins at 2026-11-23T12:00:00Z.
final class TestClock: Sendable {
    private let instant = Mutex(Instant("2026-11-23T12:00:00Z") ?? Instant(milliseconds: 0))

    var now: Instant { instant.withLock { $0 } }
    func set(_ now: Instant) { instant.withLock { $0 = now } }
    func advance(by duration: Duration) { instant.withLock { $0 = $0 + duration } }
}

/// The security events that were logged.
final class Noted: Sendable {
    private let lines = Mutex<[(sighting: SecurityEvent.Sighting, times: Int, requestID: String?)]>([])

    var all: [(sighting: SecurityEvent.Sighting, times: Int, requestID: String?)] { lines.withLock { $0 } }
    func times(_ kind: SecurityEvent.Kind) -> Int {
        all.filter { $0.sighting.kind == kind }.reduce(0) { $0 + $1.times }
    }

    @Sendable func hear(_ sighting: SecurityEvent.Sighting, _ times: Int, _ requestID: String?) {
        lines.withLock { $0.append((sighting, times, requestID)) }
    }
}
