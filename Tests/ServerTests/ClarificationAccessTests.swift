import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Who reads reports that wait, and who decides them.
@Suite struct ClarificationAccessTests {
    /// Of others, and only on the sites that they lead.
    @Test(arguments: Engine.allCases)
    func aForemanIsToldHowManyWait(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            let foreman = try await place.server.person(.worker, in: place.company.id)
            let overview = place.company.path + "/overview"
            func count(_ client: Client) async throws -> JSON? {
                try await client.get(overview).json["openClarifications"]
            }
            _ = place.waits(try await place.take("-99", "12:30"), "not-enough")
            #expect(try await count(foreman.client) == .null)
            let team = "{\"users\": [\"\(place.worker.id)\", \"\(foreman.id)\"], \"foremen\": [\"\(foreman.id)\"]}"
            #expect(try await place.manager.patch(place.site, team).status == 200)
            #expect(try await count(foreman.client) == 1)
            _ = place.waits(try await place.take("-98", "12:30"), "not-enough")
            let own = try await foreman.client.post(
                place.material + "/adjust-quantity",
                "{\"delta\": -97, \"at\": \"\(ClarificationPlace.instant("12:30"))\"}")
            #expect(own.status == 202)
            let other = try await place.company.site("Halle", users: [place.worker.id])
            _ = place.waits(
                try await place.act("check-in", nil, "\"at\": \"2026-10-20T07:00:00Z\"", on: other), "too-old")
            #expect(try await count(foreman.client) == 2)
            #expect(try await count(place.worker.client) == .null)
            #expect(try await count(place.manager) == 4)
            let first = try await place.open().last?["id"]?.text ?? ""
            #expect(try await place.decline(first, as: foreman.client).status == 200)
            #expect(try await count(foreman.client) == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func whoReadsAndDecides(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            let foreman = try await place.server.person(.worker, in: place.company.id, name: "Polier")
            let mate = try await place.server.person(.worker, in: place.company.id, name: "Gesell")
            let bookkeeper = try await place.server.person(.bookkeeper, in: place.company.id)
            let people = [place.worker.id, foreman.id, mate.id].map { "\"\($0)\"" }.joined(separator: ",")
            _ = try await place.manager.patch(
                place.site, "{\"users\": [\(people)], \"foremen\": [\"\(foreman.id)\"]}")
            let other = try await place.company.site("Zweite", users: [place.worker.id, foreman.id])
            let own = place.waits(try await place.act("check-out", "08:00"), "not-checked-in")
            let elsewhere = place.waits(try await place.act("check-out", "08:30", on: other), "not-checked-in")
            place.server.clock.advance(by: .milliseconds(1))
            let theirs = place.waits(
                try await foreman.client.post(other + "/check-out", "{\"at\": \"2026-11-23T09:00:00Z\"}"),
                "not-checked-in")

            func ids(_ client: Client, _ query: String = "") async throws -> [String] {
                try await client.get(place.list + query).json.list.compactMap { $0["id"]?.text }
            }
            for client in [place.manager, bookkeeper.client] {
                #expect(try await ids(client) == [theirs, elsewhere, own])
                #expect(try await ids(client, "?userId=\(place.worker.id)") == [elsewhere, own])
                #expect(try await ids(client, "?userId=\(place.worker.id)&state=BOOKED") == [])
                let page = try await client.get(place.list + "?limit=2")
                let next = String((page.header("Link") ?? "").dropFirst().prefix { $0 != ">" })
                #expect(try await client.get(next).json.list.compactMap { $0["id"]?.text } == [own])
            }
            #expect(try await ids(place.worker.client) == [elsewhere, own])
            #expect(try await ids(mate.client).isEmpty)
            #expect(try await ids(foreman.client) == [theirs, own])
            #expect(try await ids(foreman.client, "?userId=\(place.worker.id)&state=OPEN") == [own])
            for query in ["?state=offen", "?userId=x", "?status=OPEN"] {
                #expect(try await place.manager.get(place.list + query).status == 400)
            }
            let unknown = Runtime.live.newID(User.self).text
            #expect(try await place.manager.get(place.list + "?userId=\(unknown)").status == 404)

            for id in [own, elsewhere, theirs] {
                #expect(try await place.decline(id, as: bookkeeper.client).status == 403)
                #expect(try await place.decline(id, as: mate.client).json["code"] == "clarification-not-found")
            }
            #expect(try await place.decline(own, as: place.worker.client).json["code"] == "foremen-only")
            #expect(try await place.book(elsewhere, as: foreman.client).json["code"] == "clarification-not-found")
            #expect(try await place.book(theirs, as: foreman.client).json["code"] == "foremen-only")
            let wrong = "{\"checkedInAt\": \"2026-11-15T07:00:00Z\", \"confirm\": true}"
            let old = try await place.book(own, wrong, as: foreman.client)
            #expect(old.status == 403 && old.json["code"] == "foremen-recent-only", "\(old.text)")
            let moved = "{\"checkedInAt\": \"2026-11-23T07:00:00Z\", \"siteId\": \"\(other.lastSegment)\"}"
            #expect(try await place.book(own, moved, as: foreman.client).json["code"] == "foremen-only")
            let booked = try await place.book(
                own, "{\"checkedInAt\": \"2026-11-23T07:00:00Z\"}", as: foreman.client)
            #expect(booked.status == 200 && booked.json["decidedByName"] == "Kai Polier", "\(booked.text)")

            let declined = try await place.decline(elsewhere)
            #expect(declined.status == 200 && declined.json["state"] == "DECLINED")
            #expect(declined.json["reason"] == "Doppelt")
            for again in [try await place.decline(elsewhere), try await place.book(elsewhere)] {
                #expect(again.status == 409 && again.json["code"] == "clarification-decided")
            }
            #expect(try await place.manager.post("\(place.list)/\(theirs)/decline", "{}").status == 400)
            #expect(try await ids(place.manager, "?state=DECLINED") == [elsewhere])
            let strangers = try await TestCompany.register(place.server.client)
            #expect(try await strangers.manager.get(place.list).status == 404)
            #expect(try await strangers.manager.get(strangers.path + "/clarifications").json.list.isEmpty)
            let foreign = "\(strangers.path)/clarifications/\(theirs)/book"
            #expect(try await strangers.manager.post(foreign).json["code"] == "clarification-not-found")
            let audit = try await place.manager.get(place.company.path + "/audit").json.list
            let line = audit.first { $0["action"] == "clarification.declined" }
            #expect(line?["subjectId"]?.text == elsewhere && line?["changes"]?.list.count == 2)
        }
    }

    /// A foreman checks the crew in and out without a signal, too.
    @Test(arguments: Engine.allCases)
    func aForemansCrew(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            let foreman = try await place.server.person(.worker, in: place.company.id, name: "Polier")
            let mate = try await place.server.person(.worker, in: place.company.id, name: "Gesell")
            let people = [place.worker.id, foreman.id, mate.id].map { "\"\($0)\"" }.joined(separator: ",")
            _ = try await place.manager.patch(
                place.site, "{\"users\": [\(people)], \"foremen\": [\"\(foreman.id)\"]}")
            let other = try await place.company.site("Zweite", users: [mate.id])
            #expect(
                try await mate.client.post(other + "/check-in", "{\"at\": \"\(ClarificationPlace.instant("07:30"))\"}")
                    .status == 200)
            func enter(_ at: String?, as client: Client? = nil, _ more: String = "") async throws -> Reply {
                let at = at.map { ", \"at\": \"\(ClarificationPlace.instant($0))\"" } ?? ""
                return try await (client ?? foreman.client).post(
                    place.site + "/time-entries",
                    """
                    {"userIds": ["\(place.worker.id)", "\(mate.id)"], "checkedInAt": "\(ClarificationPlace.instant("07:00"))",
                     "reason": "Kolonne"\(at)\(more)}
                    """)
            }
            // At the desk it is refused.
            #expect(try await enter(nil).json["code"] == "overlaps-another-entry")
            #expect(try await enter("13:05").status == 400)
            #expect(try await enter("07:00", as: mate.client).json["code"] == "foremen-only")
            let waiting = try await enter("07:00")
            let id = place.waits(waiting, "overlaps-another-entry")
            #expect(try await enter("07:00").json == waiting.json)
            #expect(waiting.json["act"] == "ENTER_TIMES" && waiting.json["userId"]?.text == foreman.id)
            let reported = waiting.json["body"]?["people"]?.list.compactMap { $0["userId"]?.text } ?? []
            #expect(Set(reported) == [place.worker.id, mate.id] && waiting.json["body"]?["reason"] == "Kolonne")
            // All or none.
            #expect(try await place.entries() == ["07:30-"])
            #expect(try await place.book(id).json["code"] == "overlaps-another-entry")
            let until = try await place.book(id, "{\"checkedOutAt\": \"\(ClarificationPlace.instant("07:30"))\"}")
            #expect(until.status == 200, "\(until.text)")
            #expect(try await place.entries().sorted() == ["07:00-07:30", "07:00-07:30", "07:30-"])
            let entry = try await place.manager.get(place.site + "/time-entries").json[0]
            #expect(entry?["source"] == "CLARIFICATION" && entry?["enteredByName"] == "Kai Polier")

            // The check-out of the crew.
            #expect(try await place.act("check-in", "08:00").status == 200)
            let open = try await place.manager.get(place.company.path + "/time-entries?open=true").json.list
            let own = open.first { $0["userId"]?.text == place.worker.id }?["id"]?.text ?? ""
            func leave(_ time: String, at: String, match: String = "*") async throws -> Reply {
                try await foreman.client.send(
                    "PATCH", "\(place.site)/time-entries/\(own)",
                    body: """
                        {"checkedOutAt": "\(ClarificationPlace.instant(time))", "reason": "Kolonne", "at": "\(ClarificationPlace.instant(at))"}
                        """, headers: ["If-Match": match])
            }
            let early = place.waits(try await leave("07:45", at: "12:00"), "before-check-in")
            let stale = place.waits(try await leave("11:00", at: "11:00", match: "\"9\""), "stale")
            #expect(try await leave("12:00", at: "13:00", match: "\"9\"").status == 412)
            #expect(try await place.book(early).status == 400)
            let booked = try await place.book(stale, as: foreman.client)
            #expect(booked.status == 200 && booked.json["entryId"]?.text == own, "\(booked.text)")
            #expect(try await place.entries().contains("08:00-11:00"))
            #expect(try await leave("11:30", at: "11:30").status == 200)
            _ = try await place.manager.post("\(place.site)/time-entries/\(own)/void", "{\"reason\": \"x\"}")
            _ = place.waits(try await leave("11:40", at: "11:40"), "entry-voided")
            // Who is a foreman no more.
            _ = try await place.manager.patch(place.site, "{\"users\": [\"\(mate.id)\"]}")
            _ = place.waits(try await enter("07:05"), "site-not-found")
            let unknown = Runtime.live.newID(TimeEntry.self).text
            let wrong =
                "{\"checkedOutAt\": \"\(ClarificationPlace.instant("08:00"))\", \"reason\": \"x\", \"at\": \"\(ClarificationPlace.instant("08:00"))\"}"
            #expect(try await foreman.client.patch("\(place.site)/time-entries/\(unknown)", wrong).status == 404)
        }
    }
}
