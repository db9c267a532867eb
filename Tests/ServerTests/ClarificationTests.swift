import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// What was done offline and can't be recorded any more waits for a manager: nothing that a person did is refused into nothing.
@Suite struct ClarificationTests {
    /// A test begins at 2026-11-23T12:00:00Z.
    private struct Place {
        let server: TestServer
        let company: TestCompany
        let worker: (client: Client, id: String)
        let site: String
        let material: String
        var manager: Client { company.manager }
        var list: String { company.path + "/clarifications" }

        init(_ server: TestServer) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id)
            site = try await company.site(users: [worker.id])
            material = try await company.material(site)
            server.clock.advance(by: .seconds(3600))
        }

        /// An act of the worker at a time of 2026-11-23.
        func act(_ name: String, _ time: String?, _ more: String = "", key: String? = nil, on site: String? = nil)
            async throws -> Reply
        {
            let at = time.map { "\"at\": \"\(instant($0))\"" } ?? ""
            let body = [at, more].filter { !$0.isEmpty }.joined(separator: ", ")
            // Ids of one millisecond have no order.
            server.clock.advance(by: .milliseconds(1))
            return try await worker.client.send(
                "POST", "\(site ?? self.site)/\(name)", body: "{\(body)}",
                headers: key.map { ["Idempotency-Key": $0] } ?? [:])
        }

        func take(_ delta: String, _ time: String?, _ more: String = "", key: String? = nil) async throws -> Reply {
            let more = more.isEmpty ? "" : ", \(more)"
            return try await act(
                "materials/\(material.lastSegment)/adjust-quantity", time, "\"delta\": \(delta)\(more)", key: key)
        }

        func waits(_ reply: Reply, _ code: String, _ place: SourceLocation = #_sourceLocation) -> String {
            #expect(reply.status == 202 && reply.json["code"]?.text == code, "\(reply.text)", sourceLocation: place)
            return reply.json["id"]?.text ?? ""
        }

        func book(_ id: String, _ body: String? = nil, as client: Client? = nil) async throws -> Reply {
            try await (client ?? manager).post("\(list)/\(id)/book", body)
        }

        func decline(_ id: String, as client: Client? = nil) async throws -> Reply {
            try await (client ?? manager).post("\(list)/\(id)/decline", "{\"reason\": \"Doppelt\"}")
        }

        func open() async throws -> [JSON] { try await manager.get(list + "?state=OPEN").json.list }

        func entries() async throws -> [String] {
            try await manager.get(company.path + "/time-entries").json.list.map {
                let (from, to) = ($0["checkedInAt"]?.text ?? "", $0["checkedOutAt"]?.text ?? "")
                return "\(from.dropFirst(11).prefix(5))-\(to.dropFirst(11).prefix(5))"
            }
        }
    }

    private static func run(
        _ engine: Engine, _ body: @escaping @Sendable (Place) async throws -> Void
    ) async throws {
        try await TestServer.run(on: engine) { try await body(try await Place($0)) }
    }

    @Test(arguments: Engine.allCases)
    func aLateActWaits(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
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
        try await Self.run(engine) { place in
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
        try await Self.run(engine) { place in
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
        try await Self.run(engine) { place in
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

    /// A check-in that waits, and the check-out that waits because of it, are one entry.
    @Test(arguments: Engine.allCases)
    func bothAreOneEntry(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
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
        try await Self.run(engine) { place in
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
        try await Self.run(engine) { place in
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
        try await Self.run(engine) { place in
            #expect(try await place.act("check-in", "07:00").status == 200)
            #expect(try await place.act("check-out", "12:00").status == 200)
            let began = place.waits(try await place.act("break-start", "10:00"), "not-checked-in")
            let ended = place.waits(try await place.act("break-end", "10:30"), "not-checked-in")
            func ends(_ from: String, _ to: String) -> String {
                "{\"from\": \"\(instant(from))\", \"to\": \"\(instant(to))\"}"
            }
            let wrong = try await place.book(began, ends("10:10", "10:05"))
            #expect(wrong.status == 400 && wrong.json["fields"]?[0]?["field"] == "to", "\(wrong.text)")
            #expect(try await place.book(began, ends("10:05", "10:25")).status == 200)
            let all = try await place.manager.get(place.list).json.list
            #expect(all.first { $0["id"]?.text == ended }?["state"] == "BOOKED")
            let alone = place.waits(try await place.act("break-end", "11:30"), "not-checked-in")
            #expect(try await place.book(alone, "{\"from\": \"\(instant("11:15"))\"}").status == 200)
            let breaks = try await place.manager.get(place.site + "/time-entries").json[0]?["breaks"]?.list ?? []
            #expect(breaks.map { $0["minutes"] } == [20, 15])
            #expect(breaks[0]["from"]?.text == "2026-11-23T10:05:00.000Z" && breaks[0]["source"] == "TAKEN")
            let taken = place.waits(try await place.take("-99", "12:30"), "not-enough")
            let unfit = try await place.book(taken, ends("10:00", "10:10"))
            #expect(unfit.json["fields"]?[0]?["code"] == "not-for-this-act")
        }
    }

    /// Of others, and only on the sites that they lead.
    @Test(arguments: Engine.allCases)
    func aForemanIsToldHowManyWait(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
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
                place.material + "/adjust-quantity", "{\"delta\": -97, \"at\": \"\(instant("12:30"))\"}")
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
    func material(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
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

    @Test(arguments: Engine.allCases)
    func whoReadsAndDecides(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
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
        try await Self.run(engine) { place in
            let foreman = try await place.server.person(.worker, in: place.company.id, name: "Polier")
            let mate = try await place.server.person(.worker, in: place.company.id, name: "Gesell")
            let people = [place.worker.id, foreman.id, mate.id].map { "\"\($0)\"" }.joined(separator: ",")
            _ = try await place.manager.patch(
                place.site, "{\"users\": [\(people)], \"foremen\": [\"\(foreman.id)\"]}")
            let other = try await place.company.site("Zweite", users: [mate.id])
            #expect(try await mate.client.post(other + "/check-in", "{\"at\": \"\(instant("07:30"))\"}").status == 200)
            func enter(_ at: String?, as client: Client? = nil, _ more: String = "") async throws -> Reply {
                let at = at.map { ", \"at\": \"\(instant($0))\"" } ?? ""
                return try await (client ?? foreman.client).post(
                    place.site + "/time-entries",
                    """
                    {"userIds": ["\(place.worker.id)", "\(mate.id)"], "checkedInAt": "\(instant("07:00"))",
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
            let until = try await place.book(id, "{\"checkedOutAt\": \"\(instant("07:30"))\"}")
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
                        {"checkedOutAt": "\(instant(time))", "reason": "Kolonne", "at": "\(instant(at))"}
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
                "{\"checkedOutAt\": \"\(instant("08:00"))\", \"reason\": \"x\", \"at\": \"\(instant("08:00"))\"}"
            #expect(try await foreman.client.patch("\(place.site)/time-entries/\(unknown)", wrong).status == 404)
        }
    }

    /// Two managers at once, and many reports of the same act: one entry, one clarification.
    @Test(arguments: Engine.allCases)
    func oneDecides(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
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

    @Test(arguments: Engine.allCases)
    func whatWaitsIsLimited(_ engine: Engine) async throws {
        try await Self.run(engine) { place in
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
        try await Self.run(engine) { place in
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
        try await Self.run(engine) { place in
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

private func instant(_ time: String) -> String { "2026-11-23T\(time):00Z" }
