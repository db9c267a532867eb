import Foundation
import HTTPTypes
import NIOHTTP1
import Storage
import Testing

@testable import Core
@testable import Server

/// Guesses at the codes of second factors are counted and bounded.
@Suite struct FactorGuessTests {
    @Test(arguments: Engine.allCases)
    func codesCannotBeGuessed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_TRUSTED_PROXIES": "127.0.0.1"]) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            server.clock.advance(by: .seconds(60))
            let first = try await server.challenge(company.email)
            for guess in ["000000", "abc", "", phone.wrong(server.clock.now), "28708"] {
                let reply = try await server.secondStep(first, guess)
                #expect(reply.status == 401 && reply.json["code"] == "wrong-code", "\(guess): \(reply.text)")
            }
            // Five end a challenge, even for the right code, and the next one counts on.
            let code = phone.code(server.clock.now)
            #expect(isRefused(try await server.secondStep(first, code), 401, "challenge-ended"))
            let second = try await server.challenge(company.email)
            for network in 1...5 {
                let reply = try await server.secondStep(
                    second, phone.wrong(server.clock.now), from: "198.51.100.\(network)")
                #expect(isRefused(reply, 401, "wrong-code"), "\(reply.text)")
            }
            // They count like wrong passwords, from whichever network.
            let locked = try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}")
            #expect(isRefused(locked, 429, "too-many-tries"), "\(locked.text)")
            server.clock.advance(by: .seconds(15 * 60))
            // A challenge ends after five minutes, and an invented one never was.
            let third = try await server.challenge(company.email)
            server.clock.advance(by: .seconds(5 * 60))
            for challenge in [third, String(repeating: "0", count: 64), "x", ""] {
                let reply = try await server.secondStep(challenge, phone.code(server.clock.now))
                #expect(isRefused(reply, 401, "challenge-ended"), "\(challenge)")
            }
        }
    }

    /// Fifty wrong codes within a week stop all codes of authenticator apps, however slowly they are tried; recovery codes go on.
    @Test(arguments: Engine.allCases)
    func guessesAreBoundedInAll(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            for _ in 0..<10 {
                server.clock.advance(by: .seconds(15 * 60))
                let challenge = try await server.challenge(company.email)
                for _ in 0..<5 { _ = try await server.secondStep(challenge, phone.wrong(server.clock.now)) }
            }
            server.clock.advance(by: .seconds(3600))
            let challenge = try await server.challenge(company.email)
            let right = try await server.secondStep(challenge, phone.code(server.clock.now))
            #expect(isRefused(right, 429, "use-recovery-code"), "\(right.text)")
            #expect(try await server.secondStep(challenge, phone.recoveryCodes[3]).status == 200)
            let operators = Operators(server.database, runtime: server.runtime)
            try await operators.unlock(try #require(try await operators.person(company.email)))
            let again = try await server.challenge(company.email)
            #expect(try await server.secondStep(again, phone.code(server.clock.now)).status == 200)
        }
    }

    /// Concurrent guesses don't exceed the tries of a challenge.
    @Test(arguments: Engine.allCases)
    func guessesAtOnceAreCounted(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            let challenge = try await server.challenge(company.email)
            let codes = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await server.secondStep(challenge, phone.wrong(server.clock.now)).json["code"]?.text ?? ""
                    }
                }
                return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(codes == ["wrong-code": 5, "challenge-ended": 15], "\(codes)")
        }
    }

    /// An attacker with a session, and no code, can't keep the person from signing in with theirs.
    @Test(arguments: Engine.allCases)
    func guessesInASessionLeaveSigningInAlone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let phone = try await server.enrol(company.manager)
            let wrong = "{\"code\": \"\(phone.wrong(server.clock.now))\"}"
            for _ in 0..<50 {
                server.clock.advance(by: .seconds(100))
                let guess = "{\"code\": \"\(phone.wrong(server.clock.now))\"}"
                #expect(try await company.manager.post("/api/v1/auth/confirm", guess).status == 400)
            }
            server.clock.advance(by: .seconds(1000))
            #expect(try await company.manager.post("/api/v1/auth/confirm", wrong).status == 429)
            let code = phone.code(server.clock.now)
            #expect(try await server.secondStep(try await server.challenge(company.email), code).status == 200)
        }
    }
}
