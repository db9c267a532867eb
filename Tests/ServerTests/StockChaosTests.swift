import Foundation
import Synchronization
import Testing

/// Fifty people who take, add, move, remove and restore material while servers are killed: every amount is the sum of its movements, and
/// what leaves one place arrives in exactly one.
@Suite struct StockChaosTests {
    private static let clients = 50
    private static let kills = 3

    private final class Ledger: Sendable {
        struct State {
            /// By key: what was answered first.
            var transfers: [String: Data] = [:]
            var adjustments = 0
            var removals = 0
            var refused: [String: Int] = [:]
            var differing: [String] = []
        }
        let state = Mutex(State())
        var isEnough: Bool { state.withLock { $0.transfers.count > 150 && $0.adjustments > 150 && $0.removals > 20 } }
    }

    private struct Yard: Sendable {
        let path: String
        let depot: String
        let sites: [String]
        /// The material that was there at first, by site.
        let materials: [String: [String]]
        let doors: [Client]

        var anyDoor: Client { doors.randomElement() ?? doors[0] }
        var places: [String] { sites + [depot] }

        /// Sends a request until it is answered by something else than an error of the server's.
        func send(_ method: String, _ path: String, _ body: String? = nil, key: String = "") async -> Reply? {
            for _ in 0..<40 {
                if let reply = try? await anyDoor.send(
                    method, path, body: body, headers: ["Idempotency-Key": key], timeout: .seconds(3)),
                    reply.status < 500, reply.status != 429
                {
                    return reply
                }
                try? await Task.sleep(for: .milliseconds(100))
            }
            return nil
        }
    }

    @Test(.timeLimit(.minutes(4)), arguments: Engine.allCases)
    func nothingIsLostOrMade(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            // An SQLite file is for one server.
            let ports = try (0..<(engine == .sqlite ? 1 : 3)).map { _ in try RunningServer.freePort() }
            var servers: [RunningServer] = []
            for port in ports { servers.append(try await RunningServer(url: url, folder: folder, port: port)) }
            let company = try await TestCompany.register(servers[0].client)
            try await company.hasNoLimits(at: url)
            let depot = company.path + "/sites/" + company.depot
            let sites = [
                try await company.site("Bad"), try await company.site("Kita"), try await company.site("Treppe"),
            ]
            var materials: [String: [String]] = [:]
            for site in sites + [depot] {
                for name in ["Kleber", "Fuge", "Silikon"] {
                    materials[site, default: []].append(
                        try await company.material(site, name: name, amount: "1000", threshold: "999"))
                }
            }
            let yard = Yard(
                path: company.path, depot: depot, sites: sites, materials: materials,
                doors: servers.map { $0.client.with(token: company.manager.token) })
            let (ledger, goesOn) = (Ledger(), Flag())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<Self.clients {
                    group.addTask {
                        while goesOn.isUp {
                            switch number % 10 {
                            case 0: await Self.remove(yard, ledger)
                            case 1: await Self.finish(yard, ledger)
                            case 2...5: await Self.adjust(yard, ledger)
                            default: await Self.move(yard, ledger)
                            }
                        }
                    }
                }
                for _ in 0..<Self.kills {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 700...1200)))
                    let victim = Int.random(in: 0..<servers.count)
                    await servers[victim].kill()
                    servers[victim] = try await RunningServer(url: url, folder: folder, port: ports[victim])
                }
                // Until there is enough to prove something, however slow the machine.
                for _ in 0..<900 where !ledger.isEnough { try await Task.sleep(for: .milliseconds(100)) }
                goesOn.lower()
                try await group.waitForAll()
            }
            try await DirectAccess.at(url) { try await Self.check($0, yard, ledger) }
            for server in servers { #expect(await server.terminate() == 0) }
        }
    }

    private static func check(_ direct: DirectAccess, _ yard: Yard, _ ledger: Ledger) async throws {
        let state = ledger.state.withLock { $0 }
        #expect(ledger.isEnough, "the load was too small to prove anything: \(state.transfers.count), \(state.refused)")
        #expect(state.differing.isEmpty, "answers that differed: \(state.differing.prefix(3))")
        // Every amount is the sum of its movements, at each of them, also of what was removed.
        let wrong = try await direct.texts(
            """
            SELECT m.id FROM materials m WHERE m.amount <> COALESCE((SELECT SUM(v.delta) FROM movements v
                WHERE v.company_id = m.company_id AND v.site_id = m.site_id AND v.material_id = m.id), 0)
            """)
        #expect(wrong.isEmpty)
        let steps = try await direct.numbers(
            """
            SELECT COUNT(*) FROM (SELECT v.amount_after - v.delta AS before, LAG(v.amount_after) OVER (
                PARTITION BY v.site_id, v.material_id ORDER BY v.number) AS last FROM movements v) AS s
            WHERE COALESCE(s.last, 0) <> s.before
            """)
        #expect(steps == [0])
        let negative = try await direct.numbers("SELECT COUNT(*) FROM movements v WHERE v.amount_after < 0")
        #expect(negative == [0])
        // Each transfer's movements cancel out, one into a place for one out of another.
        let uneven = try await direct.texts(
            """
            SELECT v.ref_id FROM movements v WHERE v.ref_id IS NOT NULL AND v.kind IN ('TRANSFER_OUT', 'TRANSFER_IN')
            GROUP BY v.ref_id
            HAVING SUM(v.delta) <> 0 OR SUM(CASE WHEN v.kind = 'TRANSFER_OUT' THEN 1 ELSE -1 END) <> 0
                OR SUM(CASE WHEN v.kind = 'TRANSFER_OUT' THEN v.delta ELSE -v.delta END) >= 0
            """)
        #expect(uneven.isEmpty)
        // Each key's transfer is there once: the key is its note.
        let kept = try await direct.texts(
            "SELECT DISTINCT v.note FROM movements v WHERE v.kind = 'TRANSFER_OUT' AND v.note LIKE 'key-%'")
        let twice = try await direct.texts(
            """
            SELECT v.note FROM movements v WHERE v.kind = 'TRANSFER_OUT' AND v.note LIKE 'key-%'
            GROUP BY v.note HAVING COUNT(DISTINCT v.ref_id) > 1
            """)
        #expect(twice.isEmpty, "keys that acted twice: \(twice.prefix(3))")
        #expect(Set(state.transfers.keys).subtracting(kept).isEmpty, "a promised transfer is missing")
        // What is recorded as low is low.
        let stale = try await direct.texts(
            """
            SELECT m.id FROM materials m WHERE m.removed_at IS NULL
                AND (m.low_since IS NOT NULL) <> (m.amount < m.threshold)
            """)
        #expect(stale.isEmpty)
    }

    private static func move(_ yard: Yard, _ ledger: Ledger) async {
        let (from, to) = (yard.places.randomElement() ?? "", yard.places.randomElement() ?? "")
        guard from != to, let materials = yard.materials[from] else { return }
        let key = "key-" + UUID().uuidString
        let lines = materials.shuffled().prefix(Int.random(in: 1...3)).map {
            "{\"materialId\": \"\($0.lastSegment)\", \"amount\": \(Int.random(in: 1...9)).125}"
        }
        let body = """
            {"fromSiteId": "\(from.lastSegment)", "toSiteId": "\(to.lastSegment)", "note": "\(key)",
             "lines": [\(lines.joined(separator: ","))]}
            """
        guard let first = await yard.send("POST", yard.path + "/transfers", body, key: key) else { return }
        guard first.status == 201 else {
            return ledger.state.withLock { $0.refused[first.json["code"]?.text ?? first.text, default: 0] += 1 }
        }
        ledger.state.withLock { $0.transfers[key] = first.body }
        if Bool.random(), let second = await yard.send("POST", yard.path + "/transfers", body, key: key),
            second.body != first.body
        {
            ledger.state.withLock { $0.differing.append(key) }
        }
    }

    private static func adjust(_ yard: Yard, _ ledger: Ledger) async {
        guard let material = yard.materials.values.randomElement()?.randomElement() else { return }
        let body = "{\"delta\": \(Bool.random() ? "-2.5" : "3")}"
        let reply = await yard.send("POST", material + "/adjust-quantity", body, key: UUID().uuidString)
        if reply?.status == 200 { ledger.state.withLock { $0.adjustments += 1 } }
    }

    /// Removes a material or a site, and brings it back.
    private static func remove(_ yard: Yard, _ ledger: Ledger) async {
        let site = yard.sites.randomElement() ?? ""
        let what = Bool.random() ? site : yard.materials[site]?.randomElement() ?? site
        let removed = await yard.send("DELETE", what)
        try? await Task.sleep(for: .milliseconds(Int.random(in: 5...30)))
        let back = await yard.send("POST", what + "/restore", key: UUID().uuidString)
        // Another one of its name arrived meanwhile.
        if back?.status == 409 {
            let name = "{\"name\": \"Rest \(UUID().uuidString.prefix(8))\"}"
            _ = await yard.send("POST", what + "/restore", name, key: UUID().uuidString)
        }
        if removed?.status == 204 { ledger.state.withLock { $0.removals += 1 } }
    }

    /// Finishes a site, and fills it again.
    private static func finish(_ yard: Yard, _ ledger: Ledger) async {
        let site = yard.sites.randomElement() ?? ""
        let scrap = yard.materials[site]?.randomElement()?.lastSegment ?? ""
        let body = "{\"lines\": [{\"materialId\": \"\(scrap)\", \"scrap\": \"alt\"}]}"
        _ = await yard.send("POST", site + "/finish", body, key: UUID().uuidString)
        for material in yard.materials[site] ?? [] {
            _ = await yard.send("POST", material + "/adjust-quantity", "{\"delta\": 500}", key: UUID().uuidString)
        }
        _ = await yard.send("PATCH", site, "{\"status\": \"ACTIVE\"}")
        try? await Task.sleep(for: .milliseconds(100))
    }
}
