import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

extension TestServer {
    func get(_ path: String, cookie token: String) async throws -> Reply {
        try await client.send("GET", path, headers: ["Cookie": "polier-session=\(token)"])
    }

    /// When a session was last used, and when it ends without use, as recorded.
    func use(of token: String) async throws -> (lastUsedAt: Instant?, idleAt: Instant?) {
        let hash = try #require(Token.hash(sent: token[...]))
        let query = Query("SELECT s.last_used_at, s.idle_at FROM sessions s WHERE s.token_hash = $1", hash) {
            (lastUsedAt: try $0.next() as Instant?, idleAt: try $0.next() as Instant?)
        }
        return try await database.fetch(query).first ?? (nil, nil)
    }

    /// Sends a request with a session's token as a browser does, and waits until the use is recorded.
    func useAsCookie(_ token: String) async throws {
        #expect(try await get("/api/v1/users/me", cookie: token).status == 200)
        for _ in 0..<500 {
            if try await use(of: token).idleAt == clock.now + Session.idleLifetime { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record("The use of a session was never written down")
    }
}

/// Unused sessions end.
@Suite struct SessionUseTests {
    private static let day = Duration.seconds(24 * 3600)

    @Test(arguments: Engine.allCases)
    func aBrowsersSessionEndsAfterFourteenDaysWithoutUse(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (token, kept) = (
                try #require(company.manager.token), try await TestCompany.signIn(server.client, email: company.email)
            )
            try await server.useAsCookie(token)
            try await server.useAsCookie(kept)
            server.clock.advance(by: Self.day * 13)
            try await server.useAsCookie(kept)
            let listed = try await server.get("/api/v1/auth/sessions", cookie: kept).json.list
            #expect(
                Set(listed.map { $0["lastUsedAt"]?.text }) == ["2026-12-06T12:00:00.000Z", "2026-11-23T12:00:00.000Z"])
            server.clock.advance(by: Self.day)
            #expect(try await server.get("/api/v1/users/me", cookie: token).status == 401)
            #expect(try await server.client.with(token: token).get("/api/v1/users/me").status == 401, "nor as a bearer")
            #expect(try await server.get("/api/v1/auth/sessions", cookie: kept).json.list.count == 1)
            try await server.useAsCookie(kept)
            let deleted = try await Housekeeping(server.database, runtime: server.runtime).run()
            #expect(deleted >= 1)
            #expect(try await server.use(of: token).idleAt == nil)
            #expect(try await server.use(of: kept).idleAt != nil)
            // Used or not, a session ends after thirty days.
            server.clock.advance(by: Self.day * 13)
            try await server.useAsCookie(kept)
            server.clock.advance(by: Self.day * 3)
            #expect(try await server.get("/api/v1/users/me", cookie: kept).status == 401)
        }
    }

    @Test(arguments: Engine.allCases)
    func aProgramsTokenLastsThirtyDaysWithoutUse(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            server.clock.advance(by: Self.day * 30 - .milliseconds(1))
            try await Housekeeping(server.database, runtime: server.runtime).run()
            #expect(try await company.manager.get("/api/v1/users/me").status == 200)
            server.clock.advance(by: .milliseconds(1))
            #expect(try await company.manager.get("/api/v1/users/me").status == 401)
        }
    }

    /// Of many requests within an hour one writes.
    @Test(arguments: Engine.allCases)
    func theLastUseIsWrittenOnceAnHour(_ engine: Engine) async throws {
        let recorder = Recorder()
        try await TestServer.run(on: engine, recorder: recorder) { server in
            let company = try await TestCompany.register(server.client)
            let token = try #require(company.manager.token)
            func writes() -> Int { recorder.count(of: "SET last_used_at") }
            #expect(try await company.manager.get("/api/v1/users/me").status == 200)
            #expect(writes() == 0, "the sign-in has just written it")
            try await server.useAsCookie(token)
            for _ in 0..<2 {
                let before = writes()
                server.clock.advance(by: .seconds(3599))
                for _ in 0..<5 { #expect(try await server.get("/api/v1/users/me", cookie: token).status == 200) }
                #expect(writes() == before)
                server.clock.advance(by: .seconds(1))
                try await server.useAsCookie(token)
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<20 {
                        group.addTask { try await server.get("/api/v1/users/me", cookie: token).status }
                    }
                    for try await status in group { #expect(status == 200) }
                }
                #expect(writes() == before + 1)
                #expect(try await server.use(of: token).lastUsedAt == server.clock.now)
            }
        }
    }
}
