import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A site is finished: what is left goes somewhere, in one act.
@Suite struct FinishTests {
    typealias Yard = TransferTests.Yard

    @Test(arguments: Engine.allCases)
    func whatIsLeftGoesToDepotSiteOrScrap(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let manager = yard.company.manager
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            let glue = try await yard.add(yard.from, "Flexkleber")
            let grout = try await yard.add(yard.from, "Fuge", amount: "3")
            let silicone = try await yard.add(yard.from, "Silikon", amount: "1.5")
            _ = try await yard.add(yard.from, "Leer", amount: "0")
            _ = try await yard.add(yard.to, "Fuge", amount: "2")
            let body = """
                {"lines": [{"materialId": "\(grout.lastSegment)", "toSiteId": "\(yard.to.lastSegment)"},
                    {"materialId": "\(silicone.lastSegment)", "scrap": "Angebrochen"}], "note": "Fertig"}
                """
            let done = try await manager.send(
                "POST", yard.from + "/finish", body: body, headers: ["Idempotency-Key": "f"])
            #expect(done.status == 200 && done.json["status"] == "FINISHED", "\(done.text)")
            #expect(done.header("ETag") == "\"2\"")
            #expect(done.json["material"]?.list.map { $0["amount"]?.number } == [0, 0, 0, 0])
            #expect(try await yard.stock(yard.depot) == ["Flexkleber Sack": 10])
            #expect(try await yard.stock(yard.to) == ["Fuge Sack": 5])
            let scrapped = try await yard.movements(silicone)[0]
            #expect(scrapped["kind"] == "SCRAP" && scrapped["delta"]?.number == -1.5)
            #expect(scrapped["note"] == "Angebrochen")
            let moved = try await yard.movements(glue)[0]
            #expect(moved["kind"] == "TRANSFER_OUT" && moved["note"] == "Fertig")
            #expect(moved["refId"]?.text == scrapped["refId"]?.text)

            let transfer = try await manager.get(yard.company.path + "/transfers/" + (moved["refId"]?.text ?? ""))
            #expect(transfer.status == 200 && transfer.json["toSiteId"] == .null && transfer.json["note"] == "Fertig")
            let lines = transfer.json["lines"]?.list ?? []
            let went = lines.map { "\($0["materialName"]?.text ?? ""): \($0["toSiteName"]?.text ?? "-")" }
            #expect(went.sorted() == ["Flexkleber: Lager", "Fuge: Kita", "Silikon: -"], "\(transfer.text)")

            let again = try await manager.send(
                "POST", yard.from + "/finish", body: body, headers: ["Idempotency-Key": "f"])
            #expect(again.body == done.body)
            let audit = try await manager.get(yard.from + "/audit").json.list.first { $0["action"] == "site.changed" }
            #expect(audit?["changes"]?[0]?["to"] == "FINISHED")

            // No one is told of what ran low by it, and all of it is recorded as low.
            server.clock.advance(by: .seconds(700))
            try await service.sendDue()
            #expect(postbox.letters.isEmpty)
            let low = try await server.database.fetch(
                Query("SELECT COUNT(*) FROM materials m WHERE m.low_since IS NOT NULL AND m.low_batch IS NULL") {
                    try $0.next() as Int64
                })
            // The others were low before.
            #expect(low == [2])

            // Finishing again moves only what was added since. No one gets a mail about a finished site.
            _ = try await manager.post(glue + "/adjust-quantity", "{\"delta\": 4}")
            _ = try await manager.post(glue + "/adjust-quantity", "{\"delta\": -3}")
            server.clock.advance(by: .seconds(700))
            try await service.sendDue()
            #expect(postbox.letters.isEmpty)
            let more = try await manager.post(yard.from + "/finish")
            #expect(more.status == 200 && more.json["status"] == "FINISHED", "\(more.text)")
            #expect(try await yard.stock(yard.depot) == ["Flexkleber Sack": 11])
            #expect(try await manager.get(yard.company.path + "/sites?status=FINISHED").json.list.count == 1)
            #expect(try await manager.get(yard.company.path + "/overview").json["sites"]?.list.count == 1)
        }
    }

    /// A mail that waits when the site is finished doesn't name what is no longer needed.
    @Test(arguments: Engine.allCases)
    func waitingMailsForgetAFinishedSite(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            let (glue, other) = (try await yard.add(yard.from, "Kleber"), try await yard.add(yard.to, "Fuge"))
            for material in [glue, other] {
                _ = try await yard.company.manager.post(material + "/adjust-quantity", "{\"delta\": -9}")
            }
            #expect(try await yard.company.manager.post(yard.from + "/finish").status == 200)
            server.clock.advance(by: .seconds(60))
            try await service.sendDue()
            #expect(postbox.letters.count == 1)
            #expect(postbox.letters[0].text.contains("Fuge") && !postbox.letters[0].text.contains("Kleber"))
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsWrongIsNamedAndFinishesNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let manager = yard.company.manager
            let glue = try await yard.add(yard.from, "Flexkleber").lastSegment
            let strange = UUID().uuidString.lowercased()
            let (here, there) = (yard.from.lastSegment, yard.to.lastSegment)
            for (body, status, fields) in [
                ("{\"restTo\": \"\(here)\"}", 400, ["restTo": "same-site"]),
                ("{\"restTo\": \"\(strange)\"}", 404, ["restTo": "not-there"]),
                (
                    "{\"lines\": [{\"materialId\": \"\(glue)\", \"toSiteId\": \"\(here)\"}]}", 400,
                    ["lines[0].toSiteId": "same-site"]
                ),
                (
                    "{\"lines\": [{\"materialId\": \"\(glue)\", \"toSiteId\": \"\(strange)\"}]}", 404,
                    ["lines[0].toSiteId": "not-there"]
                ),
                ("{\"lines\": [{\"materialId\": \"\(glue)\"}]}", 400, ["lines[0].toSiteId": "one-of-two"]),
                (
                    "{\"lines\": [{\"materialId\": \"\(glue)\", \"toSiteId\": \"\(there)\", \"scrap\": \"x\"}]}", 400,
                    ["lines[0].toSiteId": "one-of-two"]
                ),
                (
                    "{\"lines\": [{\"materialId\": \"\(strange)\", \"scrap\": \"x\"}]}", 404,
                    ["lines[0].materialId": "not-there"]
                ),
                (
                    """
                    {"lines": [{"materialId": "\(glue)", "scrap": "x"}, {"materialId": "\(glue)", "scrap": "y"}]}
                    """, 400, ["lines[1].materialId": "named-twice"]
                ),
            ] as [(String, Int, [String: String])] {
                let reply = try await manager.post(yard.from + "/finish", body)
                let named = reply.json["fields"]?.list.map { ($0["field"]?.text ?? "", $0["code"]?.text ?? "") } ?? []
                #expect(reply.status == status && Dictionary(named) { $1 } == fields, "\(reply.text)")
            }
            _ = try await yard.add(yard.depot, "Flexkleber", "kg")
            let unit = try await manager.post(yard.from + "/finish")
            #expect(unit.status == 409 && unit.json["code"] == "other-unit")
            #expect(unit.json["fields"]?[0]?["field"] == "restTo")
            #expect(try await manager.get(yard.from).json["status"] == "ACTIVE")
            #expect(try await yard.stock(yard.from) == ["Flexkleber Sack": 10])
            let worker = try await server.person(.worker, in: yard.company.id)
            #expect(try await worker.client.post(yard.from + "/finish").status == 403)
            #expect(try await manager.post(yard.depot + "/finish").json["code"] == "depot-stays")
            _ = try await manager.delete(yard.from)
            #expect(try await manager.post(yard.from + "/finish").status == 404)
        }
    }

    @Test(arguments: Engine.allCases)
    func atMostFiveHundredMaterialsAreMoved(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let site = yard.from.lastSegment
            try await server.database.transaction { transaction in
                for number in 0..<501 {
                    let id = UUID().uuidString.lowercased()
                    try transaction.execute(
                        Statement(
                            """
                            INSERT INTO materials (company_id, site_id, id, name, unit, amount, threshold, created_at, updated_at)
                            VALUES ($1, $2, $3, $4, 'Sack', 1000, 0, 0, 0)
                            """, yard.company.id, site, id, "Kleber \(number)"))
                }
            }
            let refused = try await yard.company.manager.post(yard.from + "/finish")
            #expect(refused.status == 409 && refused.json["code"] == "too-many-to-move", "\(refused.text)")
            let first = try await yard.company.manager.get(yard.from + "/materials?limit=1").json[0]?["id"]?.text ?? ""
            _ = try await yard.company.manager.post(
                yard.from + "/materials/\(first)/adjust-quantity", "{\"delta\": -1}")
            #expect(try await yard.company.manager.post(yard.from + "/finish").status == 200)
            #expect(try await yard.stock(yard.depot).count == 500)
        }
    }
}
