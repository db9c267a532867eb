import Core
import Foundation
import Testing

@testable import Server

/// A site's history as one list, and the search in its materials.
@Suite struct SiteHistoryTests {
    @Test(arguments: Engine.allCases)
    func movementsAndChangesAreOneList(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let lena = try await server.person(.worker, in: company.id, name: "Vogt")
            let other = try await server.person(.worker, in: company.id)
            let site = try await company.site(users: [lena.id])
            let elsewhere = try await company.site("Anderswo", users: [other.id])
            _ = try await company.material(elsewhere, name: "Fremd")
            server.clock.advance(by: .seconds(60))
            let glue = try await company.material(site, name: "Kleber", amount: "10")
            let mortar = try await company.material(site, name: "Mörtel", amount: "5")
            for (path, delta) in [(glue, "-1"), (mortar, "-2"), (glue, "-3")] {
                server.clock.advance(by: .seconds(60))
                _ = try await lena.client.post(path + "/adjust-quantity", "{\"delta\": \(delta), \"note\": \"Bad\"}")
            }
            server.clock.advance(by: .seconds(60))
            _ = try await company.manager.patch(site, "{\"priority\": \"high\"}")
            server.clock.advance(by: .seconds(60))
            // Work done without a signal is recorded late.
            _ = try await lena.client.post(
                mortar + "/adjust-quantity", "{\"delta\": -1, \"at\": \"2026-11-23T12:01:30Z\"}")
            server.clock.advance(by: .seconds(60))
            _ = try await company.manager.delete(glue)

            let history = site + "/history"
            let all = try await company.manager.get(history).json.list
            func line(_ event: JSON) -> String {
                if let movement = event["movement"] {
                    return "\(movement["materialName"]?.text ?? "") \(movement["delta"]?.number ?? 0)"
                }
                return event["change"]?["action"]?.text ?? ""
            }
            #expect(
                all.prefix(6).map(line) == [
                    "material.removed", "Mörtel -1", "site.changed", "Kleber -3", "Mörtel -2", "Kleber -1",
                ])
            #expect(all.count == 11 && all.last.map(line) == "site.created")
            #expect(all.allSatisfy { $0["kind"] == ($0["movement"] == nil ? "CHANGE" : "MOVEMENT") })
            #expect(all[1]["at"] == "2026-11-23T12:01:30.000Z" && all[1]["recordedAt"] != all[1]["at"])
            #expect(all[3]["movement"]?["userName"] == "Kai Vogt" && all[3]["movement"]?["unit"] == "Sack")
            #expect(all[3]["movement"]?["note"] == "Bad" && all[3]["movement"]?["amountAfter"] == 6)
            #expect(all[3]["movement"]?["materialId"]?.text == glue.lastSegment)

            // Page by page the list is the same, and each kind is the matching part of it.
            for (query, expected) in [
                ("", all), ("&kind=MOVEMENT", all.filter { $0["kind"] == "MOVEMENT" }),
                ("&kind=CHANGE", all.filter { $0["kind"] == "CHANGE" }),
            ] {
                var paged: [JSON] = []
                var next: String? = history + "?limit=2" + query
                while let address = next {
                    let reply = try await company.manager.get(address)
                    #expect(reply.json.list.count <= 2)
                    paged += reply.json.list
                    next = reply.header("Link").map { String($0.dropFirst().prefix { $0 != ">" }) }
                }
                #expect(paged == expected)
            }

            // A worker receives the movements of their sites.
            let seen = try await lena.client.get(history).json.list
            #expect(seen == all.filter { $0["kind"] == "MOVEMENT" })
            #expect(try await lena.client.get(history + "?kind=CHANGE").json == .list([]))
            #expect(try await other.client.get(history).status == 404)
            #expect(try await company.manager.get(history + "?kind=change").status == 400)
        }
    }

    @Test(arguments: Engine.allCases)
    func materialIsFoundByItsName(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let site = try await company.site()
            let names = ["Mörtel grau", "Fugenmoertel", "MÖRTEL weiß", "Kleber", "Smyrna-Łatte"]
            for name in names {
                server.clock.advance(by: .milliseconds(1))
                _ = try await company.material(site, name: name)
            }
            func found(_ search: String, _ more: String = "") async throws -> [String] {
                let query = search.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
                return try await company.manager.get("\(site)/materials?search=\(query)\(more)").json.list
                    .compactMap { $0["name"]?.text }
            }
            #expect(try await found("mortel") == ["Mörtel grau", "MÖRTEL weiß"])
            #expect(try await found("MÖRTEL") == ["Mörtel grau", "Fugenmoertel", "MÖRTEL weiß"])
            #expect(try await found("o\u{308}rtel  WEISS") == ["MÖRTEL weiß"])
            #expect(try await found("latte") == ["Smyrna-Łatte"])
            #expect(try await found("kleber grau") == [])
            #expect(try await found(" ").count == names.count)
            #expect(try await found("e", "&limit=2").count == 2)

            let first = try await company.manager.get("\(site)/materials?search=m&limit=2")
            #expect(first.json.list.map { $0["name"] } == ["Mörtel grau", "Fugenmoertel"])
            let link = String((first.header("Link") ?? "").dropFirst().prefix { $0 != ">" })
            #expect(
                try await company.manager.get(link).json.list.map { $0["name"] } == ["MÖRTEL weiß", "Smyrna-Łatte"])
            #expect(try await found(String(repeating: "a", count: 100)) == [])
            let long = String(repeating: "a", count: 101)
            #expect(try await company.manager.get("\(site)/materials?search=\(long)").status == 400)
            #expect(try await company.manager.get("\(site)/materials?serach=a").status == 400)
        }
    }
}
