import Core
import Foundation
import Logging
import Storage
import StorePostgres
import Synchronization
import Testing

@testable import Server

/// The real binary as started by a newcomer, an operator with a typo, and a cluster.
@Suite struct StartTests {
    /// A wrong start, and the error message for it.
    struct Wrong: Sendable {
        let environment: [String: String]
        var arguments: [String] = []
        let says: String
    }

    static let wrong = [
        Wrong(
            environment: ["POLIER_HTP_PORT": "8080"],
            says: "polier: there is no setting POLIER_HTP_PORT (in the environment)"),
        Wrong(environment: ["POLIER_HTTP_PORT_FILE": "/x"], says: "there is no setting POLIER_HTTP_PORT_FILE"),
        Wrong(
            environment: ["POLIER_HTTP_PORT": "http"],
            says: "POLIER_HTTP_PORT is 'http'; it must be a whole number from 0 to 65535"),
        Wrong(
            environment: ["POLIER_IDLE_SECONDS": "4"],
            says: "POLIER_IDLE_SECONDS is '4'; it must be a whole number from 5 to 86400"),
        Wrong(environment: ["POLIER_MIGRATE": "yes"], says: "POLIER_MIGRATE is 'yes'; it must be one of auto, off"),
        Wrong(
            environment: ["POLIER_DATABASE_URL": "mysql://root:geheim@localhost/x"],
            says: "begins with 'mysql:'; it must begin with sqlite:"),
        Wrong(
            environment: ["POLIER_DATABASE_URL": "polier.sqlite"],
            says: "must begin with sqlite:, postgres:// or postgresql://"),
        Wrong(
            environment: ["POLIER_DATABASE_URL": "sqlite://polier.sqlite"],
            says: "it must be sqlite:PATH, with the path of a file"),
        Wrong(
            environment: ["POLIER_HTTP_HOST": "192.0.2.1", "POLIER_LOG_LEVEL": "error"],
            says: "192.0.2.1, port 8080 can't be listened on (Cannot assign requested address): see POLIER_HTTP_HOST"),
        Wrong(
            environment: ["POLIER_HTTP_HOST": "nosuch.invalid"],
            says: "polier: POLIER_HTTP_HOST is 'nosuch.invalid'; it must be an address or a name of this machine"),
        Wrong(
            environment: ["POLIER_LOG_LEVEL": "info\r\nPOLIER_SMTP_URL=smtps://u:geheim@mail.example.de"],
            says: "POLIER_LOG_LEVEL is 'info…'; it must be one of trace"),
        Wrong(
            environment: ["POLIER_DATABASE_URL": "sqlite://polier:geheim@localhost/x"],
            says: "POLIER_DATABASE_URL can't be used: it must be sqlite:PATH"),
        Wrong(
            environment: ["POLIER_DATABASE_URL": "postgres://a:geheim@127.0.0.1/x?sslmode=requir"],
            says: "sslmode is 'requir'; it must be one of disable, allow"),
        Wrong(
            environment: ["POLIER_DATABASE_URL": "postgres://a:geheim@127.0.0.1/x?sslmode=verify-full"],
            says: "says sslmode=verify-full, which needs sslrootcert"),
        Wrong(
            environment: [
                "POLIER_DATABASE_URL": "postgres://a:geheim@127.0.0.1/x?sslmode=verify-ca&sslrootcert=/nonexistent/ca"
            ],
            says: "sslrootcert names /nonexistent/ca, which can't be read"),
        Wrong(
            environment: ["POLIER_DATABASE_URL": "postgres://a:geheim@127.0.0.1/x?sslmod=require"],
            says: "has the parameter 'sslmod', which there isn't"),
        Wrong(
            environment: ["POLIER_DATABASE_URL": "postgres://a:geheim@127.0.0.1:1/x?target_session_attrs=writable"],
            says: "invalid target_session_attrs value"),
        Wrong(
            environment: ["POLIER_HTTP_PORT": "18080", "POLIER_METRICS_PORT": "18080"],
            says: "POLIER_METRICS_PORT is 18080, which is the port of the server itself"),
        Wrong(environment: ["POLIER_DATABASE_URL": "sqlite:"], says: "names no file"),
        Wrong(environment: ["POLIER_DATABASE_URL": "sqlite:x?mode=ro"], says: "ends with '?mode=ro'"),
        Wrong(
            environment: ["POLIER_DATABASE_URL_FILE": "/nonexistent/url"],
            says: "names /nonexistent/url, which can't be read"),
        Wrong(
            environment: ["POLIER_CONFIG": "/nonexistent/settings"],
            says: "the settings file /nonexistent/settings can't be read"),
        Wrong(
            environment: ["POLIER_CA_FILE": "/nonexistent/ca.pem"],
            says: "POLIER_CA_FILE names /nonexistent/ca.pem, which can't be read"),
        Wrong(
            environment: ["POLIER_CA_FILE": "/etc/os-release"],
            says: "POLIER_CA_FILE names /etc/os-release, which must hold certificates as PEM"),
        Wrong(
            environment: ["POLIER_SMTP_URL": "smtps://polier:geheim@mail.example.de"],
            says: "POLIER_MAIL_FROM must say whom mail comes from"),
        Wrong(
            environment: [
                "POLIER_MAIL_FROM": "Polier\r\nBcc: x@y.example <polier@example.de>"
            ], says: "POLIER_MAIL_FROM must say whom mail comes from"),
        Wrong(
            environment: ["POLIER_MAILGUN_API_KEY": "geheim", "POLIER_MAILGUN_DOMAIN": "mg.example.de"],
            says: "POLIER_PUBLIC_URL is missing"),
        Wrong(
            environment: ["POLIER_MAILGUN_API_KEY": "geheim", "POLIER_MAILGUN_DOMAIN": "mg.example.de/x"],
            says: "POLIER_MAILGUN_DOMAIN is 'mg.example.de/x'; it must be like mg.example.de"),
        Wrong(
            environment: ["POLIER_PUBLIC_URL": "https://example.de/polier"],
            says: "POLIER_PUBLIC_URL is 'https://example.de/polier'; it must be an address like"),
        Wrong(
            environment: ["POLIER_PUBLIC_URL": "https://polier.example.de:99999"],
            says: "POLIER_PUBLIC_URL is 'https://polier.example.de:99999'; it must be an address like"),
        Wrong(environment: ["POLIER_SMTP_URL": "smtp://relay:70000"], says: "POLIER_SMTP_URL must be like smtps://"),
        Wrong(environment: [:], arguments: ["--httpport", "1"], says: "Unknown option '--httpport'"),
    ]

    @Test(arguments: wrong)
    func aWrongSettingStopsTheStartWithOneSentence(_ row: Wrong) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (code, output) = try await Binary.run(
            ["serve"] + row.arguments, environment: row.environment, in: folder.path)
        #expect(code != 0)
        #expect(output.contains(row.says), "\(output)")
        #expect(!output.contains("geheim"))
        if row.arguments.isEmpty { #expect(output.split(separator: "\n").count == 1, "\(output)") }
    }

    /// The form that browsers use, however it is set: cookies, links and Message-IDs depend on it.
    @Test(arguments: [
        ("HTTPS://Polier.Example.DE/", "https://polier.example.de"),
        ("https://polier.example.de:443", "https://polier.example.de"),
        ("https://fliesen-müller.example:8443", "https://xn--fliesen-mller-4ob.example:8443"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ])
    func thePublicAddressIsAnOrigin(_ set: String, _ known: String) throws {
        let origins = try Origins(publicURL: set, allowed: "")
        #expect(origins.publicURL == known && origins.isHTTPS == known.hasPrefix("https:"))
    }

    /// Whatever else the log omits.
    @Test func theLogShowsMailAtAnyLevel() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(
            url: "sqlite:test.sqlite", folder: folder, settings: ["POLIER_LOG_LEVEL": "critical"])
        _ = try await TestCompany.register(server.client).invite("lena@vogt.example")
        for _ in 0..<100 where !server.log().contains("/set-password#token=") {
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(server.log().contains("/set-password#token="))
        #expect(await server.terminate() == 0)
    }

    /// Reported at once and then occasionally, however often it is retried.
    @Test func aDatabaseThatStaysAwayIsToldOfNowAndThen() async throws {
        let lines = Mutex<[String]>([])
        let logger = Logger(label: "test") { _ in
            SentenceLog { sentence in lines.withLock { $0.append(sentence) } }
        }
        let database = try PostgresDatabase(.init(url: "postgres://nobody@127.0.0.1:\(try RunningServer.freePort())/x"))
        let service = SchemaService(
            database: database, migrator: Migrator(database, migrations: try Migration.embedded()), migrates: false,
            readiness: Readiness(), logger: logger, reminder: .milliseconds(1200))
        let start = ContinuousClock.now
        try await service.start()
        let running = Task { try await service.run() }
        for _ in 0..<200 where lines.withLock({ $0.count }) < 3 { try await Task.sleep(for: .milliseconds(50)) }
        running.cancel()
        try await running.value
        await database.close()
        let told = lines.withLock { $0 }
        #expect(told.count >= 3 && told[0].hasSuffix("Trying again."), "\(told)")
        #expect(told.dropFirst().allSatisfy { $0.contains(/Tried \d+ times since, and trying again\.$/) }, "\(told)")
        #expect(.now - start > .milliseconds(1200) * (told.count - 1), "\(told)")
    }

    @Test(arguments: Engine.allCases)
    func whatWasMigratedSaysWhichServersRunOnIt(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            func status() async throws -> String {
                try await Binary.run(["migrate", "status"], environment: ["POLIER_DATABASE_URL": url]).output
            }
            try await DirectAccess.at(url) {
                let first = try Migration.embedded().filter { $0.version <= 13 }
                _ = try await Migrator($0.database, migrations: first).migrate()
            }
            let before = try await status()
            #expect(before.contains(/0013_now  applied 20\S+Z  runs-with 4\n/), "\(before)")
            #expect(before.contains("0014_security_events  pending  runs-with 4\n"), "\(before)")
            #expect(before.contains(/\nServers of schema version \d+ and later run on it\.\n$/), "\(before)")
            #expect(try await Binary.run(["migrate"], environment: ["POLIER_DATABASE_URL": url]).code == 0)
            let after = try await status()
            #expect(
                after.contains("The schema is up to date.\nServers of schema version 34 and later run on it.\n"),
                "\(after)")
        }
    }

    @Test func kubernetesOwnVariablesAreLeftAlone() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let environment = [
            "POLIER_SERVICE_HOST": "10.0.0.1", "POLIER_PORT": "tcp://10.0.0.1:80", "POLIER_PORT_80_TCP": "x",
            "POLIER_POSTGRES_PORT": "tcp://10.0.0.2:5432", "POLIER_POSTGRES_SERVICE_HOST": "10.0.0.2",
            "POLIER_POSTGRES_SERVICE_PORT_SQL": "5432", "POLIER_POSTGRES_PORT_5432_TCP_ADDR": "10.0.0.2",
            "POLIER_HTTP_PORT": "tcp://10.0.0.3:80", "POLIER_METRICS_SERVICE_PORT": "9090",
        ]
        #expect(try await Binary.run(["migrate"], environment: environment, in: folder.path).code == 0)
    }

    @Test func settingsComeFromAFileBelowTheEnvironmentAndTheFlags() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = folder.path + "/polier.env"
        try "# where\nPOLIER_DATABASE_URL = \"sqlite:from-file.sqlite\"\n".write(
            toFile: file, atomically: true, encoding: .utf8)
        _ = try await Binary.run(["migrate", "--config", file], in: folder.path)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/from-file.sqlite"))
        _ = try await Binary.run(
            ["migrate"], environment: ["POLIER_CONFIG": file, "POLIER_DATABASE_URL": "sqlite:from-env.sqlite"],
            in: folder.path)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/from-env.sqlite"))
        let flags = ["migrate", "--config", file, "--database-url", "sqlite:from-flag.sqlite"]
        _ = try await Binary.run(flags, environment: ["POLIER_DATABASE_URL": "sqlite:other.sqlite"], in: folder.path)
        #expect(FileManager.default.fileExists(atPath: folder.path + "/from-flag.sqlite"))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/other.sqlite"))

        try "POLIER_HTTP_PROT=1\n".write(toFile: file, atomically: true, encoding: .utf8)
        let (code, output) = try await Binary.run(["migrate", "--config", file], in: folder.path)
        #expect(code == 1)
        #expect(
            output
                == "polier: there is no setting POLIER_HTTP_PROT (in \(file)); docs/settings.md lists them all\n")
    }

    @Test func aFileThatIsNotSQLiteIsNamed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let text = String(repeating: "This is a letter, not a database. ", count: 100)
        try text.write(toFile: folder.path + "/letter.txt", atomically: true, encoding: .utf8)
        let (code, output) = try await Binary.run(["serve", "--database-url", "sqlite:letter.txt"], in: folder.path)
        #expect(code == 1)
        #expect(output.contains("letter.txt"))
        #expect(output.split(separator: "\n").count == 1, "\(output)")
        #expect(try String(contentsOfFile: folder.path + "/letter.txt", encoding: .utf8) == text)
    }

    @Test func aPostgresThatRefusesIsNamedWithoutThePassword() async throws {
        guard var url = URLComponents(string: try Engine.postgresURL()) else { throw MissingPostgres() }
        url.password = "geheim"
        try await expectRefusal(url.string, naming: url.user ?? "")
        guard var other = URLComponents(string: try Engine.postgresURL()) else { throw MissingPostgres() }
        other.path = "/nowhere"
        try await expectRefusal(other.string, naming: "nowhere")
    }

    private func expectRefusal(_ url: String?, naming name: String) async throws {
        let (code, output) = try await Binary.run(["serve", "--database-url", url ?? ""])
        #expect(code == 1)
        #expect(output.contains(name), "\(output)")
        #expect(!output.contains("geheim"))
        #expect(output.split(separator: "\n").count == 1, "\(output)")
    }

    @Test func aHostThatIsNotThereIsNamed() async throws {
        let (code, output) = try await Binary.run(
            ["migrate", "--database-url", "postgres://polier:geheim@127.0.0.1:\(try RunningServer.freePort())/polier"])
        #expect(code == 1)
        #expect(output.contains("127.0.0.1"), "\(output)")
        #expect(!output.contains("geheim"))
    }

    @Test(arguments: Engine.allCases)
    func anOperatorIsMadeOnTheCommandLine(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try "ein langes Kennwort\n".write(toFile: folder.path + "/password", atomically: true, encoding: .utf8)
            let arguments = [
                "create-admin", "--email", "op@polier.example", "--first-name", "Olga", "--last-name", "Prinz",
            ]
            let environment = ["POLIER_DATABASE_URL": url, "POLIER_ADMIN_PASSWORD_FILE": folder.path + "/password"]
            #expect(try await Binary.run(arguments, environment: environment).code == 0)
            let again = try await Binary.run(arguments, environment: environment)
            #expect(again.code == 1)
            #expect(again.output == "polier: There is already an account for this email address.\n")
            let missing = try await Binary.run(arguments, environment: ["POLIER_DATABASE_URL": url])
            #expect(missing.output.contains("POLIER_ADMIN_PASSWORD"))

            let server = try await RunningServer(url: url, folder: folder)
            let token = try await TestCompany.signIn(
                server.client, email: "op@polier.example", password: "ein langes Kennwort")
            #expect(try await server.client.with(token: token).get("/api/v1/users/me").json["role"] == "ADMIN")
        }
    }

    /// Without a limit there would be no descriptors left for the server's own files, the database's included.
    @Test func moreConnectionsThanThereMayBeWait() async throws {
        #expect([64, 1024, 1 << 30].map(OpenConnections.most) == [32, 768, 10_000])
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let port = try RunningServer.freePort()
        let server = try await RunningServer(
            url: "sqlite:\(folder.path)/polier.sqlite", folder: folder, port: port, openFiles: 200)
        var sockets: [Int32] = []
        for _ in 0..<250 { sockets.append(connection(to: port)) }
        for _ in 0..<400 where !server.log().contains("connections are open") {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(server.log().contains("100 connections are open, which is the limit: others wait"))
        #expect(try server.openFiles < 180)
        for socket in sockets { close(socket) }
        _ = try await TestCompany.register(server.client)
        #expect(await server.terminate() == 0)
    }

    /// Three pods on one empty database: one migrates, all serve.
    @Test func threeServersStartTogether() async throws {
        try await Engine.postgres.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let ports = try (0..<3).map { _ in try RunningServer.freePort() }
            let servers = try await withThrowingTaskGroup(of: Started.self) { group in
                for port in ports {
                    group.addTask { Started(server: try await RunningServer(url: url, folder: folder, port: port)) }
                }
                return try await group.reduce(into: []) { $0.append($1.server) }
            }
            let migrated = servers.map {
                $0.log().components(separatedBy: "migrated the database: 0001_foundation").count - 1
            }
            #expect(migrated.reduce(0, +) == 1)
            let company = try await TestCompany.register(servers[0].client)
            for server in servers {
                #expect(try await server.client.with(token: company.manager.token).get(company.path).status == 200)
            }
        }
    }

    /// `@unchecked`: handed from the task that started it to the test, and used by one at a time.
    private struct Started: @unchecked Sendable { let server: RunningServer }

    @Test func aServerWithoutMigrationRefusesAnEmptyDatabase() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (code, output) = try await Binary.run(["serve", "--migrate", "off", "--http-port", "0"], in: folder.path)
        #expect(code == 1)
        #expect(
            output.contains(
                "the database lacks \(Repository.migrations.joined(separator: ", ")): run 'polier migrate' first"
            ),
            "\(output)")
    }

    /// SIGTERM: load balancers learn of it at once, callers are still served, and the process ends by itself.
    @Test func stoppingIsAnnouncedBeforeItHappens() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(url: "sqlite:test.sqlite", folder: folder, drainSeconds: 2)
        let company = try await TestCompany.register(server.client)
        #expect(try await company.manager.get(company.path).header("Connection") != "close")
        let start = ContinuousClock.now
        server.signal(SIGTERM)
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await server.client.get("/readyz").status == 503)
        #expect(try await server.client.get("/livez").status == 200)
        let served = try await company.manager.get(company.path)
        #expect(served.status == 200)
        #expect(served.header("Connection") == "close")
        #expect(await server.exitCode() == 0)
        #expect(.now - start > .seconds(2))
    }

    /// It waits neither for load balancers nor, after a second signal, for a request that doesn't end.
    @Test(arguments: [[SIGINT], [SIGTERM, SIGTERM], [SIGINT, SIGINT]], [false, true])
    func whoIsInAHurryNeedNotWait(_ signals: [Int32], hasOpenRequest: Bool) async throws {
        if hasOpenRequest && signals.count == 1 { return }
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let port = try RunningServer.freePort()
        let server = try await RunningServer(url: "sqlite:test.sqlite", folder: folder, port: port, drainSeconds: 60)
        let open = connection(to: port)
        defer { close(open) }
        if hasOpenRequest {
            let request = "POST /api/v1/auth/signin HTTP/1.1\r\nHost: x\r\nContent-Length: 33\r\n\r\n{"
            #expect(send(open, request, request.utf8.count, 0) == request.utf8.count)
            try await Task.sleep(for: .milliseconds(300))
        }
        let start = ContinuousClock.now
        for signal in signals {
            server.signal(signal)
            try await Task.sleep(for: .milliseconds(300))
        }
        #expect(await server.exitCode() == 0)
        #expect(.now - start < .seconds(hasOpenRequest ? 8 : 30))
    }

    private func connection(to port: Int) -> Int32 {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in(loopback: port)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(connected == 0)
        return made
    }
}

/// A log that keeps its lines' messages.
private struct SentenceLog: LogHandler {
    let take: @Sendable (String) -> Void
    var logLevel = Logger.Level.trace
    var metadata = Logger.Metadata()

    init(_ take: @escaping @Sendable (String) -> Void) { self.take = take }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { take("\(event.message)") }
}
