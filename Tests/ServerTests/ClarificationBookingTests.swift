import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Booking and declining reports that wait: what becomes of hours, breaks and material.
@Suite struct ClarificationBookingTests {
    /// A check-in that waits, and the check-out that waits because of it, are one entry.
    @Test(arguments: Engine.allCases)
    func bothAreOneEntry(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            let other = try await place.company.site("Zweite", users: [place.worker.id])
            #expect(try await place.act("check-in", nil, on: other).status == 200)
            let came = place.waits(try await place.act("check-in", "07:00"), "checked-in-already")
            let left = place.waits(try await place.act("check-out", "11:00"), "not-checked-in")
            let later = place.waits(try await place.act("check-in", "12:00"), "checked-in-already")
            // Whatever refuses hours refuses them here, and nothing changes.
            let open = try await place.book(came)
            #expect(open.status == 409 && open.json["code"] == "other-entry-open", "\(open.text)")
            for (body, code) in [
                ("{\"checkedOutAt\": \"2026-11-23T06:00:00Z\"}", "before-check-in"),
                ("{\"checkedOutAt\": \"2026-11-24T06:00:00Z\"}", "in-the-future"),
                ("{\"checkedOutAt\": \"2026-11-23T11:00:00Z\", \"delta\": 1}", "not-for-this-act"),
                (
                    "{\"checkedOutAt\": \"2026-11-23T11:00:00Z\", \"breaks\": [{\"minutes\": 300}]}",
                    "longer-than-entry"
                ),
            ] {
                let wrong = try await place.book(came, body)
                #expect(wrong.status == 400 && wrong.json["fields"]?[0]?["code"]?.text == code, "\(wrong.text)")
            }
            let overlapping = try await place.book(came, "{\"checkedOutAt\": \"2026-11-23T13:00:30Z\"}")
            #expect(overlapping.status == 409 && overlapping.json["code"] == "overlaps-another-entry")
            #expect(try await place.open().count == 3)
            #expect(try await place.entries() == ["13:00-"])

            let booked = try await place.book(
                came, "{\"checkedOutAt\": \"2026-11-23T11:00:00Z\", \"breaks\": [{\"minutes\": 30}]}")
            #expect(booked.status == 200 && booked.json["state"] == "BOOKED", "\(booked.text)")
            #expect(booked.json["decidedBy"]?.text == place.company.managerID)
            #expect(booked.json["decidedByName"] == "Ada Kern")
            let all = try await place.manager.get(place.list).json.list
            let state = Dictionary(uniqueKeysWithValues: all.map { ($0["id"]?.text ?? "", $0) })
            #expect(state[left]?["state"] == "BOOKED" && state[left]?["entryId"] == booked.json["entryId"])
            #expect(state[later]?["state"] == "OPEN")
            #expect(try await place.entries() == ["13:00-", "07:00-11:00"])
            let entry = try await place.manager.get(place.site + "/time-entries").json[0]
            #expect(entry?["id"] == booked.json["entryId"] && entry?["source"] == "CLARIFICATION")
            #expect(entry?["userId"]?.text == place.worker.id && entry?["enteredBy"] == .null)
            #expect(entry?["breaks"]?[0]?["minutes"] == 30)
            let twice = try await place.book(left, "{\"checkedInAt\": \"2026-11-23T05:00:00Z\"}")
            #expect(twice.status == 409 && twice.json["code"] == "clarification-decided", "\(twice.text)")
            #expect(twice.json["params"]?["name"] == "Ada Kern")
            // The other way round: a check-out with its check-in.
            let gone = place.waits(try await place.act("check-out", "12:30"), "not-checked-in")
            #expect(try await place.book(gone).json["fields"]?[0]?["field"] == "checkedInAt")
            #expect(try await place.book(gone, "{\"checkedInAt\": \"2026-11-23T12:00:00Z\"}").status == 200)
            #expect(try await place.open().isEmpty)
            let actions = try await place.manager.get(place.site + "/audit").json.list.compactMap { $0["action"]?.text }
            #expect(actions.filter { $0 == "clarification.booked" }.count == 4, "\(actions)")
            #expect(try await place.manager.get(place.site).json["hoursLogged"] == 4.5)
        }
    }

    /// Without its check-out a check-in becomes an open entry, which the check-out then ends.
    @Test(arguments: Engine.allCases)
    func oneAfterTheOther(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            #expect(try await place.act("check-in", "08:00").status == 200)
            #expect(try await place.act("check-out", "10:00").status == 200)
            let came = place.waits(try await place.act("check-in", "09:30"), "overlaps-another-entry")
            let left = place.waits(try await place.act("check-out", "12:00"), "not-checked-in")
            #expect(try await place.book(came).json["code"] == "overlaps-another-entry")
            #expect(try await place.book(came, "{\"at\": \"2026-11-23T10:00:00Z\"}").status == 200)
            #expect(try await place.entries() == ["10:00-", "08:00-10:00"])
            #expect(try await place.book(left).status == 200)
            #expect(try await place.entries() == ["10:00-12:00", "08:00-10:00"])
            // On another site.
            let other = try await place.company.site("Zweite")
            let moved = place.waits(try await place.act("check-in", "11:00"), "overlaps-another-entry")
            let body = "{\"siteId\": \"\(other.lastSegment)\", \"at\": \"2026-11-23T12:00:00Z\"}"
            #expect(try await place.book(moved, body).status == 200)
            #expect(try await place.manager.get(other + "/time-entries").json[0]?["checkedOutAt"] == .null)
        }
    }

    @Test(arguments: Engine.allCases)
    func breaks(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            #expect(try await place.act("check-in", "07:00").status == 200)
            #expect(try await place.act("break-start", "09:00").status == 200)
            _ = place.waits(try await place.act("break-start", "09:10"), "on-break-already")
            _ = place.waits(try await place.act("break-end", "08:50"), "before-break")
            #expect(try await place.act("break-end", "09:15").status == 200)
            #expect(try await place.act("check-out", "12:00").status == 200)
            for one in try await place.open() { _ = try await place.decline(one["id"]?.text ?? "") }

            let began = place.waits(try await place.act("break-start", "10:00"), "not-checked-in")
            let ended = place.waits(try await place.act("break-end", "10:30"), "not-checked-in")
            let outside = place.waits(try await place.act("break-start", "12:30"), "not-checked-in")
            let booked = try await place.book(began)
            #expect(booked.status == 200, "\(booked.text)")
            #expect(
                try await place.manager.get(place.list).json.list.first { $0["id"]?.text == ended }?["state"]
                    == "BOOKED")
            let entry = try await place.manager.get(place.site + "/time-entries").json[0]
            #expect(entry?["breaks"]?.list.map { $0["minutes"] } == [15, 30])
            #expect(entry?["breaks"]?[1]?["source"] == "TAKEN")
            #expect(entry?["corrections"]?[0]?["reasonCode"] == "clarification-booked")
            let none = try await place.book(outside, "{\"minutes\": 15}")
            #expect(none.status == 409 && none.json["code"] == "no-entry-for-break", "\(none.text)")
            let inside = "{\"at\": \"2026-11-23T11:00:00Z\"}"
            #expect(try await place.book(outside, inside).json["fields"]?[0]?["field"] == "minutes")
            #expect(
                try await place.book(outside, "{\"at\": \"2026-11-23T11:00:00Z\", \"minutes\": 15}").status == 200)
            // More than the entry is long.
            let stated = place.waits(
                try await place.act("break-stated", "12:10", "\"minutes\": 600"), "longer-than-entry")
            #expect(try await place.book(stated).status == 400)
            #expect(try await place.book(stated, "{\"minutes\": 45}").status == 200)
            let after = try await place.manager.get(place.site + "/time-entries").json[0]
            #expect(after?["breaks"]?.list.map { $0["minutes"] } == [15, 30, 45], "\(after ?? .null)")
        }
    }

    /// Both ends of a break, whichever of them is booked and whether the other waits too.
    @Test(arguments: Engine.allCases)
    func bothEndsOfABreakAreCorrected(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            #expect(try await place.act("check-in", "07:00").status == 200)
            #expect(try await place.act("check-out", "12:00").status == 200)
            let began = place.waits(try await place.act("break-start", "10:00"), "not-checked-in")
            let ended = place.waits(try await place.act("break-end", "10:30"), "not-checked-in")
            func ends(_ from: String, _ to: String) -> String {
                "{\"from\": \"\(ClarificationPlace.instant(from))\", \"to\": \"\(ClarificationPlace.instant(to))\"}"
            }
            let wrong = try await place.book(began, ends("10:10", "10:05"))
            #expect(wrong.status == 400 && wrong.json["fields"]?[0]?["field"] == "to", "\(wrong.text)")
            #expect(try await place.book(began, ends("10:05", "10:25")).status == 200)
            let all = try await place.manager.get(place.list).json.list
            #expect(all.first { $0["id"]?.text == ended }?["state"] == "BOOKED")
            let alone = place.waits(try await place.act("break-end", "11:30"), "not-checked-in")
            #expect(try await place.book(alone, "{\"from\": \"\(ClarificationPlace.instant("11:15"))\"}").status == 200)
            let breaks = try await place.manager.get(place.site + "/time-entries").json[0]?["breaks"]?.list ?? []
            #expect(breaks.map { $0["minutes"] } == [20, 15])
            #expect(breaks[0]["from"]?.text == "2026-11-23T10:05:00.000Z" && breaks[0]["source"] == "TAKEN")
            let taken = place.waits(try await place.take("-99", "12:30"), "not-enough")
            let unfit = try await place.book(taken, ends("10:00", "10:10"))
            #expect(unfit.json["fields"]?[0]?["code"] == "not-for-this-act")
        }
    }

    @Test(arguments: Engine.allCases)
    func material(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            let early = place.waits(try await place.take("-1", "11:58"), "before-material")
            // What was brought may be entered before the material is.
            #expect(try await place.take("5", "09:00").json["amount"] == 15)
            let unit = place.waits(try await place.take("-1", "12:30", "\"unit\": \"kg\""), "unit-changed")
            let much = place.waits(try await place.take("-20", "12:40", "\"note\": \"Bad\""), "not-enough")
            for id in [early, unit, much] { #expect(try await place.book(id).status == 409) }
            #expect(try await place.manager.get(place.material).json["amount"] == 15)
            #expect(try await place.open().count == 3)

            let booked = try await place.book(much, "{\"delta\": -2}")
            #expect(booked.status == 200 && booked.json["movementId"] != .null, "\(booked.text)")
            let movement = try await place.manager.get(place.material + "/movements").json[0]
            #expect(movement?["id"] == booked.json["movementId"] && movement?["delta"] == -2)
            #expect(movement?["userId"]?.text == place.worker.id && movement?["note"] == "Bad")
            #expect(movement?["at"] == "2026-11-23T12:40:00.000Z" && movement?["kind"] == "TAKE")
            #expect(try await place.book(early, "{\"at\": \"2026-11-23T12:00:00Z\"}").status == 200)
            let other = try await place.company.material(place.site, name: "Fuge")
            #expect(
                try await place.book(
                    unit, "{\"materialId\": \"\(other.lastSegment)\", \"at\": \"2026-11-23T13:00:00Z\", \"delta\": -3}"
                ).status == 200)
            #expect(try await place.manager.get(other).json["amount"] == 7)

            _ = try await place.manager.delete(place.material)
            let removed = place.waits(try await place.take("-4", "12:45"), "material-not-found")
            #expect(try await place.book(removed).status == 404)
            _ = try await place.manager.post(place.material + "/restore")
            #expect(try await place.book(removed).status == 200)
            let movements = try await place.manager.get(place.material + "/movements").json.list
            #expect(movements.compactMap { $0["delta"]?.number }.reduce(0, +) == 8)
            #expect(try await place.manager.get(place.material).json["amount"] == 8)
        }
    }

    /// Two managers at once, and many reports of the same act: one entry, one clarification.
    @Test(arguments: Engine.allCases)
    func oneDecides(_ engine: Engine) async throws {
        try await ClarificationPlace.run(engine) { place in
            for round in 0..<20 {
                let time = String(format: "%02d:30", round / 2)
                let (from, to) = (round % 2 == 0 ? "00" : "40", round % 2 == 0 ? "20" : "59")
                let id = try await withThrowingTaskGroup(of: String.self) { group in
                    for number in 0..<6 {
                        group.addTask {
                            try await place.act("check-out", time, key: "\(round)-\(number)").json["id"]?.text ?? "none"
                        }
                    }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(id.count == 1, "\(id)")
                let hour = time.prefix(3)
                let body = """
                    {"checkedInAt": "2026-11-23T\(hour)\(from):00Z", "checkedOutAt": "2026-11-23T\(hour)\(to):00Z"}
                    """
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<4 {
                        group.addTask {
                            number == 3
                                ? try await place.decline(id.first ?? "").status
                                : try await place.book(id.first ?? "", body).status
                        }
                    }
                    return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
                }
                #expect(statuses == [200: 1, 409: 3], "\(statuses)")
            }
            let booked = try await place.manager.get(place.list + "?state=BOOKED").json.list.count
            #expect(try await place.entries().count == booked)
            #expect(try await place.open().isEmpty)
        }
    }
}
