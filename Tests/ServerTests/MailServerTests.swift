import Foundation
import Testing

/// The real binary sends through Mailgun: killed, stopped, and several instances at once.
@Suite struct MailServerTests {
    private static let kills = 50

    /// Both engines at once, because most of the time is spent waiting for leases to expire and for mails to be due again.
    private static func onBothEngines(_ body: @escaping @Sendable (_ url: String) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for engine in Engine.allCases { group.addTask { try await engine.withDatabase(body) } }
            try await group.waitForAll()
        }
    }

    /// Killed fifty times while mails are being sent, it loses none that was promised, and a mail sent twice is the same mail.
    @Test func fiftyKillsLoseNothing() async throws {
        try await Self.onBothEngines { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let part = try Part("fake_mailgun.py", ["--delay", "0.1"], folder: folder)
            let (port, settings) = (try RunningServer.freePort(), RunningServer.mailgun(at: part.port))
            func start() async throws -> RunningServer {
                try await RunningServer(url: url, folder: folder, port: port, settings: settings)
            }
            var server = try await start()
            let company = try await TestCompany.register(server.client)
            try await company.hasNoLimits(at: url)
            var promised: Set<String> = []
            for kill in 0..<Self.kills {
                promised.formUnion(
                    await withTaskGroup(of: String?.self, returning: Set<String>.self) { group in
                        for number in 0..<12 {
                            let email = "person\(kill)-\(number)@vogt.example"
                            group.addTask {
                                let reply = try? await company.invite(email)
                                return reply?.status == 201 ? email : nil
                            }
                        }
                        let before = part.length
                        for _ in 0..<1000 where part.length == before { try? await Task.sleep(for: .milliseconds(5)) }
                        try? await Task.sleep(for: .milliseconds(Int.random(in: 0...80)))
                        await server.kill()
                        return await group.reduce(into: Set<String>()) { if let email = $1 { $0.insert(email) } }
                    })
                server = try await start()
            }

            #expect(promised.count > 100, "the load was too small to prove anything")
            try await Self.waitUntilNothingWaits(company)
            let sent = Dictionary(grouping: part.heard) { $0["fields"]?["to"]?.text ?? "" }
            #expect(promised.subtracting(sent.keys).isEmpty)
            let twice = sent.values.filter { $0.count > 1 }
            #expect(twice.count > 10, "no kill hit a mail under way")
            for mails in twice {
                #expect(Set(mails.compactMap { $0["fields"]?["h:Message-Id"]?.text }).count == 1)
                #expect(Set(mails.compactMap { $0["fields"]?["text"]?.text }).count == 1)
            }
            #expect(await server.terminate() == 0)
        }
    }

    /// Waits for the leases of killed servers to expire, and longer.
    private static func waitUntilNothingWaits(_ company: TestCompany) async throws {
        var states: Set<String> = []
        for _ in 0..<600 {
            states = Set(try await company.manager.all(company.path + "/mails").compactMap { $0["state"]?.text })
            if states == ["sent"] { return }
            try await Task.sleep(for: .milliseconds(250))
        }
        Issue.record("there are still mails that are \(states.sorted())")
    }

    /// Three servers on one database: each mail is sent once, by one of them. A mail for which the provider hangs is sent again after its
    /// time limit, as the same mail.
    @Test func threeServersShareTheMail() async throws {
        try await Engine.postgres.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let part = try Part("fake_mailgun.py", ["--delay", "0.2"], folder: folder)
            var servers: [RunningServer] = []
            for number in 0..<3 {
                servers.append(
                    try await RunningServer(
                        url: url, folder: folder, settings: RunningServer.mailgun(at: part.port, key: "key-\(number)")))
            }
            let company = try await TestCompany.register(servers[0].client)
            try await company.hasNoLimits(at: url)
            #expect(try await company.invite("once-hang@vogt.example").status == 201)
            let managers = servers.map { $0.client.with(token: company.manager.token) }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<400 {
                    group.addTask {
                        try await company.invite("person\(number)@vogt.example", by: managers[number % 3]).status
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(statuses == [201])
            try await Self.waitUntilNothingWaits(company)
            let asked = Dictionary(grouping: part.heard) { $0["fields"]?["h:Message-Id"]?.text ?? "" }
            #expect(asked.count == 401)
            for (id, times) in asked {
                let isHung = times[0]["fields"]?["to"] == "once-hang@vogt.example"
                #expect(times.count == (isHung ? 2 : 1), "\(id)")
            }
            #expect(Set(part.heard.compactMap { $0["authorization"]?.text }).count == 3, "all three took part")
            // Not because of a lost lease: its owner gave up in time and recorded that.
            #expect(servers.filter { $0.log().contains("Mailgun: Timeout was reached") }.count == 1)
            for server in servers { #expect(await server.terminate() == 0) }
        }
    }

    /// A server that is stopped finishes the mails it is sending, so that the next server doesn't send them again; it doesn't wait for
    /// one that hangs.
    @Test func stoppingSendsNothingTwice() async throws {
        try await Self.onBothEngines { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let part = try Part("fake_mailgun.py", ["--delay", "1"], folder: folder)
            let (port, settings) = (try RunningServer.freePort(), RunningServer.mailgun(at: part.port))
            var server = try await RunningServer(url: url, folder: folder, port: port, settings: settings)
            let company = try await TestCompany.register(server.client)
            for name in ["once-hang", "lena", "kai", "mia"] {
                #expect(try await company.invite("\(name)@vogt.example").status == 201)
            }
            for _ in 0..<500 where part.heard.count < 4 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(await server.terminate() == 0)
            // On a machine that is so slow that the mail was given up before the stop, nothing is left to stop.
            let log = server.log()
            #expect(log.contains("the server was stopped meanwhile") || log.contains("Mailgun: Timeout was reached"))
            server = try await RunningServer(url: url, folder: folder, port: port, settings: settings)
            try await Self.waitUntilNothingWaits(company)
            let asked = part.heard.reduce(into: [:]) { $0[$1["fields"]?["to"]?.text ?? "", default: 0] += 1 }
            #expect(
                asked == [
                    "once-hang@vogt.example": 2, "lena@vogt.example": 1, "kai@vogt.example": 1, "mia@vogt.example": 1,
                ])
            #expect(Set(part.heard.compactMap { $0["fields"]?["h:Message-Id"]?.text }).count == 4)
            let text = part.heard[0]["fields"]?["text"]?.text ?? ""
            #expect(text.contains("http://localhost/set-password#token="))
            #expect(!server.log().contains("token=") && !server.log().contains("key-1"))
            #expect(await server.terminate() == 0)
        }
    }

    /// Accepted isn't delivered.
    @Test(arguments: Engine.allCases)
    func whatFailsAfterItWasTakenOnIsTold(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let part = try Part("fake_mailgun.py", ["--webhook", folder.path + "/webhook"], folder: folder)
            let server = try await RunningServer(
                url: url, folder: folder,
                settings: RunningServer.mailgun(at: part.port).merging(["POLIER_MAILGUN_SIGNING_KEY": "signing"]) { $1 }
            )
            try (server.client.base + "/api/v1/mail/webhooks/mailgun").write(
                toFile: folder.path + "/webhook", atomically: true, encoding: .utf8)
            let company = try await TestCompany.register(server.client)
            _ = try await company.invite("bounce@vogt.example")
            for _ in 0..<100 where part.heard.count < 2 { try await Task.sleep(for: .milliseconds(100)) }
            #expect(part.heard.last?["reported"] == .number(200), "\(part.heard)")
            let invitation = try await company.person("bounce@vogt.example")?["invitation"]
            #expect(invitation?["state"] == "failed")
            #expect(invitation?["reason"] == "bounce: 5.1.1  [31mNo such  mailbox")
            #expect(await server.terminate() == 0)
        }
    }

    /// If others can read the log, a mail without a transport is refused, instead of being logged without its link.
    @Test(arguments: Engine.allCases)
    func aPublicServerWithoutMailSaysSo(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let settings = ["POLIER_PUBLIC_URL": "https://polier.example.de"]
            let server = try await RunningServer(url: url, folder: folder, settings: settings)
            #expect(server.log().contains("no mail transport is set"))
            let company = try await TestCompany.register(server.client)
            let person = try await company.invite("lena@vogt.example").json["id"]?.text ?? ""
            func invitation() async throws -> JSON? {
                try await company.person("lena@vogt.example")?["invitation"]
            }
            for _ in 0..<100 where try await invitation()?["state"] == "queued" {
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await invitation()?["state"] == "failed")
            #expect(try await invitation()?["reason"] == "this server has no way to send mail")
            #expect(try await server.client.get("/readyz").json["mail"] == "off")
            let link =
                try await company.manager.post(company.path + "/users/\(person)/invitation").json["link"]?.text ?? ""
            let joined = try await server.client.with(token: String(link.split(separator: "=").last ?? "")).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(joined.status == 200, "the link that the app shows works")
            #expect(await server.terminate() == 0)
            let checked = try await Binary.run(
                ["check"], environment: settings.merging(["POLIER_DATABASE_URL": url]) { $1 }, in: folder.path)
            #expect(checked.code == 0 && checked.output.contains("No mail transport is set"), "\(checked.output)")
        }
    }

    /// At a public address the founder's link is sent first, and no mail to anyone else leaves before the link is opened.
    @Test(arguments: Engine.allCases)
    func aPublicServerAsksTheFounderForProof(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let part = try Part("fake_mailgun.py", folder: folder)
            let settings = RunningServer.mailgun(at: part.port).merging([
                "POLIER_PUBLIC_URL": "https://polier.example.de"
            ]) { $1 }
            let server = try await RunningServer(url: url, folder: folder, settings: settings)
            let company = try await TestCompany.register(server.client, email: "ada@kern.example")
            #expect(try await company.invite("lena@vogt.example").json["code"] == "address-not-proven")
            for _ in 0..<100 where part.heard.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
            let letter = try #require(part.heard.first?["fields"])
            #expect(letter["to"] == "ada@kern.example" && part.heard.count == 1, "\(letter)")
            let text = letter["text"]?.text ?? ""
            let link = try #require(text.firstMatch(of: /https:..polier.example.de.verify#token=([0-9a-f]+)/))
            let proven = try await server.client.post("/api/v1/auth/verify", "{\"token\": \"\(link.output.1)\"}")
            #expect(proven.status == 200)
            #expect(try await company.invite("lena@vogt.example").status == 201)
            #expect(await server.terminate() == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func theOperatorLooksAndTriesAgain(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let part = try Part("fake_mailgun.py", folder: folder)
            let server = try await RunningServer(
                url: url, folder: folder, settings: RunningServer.mailgun(at: part.port))
            let company = try await TestCompany.register(server.client)
            _ = try await company.invite("s400@vogt.example")
            for _ in 0..<100 where part.heard.isEmpty { try await Task.sleep(for: .milliseconds(100)) }
            try await Task.sleep(for: .milliseconds(300))
            let environment = ["POLIER_DATABASE_URL": url]
            let list = try await Binary.run(["mail", "list"], environment: environment, in: folder.path)
            #expect(
                list.code == 0 && list.output.contains("invitation  s400@vogt.example  failed: Mailgun answered 400"))
            #expect(!list.output.contains("token"))
            let id = String(list.output.prefix(36))
            #expect(
                try await Binary.run(["mail", "show", id], environment: environment).output.contains("tried 1 times"))
            #expect(try await Binary.run(["mail", "retry", id], environment: environment).code == 0)
            for _ in 0..<100 where part.heard.count < 2 { try await Task.sleep(for: .milliseconds(100)) }
            #expect(part.heard.count == 2)
            #expect(try await Binary.run(["mail", "retry", UUID().uuidString], environment: environment).code == 1)
            #expect(await server.terminate() == 0)
        }
    }
}

extension RunningServer {
    /// Three settings, and the address of Mailgun's stand-in. The public address is this machine's, where founders needn't confirm
    /// theirs.
    static func mailgun(at port: Int, key: String = "key-1") -> [String: String] {
        [
            "POLIER_MAILGUN_API_KEY": key, "POLIER_MAILGUN_DOMAIN": "mg.example.de",
            "POLIER_PUBLIC_URL": "http://localhost", "POLIER_MAILGUN_BASE_URL": "http://127.0.0.1:\(port)",
        ]
    }
}
