import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Acts on material that meet in the database: none is refused for it, and none is half done.
@Suite struct DeadlockTests {
    typealias Yard = TransferTests.Yard

    // MARK: Made on purpose

    /// Runs a request while another transaction holds the second of two materials, waits until the request waits for it, and then asks for the
    /// first: PostgreSQL ends one of the two, which is the request, because the other would look for a deadlock only after 30 seconds.
    private static func deadlocked(
        _ server: TestServer, first: String, second: String, _ request: @escaping @Sendable () async throws -> Reply
    ) async throws -> Reply {
        let (held, announce) = AsyncStream<Void>.makeStream()
        let hold: SQL = "UPDATE materials SET version = version WHERE id = $1"
        let waiting = Query(
            "SELECT COUNT(*) FROM pg_locks l WHERE NOT l.granted AND pg_backend_pid() = ANY (pg_blocking_pids(l.pid))"
        ) { try $0.next() as Int64 }
        async let reply = {
            for await _ in held { break }
            return try await request()
        }()
        try await server.database.transaction { transaction in
            try transaction.execute(Statement("SET LOCAL deadlock_timeout = '30s'"))
            try transaction.execute(Statement(hold, second.lastSegment))
            announce.yield()
            var isWaiting = false
            for _ in 0..<2_000 where !isWaiting {
                let blocked: [Int64] = try transaction.fetch(waiting)
                isWaiting = blocked.contains { $0 > 0 }
                if !isWaiting { usleep(10_000) }
            }
            #expect(isWaiting, "the request waits for this transaction")
            try transaction.execute(Statement(hold, first.lastSegment))
        }
        return try await reply
    }

    /// Both orders are tried: which of two rows an UPDATE locks first is the database's own affair, and one of them meets it.
    @Test("a transfer that PostgreSQL ends in a deadlock is done all the same, once")
    func transfer() async throws {
        let recorder = Recorder()
        try await TestServer.run(on: .postgres, recorder: recorder) { server in
            let yard = try await Yard(server)
            let glue = try await yard.add(yard.from, "Kleber")
            let grout = try await yard.add(yard.from, "Fuge")
            for (first, second) in [(glue, grout), (grout, glue)] {
                let moved = try await Self.deadlocked(server, first: first, second: second) {
                    try await yard.move([(grout, "3"), (glue, "2")])
                }
                #expect(moved.status == 201, "\(moved.text)")
            }
            // The first one takes and makes what arrives, the second one takes and adds to it.
            #expect(recorder.count(of: "UPDATE materials AS m SET amount") > 1 + 2, "one of them was tried again")
            #expect(try await yard.stock(yard.from) == ["Kleber Sack": 6, "Fuge Sack": 4])
            #expect(try await yard.stock(yard.to) == ["Kleber Sack": 4, "Fuge Sack": 6])
            for material in [glue, grout] {
                #expect(
                    try await yard.movements(material).map { $0["kind"] } == ["TRANSFER_OUT", "TRANSFER_OUT", "ADD"])
            }
        }
    }

    @Test("a site is finished although PostgreSQL ends the act in a deadlock")
    func finish() async throws {
        let recorder = Recorder()
        try await TestServer.run(on: .postgres, recorder: recorder) { server in
            let yard = try await Yard(server)
            let manager = yard.company.manager
            for (number, site) in [yard.from, yard.to].enumerated() {
                let glue = try await yard.add(site, "Kleber")
                // Its id is the higher one, so that both orders that a database may have are tried: by id, and as rows were added.
                server.clock.advance(by: .milliseconds(1))
                let grout = try await yard.add(site, "Fuge")
                let (first, second) = number == 0 ? (glue, grout) : (grout, glue)
                let body = "{\"lines\": [{\"materialId\": \"\(grout.lastSegment)\", \"scrap\": \"hart\"}]}"
                let done = try await Self.deadlocked(server, first: first, second: second) {
                    try await manager.post(site + "/finish", body)
                }
                #expect(done.status == 200 && done.json["status"] == "FINISHED", "\(done.text)")
                #expect(try await yard.stock(site) == ["Kleber Sack": 0, "Fuge Sack": 0])
                #expect(try await yard.movements(glue).map { $0["kind"] } == ["TRANSFER_OUT", "ADD"])
                #expect(try await yard.movements(grout).map { $0["kind"] } == ["SCRAP", "ADD"])
                let audit = try await manager.get(site + "/audit").json.list
                #expect(audit.filter { $0["action"] == "site.changed" }.count == 1)
            }
            #expect(recorder.count(of: "UPDATE materials SET version = version") > 2, "one of them was tried again")
            #expect(try await yard.stock(yard.depot) == ["Kleber Sack": 20])
        }
    }

    // MARK: By chance

    /// Transfers in opposite directions with their lines in opposite orders, and a site that is finished while people take from it, many times
    /// over.
    @Test(.timeLimit(.minutes(3)), arguments: Engine.allCases)
    func manyRounds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let names = ["Kleber", "Fuge", "Silikon", "Farbe"]
            var (here, there): ([String], [String]) = ([], [])
            for name in names {
                here.append(try await yard.add(yard.from, name, amount: "1000"))
                there.append(try await yard.add(yard.to, name, amount: "1000"))
            }
            let (sources, targets, manager) = (here, there, yard.company.manager)
            let rounds = 20
            var taken = Decimal(0)
            for round in 0..<rounds {
                let site = try await yard.company.site("Fertig \(round)")
                var left: [String] = []
                for name in names { left.append(try await yard.add(site, name, amount: "5")) }
                let materials = left
                let found = try await withThrowingTaskGroup(of: Decimal.self) { group in
                    /// - Returns: how much was taken.
                    func act(_ body: @escaping @Sendable () async throws -> Decimal) {
                        group.addTask { try await body() }
                    }
                    for isTurned in [false, true] {
                        act {
                            let lines = (isTurned ? sources.reversed() : sources).map { ($0, "1") }
                            let moved = try await yard.move(lines)
                            #expect(moved.status == 201, "\(moved.text)")
                            return 0
                        }
                        act {
                            let lines = (isTurned ? targets.reversed() : targets).map { ($0, "1") }
                            let moved = try await yard.move(lines, from: yard.to, to: yard.from)
                            #expect(moved.status == 201, "\(moved.text)")
                            return 0
                        }
                    }
                    act {
                        let done = try await manager.post(site + "/finish", "{\"note\": \"Runde \(round)\"}")
                        #expect(done.status == 200 && done.json["status"] == "FINISHED", "\(done.text)")
                        return 0
                    }
                    for material in materials.reversed() + [sources[round % 4], targets[round % 4]] {
                        act {
                            let took = try await manager.post(
                                material + "/adjust-quantity", "{\"delta\": -1, \"note\": \"Runde \(round)\"}")
                            // What has left for the depot can't be taken from the site any more.
                            let isGone = materials.contains(material) && took.json["code"] == "not-enough"
                            #expect(took.status == 200 || took.status == 409 && isGone, "\(took.text)")
                            return took.status == 200 ? 1 : 0
                        }
                    }
                    return try await group.reduce(Decimal(0), +)
                }
                taken += found
                #expect(try await yard.stock(site).values.allSatisfy { $0 == 0 })
            }
            var sum = Decimal(0)
            for place in [yard.from, yard.to, yard.depot] {
                for material in try await manager.all(place + "/materials") {
                    let amount = material["amount"]?.number ?? .nan
                    sum += amount
                    let movements = try await manager.all(
                        "\(place)/materials/\(material["id"]?.text ?? "")/movements")
                    #expect(movements.reduce(Decimal(0)) { $0 + ($1["delta"]?.number ?? .nan) } == amount)
                }
            }
            #expect(sum + taken == Decimal(2 * 4 * 1000 + rounds * 4 * 5))
        }
    }
}
