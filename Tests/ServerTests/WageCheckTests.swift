import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// What is missing for a file of payroll, and what changed since the last one.
@Suite struct WageCheckTests {
    @Test(arguments: Engine.allCases)
    func whatIsMissingIsListedWhole(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            #expect(try await WageCrew.codes(crew.check()) == ["setting-missing", "setting-missing", "no-hours"])
            try await crew.work()
            try await crew.enter(crew.bad, crew.uwe.id, "30T06:00:00", nil)
            let unapproved = try await crew.check()["gaps"]?.list.filter { $0["code"] == "not-approved" } ?? []
            #expect(unapproved.map { $0["day"] } == ["2026-11-02", "2026-11-03", "2026-11-04", "2026-11-29"])
            #expect(unapproved.map { $0["userName"] } == ["Kai Vogt", "Kai Vogt", "Kai Vogt", "Kai Horn"])
            try await crew.approve([crew.kai.id, crew.uwe.id])
            let check = try await crew.check("lohn-und-gehalt")
            let gaps = check["gaps"]?.list ?? []
            #expect(
                WageCrew.codes(check) == [
                    "setting-missing", "setting-missing", "wage-type-missing", "wage-type-missing",
                    "no-personnel-number", "open-entry", "no-personnel-number",
                ])
            #expect(gaps.prefix(4).map { $0["kind"]?.text } == ["consultantNumber", "clientNumber", "WORK", "TRAVEL"])
            #expect(gaps[4]["userId"]?.text == crew.kai.id && gaps[5]["day"] == "2026-11-30")
            #expect(gaps[5]["userName"] == "Kai Horn" && check["gapCount"] == 7 && check["people"] == 2)

            let refused = try await crew.make("lodas")
            #expect(refused.status == 409 && refused.json["code"] == "export-not-ready", "\(refused.text)")
            #expect(refused.json["params"]?["count"] == 7)
            #expect(
                refused.json["fields"]?.list.map { "\($0["field"]?.text ?? "") \($0["code"]?.text ?? "")" } == [
                    "consultantNumber setting-missing", "clientNumber setting-missing",
                    "wageTypes.WORK wage-type-missing", "wageTypes.TRAVEL wage-type-missing",
                    "userId no-personnel-number", "userId open-entry", "userId no-personnel-number",
                ])
            #expect(refused.json["fields"]?[5]?["params"]?["userName"] == "Kai Horn")
            #expect(try await crew.company.manager.get(crew.exports).json == [])

            // Numbers that no file can hold, and one that two people have in it.
            try await crew.set("Łódź")
            for (number, codes) in [
                ("A7", ["personnel-number-format"]), ("100000", ["personnel-number-format"]),
                ("0", ["personnel-number-format"]), ("0101", ["personnel-number-twice", "personnel-number-twice"]),
            ] {
                try await crew.number(crew.kai.id, "101")
                try await crew.number(crew.uwe.id, number)
                let found = try await WageCrew.codes(crew.check())
                #expect(found == ["cannot-encode", "open-entry"] + codes, "\(number) \(found)")
            }
            try await crew.number(crew.uwe.id, "7")
            #expect(try await crew.check()["gaps"]?[0]?["siteName"] == "Bad")
            // A semicolon would end the field.
            for (text, isWritable) in [("7;8", false), ("7\\\"8", false), ("€ßÄé", true)] {
                try await crew.set(text)
                #expect(try await WageCrew.codes(crew.check()).contains("cannot-encode") != isWritable, "\(text)")
            }
            #expect(try await WageCrew.codes(crew.check("lodas", "&userId=\(crew.kai.id)")) == [])
            #expect(try await WageCrew.codes(crew.check("lodas", "&userId=\(crew.uwe.id)")) == ["open-entry"])
            #expect(try await crew.make("lodas", ", \"userId\": \"\(crew.kai.id)\"").status == 201)
            #expect(try await crew.make("lodas").status == 409)
        }
    }

    /// Who left in the middle of the month is paid: the bookkeeper gives the number that no one gave before.
    @Test(arguments: Engine.allCases)
    func aRemovedPersonGetsANumber(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            try await crew.ready()
            let manager = crew.company.manager
            let kai = "\(crew.company.path)/users/\(crew.kai.id)"
            #expect(try await manager.put(kai + "/personnel-number", "{\"personnelNumber\": null}").status == 200)
            #expect(try await manager.delete(kai).status == 204)
            #expect(try await manager.put(kai, "{\"personnelNumber\": \"102\"}").status == 404)
            #expect(try await WageCrew.codes(crew.check()) == ["no-personnel-number"])
            let book = try await server.person(.bookkeeper, in: crew.company.id, name: "Heft")
            func set(_ client: Client, _ number: String) async throws -> Reply {
                try await client.put(kai + "/personnel-number", "{\"personnelNumber\": \"\(number)\"}")
            }
            let taken = try await set(book.client, "007")
            #expect(taken.status == 409 && taken.json["code"] == "personnel-number-taken", "\(taken.text)")
            #expect(try await set(crew.uwe.client, "102").status == 403)
            let reply = try await set(book.client, "102")
            #expect(reply.status == 200 && reply.json["personnelNumber"] == "102", "\(reply.text)")
            #expect(reply.json["removedAt"]?.text != nil && reply.json["email"] == .null)
            let version = reply.json["version"]?.number
            #expect(try await set(book.client, "102").json["version"]?.number == version)
            let stale = try await book.client.send(
                "PUT", kai + "/personnel-number", body: "{\"personnelNumber\": \"103\"}", headers: ["If-Match": "\"1\""]
            )
            #expect(stale.status == 412, "\(stale.text)")
            #expect(try await WageCrew.codes(crew.check()) == [])
            #expect(try await manager.get(kai).json["removedAt"]?.text != nil)
            #expect(try await crew.make("lodas").status == 201)
            let entries = try await manager.all("\(crew.company.path)/audit").filter {
                $0["subjectId"]?.text == crew.kai.id && $0["action"] == "user.changed"
            }
            #expect(entries.filter { $0["userName"]?.text?.hasSuffix("Heft") == true }.count == 1, "\(entries)")
            // The office's own numbers, too.
            let me = try #require(try await manager.get("/api/v1/users/me").json["id"]?.text)
            let owner = "\(crew.company.path)/users/\(me)"
            #expect(
                try await book.client.put(owner + "/personnel-number", "{\"personnelNumber\": \"1\"}").status == 200)
        }
    }

    @Test(arguments: Engine.allCases)
    func whatChangedSinceIsShown(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            try await crew.ready()
            #expect(try await crew.check()["previous"] == nil)
            let first = try await crew.make("lodas")
            #expect(try await crew.check()["previous"]?["id"] == first.json["id"])
            #expect(try await crew.check()["differences"] == [])
            #expect(try await crew.check("lohn-und-gehalt")["previous"] == nil)
            #expect(try await crew.check("lodas", "&userId=\(crew.kai.id)")["previous"] == nil)

            for (user, day) in [(crew.uwe.id, "05"), (crew.kai.id, "04")] { try await crew.reopen(user, day) }
            let late = try await crew.enter(crew.hall, crew.uwe.id, "05T06:00:00", "05T07:00:00")
            try await crew.approve([crew.uwe.id])
            _ = try await crew.make("lodas", ", \"userId\": \"\(crew.uwe.id)\"")
            let entries = try await crew.company.manager.get(
                "\(crew.company.path)/time-entries?userId=\(crew.kai.id)&from=2026-11-04"
            ).json.list
            let travel = "\(crew.bad)/time-entries/\(entries.first?["id"]?.text ?? "")"
            #expect(try await crew.company.manager.post(travel + "/void", "{\"reason\": \"Doppelt\"}").status == 200)
            try await crew.approve([crew.kai.id])
            // Left in the middle of the month.
            #expect(
                try await crew.company.manager.delete("\(crew.company.path)/users/\(crew.uwe.id)").status == 204)
            let changed = try await crew.check()
            #expect(changed["differenceCount"] == 2 && WageCrew.codes(changed) == [])
            let lines = changed["differences"]?.list ?? []
            #expect(lines.map { $0["userName"] } == ["Kai Horn", "Kai Vogt"])
            #expect(lines.map { $0["wageType"] } == ["1000", "1010"])
            #expect(lines[0]["hoursBefore"]?.number == 0.5 && lines[0]["hours"]?.number == 1.5)
            #expect(lines[1]["hoursBefore"]?.number == Decimal(string: "0.83") && lines[1]["hours"] == .null)

            // The first file is as it was.
            let file = try await crew.company.manager.get("\(crew.exports)/\(first.json["id"]?.text ?? "")/file")
            #expect(file.text.contains("10;01/11/2026;101;1010;1;0,83;") && file.text.contains(";7;1000;1;0,50;;"))
            let second = try await crew.make("lodas")
            #expect(second.json["people"] == 2 && second.json["sha256"] != first.json["sha256"], "\(second.text)")
            #expect(try await crew.check()["differences"] == [])
            // No one's hours are left.
            try await crew.reopen(crew.uwe.id, "05")
            for entry in [late] { _ = try await crew.company.manager.post(entry + "/void", "{\"reason\": \"Nein\"}") }
            #expect(try await crew.check()["differences"]?[0]?["hours"]?.number == 0.5)

            let audit = try await crew.company.manager.get(crew.company.path + "/audit").json.list
            #expect(
                audit.filter { $0["action"] == "wages.exported" }.map { $0["subjectName"] } == [
                    "2026-11 lodas", "2026-11 lodas", "2026-11 lodas",
                ])
            let set = audit.first { $0["action"] == "wages.settings-changed" }
            #expect(
                set?["changes"]?.list.map { $0["field"]?.text } == [
                    "consultantNumber", "clientNumber", "wageTypes.WORK", "wageTypes.TRAVEL", "costCentres",
                ])
            // The same under one key is made once.
            let key = ["Idempotency-Key": "november"]
            let body = "{\"month\": \"2026-11\", \"format\": \"lodas\"}"
            let once = try await crew.company.manager.send("POST", crew.exports, body: body, headers: key)
            let again = try await crew.company.manager.send("POST", crew.exports, body: body, headers: key)
            #expect(once.status == 201 && again.json == once.json)
        }
    }
}
