import Core
import Foundation
import Testing

/// Checking in, checking out, and correcting time entries.
@Suite struct TimeTests {
    @Test(arguments: Engine.allCases)
    func aDayOnASite(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let (site, other) = (try await company.site(users: [worker.id]), try await company.site(users: [worker.id]))
            let elsewhere = try await company.site()
            #expect(try await worker.client.post(elsewhere + "/check-in").status == 404)
            #expect(try await worker.client.post(site + "/check-out").status == 409)

            let came = try await worker.client.post(site + "/check-in", "{\"at\": \"2026-11-23T07:00:00Z\"}")
            #expect(came.status == 200 && came.header("ETag") == "\"1\"")
            #expect(
                came.json.keys == [
                    "id", "version", "siteId", "siteName", "userId", "userName", "checkedInAt", "askAt", "checkedOutAt",
                    "state",
                    "kind", "source", "minutes", "breaks", "recordedAt", "enteredBy", "enteredByName", "reason",
                    "voidedAt",
                    "voidedByName", "voidReason", "movedFrom", "corrections",
                ])
            #expect(came.json["checkedInAt"] == "2026-11-23T07:00:00.000Z" && came.json["checkedOutAt"] == .null)
            let twice = try await worker.client.post(other + "/check-in")
            #expect(twice.status == 409)
            #expect(twice.json["error"]?.text?.contains("2026-11-23T07:00:00.000Z") == true)
            #expect(try await worker.client.post(other + "/check-out").status == 409)
            let before = try await worker.client.post(site + "/check-out", "{\"at\": \"2026-11-23T06:59:59Z\"}")
            #expect(before.status == 202 && before.json["code"] == "before-own-check-in")
            let open = try await company.manager.get(company.path + "/time-entries?open=true").json.list
            #expect(open.count == 1)

            // A person who is unassigned from a site while checked in can still check out.
            _ = try await company.manager.patch(site, "{\"users\": []}")
            let left = try await worker.client.post(site + "/check-out")
            #expect(left.status == 200 && left.json["minutes"] == 300 && left.header("ETag") == "\"2\"")
            #expect(try await worker.client.post(site + "/check-out").status == 404)
            #expect(try await company.manager.get(site).json["hoursLogged"] == 5)
            #expect(try await worker.client.post(other + "/check-in").status == 200)
            for (at, status) in [
                ("2026-11-23T12:02:00Z", 400), ("2021-11-22T11:59:00Z", 202), ("2021-11-19T11:59:00Z", 400),
            ] {
                #expect(try await company.manager.post(site + "/check-in", "{\"at\": \"\(at)\"}").status == status)
            }
            let admin = try await server.person(.admin)
            #expect(try await admin.client.post(site + "/check-in").status == 403)
        }
    }

    /// Many taps on the button, many phones: one time entry.
    @Test(arguments: Engine.allCases)
    func oneCheckInAtATime(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let sites = [try await company.site(), try await company.site()]
            for verb in ["check-in", "check-out"] {
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<24 {
                        let site = sites[number % 2]
                        group.addTask { try await company.manager.post("\(site)/\(verb)").status }
                    }
                    return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
                }
                #expect(statuses == [200: 1, 409: 23])
            }
            #expect(try await company.manager.get(company.path + "/time-entries").json.list.count == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func aCorrectionKeepsWhatWasSaid(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let site = try await company.site(users: [worker.id])
            let came = try await worker.client.post(site + "/check-in", "{\"at\": \"2026-11-23T07:00:00Z\"}")
            let path = site + "/time-entries/" + (came.json["id"]?.text ?? "")

            let body = "{\"checkedOutAt\": \"2026-11-23T11:30:00Z\", \"reason\": \"Vergessen, auszuchecken\"}"
            #expect(try await worker.client.patch(path, body).status == 403)
            let corrected = try await company.manager.patch(path, body)
            #expect(corrected.status == 200 && corrected.json["minutes"] == 270)
            #expect(corrected.json["checkedInAt"] == "2026-11-23T07:00:00.000Z")
            server.clock.advance(by: .seconds(60))
            let again = try await company.manager.patch(
                path, "{\"checkedInAt\": \"2026-11-23T06:30:00Z\", \"reason\": \"Kam früher\"}")
            #expect(again.json["minutes"] == 300)
            let corrections = again.json["corrections"]?.list ?? []
            #expect(corrections.map { $0["reason"] } == ["Vergessen, auszuchecken", "Kam früher"])
            #expect(corrections.map { $0["checkedOutAt"] } == [.null, "2026-11-23T11:30:00.000Z"])
            #expect(corrections.map { $0["checkedInAt"] } == ["2026-11-23T07:00:00.000Z", "2026-11-23T07:00:00.000Z"])
            #expect(corrections[1]["userName"] == "Ada Kern")
            #expect(try await worker.client.get(site + "/time-entries").json[0] == again.json)

            for (wrong, field) in [
                ("{\"checkedOutAt\": \"2026-11-23T06:00:00Z\", \"reason\": \"x\"}", "checkedOutAt"),
                ("{\"checkedInAt\": \"2026-11-24T06:00:00Z\", \"reason\": \"x\"}", "checkedInAt"),
                ("{\"checkedInAt\": \"2026-11-23T06:00:00Z\"}", "reason"),
                ("{\"checkedInAt\": null, \"reason\": \"x\"}", "checkedInAt"),
            ] {
                let refused = try await company.manager.patch(path, wrong)
                #expect(refused.status == 400 && refused.json["fields"]?[0]?["field"]?.text == field, "\(refused.text)")
            }
            // Reopened, unless another time entry is open.
            let reopening = "{\"checkedOutAt\": null, \"reason\": \"Ist noch da\"}"
            _ = try await worker.client.post(site + "/check-in")
            #expect(try await company.manager.patch(path, reopening).status == 409)
            _ = try await worker.client.post(site + "/check-out")
            #expect(try await company.manager.patch(path, reopening).json["checkedOutAt"] == .null)
            #expect(try await worker.client.post(site + "/check-in").status == 409)
        }
    }

    /// No one has two time entries at once; and an unchanged entry isn't a correction.
    @Test(arguments: Engine.allCases)
    func aCorrectionLeavesOtherVisitsTheirTime(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (lena, kai) = (
                try await server.person(.worker, in: company.id), try await server.person(.worker, in: company.id)
            )
            let site = try await company.site(users: [lena.id, kai.id])
            for (person, from, to) in [(lena, "05", "07"), (lena, "08", "10"), (kai, "05", "10")] {
                try await server.visit(
                    site, by: person.id, from: "2026-11-23T\(from):00:00Z", to: "2026-11-23T\(to):00:00Z")
            }
            let entry = try await company.manager.get(company.path + "/time-entries?userId=" + lena.id).json[0]
            #expect(entry?["checkedInAt"] == "2026-11-23T08:00:00.000Z")
            let path = site + "/time-entries/" + (entry?["id"]?.text ?? "")
            for wrong in ["2026-11-23T06:59:00Z", "2026-11-23T04:00:00Z"] {
                let refused = try await company.manager.patch(
                    path, "{\"checkedInAt\": \"\(wrong)\", \"reason\": \"x\"}")
                #expect(refused.status == 409 && refused.text.contains("has another visit in that time"))
            }
            server.clock.advance(by: .seconds(1))
            let next = try await company.manager.patch(
                path, "{\"checkedInAt\": \"2026-11-23T07:00:00Z\", \"reason\": \"x\"}")
            #expect(next.status == 200 && next.json["minutes"] == 180)
            let same = try await company.manager.patch(
                path, "{\"checkedInAt\": \"2026-11-23T07:00:00Z\", \"reason\": \"y\"}")
            #expect(same.status == 200 && same.json == next.json)
            let audit = try await company.manager.get(company.path + "/audit").json.list
            #expect(audit.filter { $0["action"] == "time-entry.corrected" }.count == 1)
            #expect(
                audit[0]["changes"]?.list.map { $0["field"] } == ["checkedInAt", "userId"]
                    && audit[0]["changes"]?[1]?["to"]?.text == lena.id)
        }
    }

    @Test(arguments: Engine.allCases)
    func hoursAreListedAndFiltered(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (lena, kai) = (
                try await server.person(.worker, in: company.id), try await server.person(.worker, in: company.id)
            )
            let site = try await company.site(users: [lena.id, kai.id])
            let other = try await company.site(users: [kai.id])
            for day in 16...20 {
                try await server.visit(
                    site, by: lena.id, from: "2026-11-\(day)T07:00:00Z", to: "2026-11-\(day)T08:00:00Z")
                try await server.visit(
                    day % 2 == 0 ? site : other, by: kai.id, from: "2026-11-\(day)T07:00:00Z",
                    to: "2026-11-\(day)T09:00:00Z")
            }
            _ = try await kai.client.post(other + "/check-in")
            func count(_ client: Client, _ path: String) async throws -> Int {
                try await client.get(path).json.list.count
            }
            let all = company.path + "/time-entries"
            #expect(try await count(company.manager, all) == 11)
            #expect(try await count(company.manager, all + "?userId=\(lena.id)") == 5)
            #expect(try await count(company.manager, all + "?from=2026-11-18&to=2026-11-19") == 4)
            #expect(try await count(company.manager, all + "?userId=\(kai.id)&to=2026-11-17T07:00:00Z") == 1)
            #expect(try await count(company.manager, all + "?open=true&userId=\(lena.id)") == 0)
            #expect(try await count(company.manager, all + "?open=true") == 1)
            #expect(try await count(company.manager, site + "/time-entries") == 8)
            #expect(try await count(lena.client, all) == 5)
            #expect(try await count(lena.client, site + "/time-entries") == 5)
            #expect(try await count(kai.client, all + "?userId=\(kai.id)") == 6)
            #expect(try await lena.client.get(all + "?userId=\(kai.id)").status == 404)
            #expect(try await lena.client.get(other + "/time-entries").status == 404)
            for wrong in ["?open=yes", "?from=gestern", "?userId=7", "?limit=5&limit=6"] {
                #expect(try await company.manager.get(all + wrong).status == 400, "\(wrong)")
            }

            // Two began at the same instant: pages neither lose nor repeat one.
            let seen = try await company.manager.all(all + "?limit=3&from=2026-11-01").compactMap { $0["id"]?.text }
            #expect(seen.count == 11 && Set(seen).count == 11)
        }
    }

    /// Days are the company's: in Berlin's winter time a day begins at 23:00 UTC of the day before.
    @Test(arguments: Engine.allCases)
    func daysOfHoursAreTheCompanys(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let lena = try await server.person(.worker, in: company.id)
            let site = try await company.site(users: [lena.id])
            for (from, to) in [
                ("2026-11-17T22:59:59Z", "2026-11-17T23:00:00Z"), ("2026-11-17T23:00:00Z", "2026-11-18T06:00:00Z"),
                ("2026-11-18T22:59:59Z", "2026-11-18T23:00:00Z"), ("2026-11-18T23:00:00Z", "2026-11-19T06:00:00Z"),
            ] { try await server.visit(site, by: lena.id, from: from, to: to) }
            func begun(_ query: String) async throws -> [String] {
                try await lena.client.get(company.path + "/time-entries?" + query).json.list
                    .compactMap { $0["checkedInAt"]?.text }
            }
            #expect(
                try await begun("from=2026-11-18&to=2026-11-18") == [
                    "2026-11-18T22:59:59.000Z", "2026-11-17T23:00:00.000Z",
                ])
            #expect(try await begun("from=2026-11-19") == ["2026-11-18T23:00:00.000Z"])
            #expect(try await begun("to=2026-11-17") == ["2026-11-17T22:59:59.000Z"])
            #expect(try await begun("from=2026-11-18T22:59:59Z&to=2026-11-18") == ["2026-11-18T22:59:59.000Z"])
            #expect(try await begun("from=2026-11-19&to=2026-11-18") == [])
            _ = try await company.manager.patch(company.path, "{\"timeZone\": \"UTC\"}")
            #expect(
                try await begun("from=2026-11-18&to=2026-11-18") == [
                    "2026-11-18T23:00:00.000Z", "2026-11-18T22:59:59.000Z",
                ])
        }
    }
}
