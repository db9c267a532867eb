import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A server remembers who called last, and still asks each time.
@Suite struct RecentActorTests {
    /// What may happen to a person between two requests, as it is written by another server of the same database.
    private static let changes: [(what: String, change: SQL, read: Int, changed: Int)] = [
        ("their session was ended", "DELETE FROM sessions WHERE user_id = $1", 401, 401),
        ("their session was too old", "UPDATE sessions SET expires_at = 0 WHERE user_id = $1", 401, 401),
        ("their session wasn't used", "UPDATE sessions SET idle_at = 0 WHERE user_id = $1", 401, 401),
        ("they were switched off", "UPDATE users SET status = 'INACTIVE' WHERE id = $1", 401, 401),
        (
            "they were switched off and may hand in", "UPDATE sessions SET switched_off_at = 1 WHERE user_id = $1", 401,
            401
        ),
        ("they became a worker", "UPDATE users SET role = 'WORKER', owner_since = NULL WHERE id = $1", 404, 403),
        (
            "their company was suspended",
            "UPDATE companies SET suspended_at = 1 WHERE id = (SELECT company_id FROM users WHERE id = $1)", 403, 403
        ),
        (
            "they have to confirm again", "UPDATE sessions SET confirmed_at = NULL WHERE user_id = $1", 200, 200
        ),
    ]

    @Test(arguments: Engine.allCases)
    func whatChangedMeanwhileIsSeenAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            for (what, change, read, changed) in Self.changes {
                for method in ["GET", "PATCH", "DELETE"] {
                    let company = try await TestCompany.register(server.client)
                    let manager = company.manager
                    let site = try await company.site("Bad")
                    for _ in 1...2 { #expect(try await manager.get(site).status == 200) }
                    let user = company.managerID
                    try await server.database.transaction { try $0.execute(Statement(change, user)) }
                    let reply = try await manager.send(
                        method, site, body: method == "PATCH" ? #"{"name": "Keller"}"# : nil)
                    let expected = method == "GET" ? read : changed == 200 && method == "DELETE" ? 204 : changed
                    #expect(reply.status == expected, "\(method) when \(what): \(reply.text)")
                    let names = try await server.database.fetch(
                        Query(
                            "SELECT name FROM sites WHERE company_id = $1 AND name IN ('Bad', 'Keller') AND removed_at IS NULL",
                            company.id
                        ) { try $0.next() as String })
                    let left = ["GET": ["Bad"], "PATCH": ["Keller"], "DELETE": []]
                    #expect(names == (changed == 200 ? left[method] : ["Bad"]), "\(method) when \(what)")
                    #expect(try await manager.get(site).status == read, "again, when \(what)")
                }
            }
        }
    }

    /// The refusal of a sensitive act, too, is that of the person as they are now.
    @Test(arguments: Engine.allCases)
    func aConfirmationIsTheOneOfNow(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let token = try await TestCompany.signIn(server.client, email: company.email)
            let (manager, sessions) = (company.manager, "/api/v1/auth/sessions")
            let other = try await manager.get(sessions).json.list.compactMap { $0["id"]?.text }
            #expect(other.count == 2)
            server.clock.advance(by: .seconds(11 * 60))
            #expect(try await manager.get(sessions).status == 200)
            let second = server.client.with(token: token)
            let mine = try #require(
                try await second.get(sessions).json.list.first { $0["current"] == .boolean(false) }?["id"]?.text)
            #expect(try await second.delete(sessions + "/" + mine).status == 403)
            try await second.confirm()
            #expect(try await second.delete(sessions + "/" + mine).status == 204)
            #expect(try await manager.get(sessions).status == 401)
        }
    }

    /// What is known of a caller costs no round trip of its own.
    @Test(arguments: Engine.allCases.filter { $0 == .postgres })
    func aSiteIsReadInOneRoundTrip(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let site = try await company.site("Bad")
            #expect(try await company.manager.get(site).status == 200)
            var before = server.reads
            #expect(try await company.manager.get(site).status == 200)
            #expect(server.reads == before + 1)
            #expect(try await company.manager.patch(site, #"{"name": "Keller"}"#).status == 200)
            before = server.reads
            #expect(try await company.manager.patch(site, #"{"name": "Dach"}"#).status == 200)
            #expect(server.reads == before, "a change asks in its transaction")
            before = server.reads
            #expect(try await company.manager.get("/api/v1/users/me").status == 200)
            #expect(server.reads == before + 1)
        }
    }

    @Test func thoseWhoCalledLongAgoAreForgotten() {
        let recent = RecentActors()
        func hash(_ number: Int) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }
        let record = Actor.Record(session: .init(), user: User(), use: .init())
        for number in 0..<10_000 {
            recent.remember(record, by: hash(number))
            #expect(recent.record(by: hash(0)) != nil, "who keeps calling stays")
        }
        let kept = (0..<10_000).count { recent.record(by: hash($0)) != nil }
        #expect((2_000...4_000).contains(kept))
        recent.remember(nil, by: hash(0))
        #expect(recent.record(by: hash(0)) == nil)
    }
}

extension TestServer {
    /// How many round trips of reads PostgreSQL has answered.
    fileprivate var reads: UInt64 {
        for metric in database.metrics where metric.name == "polier_postgres_round_reads" {
            if case .histogram(let rounds) = metric.value { return rounds.counts.reduce(0, +) }
        }
        return 0
    }
}
