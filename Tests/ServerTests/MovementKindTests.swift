import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Movements keep what they were recorded with, whatever becomes of their material.
@Suite struct MovementKindTests {
    private static func line(_ movement: JSON) -> String {
        let (kind, unit) = (movement["kind"]?.text ?? "", movement["unit"]?.text ?? "")
        return "\(kind) \(movement["delta"]?.number ?? 0) \(movement["amountAfter"]?.number ?? 0) \(unit)"
    }

    @Test(arguments: Engine.allCases)
    func aNewUnitConvertsAndRewritesNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let site = try await company.site()
            let material = try await company.material(site, amount: "24", threshold: "6")
            let movements = material + "/movements"
            _ = try await company.manager.patch(material, "{\"price\": 18.9}")
            // While the first movement is the only one, the unit may have been a mistake.
            let free = try await company.manager.patch(material, "{\"unit\": \"Eimer\"}")
            #expect(free.status == 200 && free.json["amount"] == 24, "\(free.text)")
            #expect(try await company.manager.get(movements).json.list.count == 1)
            _ = try await company.manager.patch(material, "{\"unit\": \"Sack\"}")
            server.clock.advance(by: .seconds(1))
            _ = try await company.manager.post(material + "/adjust-quantity", "{\"delta\": -2.5, \"note\": \"Dusche\"}")
            let before = try await company.manager.get(movements).json.list

            let refused = try await company.manager.patch(material, "{\"unit\": \"kg\"}")
            #expect(refused.status == 409 && refused.json["code"] == "unit-needs-factor", "\(refused.text)")
            #expect(refused.json["params"]?["unit"] == "Sack" && refused.json["params"]?["material"] == "Flexkleber")
            for (body, field, code) in [
                ("{\"factor\": 25}", "factor", "only-with"),
                ("{\"factor\": 25, \"unit\": \"Sack\"}", "factor", "only-with"),
                ("{\"factor\": 0, \"unit\": \"kg\"}", "factor", "not-a-factor"),
                ("{\"factor\": -1, \"unit\": \"kg\"}", "factor", "not-a-factor"),
                ("{\"factor\": 0.0000001, \"unit\": \"kg\"}", "factor", "not-a-factor"),
                ("{\"factor\": 1000000.1, \"unit\": \"kg\"}", "factor", "not-a-factor"),
                ("{\"factor\": \"25\", \"unit\": \"kg\"}", "factor", "not-a-factor"),
                ("{\"note\": \"Warum?\"}", "note", "only-with"),
                ("{\"factor\": 0.000001, \"unit\": \"kg\"}", "price", "not-a-quantity"),
            ] {
                let reply = try await company.manager.patch(material, body)
                #expect(reply.status == 400, "\(body): \(reply.text)")
                #expect(reply.json["fields"]?[0]?["field"]?.text == field, "\(body)")
                #expect(reply.json["fields"]?[0]?["code"]?.text == code, "\(body)")
            }
            #expect(try await company.manager.get(movements).json.list == before)

            server.clock.advance(by: .seconds(1))
            let converted = try await company.manager.patch(
                material, "{\"unit\": \"kg\", \"factor\": 25, \"note\": \"Wir wiegen jetzt\"}")
            #expect(converted.json["amount"] == 537.5 && converted.json["threshold"] == 150, "\(converted.text)")
            #expect(converted.json["price"] == 0.756 && converted.json["unit"] == "kg")
            let after = try await company.manager.get(movements).json.list
            #expect(Self.line(after[0]) == "EDIT 516 537.5 kg" && after[0]["note"] == "Wir wiegen jetzt")
            #expect(
                Array(after.dropFirst()) == before
                    && before.map(Self.line) == ["TAKE -2.5 21.5 Sack", "ADD 24 24 Sack"])
            #expect(before[0]["price"] == 18.9 && after[0]["price"] == 0.756)

            // What is sent beside the factor is in the new unit: the count follows the conversion.
            server.clock.advance(by: .seconds(1))
            let back = try await company.manager.patch(
                material,
                "{\"unit\": \"Sack\", \"factor\": 0.04, \"amount\": 20, \"threshold\": 5, \"price\": null, \"note\": \"Inventur\"}"
            )
            #expect(
                back.json["amount"] == 20 && back.json["threshold"] == 5 && back.json["price"] == .null, "\(back.text)")
            let all = try await company.manager.get(movements).json.list
            #expect(
                all.prefix(2).map(Self.line) == ["COUNT -1.5 20 Sack", "EDIT -516 21.5 Sack"],
                "\(all.map(Self.line))")
            #expect(all[0]["note"] == "Inventur" && all[1]["note"] == .null)
            #expect(try await company.manager.get(material).header("ETag") == back.header("ETag"))
            // Half up, to thousandths.
            _ = try await company.manager.patch(material, "{\"amount\": 0.003}")
            let third = try await company.manager.patch(material, "{\"unit\": \"kg\", \"factor\": 0.5}")
            #expect(third.json["amount"] == 0.002, "\(third.text)")
            let large = try await company.manager.patch(material, "{\"amount\": 9999999999.999}")
            #expect(large.status == 200)
            let tooMuch = try await company.manager.patch(material, "{\"unit\": \"g\", \"factor\": 1000}")
            #expect(tooMuch.status == 409 && tooMuch.json["code"] == "too-much", "\(tooMuch.text)")
        }
    }

    @Test(arguments: Engine.allCases)
    func anAmountThatIsSetIsACountWithANote(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(company.site(), amount: "10")
            let movements = material + "/movements"
            for body in [
                "{\"amount\": 8, \"note\": \"Inventur\"}", "{\"amount\": 8}", "{\"amount\": 8, \"name\": \"Kleber\"}",
                "{\"amount\": 8, \"name\": \"Leim\", \"note\": \"stimmt\"}",
            ] {
                server.clock.advance(by: .seconds(1))
                #expect(try await company.manager.patch(material, body).status == 200, "\(body)")
            }
            let list = try await company.manager.get(movements).json.list
            // A count that confirms the amount is recorded if it says so, and not because a whole form was sent.
            #expect(
                list.map(Self.line) == [
                    "COUNT 0 8 Sack", "COUNT 0 8 Sack", "COUNT -2 8 Sack", "ADD 10 10 Sack",
                ])
            #expect(list.map { $0["note"] } == ["stimmt", .null, "Inventur", .null])
            #expect(list.map { $0["materialName"] } == ["Leim", "Flexkleber", "Flexkleber", "Flexkleber"])
        }
    }

    @Test(arguments: Engine.allCases)
    func whatWasTakenOfRemovedMaterialStaysInTheHistory(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let site = try await company.site(users: [worker.id])
            let material = try await company.material(site)
            server.clock.advance(by: .seconds(1))
            _ = try await worker.client.post(material + "/adjust-quantity", "{\"delta\": -2}")
            server.clock.advance(by: .seconds(1))
            _ = try await company.manager.patch(material, "{\"name\": \"Kleber neu\"}")
            _ = try await company.manager.delete(material)
            for reader in [company.manager, worker.client] {
                let taken = try await reader.get(site + "/history?kind=MOVEMENT").json.list
                #expect(taken.map { $0["movement"]?["materialName"] } == ["Flexkleber", "Flexkleber"])
                #expect(taken.first?["movement"].map(Self.line) == "TAKE -2 8 Sack")
            }
            // The person's own copy has the unit and the name of that time.
            let copy = try await worker.client.get("/api/v1/users/me/export").json["movements"]?[0]
            #expect(
                copy?["movement"]?["unit"] == "Sack" && copy?["materialName"] == "Flexkleber",
                "\(String(describing: copy))")
        }
    }

    /// A phone that was offline while the unit changed takes in the unit that it showed.
    @Test(arguments: Engine.allCases)
    func aTakingSaysItsUnit(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (site, other) = (try await company.site(), try await company.site("Kita"))
            let material = try await company.material(site, amount: "20")
            let taking = "{\"delta\": -1, \"unit\": \"Sack\"}"
            #expect(try await company.manager.post(material + "/adjust-quantity", taking).status == 200)
            _ = try await company.manager.patch(material, "{\"unit\": \"kg\", \"factor\": 25}")
            let late = try await company.manager.post(material + "/adjust-quantity", taking)
            #expect(late.status == 409 && late.json["code"] == "unit-changed", "\(late.text)")
            #expect(late.json["params"]?["unit"] == "kg")
            #expect(try await company.manager.get(material).json["amount"] == 475)

            // What came by a transfer was recorded elsewhere too.
            let moved = try await company.manager.post(
                company.path + "/transfers",
                """
                {"fromSiteId": "\(site.lastSegment)", "toSiteId": "\(other.lastSegment)",
                 "lines": [{"materialId": "\(material.lastSegment)", "amount": 50}]}
                """)
            let arrived = other + "/materials/" + (moved.json["lines"]?[0]?["toMaterialId"]?.text ?? "")
            let refused = try await company.manager.patch(arrived, "{\"unit\": \"Sack\"}")
            #expect(refused.status == 409 && refused.json["code"] == "unit-needs-factor", "\(refused.text)")
        }
    }
}
