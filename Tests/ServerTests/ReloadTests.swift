import Core
import Foundation
import Storage
import StorePostgres
import Testing

@testable import Server

/// SIGHUP to the real binary: which settings it applies, which it refuses, and that it never ends the process.
@Suite struct ReloadTests {
    private static func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// Sends the signal, and returns the log from then on, once it contains one of the words.
    private static func reload(
        _ server: RunningServer, until words: [String] = ["read the settings again", "the settings stay as they were"]
    ) async throws -> String {
        let before = server.log().utf8.count
        func news() -> String { String(decoding: server.log().utf8.dropFirst(before), as: UTF8.self) }
        server.signal(SIGHUP)
        for _ in 0..<200 where !words.contains(where: news().contains) { try await Task.sleep(for: .milliseconds(50)) }
        // The rest of the same reload.
        try await Task.sleep(for: .milliseconds(100))
        return news()
    }

    @Test func theLogsLevelChangesAndWhatCantIsNamed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = folder.path + "/polier.env"
        try Self.write("POLIER_LOG_LEVEL=info\n", to: file)
        let server = try await RunningServer(
            url: "sqlite:test.sqlite", folder: folder, settings: ["POLIER_CONFIG": file])
        func showsRequests() async throws -> Bool {
            let before = server.log().utf8.count
            _ = try await server.client.get("/api/v1/operator")
            try await Task.sleep(for: .milliseconds(300))
            return String(decoding: server.log().utf8.dropFirst(before), as: UTF8.self).contains(
                "GET /api/v1/operator 200")
        }
        #expect(try await !showsRequests())
        #expect(
            try await Self.reload(server).contains(
                "read the settings again; no setting that can change while running has changed"))

        try Self.write("POLIER_LOG_LEVEL=debug\nPOLIER_PUBLIC_URL=https://polier.example.de\n", to: file)
        for isFirst in [true, false] {
            let said = try await Self.reload(server)
            #expect(said.contains("taken up: POLIER_LOG_LEVEL") == isFirst, "\(said)")
            // For as long as it is in effect.
            #expect(said.contains("changed, and needs a restart: POLIER_PUBLIC_URL"), "\(said)")
            #expect(try await showsRequests())
        }

        try Self.write("POLIER_LOG_LEVEL=loud\n", to: file)
        let refused = try await Self.reload(server)
        #expect(
            refused.contains("the settings stay as they were: POLIER_LOG_LEVEL is 'loud'; it must be one of"),
            "\(refused)")
        #expect(try await showsRequests())

        try Self.write("POLIER_LOG_LEVEL=critical\nPOLIER_DATABASE_URL=sqlite:other.sqlite\n", to: file)
        #expect(try await Self.reload(server).contains("taken up: POLIER_LOG_LEVEL"))
        #expect(try await !showsRequests())
        try FileManager.default.removeItem(atPath: file)
        server.signal(SIGHUP)
        for _ in 0..<50 { server.signal(SIGHUP) }
        #expect(try await server.client.get("/readyz").status == 200)
        #expect(await server.terminate() == 0)
    }

    /// A changed password is tried before it is used.
    @Test(.enabled(if: Engine.postgresSettings.isEmpty)) func postgresPasswordChanges() async throws {
        try await Engine.postgres.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let admin = try PostgresDatabase(.init(url: url))
            let owner = try #require(URLComponents(string: url)?.user)
            let role = "r_" + UUID().uuidString.lowercased().filter { $0 != "-" }
            func execute(_ text: String) async throws { try await admin.executeAlone(Statement(SQL(unchecked: text))) }
            func file(_ password: String) throws {
                var parts = try #require(URLComponents(string: url))
                (parts.user, parts.password) = (role, password)
                try Self.write(parts.string ?? "", to: folder.path + "/url")
            }
            try await execute("CREATE ROLE \(role) LOGIN PASSWORD 'one' IN ROLE \"\(owner)\"")
            try file("one")
            let server = try await RunningServer(
                url: "", folder: folder, settings: ["POLIER_DATABASE_URL_FILE": folder.path + "/url"])
            let company = try await TestCompany.register(server.client)
            try await execute("ALTER ROLE \(role) PASSWORD 'two'")
            try file("geheim")
            let refused = try await Self.reload(server)
            #expect(refused.contains("the settings stay as they were: PostgreSQL at "), "\(refused)")
            #expect(!refused.contains("geheim"))
            #expect(try await company.manager.get(company.path).status == 200)

            try file("two")
            #expect(try await Self.reload(server).contains("taken up: POLIER_DATABASE_URL"))
            let all = Query<Bool>(
                SQL(unchecked: "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '\(role)'")
            ) { try $0.next() }
            try await admin.transaction { try _ = $0.fetch(all) }
            var status = 0
            for _ in 0..<50 where status != 200 {
                status = try await company.manager.get(company.path).status
                if status != 200 { try await Task.sleep(for: .milliseconds(200)) }
            }
            #expect(status == 200)

            try Self.write("postgres://\(role):two@127.0.0.1:1/elsewhere", to: folder.path + "/url")
            #expect(try await Self.reload(server).contains("changed, and needs a restart: POLIER_DATABASE_URL"))
            #expect(await server.terminate() == 0)
            try await execute("REASSIGN OWNED BY \(role) TO \"\(owner)\"")
            try await execute("DROP OWNED BY \(role)")
            try await execute("DROP ROLE \(role)")
            await admin.close()
        }
    }

    @Test func mailLeavesByOtherSettings() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (one, two) = (try Part("fake_mailgun.py", folder: folder), try Part("fake_mailgun.py", folder: folder))
        let (file, key) = (folder.path + "/polier.env", folder.path + "/key")
        func set(_ part: Part, _ secret: String) throws {
            let settings = RunningServer.mailgun(at: part.port).filter { $0.key != "POLIER_MAILGUN_API_KEY" }
            try Self.write(settings.map { "\($0.key)=\($0.value)\n" }.joined(), to: file)
            try Self.write(secret + "\n", to: key)
        }
        try set(one, "key-1")
        let server = try await RunningServer(
            url: "sqlite:test.sqlite", folder: folder,
            settings: ["POLIER_CONFIG": file, "POLIER_MAILGUN_API_KEY_FILE": key])
        let company = try await TestCompany.register(server.client)
        func invite(_ email: String, by part: Part) async throws -> String? {
            let before = part.heard.count
            _ = try await company.invite(email)
            for _ in 0..<100 where part.heard.count == before { try await Task.sleep(for: .milliseconds(100)) }
            return part.heard.last?["authorization"]?.text
        }
        let first = try await invite("a@vogt.example", by: one)
        try set(two, "key-2")
        let said = try await Self.reload(server)
        #expect(said.contains("taken up: POLIER_MAILGUN_API_KEY, POLIER_MAILGUN_BASE_URL"), "\(said)")
        #expect(!said.contains("key-2"))
        let second = try await invite("b@vogt.example", by: two)
        #expect(first != nil && second != nil && first != second)

        try Self.write("POLIER_PUBLIC_URL=http://localhost\n", to: file)
        let wrong = try await Self.reload(server)
        #expect(
            wrong.contains("stay as they were: POLIER_MAILGUN_API_KEY is set, and POLIER_MAILGUN_DOMAIN"), "\(wrong)")
        // Adding a second mail transport changes more than a secret.
        try set(one, "key-1")
        try Self.write(
            String(contentsOfFile: file, encoding: .utf8) + "POLIER_SMTP_URL=smtp://u:geheim@127.0.0.1:1\n"
                + "POLIER_MAIL_FROM=polier@mg.example.de\n", to: file)
        let more = try await Self.reload(server)
        #expect(more.contains("needs a restart: POLIER_MAIL_FROM, POLIER_MAILGUN_API_KEY"), "\(more)")
        #expect(more.contains("POLIER_SMTP_URL") && !more.contains("geheim"), "\(more)")
        _ = try await invite("c@vogt.example", by: two)
        #expect(two.heard.count == 2 && one.heard.count == 1)
        #expect(await server.terminate() == 0)
    }

    /// Before it serves, the signal must neither end it nor count as readiness.
    @Test func aSignalAtTheStartIsHarmless() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(url: "sqlite:test.sqlite", folder: folder, hangups: 20)
        #expect(try await server.client.get("/readyz").status == 200)
        #expect(await server.terminate() == 0)
    }
}

/// The messages to a service manager.
@Suite struct ServiceManagerTests {
    @Test(arguments: [
        (["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "60000000"], Duration.seconds(15)),
        (["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"], nil),
        (["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "\(getpid())"], .seconds(15)),
        (["WATCHDOG_USEC": "60000000"], nil), (["NOTIFY_SOCKET": "/x"], nil),
        (["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "x"], nil), (["NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "0"], nil),
    ])
    func aWatchdogHasItsPause(_ environment: [String: String], _ pause: Duration?) {
        #expect(ServiceManager(environment: environment).watchdogPause == pause)
    }

    /// A database that doesn't respond, as on a disk that hangs; a failing one is reported.
    @Test func aDatabaseThatOwesAnAnswerShows() async throws {
        let readiness = Readiness()
        #expect(readiness.databaseSilence == nil, "a migration may take long")
        readiness.sawDatabase(up: true)
        #expect(readiness.databaseSilence == nil)
        readiness.schemaWasSeenToFit()
        try await Task.sleep(for: .milliseconds(300))
        #expect(try #require(readiness.databaseSilence) >= .milliseconds(300))
        readiness.sawDatabase(up: false)
        #expect(try #require(readiness.databaseSilence) < .milliseconds(300))
    }
}
