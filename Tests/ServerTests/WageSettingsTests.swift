import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The settings of payroll.
@Suite struct WageSettingsTests {
    @Test(arguments: Engine.allCases)
    func settingsAreReplacedWhole(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            let manager = crew.company.manager
            let empty = try await manager.get(crew.settings)
            #expect(empty.json["consultantNumber"] == .null && empty.json["wageTypes"]?["WORK"] == .null)
            #expect(empty.json["lodas"]?["value"] == "bs_wert_butab#bwd" && empty.header("ETag") == "\"0\"")
            try await crew.set()
            let set = try await manager.get(crew.settings)
            #expect(set.header("ETag") == "\"1\"" && set.json["costCentres"]?[0]?["siteName"] == "Bad")
            #expect(set.json["costCentres"]?[0]?["costCentre"] == "Kü77" && set.json["wageTypes"]?["TRAVEL"] == "1010")
            let stale = try await manager.send("PUT", crew.settings, body: "{}", headers: ["If-Match": "\"0\""])
            #expect(stale.status == 412, "\(stale.text)")
            let bare = try await manager.send("PUT", crew.settings, body: "{}", headers: ["If-Match": "\"1\""])
            #expect(bare.status == 200 && bare.json == empty.json, "\(bare.text)")

            let site = crew.bad.lastSegment
            for (body, field, code) in [
                ("{\"consultantNumber\": 10000000}", "consultantNumber", "not-a-whole-number"),
                ("{\"clientNumber\": 0}", "clientNumber", "not-a-whole-number"),
                ("{\"wageTypes\": {\"WORK\": \"10000\"}}", "wageTypes.WORK", "not-a-whole-number"),
                ("{\"wageTypes\": {\"WORK\": 1000}}", "wageTypes.WORK", "not-a-whole-number"),
                ("{\"wageTypes\": {\"VISIT\": \"1\"}}", "wageTypes.VISIT", "unknown-field"),
                ("{\"lodas\": {\"unit\": \"a;b\"}}", "lodas.unit", "not-a-lodas-name"),
                ("{\"lodas\": {\"hours\": 100}}", "lodas.hours", "not-a-whole-number"),
                (
                    "{\"costCentres\": [{\"siteId\": \"\(site)\", \"costCentre\": \"123456789\"}]}",
                    "costCentres[0].costCentre", "too-long"
                ),
                (
                    "{\"costCentres\": [{\"siteId\": \"\(UUID().uuidString)\", \"costCentre\": \"1\"}]}",
                    "costCentres[0].siteId", "not-there"
                ),
                (
                    """
                    {"costCentres": [{"siteId": "\(site)", "costCentre": "1"}, {"siteId": "\(site)", "costCentre": "2"}]}
                    """, "costCentres[1].siteId", "named-twice"
                ),
            ] {
                let refused = try await manager.put(crew.settings, body)
                #expect(
                    refused.status == 400 && refused.json["fields"]?[0]?["field"]?.text == field
                        && refused.json["fields"]?[0]?["code"]?.text == code, "\(body): \(refused.text)")
            }
            // A removed site keeps its cost centre.
            try await crew.set("12")
            _ = try await manager.delete(crew.bad)
            try await crew.set("13")
            #expect(try await manager.get(crew.settings).json["costCentres"]?[0]?["costCentre"] == "13")
        }
    }
}
