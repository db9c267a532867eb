import Foundation
import Testing

@testable import Server

/// The operators' commands, run beside a running server.
@Suite struct OperatorCommandTests {
    private static let first = "olga@polier.example"
    private static let second = "bernd@polier.example"
    private static let password = "Betreiben mit Umsicht"
    private static let other = "Noch umsichtiger betreiben"

    /// A running server with a company, and the commands that work on its database.
    private struct Site {
        let server: RunningServer
        let company: TestCompany
        let folder: TemporaryFolder
        let url: String

        func run(_ arguments: String..., password: String? = nil) async throws -> (code: Int32, output: String) {
            var environment = ["POLIER_DATABASE_URL": url]
            environment["POLIER_ADMIN_PASSWORD"] = password
            return try await Binary.run(arguments, environment: environment, in: folder.path)
        }

        func addOperator(_ email: String) async throws {
            let made = try await run(
                "create-admin", "--email", email, "--first-name", "Olga", "--last-name", "Weber",
                password: OperatorCommandTests.password)
            #expect(made.code == 0, "\(made.output)")
        }

        func signIn(_ email: String, _ password: String = OperatorCommandTests.password) async throws -> Reply {
            try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"\(email)\", \"password\": \"\(password)\"}")
        }
    }

    private static func with(
        _ engine: Engine, _ body: @escaping @Sendable (Site) async throws -> Void
    ) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let server = try await RunningServer(url: url, folder: folder)
            let company = try await TestCompany.register(server.client, name: "Fliesen Süd")
            try await body(Site(server: server, company: company, folder: folder, url: url))
            #expect(await server.terminate() == 0)
        }
    }

    /// Invites a worker, who sets the usual password, and signs them in.
    private static func join(_ company: TestCompany, _ email: String, _ client: Client) async throws -> Client {
        let person = try await company.invite(email).json["id"]?.text ?? ""
        let link = try await company.manager.post(company.path + "/users/" + person + "/invitation")
        let token = link.json["link"]?.text?.split(separator: "=").last.map(String.init)
        _ = try await client.with(token: token).post(
            "/api/v1/auth/set-password", "{\"password\": \"\(TestCompany.password)\"}")
        return client.with(token: try await TestCompany.signIn(client, email: email))
    }

    @Test(arguments: Engine.allCases)
    func operatorsComeAndGo(_ engine: Engine) async throws {
        try await Self.with(engine) { site in
            #expect(
                try await site.run("operator", "list").output
                    == "There is no operator: 'polier create-admin' creates one.\n")
            try await site.addOperator(Self.first)
            let alone = try await site.run("operator", "remove", Self.first)
            #expect(alone.code == 1 && alone.output.hasPrefix("polier: The last operator can't be removed"))
            try await site.addOperator(Self.second)
            #expect(try await site.signIn(Self.second).status == 200)
            let listed = try await site.run("operator", "list").output.split(separator: "\n")
            #expect(listed.count == 2 && listed[0].contains(Self.first) && listed[1].contains(Self.second))
            #expect(listed[0].contains("last here -") && listed[1].contains("last here 20"))

            let manager = try await site.run("operator", "remove", site.company.email)
            #expect(manager.code == 1 && manager.output.contains("isn't an operator"), "\(manager.output)")
            let unknown = try await site.run("operator", "remove", "wer@anders.example")
            #expect(unknown.code == 1 && unknown.output.contains("there is no one with the id or the email address"))
            let removed = try await site.run("operator", "remove", Self.second)
            #expect(removed.code == 0 && removed.output == "\(Self.second) is no operator any more.\n")
            #expect(try await site.signIn(Self.second).status == 401)
            #expect(try await site.signIn(Self.first).status == 200)
        }
    }

    /// Who forgot the server's settings hears that the operator is in another database.
    @Test(arguments: Engine.allCases)
    func aDatabaseThatIsMadeForAnOperatorIsNamed(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            func create(_ email: String) async throws -> String {
                let made = try await Binary.run(
                    ["create-admin", "--email", email, "--first-name", "Olga", "--last-name", "Weber"],
                    environment: ["POLIER_DATABASE_URL": url], in: folder.path, input: Self.password)
                #expect(made.code == 0)
                return made.output
            }
            let place =
                engine == .sqlite ? "'\(url.dropFirst("sqlite:".count))' was made" : "the PostgreSQL database was empty"
            let first = try await create("a@polier.example")
            #expect(first.contains("There were no tables yet: \(place)."), "\(first)")
            let second = try await create("b@polier.example")
            #expect(second.hasSuffix("is an operator now.\n"), "\(second)")
        }
    }

    /// A line of standard input, of which only the end is no part of the password.
    @Test(arguments: Engine.allCases)
    func anOperatorsPasswordComesFromStandardInput(_ engine: Engine) async throws {
        try await Self.with(engine) { site in
            func create(_ email: String, _ input: String) async throws -> (code: Int32, output: String) {
                try await Binary.run(
                    ["create-admin", "--email", email, "--first-name", "Olga", "--last-name", "Weber"],
                    environment: ["POLIER_DATABASE_URL": site.url], in: site.folder.path, input: input)
            }
            for (end, name) in [("", "a"), ("\n", "b"), ("\r\n", "c"), ("\nmore\n", "d")] {
                let email = "\(name)@polier.example"
                let made = try await create(email, "  \(Self.password) \(end)")
                #expect(made.code == 0, "\(made.output)")
                #expect(try await site.signIn(email, "  \(Self.password) ").status == 200)
                #expect(try await site.signIn(email, Self.password).status == 401)
            }
            // The second is cut within a character.
            for text in [String(repeating: "ab cd ", count: 5_000), "a" + String(repeating: "ä", count: 5_000)] {
                let long = try await create("long@polier.example", text)
                #expect(long.code == 1 && long.output.contains("must have 8 to 128 characters"), "\(long.output)")
            }
            for none in ["", "\n"] {
                let missing = try await create("none@polier.example", none)
                #expect(
                    missing.code == 1
                        && missing.output.hasPrefix("polier: the password is missing: standard input is empty"),
                    "\(missing.output)")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aNewPasswordEndsSessionsAndALock(_ engine: Engine) async throws {
        try await Self.with(engine) { site in
            try await site.addOperator(Self.first)
            let token = try await site.signIn(Self.first).json["accessToken"]?.text
            for _ in 0..<10 { #expect(try await site.signIn(Self.first, "falsch geraten").status == 401) }
            #expect(try await site.signIn(Self.first).status == 429)
            let weak = try await site.run("operator", "password", Self.first, password: "12345678")
            #expect(weak.code == 1 && weak.output.hasPrefix("polier: the password "))
            let missing = try await site.run("operator", "password", Self.first)
            #expect(
                missing.code == 1
                    && missing.output.hasPrefix("polier: the password is missing: standard input is empty, and neither"),
                "\(missing.output)")
            let set = try await site.run("operator", "password", Self.first, password: Self.other)
            #expect(set.code == 0, "\(set.output)")
            #expect(try await site.server.client.with(token: token).get("/api/v1/companies").status == 401)
            #expect(try await site.signIn(Self.first).status == 401)
            #expect(try await site.signIn(Self.first, Self.other).status == 200)
            let manager = try await site.run("operator", "password", site.company.email, password: Self.other)
            #expect(manager.code == 1 && manager.output.contains("password-link"))
        }
    }

    @Test(arguments: Engine.allCases)
    func anyonesSessionsEndAndALockToo(_ engine: Engine) async throws {
        try await Self.with(engine) { site in
            let (email, client) = (site.company.email, site.server.client)
            _ = try await TestCompany.signIn(client, email: email)
            let lines = try await site.run("operator", "sessions", email).output.split(separator: "\n")
            #expect(lines.count == 2)
            let newest = String(try #require(lines.first).prefix(36))
            let one = try await site.run("operator", "sessions", email, "--end", newest)
            #expect(one.output == "\(email): 1 session ended.\n")
            let again = try await site.run("operator", "sessions", email, "--end", newest)
            #expect(again.code == 1 && again.output == "polier: There is no such session.\n")
            let wrong = try await site.run("operator", "sessions", email, "--end", "alle")
            #expect(wrong.code == 1 && wrong.output.contains("--end is 'alle'; it must be the id of a session, or all"))
            #expect(try await site.company.manager.get(site.company.path).status == 200)
            #expect(
                try await site.run("operator", "sessions", email, "--end", "all").output
                    == "\(email): 1 session ended.\n")
            #expect(try await site.company.manager.get(site.company.path).status == 401)
            #expect(try await site.run("operator", "sessions", email).output == "\(email) is signed in nowhere.\n")

            for _ in 0..<10 { #expect(try await site.signIn(email, "falsch geraten").status == 401) }
            #expect(try await site.signIn(email, TestCompany.password).status == 429)
            #expect(try await site.run("operator", "unlock", email).output == "\(email) can sign in again.\n")
            let manager = client.with(token: try await TestCompany.signIn(client, email: email))
            let kinds = try await manager.all(site.company.path + "/audit/security").map { $0["kind"]?.text }
            #expect(
                kinds.contains("account-unlocked") && kinds.filter { $0 == "sessions-ended" }.count == 2, "\(kinds)")
        }
    }

    @Test(arguments: Engine.allCases)
    func aCompanyIsSuspendedCopiedAndErased(_ engine: Engine) async throws {
        try await Self.with(engine) { site in
            let company = site.company
            _ = try await company.site()
            let unrecorded = try await site.run("company", "suspend", company.email)
            #expect(unrecorded.code == 1 && unrecorded.output.contains("create one with 'polier create-admin'"))
            try await site.addOperator(Self.first)
            let listed = try await site.run("company", "list").output.split(separator: "\n")
            #expect(listed.count == 2 && listed[1].hasPrefix(company.id) && listed[1].hasSuffix("Fliesen Süd"))

            let suspended = try await site.run("company", "suspend", "Fliesen Süd")
            #expect(
                suspended.code == 0 && suspended.output.hasPrefix("Fliesen Süd is suspended"), "\(suspended.output)")
            #expect(try await company.manager.get(company.path).json["code"] == "company-suspended")
            #expect(try await site.run("company", "list").output.contains("Fliesen Süd (suspended)"))
            #expect(try await site.run("company", "resume", company.id).output == "Fliesen Süd is resumed.\n")
            #expect(try await company.manager.get(company.path).status == 200)
            let events = try await company.manager.all(company.path + "/audit/security")
            let kinds = events.map { $0["kind"]?.text }
            #expect(kinds.contains("company-suspended") && kinds.contains("company-resumed"))
            let resumed = events.first { $0["kind"] == "company-resumed" }
            #expect(resumed?["userName"] == "Olga Weber" && resumed?["sessionId"] == .null)
            #expect(resumed?["requestId"] == .null && kinds.contains("operator-access"))

            let file = site.folder.path + "/copy.ndjson"
            let copied = try await site.run("company", "export", company.email, file)
            #expect(copied.code == 0 && copied.output == "\(file) has all of Fliesen Süd.\n", "\(copied.output)")
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            #expect(lines.first?.contains("polier-company/1") == true && lines.last?.contains("\"sites\":2") == true)
            let overwriting = try await site.run("company", "export", company.email, file)
            #expect(overwriting.code == 1 && overwriting.output.contains("it exists; choose another name"))
            let piped = try await site.run("company", "export", company.email, "-").output
            #expect(piped.hasPrefix("{") && piped.hasSuffix("}\n"))

            let heir = try await Self.join(company, "erbin@vogt.example", site.server.client)
            _ = try await company.invite("neu@vogt.example")
            let stranger = try await TestCompany.register(site.server.client, name: "Nebenan")
            let foreign = try await site.run("company", "owner", "Fliesen Süd", stranger.email)
            #expect(
                foreign.code == 1
                    && foreign.output.contains("\(stranger.email) is not one of the people of Fliesen Süd"),
                "\(foreign.output)")
            let invited = try await site.run("company", "owner", "Fliesen Süd", "neu@vogt.example")
            #expect(invited.code == 1 && invited.output.contains("hasn't accepted the invitation"), "\(invited.output)")
            let owned = try await site.run("company", "owner", "Fliesen Süd", "erbin@vogt.example")
            #expect(owned.code == 0 && owned.output.contains("Fliesen Süd is owned by "), "\(owned.output)")
            let people = try await heir.get(company.path + "/users").json.list
            #expect(people.filter { $0["isOwner"] == true }.map { $0["email"] } == ["erbin@vogt.example"])
            #expect(people.first { $0["email"] == "erbin@vogt.example" }?["role"] == "MANAGER")

            let twin = try await TestCompany.register(site.server.client, name: "Fliesen Süd")
            let ambiguous = try await site.run("company", "suspend", "Fliesen Süd")
            #expect(ambiguous.code == 1 && ambiguous.output.contains(company.id) && ambiguous.output.contains(twin.id))
            #expect(
                try await site.run("company", "suspend", "Niemand").output.contains(
                    "no company has the id or name, or a person with the email address, 'Niemand'"))

            for wrong in [
                ["company", "erase", company.id], ["company", "erase", company.id, "--confirm", "fliesen süd"],
            ] {
                let kept = try await Binary.run(
                    wrong, environment: ["POLIER_DATABASE_URL": site.url], in: site.folder.path)
                #expect(kept.code == 1 && kept.output.contains("add --confirm 'Fliesen Süd'"), "\(kept.output)")
            }
            try await site.addOperator(Self.second)
            let whose = try await site.run("company", "erase", company.id, "--confirm", "Fliesen Süd")
            #expect(whose.code == 1 && whose.output.contains("--as: \(Self.first), \(Self.second)"), "\(whose.output)")
            let unknown = try await site.run(
                "company", "erase", company.id, "--confirm", "Fliesen Süd", "--as", twin.email)
            #expect(unknown.code == 1 && unknown.output.contains("--as is '\(twin.email)'"), "\(unknown.output)")
            let erased = try await site.run(
                "company", "erase", company.id, "--confirm", "Fliesen Süd", "--as", Self.second)
            #expect(erased.code == 0 && erased.output.contains("Fliesen Süd is gone: "), "\(erased.output)")
            #expect(erased.output.contains("sites" + String(repeating: " ", count: 19) + "2\n"))
            #expect(try await company.manager.get(company.path).status == 401)
            #expect(try await twin.manager.get(twin.path).status == 200)
        }
    }
}
