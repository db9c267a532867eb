import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The limits on guessing passwords.
@Suite struct SignInLimitTests {
    private static func signIn(
        _ client: Client, _ email: String, _ password: String = "falsch geraten", from address: String? = nil
    ) async throws -> Reply {
        try await client.send(
            "POST", "/api/v1/auth/signin", body: "{\"email\": \"\(email)\", \"password\": \"\(password)\"}",
            headers: address.map { ["X-Forwarded-For": $0] } ?? [:])
    }

    @Test(arguments: Engine.allCases)
    func tenFailuresCloseAnAccountForAWhile(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            for email in [company.email, "niemand@kern.example"] {
                var bodies: Set<String> = []
                for _ in 0..<10 {
                    let reply = try await Self.signIn(server.client, email)
                    #expect(reply.status == 401)
                    bodies.insert(reply.json["error"]?.text ?? "")
                    server.clock.advance(by: .seconds(30))
                }
                #expect(bodies == ["The email address or the password is wrong."])
                let closed = try await Self.signIn(server.client, email.uppercased(), TestCompany.password)
                #expect(closed.status == 429)
                // The first of the ten was 300 seconds ago and counts for 900.
                #expect(closed.header("Retry-After") == "600")
            }
            // Only this account is limited: others can sign in, and other requests aren't affected.
            let other = try await TestCompany.register(server.client)
            #expect(try await company.manager.get("/api/v1/users/me").status == 200)
            server.clock.advance(by: .seconds(600))
            _ = try await TestCompany.signIn(server.client, email: company.email)
            _ = try await TestCompany.signIn(server.client, email: other.email)
        }
    }

    /// Attempts recorded by a clock that was ahead block no one until their time has come.
    @Test(arguments: Engine.allCases)
    func aClockThatWasAheadLocksNoOneOut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let email = try await TestCompany.register(server.client).email
            func guessUntilClosed() async throws {
                for _ in 0..<10 { #expect(try await Self.signIn(server.client, email).status == 401) }
                #expect(try await Self.signIn(server.client, email).status == 429)
            }
            server.clock.advance(by: .seconds(86_400))
            try await guessUntilClosed()
            server.clock.advance(by: .seconds(-86_400))
            _ = try await TestCompany.signIn(server.client, email: email)
            // A time slightly ahead, as of another server's clock, counts as now.
            server.clock.advance(by: .seconds(300))
            try await guessUntilClosed()
            server.clock.advance(by: .seconds(-300))
            let closed = try await Self.signIn(server.client, email, TestCompany.password)
            #expect(closed.status == 429 && closed.header("Retry-After") == "900")
            server.clock.advance(by: .seconds(1200))
            _ = try await TestCompany.signIn(server.client, email: email)
        }
    }

    /// Of many concurrent guesses no more are answered than of sequential ones, and successes don't count.
    @Test(arguments: Engine.allCases)
    func guessesAtOnceAreCountedToo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            for _ in 0..<12 { _ = try await TestCompany.signIn(server.client, email: company.email) }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask { try await Self.signIn(server.client, company.email).status }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            // Requests refused because two others of the account were waiting weren't guesses.
            #expect(statuses[401] == 10 && Set(statuses.keys).isSubset(of: [401, 429, 503]), "\(statuses)")
        }
    }

    @Test(arguments: Engine.allCases)
    func aHundredFailuresCloseAnAddress(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8"]) { server in
            let company = try await TestCompany.register(server.client)
            for number in 0..<100 {
                // The nearest hop is a proxy of ours; the hops before the client are its own claim.
                let reply = try await Self.signIn(
                    server.client, "person\(number)@kern.example", from: "1.2.3.4, 203.0.113.9, 10.1.1.1")
                #expect(reply.status == 401)
            }
            let closed = try await Self.signIn(
                server.client, company.email, TestCompany.password, from: "203.0.113.9")
            #expect(closed.status == 429)
            let free = try await Self.signIn(server.client, company.email, TestCompany.password, from: "203.0.113.10")
            #expect(free.status == 200)
        }
    }

    @Test(arguments: Engine.allCases)
    func withoutAKnownProxyTheHeaderCountsForNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            for number in 0..<100 {
                _ = try await Self.signIn(server.client, "person\(number)@kern.example", from: "203.0.113.\(number)")
            }
            #expect(try await Self.signIn(server.client, "x@kern.example", from: "198.51.100.1").status == 429)
        }
    }

    @Test(arguments: Engine.allCases)
    func registeringAndResettingHaveTheirOwn(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            for number in 0..<30 {
                let body = TestCompany.registration(email: "firma\(number)@kern.example")
                #expect(try await server.client.post("/api/v1/auth/register", body).status == 201)
            }
            let late = TestCompany.registration(email: "firma31@kern.example")
            let closed = try await server.client.post("/api/v1/auth/register", late)
            #expect(closed.status == 429 && closed.header("Retry-After") == "3600")
            for (email, first) in [("a@kern.example", 202), ("b@kern.example", 202)] {
                for number in 0..<6 {
                    let reply = try await server.client.post("/api/v1/auth/reset-password", "{\"email\": \"\(email)\"}")
                    #expect(reply.status == (number < 5 ? first : 429))
                }
            }
            _ = try await TestCompany.signIn(server.client, email: "firma1@kern.example")
            #expect(try await Housekeeping(server.database, runtime: .live).run() >= 0)
        }
    }
}
