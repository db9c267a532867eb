import Foundation
import NIOHTTP1
import Storage
import Testing

@testable import Core
@testable import Server

/// A browser that keeps its cookies.
private final class TestBrowser {
    private let client: Client
    private let network: String
    var cookies: [String: String] = [:]

    init(_ client: Client, from network: String = "203.0.113.9") { (self.client, self.network) = (client, network) }

    func post(_ path: String, _ body: String) async throws -> Reply {
        let reply = try await client.send(
            "POST", path, body: body,
            headers: [
                "Cookie": cookies.map { "\($0)=\($1)" }.joined(separator: "; "), "Sec-Fetch-Site": "same-origin",
                "X-Forwarded-For": network,
            ])
        for cookie in reply.headers["Set-Cookie"] {
            let parts = cookie.prefix { $0 != ";" }.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { cookies[parts[0]] = parts[1] }
        }
        return reply
    }

    func signIn(_ email: String, _ password: String = TestCompany.password) async throws -> Int {
        try await post("/api/v1/auth/signin", "{\"email\": \"\(email)\", \"password\": \"\(password)\"}").status
    }

    func guess(_ email: String, times: Int) async throws -> [Int] {
        var statuses: [Int] = []
        for _ in 0..<times { statuses.append(try await signIn(email, "falsch geraten")) }
        return statuses
    }
}

/// Strangers can't lock anyone out of their own browser.
@Suite struct KnownBrowserTests {
    private static func run(_ engine: Engine, _ body: @escaping @Sendable (TestServer) async throws -> Void)
        async throws
    {
        try await TestServer.run(on: engine, flags: ["POLIER_TRUSTED_PROXIES": "127.0.0.1"], body)
    }

    @Test(arguments: Engine.allCases)
    func strangersGuessesDontLockAKnownBrowserOut(_ engine: Engine) async throws {
        try await Self.run(engine) { server in
            let company = try await TestCompany.register(server.client)
            let (own, stranger) = (TestBrowser(server.client), TestBrowser(server.client, from: "198.51.100.1"))
            #expect(try await own.signIn(company.email) == 200)
            let cookie = try #require(own.cookies["polier-browser"])
            #expect(cookie.count == 64)
            #expect(try await stranger.guess(company.email, times: 11) == [Int](repeating: 401, count: 10) + [429])
            #expect(try await own.signIn(company.email.uppercased()) == 200)
            #expect(own.cookies["polier-browser"] == cookie, "the browser stays the same")
            // A cookie that belongs to another account, or to none, isn't this account's.
            let other = try await TestCompany.register(server.client)
            #expect(try await stranger.signIn(other.email) == 200)
            #expect(try await stranger.signIn(company.email) == 429)
            let forger = TestBrowser(server.client, from: "198.51.100.2")
            forger.cookies["polier-browser"] = String(repeating: "0", count: 64)
            #expect(try await forger.signIn(company.email) == 429)
            // Guesses by this browser are counted separately.
            #expect(try await own.guess(company.email, times: 11) == [Int](repeating: 401, count: 10) + [429])
            #expect(try await own.signIn(company.email) == 429)
            server.clock.advance(by: .seconds(900))
            #expect(try await own.signIn(company.email) == 200)
        }
    }

    /// An office is one network: failed sign-ins of a colleague's program keep no known browser out, and right passwords never count.
    @Test(arguments: Engine.allCases)
    func aLockedNetworkLetsKnownBrowsersIn(_ engine: Engine) async throws {
        try await Self.run(engine) { server in
            let company = try await TestCompany.register(server.client)
            let own = TestBrowser(server.client)
            for _ in 0..<30 { #expect(try await own.signIn(company.email) == 200) }
            for number in 0..<100 {
                #expect(try await TestBrowser(server.client).signIn("person\(number)@kern.example") == 401)
            }
            #expect(try await TestBrowser(server.client).signIn(company.email) == 429)
            #expect(try await own.signIn(company.email) == 200)
        }
    }

    /// Of many concurrent guesses no more are answered than of sequential ones.
    @Test(arguments: Engine.allCases)
    func guessesAtOnceAreCountedToo(_ engine: Engine) async throws {
        try await Self.run(engine) { server in
            let company = try await TestCompany.register(server.client)
            let own = TestBrowser(server.client)
            #expect(try await own.signIn(company.email) == 200)
            let cookie = try #require(own.cookies["polier-browser"])
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        let browser = TestBrowser(server.client)
                        browser.cookies["polier-browser"] = cookie
                        return try await browser.signIn(company.email, "falsch geraten")
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses[401] ?? 0 <= 10 && Set(statuses.keys).isSubset(of: [401, 429, 503]), "\(statuses)")
            // None of them counted towards the account.
            #expect(try await TestBrowser(server.client).signIn(company.email) == 200)
        }
    }

    /// Programs without cookies displace no browser.
    @Test(arguments: Engine.allCases)
    func anAccountKnowsTenBrowsers(_ engine: Engine) async throws {
        try await Self.run(engine) { server in
            let company = try await TestCompany.register(server.client)
            let browsers = (0..<11).map { _ in TestBrowser(server.client) }
            for browser in browsers {
                server.clock.advance(by: .milliseconds(1))
                #expect(try await browser.signIn(company.email) == 200)
            }
            for _ in 0..<12 {
                let reply = try await server.client.post(
                    "/api/v1/auth/signin",
                    "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}")
                #expect(reply.status == 200 && reply.headers["Set-Cookie"].count == 1)
            }
            _ = try await TestBrowser(server.client, from: "198.51.100.1").guess(company.email, times: 10)
            for (number, browser) in browsers.enumerated() {
                #expect(try await browser.signIn(company.email) == (number == 0 ? 429 : 200), "\(number)")
            }
            let export = try await company.manager.get("/api/v1/users/me/export").json
            #expect(export["knownBrowsers"]?.list.count == 10)
            server.clock.advance(by: KnownBrowser.lifetime)
            #expect(try await Housekeeping(server.database, runtime: server.runtime).run() >= 10)
        }
    }

    /// Strangers' requests use up none of the person's own limit, and the number of mails to a person is bounded.
    @Test(arguments: Engine.allCases)
    func strangersUseUpNoOnesLinks(_ engine: Engine) async throws {
        try await Self.run(engine) { server in
            let company = try await TestCompany.register(server.client)
            let own = TestBrowser(server.client)
            #expect(try await own.signIn(company.email) == 200)
            func ask(_ browser: TestBrowser, _ email: String) async throws -> Int {
                try await browser.post("/api/v1/auth/reset-password", "{\"email\": \"\(email)\"}").status
            }
            let postbox = Postbox()
            for email in [company.email, "niemand@kern.example"] {
                for network in 0..<5 {
                    let stranger = TestBrowser(server.client, from: "198.51.100.\(network)")
                    for number in 0..<6 {
                        #expect(try await ask(stranger, email) == (number < 5 ? 202 : 429), "\(network) \(number)")
                        try await server.mailService(by: postbox).sendDue()
                    }
                }
            }
            #expect(postbox.letters.count == 15)
            for number in 0..<6 { #expect(try await ask(own, company.email) == (number < 5 ? 202 : 429)) }
            try await server.mailService(by: postbox).sendDue()
            let link = server.client.with(token: try #require(postbox.letters.last).token)
            let set = try await link.post("/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(set.status == 200)
            // A browser that used the old password is unknown now.
            let left = try await server.database.fetch(
                Query("SELECT COUNT(*) FROM known_browsers") { try $0.next() as Int64 })
            #expect(left.first == 0)
        }
    }

    @Test(arguments: Engine.allCases)
    func removingAPersonForgetsTheirBrowsers(_ engine: Engine) async throws {
        try await Self.run(engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let people = try await company.manager.get(company.path + "/users").json.list
            let email = people.first { $0["id"]?.text == worker.id }?["email"]?.text ?? ""
            #expect(try await TestBrowser(server.client).signIn(email) == 200)
            func count() async throws -> Int64? {
                try await server.database.fetch(
                    Query("SELECT COUNT(*) FROM known_browsers") { try $0.next() as Int64 }
                ).first
            }
            #expect(try await count() == 1)
            #expect(try await company.manager.delete(company.path + "/users/" + worker.id).status == 204)
            #expect(try await count() == 0)
        }
    }
}
