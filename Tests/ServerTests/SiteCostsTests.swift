import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// What a site has used, by material and price, beside its hours.
@Suite struct SiteCostsTests {
    typealias Yard = TransferTests.Yard

    @Test(arguments: Engine.allCases)
    func whatIsTakenScrappedAndCountedAwayCosts(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            server.clock.set(try #require(Instant("2026-11-20T08:00:00Z")))
            let yard = try await Yard(server)
            let (manager, costs) = (yard.company.manager, yard.from + "/costs")
            let worker = try await server.person(.worker, in: yard.company.id, name: "Vogt")
            _ = try await manager.patch(yard.from, "{\"users\": [\"\(worker.id)\"]}")
            let glue = try await yard.add(yard.from, "Flexkleber", amount: "20", more: ", \"price\": 18.905")
            server.clock.advance(by: .milliseconds(1))
            let grout = try await yard.add(yard.from, "Fuge", amount: "5")
            server.clock.set(try #require(Instant("2026-11-23T12:00:00Z")))
            func adjust(_ material: String, _ delta: String, at: String? = nil) async throws {
                let at = at.map { ", \"at\": \"\($0)\"" } ?? ""
                let reply = try await worker.client.post(
                    material + "/adjust-quantity", "{\"delta\": \(delta)\(at)}")
                #expect(reply.status == 200, "\(reply.text)")
            }
            try await adjust(glue, "-3.5")
            try await adjust(glue, "1")
            try await adjust(grout, "-1")
            // Counted: 15 instead of 17.5, then 16.
            for amount in ["15", "16"] { _ = try await manager.patch(glue, "{\"amount\": \(amount)}") }
            #expect(try await yard.move([(glue, "4")]).status == 201)
            _ = try await manager.patch(glue, "{\"price\": 20, \"name\": \"Flexkleber C2\"}")
            try await adjust(glue, "-1")
            // Two days in Berlin, one in UTC.
            try await adjust(grout, "-0.5", at: "2026-11-21T22:30:00Z")
            try await adjust(grout, "-0.25", at: "2026-11-21T23:30:00Z")
            let finish = "{\"lines\": [{\"materialId\": \"\(grout.lastSegment)\", \"scrap\": \"hart\"}]}"
            #expect(try await manager.post(yard.from + "/finish", finish).status == 200)
            for (user, hours) in [(worker.id, (6, 14)), (yard.company.managerID, (7, 8))] {
                let entered = try await manager.post(
                    yard.from + "/time-entries",
                    """
                    {"userIds": ["\(user)"], "checkedInAt": "2026-11-21T0\(hours.0):00:00Z", "reason": "Zettel",
                     "checkedOutAt": "2026-11-21T\(hours.1 < 10 ? "0" : "")\(hours.1):30:20Z"}
                    """)
                #expect(entered.status == 201, "\(entered.text)")
            }

            let read = try await manager.get(costs)
            #expect(read.status == 200, "\(read.text)")
            let lines = read.json["materials"]?.list ?? []
            #expect(lines.map { $0["materialName"]?.text } == ["Flexkleber C2", "Flexkleber C2", "Fuge"])
            #expect(lines.map { $0["price"]?.number } == [18.905, 20, nil])
            #expect(lines.map { $0["taken"]?.number } == [3.5, 1, 1.75])
            #expect(lines.map { $0["counted"]?.number } == [1.5, 0, 0])
            #expect(lines.map { $0["scrapped"]?.number } == [0, 0, 3.25])
            #expect(lines.map { $0["used"]?.number } == [5, 1, 5])
            // 94.525 is rounded up.
            #expect(lines.map { $0["cost"]?.number } == [94.53, 20, nil])
            #expect(read.json["total"]?.number == 114.53 && read.json["unpriced"]?.number == 1)
            #expect(read.json["minutes"]?.number == 600 && read.json["truncated"] == false)
            #expect(read.json["people"]?.list.map { $0["minutes"]?.number } == [90, 510])
            #expect(read.json["people"]?.list.map { $0["userName"] } == ["Ada Kern", "Kai Vogt"])

            let day = try await manager.get(costs + "?from=2026-11-21&to=2026-11-21").json
            #expect(day["materials"]?.list.map { $0["used"]?.number } == [0.5], "\(day)")
            #expect(day["minutes"]?.number == 600 && day["from"] == "2026-11-21")
            let next = try await manager.get(costs + "?from=2026-11-22&to=2026-11-22").json
            #expect(next["materials"]?.list.map { $0["used"]?.number } == [0.25] && next["minutes"]?.number == 0)
            let none = try await manager.get(costs + "?from=2027-01-01&to=2026-01-01").json
            #expect(none["materials"]?.list.isEmpty == true && none["total"]?.number == 0)
            #expect(try await manager.get(costs + "?from=heute").json["fields"]?[0]?["code"] == "not-a-day")

            // By role, and of a removed site.
            #expect(try await worker.client.get(costs).status == 403)
            let book = try await server.person(.bookkeeper, in: yard.company.id)
            #expect(try await book.client.get(costs).json == read.json)
            _ = try await manager.delete(yard.from)
            #expect(try await manager.get(costs).json == read.json)
            let other = try await TestCompany.register(server.client)
            #expect(try await other.manager.get(costs).status == 404)
            let strange = yard.company.path + "/sites/\(UUID().uuidString.lowercased())/costs"
            #expect(try await manager.get(strange).json["code"] == "site-not-found")
        }
    }

    /// A mistake that was taken back, the difference between amounts of two units, and seconds that no entry shows.
    @Test(arguments: Engine.allCases)
    func whatWasTakenBackCostsNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let (manager, costs) = (yard.company.manager, yard.from + "/costs")
            let glue = try await yard.add(yard.from, "Kleber", amount: "100", more: ", \"price\": 10")
            for body in [
                "{\"delta\": -50}", "{\"delta\": 50, \"undo\": true}", "{\"delta\": 7}",
                "{\"delta\": -7, \"undo\": true}",
            ] {
                #expect(try await manager.post(glue + "/adjust-quantity", body).status == 200, "\(body)")
            }
            _ = try await manager.post(glue + "/adjust-quantity", "{\"delta\": -1}")
            let kinds = try await yard.movements(glue).map { "\($0["kind"]?.text ?? "") \($0["delta"]?.number ?? 0)" }
            #expect(kinds == ["TAKE -1", "ADD -7", "ADD 7", "TAKE 50", "TAKE -50", "ADD 100"])
            let used = try await manager.get(costs).json
            #expect(
                used["materials"]?.list.map { $0["taken"]?.number } == [1] && used["total"]?.number == 10, "\(used)")

            let grout = try await yard.add(yard.to, "Fuge", amount: "24", more: ", \"price\": 10")
            _ = try await manager.patch(grout, "{\"unit\": \"kg\", \"amount\": 600, \"price\": 0.4}")
            #expect(try await yard.movements(grout).first?["kind"] == "EDIT")
            #expect(try await manager.get(yard.to + "/costs").json["total"]?.number == 0)

            for minute in ["00", "10", "20"] {
                let entered = try await manager.post(
                    yard.to + "/time-entries",
                    """
                    {"userIds": ["\(yard.company.managerID)"], "checkedInAt": "2026-11-21T08:\(minute):30Z", "reason": "Zettel",
                     "checkedOutAt": "2026-11-21T08:\(minute.first ?? "0")8:29Z"}
                    """)
                #expect(entered.json[0]?["minutes"] == 8, "\(entered.text)")
            }
            #expect(try await manager.get(yard.to + "/costs").json["minutes"]?.number == 24)
        }
    }

    /// As much as a hostile worker can take in years, here in three movements.
    @Test(arguments: Engine.allCases)
    func sumsDoNotOverflow(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let glue = try await yard.add(yard.from, "Kleber", amount: "0", more: ", \"price\": 9999999.999")
            let user = yard.company.managerID
            // Their sum is beyond 64 bits.
            try await server.database.transaction { transaction in
                try transaction.execute(
                    Statement(
                        """
                        INSERT INTO movements (company_id, site_id, material_id, number, id, kind, delta, amount_after, unit,
                            material_name, price, user_id, at, created_at)
                        WITH RECURSIVE numbers (n) AS (SELECT 100 UNION ALL SELECT n + 1 FROM numbers WHERE n < 102)
                        SELECT $1, $2, $3, n, 'id-' || n, 'TAKE', -9000000000000000000, 0, 'Sack', 'Kleber', 9999999999, $4, n, n FROM numbers
                        """, yard.company.id, yard.from.lastSegment, glue.lastSegment, user))
            }
            let costs = try await yard.company.manager.get(yard.from + "/costs")
            #expect(costs.status == 200, "\(costs.text)")
            // The nearest that 64 bits hold.
            #expect(
                costs.text.contains("\"taken\":9223372036854775.807")
                    && costs.text.contains("\"total\":9223372036854775.807"))
        }
    }

    @Test func centsAreExact() {
        func cost(_ used: Int128, _ price: Int64) -> Int64? {
            SiteCosts.Use(
                material: .init(), name: "", unit: "", price: Quantity(thousandths: price), taken: used, scrapped: 0,
                counted: 0
            ).cost?.thousandths
        }
        #expect(cost(1_000, 5) == 10)
        #expect(cost(1_000, 4) == 0)
        #expect(cost(-1_000, 5) == -10)
        #expect(cost(333, 15) == 0)
        #expect(cost(334, 15) == 10)
        #expect(cost(9_999_999_999_999, 9_999_999_999) == Int64.max)
        #expect(cost(9_999_999_999_999, 100_000) == 999_999_999_999_900)
    }
}
