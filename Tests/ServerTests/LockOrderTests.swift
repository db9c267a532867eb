import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Whatever changes at once locks rows in one order: the company, people by their ids, sites by their ids, material. PostgreSQL would end one of
/// two that wait for each other, after a second in which others wait too.
@Suite struct LockOrderTests {
    private struct Place {
        let server: TestServer
        let company: TestCompany
        let workers: [(client: Client, id: String)]
        let sites: [String]

        init(_ server: TestServer, workers count: Int) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            var (workers, sites): ([(client: Client, id: String)], [String]) = ([], [])
            for number in 0..<count {
                workers.append(try await server.person(.worker, in: company.id, name: "M\(number)"))
            }
            for name in ["Nord", "Süd"] { sites.append(try await company.site(name, users: workers.map(\.id))) }
            (self.workers, self.sites) = (workers, sites)
        }

        var ids: String { Self.list(workers.map(\.id)) }

        static func list(_ ids: [String]) -> String { ids.map { "\"\($0)\"" }.joined(separator: ",") }

        /// Both at once, many times over.
        func meet(
            _ rounds: Int, _ first: @escaping @Sendable (Int) async throws -> Reply,
            _ second: @escaping @Sendable (Int) async throws -> Reply
        ) async throws {
            for round in 0..<rounds {
                async let one = first(round)
                async let other = second(round)
                let replies = try await [one, other]
                #expect(replies.allSatisfy { $0.status < 300 }, "\(round): \(replies.map(\.text))")
            }
        }

        /// Expects that PostgreSQL ended no deadlock. A connection reports its deadlocks once it has been idle for ten seconds.
        func expectNone() async throws {
            try await Task.sleep(for: .seconds(11))
            let count = try await server.database.fetch(
                Query("SELECT d.deadlocks FROM pg_stat_database d WHERE d.datname = current_database()") {
                    try $0.next() as Int64
                })
            #expect(count == [0])
        }
    }

    @Test func peopleAreAssignedWhileTheirHoursAreEntered() async throws {
        try await TestServer.run(on: .postgres) { server in
            let place = try await Place(server, workers: 8)
            let (manager, site, ids) = (place.company.manager, place.sites[0], place.ids)
            try await place.meet(30) { round in
                _ = try await manager.patch(site, "{\"users\": []}")
                return try await manager.patch(site, "{\"users\": [\(ids)], \"status\": \"ACTIVE\"}")
            } _: { round in
                let day = String(format: "2026-11-%02d", 1 + round / 2)
                let hour = round.isMultiple(of: 2) ? "05" : "15"
                // While the site is emptied too.
                try await Task.sleep(for: .milliseconds(round % 5 * 3))
                return try await manager.post(
                    site + "/time-entries",
                    """
                    {"userIds": [\(ids)], "checkedInAt": "\(day)T\(hour):00:00Z", "checkedOutAt": "\(day)T\(hour):30:00Z", "reason": "x"}
                    """)
            }
            try await place.expectNone()
        }
    }

    @Test func aForemanMovesHoursBothWays() async throws {
        try await TestServer.run(on: .postgres) { server in
            let place = try await Place(server, workers: 3)
            let (manager, foreman, sites) = (place.company.manager, place.workers[0].client, place.sites)
            for site in sites {
                #expect(try await manager.patch(site, "{\"foremen\": [\"\(place.workers[0].id)\"]}").status == 200)
            }
            let (first, second) = (place.workers[1].id, place.workers[2].id)
            @Sendable func move(_ worker: String, _ from: String, _ to: String, _ round: Int) async throws -> Reply {
                let minute = String(format: "2026-11-22T%02d:%02d", 6 + round / 30, round % 30 * 2)
                let end = String(format: "2026-11-22T%02d:%02d", 6 + round / 30, round % 30 * 2 + 1)
                let made = try await manager.post(
                    from + "/time-entries",
                    "{\"userIds\": [\"\(worker)\"], \"checkedInAt\": \"\(minute):00Z\", \"checkedOutAt\": \"\(end):00Z\", \"reason\": \"x\"}"
                )
                return try await foreman.patch(
                    "\(from)/time-entries/\(made.json[0]?["id"]?.text ?? "")",
                    "{\"siteId\": \"\(to.lastSegment)\", \"reason\": \"Falsche Baustelle\"}")
            }
            try await place.meet(25) {
                try await move(first, sites[0], sites[1], $0)
            } _: {
                try await move(second, sites[1], sites[0], $0)
            }
            try await place.expectNone()
        }
    }

    /// Moves that were reported late, by foremen who lead the other site only now.
    @Test func foremenBookMovesBothWays() async throws {
        try await TestServer.run(on: .postgres) { server in
            let place = try await Place(server, workers: 4)
            let (manager, sites) = (place.company.manager, place.sites)
            server.clock.advance(by: .seconds(3600))
            let at = (server.clock.now + .seconds(-600)).text
            let foremen = place.workers[2...].map(\.client)
            let leading = Place.list(place.workers[2...].map(\.id))
            /// The clarifications of one worker's moves.
            func report(_ worker: String, by foreman: Client, from: String, to: String, _ count: Int) async throws
                -> [String]
            {
                #expect(try await manager.patch(from, "{\"foremen\": [\(leading)]}").status == 200)
                #expect(try await manager.patch(to, "{\"foremen\": []}").status == 200)
                var kept: [String] = []
                for number in 0..<count {
                    let minutes = (0...1).map { String(format: "2026-11-22T06:%02d:00Z", number * 2 + $0) }
                    let made = try await manager.post(
                        from + "/time-entries",
                        "{\"userIds\": [\"\(worker)\"], \"checkedInAt\": \"\(minutes[0])\", \"checkedOutAt\": \"\(minutes[1])\", \"reason\": \"x\"}"
                    )
                    let moved = try await foreman.patch(
                        "\(from)/time-entries/\(made.json[0]?["id"]?.text ?? "")",
                        "{\"siteId\": \"\(to.lastSegment)\", \"reason\": \"Falsche Baustelle\", \"at\": \"\(at)\"}")
                    kept.append(try #require(moved.status == 202 ? moved.json["id"]?.text : nil, "\(moved.text)"))
                }
                return kept
            }
            let there = try await report(place.workers[0].id, by: foremen[0], from: sites[0], to: sites[1], 25)
            let back = try await report(place.workers[1].id, by: foremen[1], from: sites[1], to: sites[0], 25)
            for site in sites {
                #expect(try await manager.patch(site, "{\"foremen\": [\(leading)]}").status == 200)
            }
            let clarifications = place.company.path + "/clarifications"
            try await place.meet(25) {
                try await foremen[0].post("\(clarifications)/\(there[$0])/book", "{}")
            } _: {
                try await foremen[1].post("\(clarifications)/\(back[$0])/book", "{}")
            }
            try await place.expectNone()
        }
    }

    @Test func aLateTakingMakesMaterialRunLowWhileItsWorkerIsChanged() async throws {
        try await TestServer.run(on: .postgres) { server in
            let place = try await Place(server, workers: 1)
            let (company, worker, site) = (place.company, place.workers[0], place.sites[0])
            var made: [String] = []
            for number in 0..<25 { made.append(try await company.material(site, name: "M\(number)", amount: "3")) }
            let materials = made
            server.clock.advance(by: .seconds(3600))
            let at = (server.clock.now + .seconds(-600)).text
            try await place.meet(materials.count) {
                try await worker.client.post(materials[$0] + "/adjust-quantity", "{\"delta\": -2, \"at\": \"\(at)\"}")
            } _: {
                try await company.manager.put("\(company.path)/users/\(worker.id)", "{\"phone\": \"0\($0)\"}")
            }
            try await place.expectNone()
        }
    }

    @Test func aCrewIsBookedWhileItsDaysAreApproved() async throws {
        try await TestServer.run(on: .postgres) { server in
            let place = try await Place(server, workers: 6)
            // The foreman's id is neither the first nor the last one.
            let (company, foreman, site) = (place.company, place.workers[3], place.sites[0])
            // Who isn't of the site is booked by a manager only.
            let team = Place.list(place.workers.dropLast().map(\.id))
            let led = try await company.manager.patch(site, "{\"users\": [\(team)], \"foremen\": [\"\(foreman.id)\"]}")
            #expect(led.status == 200)
            server.clock.advance(by: .seconds(3600))
            var kept: [String] = []
            for round in 0..<12 {
                let day = String(format: "2026-11-%02d", 17 + round / 2)
                let hour = round.isMultiple(of: 2) ? "05" : "15"
                let reply = try await foreman.client.post(
                    site + "/time-entries",
                    """
                    {"userIds": [\(place.ids)], "checkedInAt": "\(day)T\(hour):00:00Z", "checkedOutAt": "\(day)T\(hour):30:00Z",
                     "reason": "x", "at": "\((server.clock.now + .seconds(-600)).text)"}
                    """)
                kept.append(try #require(reply.status == 202 ? reply.json["id"]?.text : nil, "\(reply.text)"))
            }
            let (clarifications, ids) = (kept, place.ids)
            try await place.meet(clarifications.count) {
                try await company.manager.post("\(company.path)/clarifications/\(clarifications[$0])/book", "{}")
            } _: { _ in
                func approve() async throws -> Reply {
                    try await company.manager.post(
                        company.path + "/time-sheets/approve",
                        "{\"userIds\": [\(ids)], \"from\": \"2026-11-02\", \"until\": \"2026-11-03\"}")
                }
                for _ in 0..<5 { _ = try await approve() }
                return try await approve()
            }
            try await place.expectNone()
        }
    }
}
