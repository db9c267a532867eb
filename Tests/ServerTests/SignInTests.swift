import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

extension TestServer {
    /// Signs in a person whose password was hashed at other costs than this server's, from a browser with a cookie.
    @discardableResult
    func signInAnew(from cookie: String) async throws -> (reply: Reply, hash: String?) {
        let hasher = PasswordHasher(cost: .init(rounds: 4, blockSize: 1, parallelism: 1), width: 1)
        let email = "\(UUID().uuidString.lowercased())@crew.example"
        let person = Accounts.NewPerson(
            email: try #require(EmailAddress(email)), password: try Password(TestCompany.password, refusing: .embedded),
            firstName: "Kai", lastName: "Roth")
        let user = try await Accounts(database, hasher: hasher, runtime: runtime).create(
            person, role: .admin, in: Company.platform, language: .german)
        await hasher.close()
        let reply = try await signIn(email, cookie: cookie)
        return (reply, try await database.fetch(User.passwordHash(of: user.id, in: Company.platform)).first ?? nil)
    }

    /// - Parameter site: the browser's `Sec-Fetch-Site`.
    func signIn(_ email: String, cookie: String, site: String = "same-origin") async throws -> Reply {
        try await client.send(
            "POST", "/api/v1/auth/signin",
            body: "{\"email\": \"\(email)\", \"password\": \"\(TestCompany.password)\"}",
            headers: ["Cookie": "polier-session=\(cookie)", "Sec-Fetch-Site": site])
    }
}

/// The side effects of signing in.
@Suite struct SignInTests {
    @Test(arguments: Engine.allCases)
    func aPersonHasFiftySessionsAtMost(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            var tokens = [company.manager.token ?? ""]
            for _ in 0..<51 {
                server.clock.advance(by: .milliseconds(1))
                tokens.append(try await TestCompany.signIn(server.client, email: company.email))
            }
            func status(_ token: String) async throws -> Int {
                try await server.client.with(token: token).get("/api/v1/users/me").status
            }
            for (place, token) in tokens.enumerated() {
                #expect(try await status(token) == (place < 2 ? 401 : 200), "\(place)")
            }
            let last = server.client.with(token: tokens.last)
            #expect(try await last.get("/api/v1/auth/sessions").json.list.count == 50)
        }
    }

    /// A browser that signs in again leaves no unreachable session behind.
    @Test(arguments: Engine.allCases)
    func signingInAgainEndsTheFormerSession(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let former = try await TestCompany.signIn(server.client, email: company.email)
            let held = server.client.with(token: former)
            #expect(try await server.signIn(company.email, cookie: former, site: "cross-site").status == 200)
            #expect(try await held.get("/api/v1/users/me").status == 200, "another site's page ended a session")
            #expect(try await server.signIn(company.email, cookie: former).status == 200)
            #expect(try await held.get("/api/v1/users/me").status == 401)
            #expect(try await company.manager.get("/api/v1/users/me").status == 200)
        }
    }

    @Test(arguments: Engine.allCases)
    func passwordsAreHashedAnewAtTodaysCosts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (first, hash) = try await server.signInAnew(from: "none")
            #expect(first.status == 200 && hash?.hasPrefix("scrypt$2$1$1$") == true, "\(hash ?? "")")
            let email = first.json["user"]?["email"]?.text ?? ""
            #expect(first.json["user"]?["updatedAt"] == first.json["user"]?["createdAt"])
            _ = try await TestCompany.signIn(server.client, email: email)
            let token = try #require(first.json["accessToken"]?.text)
            #expect(try await server.client.with(token: token).get("/api/v1/users/me").status == 200)
        }
    }

    /// A person locked out by others' guesses can sign in by a mailed link.
    @Test(arguments: Engine.allCases)
    func aMailedLinkEndsTheLock(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let guess = "{\"email\": \"\(company.email)\", \"password\": \"geraten\"}"
            for _ in 0..<11 { _ = try await server.client.post("/api/v1/auth/signin", guess) }
            let right = "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}"
            #expect(try await server.client.post("/api/v1/auth/signin", right).status == 429)
            let postbox = Postbox()
            _ = try await server.client.post("/api/v1/auth/reset-password", "{\"email\": \"\(company.email)\"}")
            try await server.mailService(by: postbox).sendDue()
            let link = server.client.with(token: try #require(postbox.letters.last).token)
            let set = try await link.post("/api/v1/auth/set-password", "{\"password\": \"\(TestCompany.password)\"}")
            #expect(set.status == 200)
            #expect(try await server.client.post("/api/v1/auth/signin", right).status == 200)
        }
    }

    /// On a server without mail, the response reveals whether an address has an account, but only a limited number of times.
    @Test(arguments: Engine.allCases)
    func otherAddressesAreTriedTenTimesAnHour(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, hasMail: false) { server in
            let (asking, other) = (
                try await TestCompany.register(server.client), try await TestCompany.register(server.client)
            )
            let taken = "{\"email\": \"\(other.email)\", \"currentPassword\": \"\(TestCompany.password)\"}"
            for number in 0..<12 {
                let reply = try await asking.manager.put("/api/v1/users/me", taken)
                #expect(reply.status == (number < 10 ? 409 : 429), "\(number): \(reply.text)")
            }
            // The unchanged address isn't counted.
            let own = try await asking.manager.put("/api/v1/users/me", "{\"email\": \"\(asking.email)\"}")
            #expect(own.status == 200)
        }
    }

    /// The times of colleagues on a site are visible only to them and to managers.
    @Test(arguments: Engine.allCases)
    func workersSeeTheirOwnVisitsOnly(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (one, other) = (
                try await server.person(.worker, in: company.id), try await server.person(.worker, in: company.id)
            )
            let site = try await company.site(users: [one.id, other.id])
            for (client, time) in [(one.client, "07:00"), (other.client, "08:00")] {
                #expect(try await client.post(site + "/check-in", "{\"at\": \"2026-11-23T\(time):00Z\"}").status == 200)
            }
            func visits(_ client: Client, _ path: String) async throws -> [JSON?] {
                let reply = try await client.get(path).json
                let site = reply[0] ?? reply
                let people = site["assignments"]?.list ?? []
                return [site["lastVisited"]]
                    + [one.id, other.id].map { id in
                        people.first { $0["userId"]?.text == id }?["lastVisited"]
                    }
            }
            let (seven, eight): (JSON, JSON) = ("2026-11-23T07:00:00.000Z", "2026-11-23T08:00:00.000Z")
            for path in [site, company.path + "/sites", company.path + "/sites/user/\(one.id)"] {
                #expect(try await visits(company.manager, path) == [eight, seven, eight], "\(path)")
                #expect(try await visits(one.client, path) == [seven, seven, .null], "\(path)")
            }
        }
    }
}
