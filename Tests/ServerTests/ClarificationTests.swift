import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// What was done offline and can't be recorded any more waits for a manager: nothing that a person did is refused into nothing.
@Suite struct ClarificationTests {
    @Test(arguments: Engine.allCases)
    func aLateActWaits(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            // Now, and two minutes ago, the person is there to read it.
            for time in [nil, "12:59"] {
                let refused = try await place.take("-99", time)
                #expect(refused.status == 409 && refused.json["code"] == "not-enough")
            }
            #expect(try await place.open().isEmpty)

            let first = try await place.take("-99", "12:30", "\"note\": \"Bad\"", key: "a")
            let id = place.waits(first, "not-enough")
            for key in ["a", "b", nil] {
                let again = try await place.take("-99", "12:30", "\"note\": \"Bad\"", key: key)
                #expect(again.status == 202 && again.json == first.json, "\(again.text)")
            }
            let reused = try await place.take("-98", "12:30", key: "a")
            #expect(reused.status == 422)
            let one = first.json
            #expect(one["act"] == "ADJUST_QUANTITY" && one["state"] == "OPEN" && one["userId"]?.text == place.worker.id)
            #expect(one["siteName"] == "Bad Müller" && one["userName"] == "Kai Roth")
            #expect(one["at"] == "2026-11-23T12:30:00.000Z" && one["reportedAt"] == "2026-11-23T13:00:00.003Z")
            #expect(one["params"]?["amount"] == 10 && one["params"]?["material"] == "Flexkleber")
            #expect(one["body"]?["delta"] == -99 && one["body"]?["unit"] == "Sack" && one["body"]?["note"] == "Bad")
            #expect(one["body"]?["materialName"] == "Flexkleber" && one["body"]?["undo"] == false)
            // Another act is another one; what can be recorded is.
            _ = place.waits(try await place.take("-98", "12:30"), "not-enough")
            _ = place.waits(try await place.take("9999999999", "12:30"), "too-much")
            #expect(try await place.take("-1", "12:30").json["amount"] == 9)
            #expect(try await place.open().compactMap { $0["id"]?.text }.last == id)
            #expect(try await place.manager.get(place.company.path + "/overview").json["openClarifications"] == 3)
            #expect(
                try await place.worker.client.get(place.company.path + "/overview").json["openClarifications"] == .null)
            #expect(try await place.manager.get(place.material).json["amount"] == 9)

            // A repetition after the decision gets the first answer; without a key the same act is reported anew.
            #expect(try await place.decline(id).status == 200)
            #expect(try await place.take("-99", "12:30", "\"note\": \"Bad\"", key: "a").json["state"] == "OPEN")
        }
    }

    @Test(arguments: Engine.allCases)
    func badInputIsRefused(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            for at in ["2026-11-23T13:02:00Z", "2021-11-19T00:00:00Z", "gestern"] {
                for name in ["check-in", "check-out", "break-start", "break-end"] {
                    let reply = try await place.worker.client.post("\(place.site)/\(name)", "{\"at\": \"\(at)\"}")
                    #expect(reply.status == 400, "\(name) \(at): \(reply.text)")
                }
                let taking = "{\"delta\": -1, \"at\": \"\(at)\"}"
                #expect(try await place.worker.client.post(place.material + "/adjust-quantity", taking).status == 400)
            }
            let wrong = try await place.act("break-stated", "08:00", "\"minutes\": 1441")
            #expect(wrong.status == 400)
            #expect(try await place.open().isEmpty)
            // Thirty days.
            for (name, more) in [("check-in", ""), ("check-out", ""), ("break-stated", "\"minutes\": 30")] {
                let old = "\"at\": \"2026-10-20T07:00:00Z\"" + (more.isEmpty ? "" : ", \(more)")
                let id = place.waits(try await place.act(name, nil, old), "too-old")
                #expect(!id.isEmpty)
            }
            _ = place.waits(try await place.take("-1", nil, "\"at\": \"2026-10-20T07:00:00Z\""), "too-old")
            #expect(try await place.entries().isEmpty)
            let first = try await place.open().last
            let booked = try await place.book(
                first?["id"]?.text ?? "", "{\"checkedOutAt\": \"2026-10-20T15:00:00Z\"}")
            #expect(booked.status == 200, "\(booked.text)")
            #expect(try await place.entries() == ["07:00-15:00"])
            // With the check-out of the same time.
            #expect(try await place.open().count == 2)
        }
    }

    /// Work of before the assignment ended, or before the site was removed, is simply recorded.
    @Test(arguments: Engine.allCases)
    func whatWasRightThenIsRecorded(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            _ = try await place.manager.patch(place.site, "{\"users\": []}")
            place.server.clock.advance(by: .seconds(3600))
            #expect(try await place.act("check-in", "12:30").status == 200)
            #expect(try await place.act("check-out", "12:50").status == 200)
            #expect(try await place.take("-1", "12:40").status == 200)
            #expect(try await place.entries() == ["12:30-12:50"])
            // After the end it waits; now it is refused.
            let id = place.waits(try await place.act("check-in", "13:30"), "site-not-found")
            _ = place.waits(try await place.act("check-out", "13:40"), "site-not-found")
            _ = place.waits(try await place.take("-1", "13:30"), "site-not-found")
            #expect(try await place.act("check-in", nil).status == 404)
            let booked = try await place.book(id, "{\"checkedOutAt\": \"2026-11-23T13:45:00Z\"}")
            #expect(booked.status == 200, "\(booked.text)")
            #expect(try await place.entries() == ["13:30-13:45", "12:30-12:50"])
            #expect(try await place.open().count == 1)

            // Who never worked there learns and leaves nothing.
            let stranger = try await place.server.person(.worker, in: place.company.id)
            let body = "{\"at\": \"2026-11-23T12:30:00Z\"}"
            for name in ["check-in", "check-out", "break-start", "break-end"] {
                #expect(try await stranger.client.post("\(place.site)/\(name)", body).status == 404)
            }
            let taking = "{\"delta\": -1, \"at\": \"2026-11-23T12:30:00Z\"}"
            #expect(try await stranger.client.post(place.material + "/adjust-quantity", taking).status == 404)
            let unknown = place.site + "/materials/" + Runtime.live.newID(Material.self).text
            #expect(try await place.manager.post(unknown + "/adjust-quantity", taking).status == 404)
            let other = try await TestCompany.register(place.server.client)
            #expect(try await other.manager.post(place.site + "/check-in", body).status == 404)
            #expect(try await place.open().count == 1)
        }
    }

    /// Hours on a site that was removed meanwhile end with the removal, until the true check-out comes.
    @Test(arguments: Engine.allCases)
    func aSiteThatWasRemoved(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            #expect(try await place.manager.delete(place.site).status == 204)
            place.server.clock.advance(by: .seconds(3600))
            let came = try await place.act("check-in", "12:10")
            #expect(came.status == 200 && came.json["checkedOutAt"] == "2026-11-23T13:00:00.000Z", "\(came.text)")
            #expect(came.json["corrections"]?[0]?["reasonCode"] == "site-removed")
            #expect(try await place.act("check-out", "12:40").json["checkedOutAt"] == "2026-11-23T12:40:00.000Z")
            #expect(try await place.take("-1", "12:40").status == 200)
            // The one who left later than the removal.
            #expect(try await place.act("check-in", "12:50").status == 200)
            let id = place.waits(try await place.act("check-out", "13:50"), "site-not-found")
            #expect(try await place.entries() == ["12:50-13:00", "12:10-12:40"])
            let booked = try await place.book(id)
            #expect(booked.status == 200 && booked.json["entryId"] != .null, "\(booked.text)")
            #expect(try await place.entries() == ["12:50-13:50", "12:10-12:40"])
            let entry = try await place.manager.get(place.company.path + "/time-entries").json[0]
            #expect(entry?["corrections"]?.list.last?["reasonCode"] == "clarification-booked")
            // Hours of the removed site can be booked, but no one can be there now.
            let late = place.waits(try await place.act("check-in", "13:55"), "site-not-found")
            let open = try await place.book(late)
            #expect(open.status == 409 && open.json["code"] == "entry-cant-be-open", "\(open.text)")
            #expect(try await place.book(late, "{\"checkedOutAt\": \"2026-11-23T13:58:00Z\"}").status == 200)
        }
    }

    @Test(arguments: Engine.allCases)
    func whatWaitsIsLimited(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            func report(_ number: Int, as client: Client) async throws -> Reply {
                let at = (place.server.clock.now - .seconds(600 + number)).text
                return try await client.post(place.site + "/check-out", "{\"at\": \"\(at)\"}")
            }
            for number in 0..<100 {
                #expect(try await report(number, as: place.worker.client).status == 202)
            }
            let refused = try await report(100, as: place.worker.client)
            #expect(refused.status == 409 && refused.json["code"] == "too-many-clarifications")
            #expect(
                refused.json["params"]?["limit"] == "person-clarifications" && refused.json["params"]?["value"] == 100)
            #expect(try await report(99, as: place.worker.client).status == 202)
            let one = try await place.manager.get(place.list + "?state=OPEN&limit=1").json[0]?["id"]?.text ?? ""
            #expect(try await place.decline(one).status == 200)
            #expect(try await report(100, as: place.worker.client).status == 202)

            // As if others had reported the rest.
            try await place.server.database.transaction { transaction in
                for number in 0..<1_899 {
                    try transaction.enqueue(
                        Statement(
                            """
                            INSERT INTO clarifications (company_id, id, user_id, site_id, act, body, at, reported_at, code, params, state)
                            VALUES ($1, $2, $3, $4, 'CHECK_OUT', '{}', $5, $5, 'not-checked-in', '[]', 'OPEN')
                            """,
                            place.company.id, Runtime.live.newID(Clarification.self), place.company.managerID,
                            place.site.lastSegment, Int64(number)))
                }
            }
            let mate = try await place.server.person(.worker, in: place.company.id)
            _ = try await place.manager.patch(place.site, "{\"users\": [\"\(place.worker.id)\", \"\(mate.id)\"]}")
            #expect(try await report(0, as: mate.client).status == 202)
            let last = try await report(1, as: mate.client)
            #expect(last.status == 409 && last.json["code"] == "too-many-clarifications-of-company", "\(last.text)")
            #expect(last.json["params"]?["limit"] == "clarifications" && last.json["params"]?["value"] == 2_000)
            #expect(try await place.manager.get(place.company.path + "/overview").json["openClarifications"] == 101)
        }
    }

    /// An answer that is kept no longer is read again.
    @Test(arguments: Engine.allCases)
    func aRepetitionGetsTheSame(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            let first = try await place.act("check-out", "08:00", key: "k")
            #expect(first.status == 202)
            #expect(try await place.act("check-in", "08:00", key: "k").status == 200)
            let company = Company.ID(place.company.id)
            try await place.server.database.transaction {
                try $0.execute(Statement("UPDATE idempotency_keys SET answer = NULL WHERE company_id = $1", company))
            }
            let again = try await place.act("check-out", "08:00", key: "k")
            #expect(again.status == 202 && again.json == first.json, "\(again.text)")
            #expect(
                try await place.act("check-in", "08:00", key: "k").json["checkedInAt"] == "2026-11-23T08:00:00.000Z")
            let id = first.json["id"]?.text ?? ""
            let body = "{\"reason\": \"Doppelt\"}"
            for _ in 0..<2 {
                let declined = try await place.manager.send(
                    "POST", "\(place.list)/\(id)/decline", body: body, headers: ["Idempotency-Key": "d"])
                #expect(declined.status == 200 && declined.json["state"] == "DECLINED")
            }
        }
    }

    /// Copies hold them, and who is removed keeps their name.
    @Test(arguments: Engine.allCases)
    func copies(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            let id = place.waits(try await place.take("-99", "12:30", "\"note\": \"Bad\""), "not-enough")
            try await place.worker.client.confirm()
            try await place.manager.confirm()
            let copy = try await place.worker.client.get("/api/v1/users/me/export")
            #expect(copy.json["clarifications"]?.list.compactMap { $0["id"]?.text } == [id])
            #expect(copy.json["clarifications"]?[0]?["body"]?["note"] == "Bad")
            #expect(try await place.decline(id).status == 200)
            #expect(try await place.manager.delete(place.company.path + "/users/" + place.worker.id).status == 204)
            let kept = try await place.manager.get(place.list).json[0]
            #expect(kept?["userName"] == "Kai Roth" && kept?["reason"] == "Doppelt")

            let operatorOne = try await place.server.person(.admin)
            let export = try await operatorOne.client.get(place.company.path + "/export").text
            #expect(export.contains("\"clarifications\""))
            #expect(try await operatorOne.client.delete(place.company.path).status == 200)
            let lines = export.split(separator: "\n").map { Array($0.utf8) }
            func restore(_ lines: [[UInt8]]) async throws {
                let database = place.server.database
                let restorer = try #require(try await Operators(database, runtime: place.server.runtime).actors().first)
                _ = try await CompanyRestore(database, runtime: place.server.runtime).run(as: restorer) {
                    var rest = lines[...]
                    return { rest.popFirst() }
                }
            }
            for (right, wrong) in [
                ("ADJUST_QUANTITY", "DANCE"), ("DECLINED", "LOST"),
                ("\\\"delta\\\":-99000", "\\\"delta\\\":\\\"viel\\\""),
            ] {
                #expect(export.contains(right))
                let broken = export.replacingOccurrences(of: "\"\(right)\"", with: "\"\(wrong)\"")
                    .replacingOccurrences(of: "\\\"delta\\\":-99000", with: right.contains("delta") ? wrong : right)
                if right.contains("delta") || broken != export {
                    await #expect(throws: CopyRefusal.self) {
                        try await restore(broken.split(separator: "\n").map { Array($0.utf8) })
                    }
                }
            }
            try await restore(lines)
            let again = try await operatorOne.client.get(place.list).json[0]
            #expect(again == kept)
        }
    }
}
