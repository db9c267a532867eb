import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Entries that were mistakes: they are declared void or moved to the site where they belong, and stay readable.
@Suite struct VoidTests {
    private struct Yard {
        let company: TestCompany
        let worker: (client: Client, id: String)
        let foreman: (client: Client, id: String)
        let (site, other): (String, String)

        init(_ server: TestServer) async throws {
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id, name: "Maurer")
            foreman = try await server.person(.worker, in: company.id, name: "Polier")
            let users = [worker.id, foreman.id]
            (site, other) = (try await company.site("Bad", users: users), try await company.site("Dach", users: users))
            for site in [site, other] {
                let led = try await company.manager.patch(site, "{\"foremen\": [\"\(foreman.id)\"]}")
                guard led.status == 200 else { throw Unexpected(reply: led) }
            }
        }

        func enter(_ day: String, as client: Client? = nil) async throws -> JSON {
            let reply = try await (client ?? company.manager).post(
                site + "/time-entries",
                """
                {"userIds": ["\(worker.id)"], "checkedInAt": "\(day)T07:00:00Z", "checkedOutAt": "\(day)T11:30:00Z",
                 "reason": "Zettel"}
                """)
            guard reply.status == 201, let entry = reply.json[0] else { throw Unexpected(reply: reply) }
            return entry
        }

        func path(_ entry: JSON) -> String { "\(site)/time-entries/\(entry["id"]?.text ?? "")" }
    }

    @Test(arguments: Engine.allCases)
    func aVoidEntryCountsForNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let entry = try await yard.enter("2026-11-23")
            let (path, manager) = (yard.path(entry), yard.company.manager)
            #expect(try await yard.worker.client.post(path + "/void", "{\"reason\": \"x\"}").status == 403)
            #expect(try await manager.post(path + "/void", "{}").status == 400)
            let stale = try await manager.send(
                "POST", path + "/void", body: "{\"reason\": \"x\"}", headers: ["If-Match": "\"7\""])
            #expect(stale.status == 412, "\(stale.text)")
            #expect(try await manager.get(yard.site).json["hoursLogged"] == 4.5)

            server.clock.advance(by: .seconds(60))
            let void = try await manager.send(
                "POST", path + "/void", body: "{\"reason\": \"War nicht da\"}", headers: ["If-Match": "\"1\""])
            #expect(
                void.status == 200 && void.json["state"] == "VOID" && void.header("ETag") == "\"2\"", "\(void.text)")
            #expect(void.json["voidedAt"] == "2026-11-23T12:01:00.000Z" && void.json["voidedByName"] == "Ada Kern")
            #expect(void.json["voidReason"] == "War nicht da" && void.json["version"] == 2)
            #expect(void.json["checkedInAt"] == entry["checkedInAt"] && void.json["minutes"] == 270)
            // A repetition changes nothing, and nothing else changes a voided one.
            #expect(try await manager.post(path + "/void", "{\"reason\": \"anders\"}").json == void.json)
            let corrected = try await manager.patch(path, "{\"kind\": \"TRAVEL\", \"reason\": \"x\"}")
            #expect(corrected.status == 409 && corrected.json["code"] == "entry-voided")

            #expect(try await manager.get(yard.site).json["hoursLogged"] == 0)
            #expect(try await manager.get(yard.site + "/costs").json["minutes"]?.number == 0)
            #expect(
                try await yard.worker.client.get(yard.company.path + "/overview").json["sites"]?[0]?["lastVisited"]
                    == .null)
            for list in [
                yard.site + "/time-entries?", yard.company.path + "/time-entries?",
                yard.company.path + "/time-entries?userId=\(yard.worker.id)&",
            ] {
                for client in [manager, yard.worker.client] {
                    #expect(try await client.get(list + "limit=5").json == .list([]))
                    #expect(try await client.get(list + "void=true").json == .list([void.json]))
                }
            }
            let audit = try await manager.get(yard.company.path + "/audit").json[0]
            #expect(audit?["action"] == "time-entry.voided" && audit?["changes"]?[0]?["to"]?.text == yard.worker.id)
            // The person's own copy and the company's export keep it, with the reason.
            let copy = try await yard.worker.client.get("/api/v1/users/me/export").text
            #expect(copy.contains("War nicht da"))
        }
    }

    /// An open one that is void lets the person come again.
    @Test(arguments: Engine.allCases)
    func anOpenEntryCanBeVoid(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let came = try await yard.worker.client.post(yard.site + "/check-in").json
            #expect(
                try await yard.foreman.client.post(yard.path(came) + "/void", "{\"reason\": \"Falsche Baustelle\"}")
                    .status == 200)
            #expect(try await yard.company.manager.get(yard.company.path + "/overview").json["present"] == .list([]))
            #expect(
                try await yard.company.manager.get(yard.company.path + "/time-entries?open=true&void=true").json
                    == .list([]))
            #expect(try await yard.worker.client.post(yard.site + "/check-out").json["code"] == "not-checked-in")
            #expect(try await yard.worker.client.post(yard.other + "/check-in").status == 200)
        }
    }

    @Test(arguments: Engine.allCases)
    func anEntryMovesToAnotherSite(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let entry = try await yard.enter("2026-11-23")
            let (path, manager) = (yard.path(entry), yard.company.manager)
            func body(_ site: String, _ more: String = "") -> String {
                "{\"siteId\": \"\(site.lastSegment)\", \(more)\"reason\": \"Falsche Baustelle\"}"
            }
            #expect(try await manager.patch(path, body(yard.site)).json["version"] == 1)
            let foreign = try await TestCompany.register(server.client)
            let gone = try await manager.patch(path, body(try await foreign.site()))
            #expect(gone.status == 404 && gone.json["fields"]?[0]?["field"] == "siteId", "\(gone.text)")
            server.clock.advance(by: .seconds(60))
            let moved = try await manager.patch(path, body(yard.other, "\"checkedOutAt\": \"2026-11-23T11:00:00Z\", "))
            #expect(moved.status == 200, "\(moved.text)")
            #expect(moved.json["siteId"]?.text == yard.other.lastSegment && moved.json["siteName"] == "Dach")
            #expect(moved.json["movedFrom"] == entry["id"] && moved.json["version"] == 1)
            #expect(moved.json["minutes"] == 240 && moved.json["reason"] == "Falsche Baustelle")
            #expect(moved.json["source"] == "MANUAL" && moved.json["enteredByName"] == "Ada Kern")
            let old = try await manager.get(yard.site + "/time-entries?void=true").json[0]
            #expect(old?["state"] == "VOID" && old?["voidReason"] == "Falsche Baustelle" && old?["minutes"] == 270)
            #expect(try await manager.get(yard.site).json["hoursLogged"] == 0)
            #expect(try await manager.get(yard.other).json["hoursLogged"] == 4)
            #expect(try await manager.patch(path, body(yard.other)).json["code"] == "entry-voided")
            let audit = try await manager.get(yard.company.path + "/audit").json[0]
            #expect(audit?["action"] == "time-entry.moved")
            #expect(audit?["changes"]?.list.map { $0["field"] } == ["checkedOutAt", "userId", "siteId"])

            // An open one: the person is there, and checks out there.
            let came = try await yard.worker.client.post(yard.site + "/check-in").json
            #expect(try await yard.foreman.client.patch(yard.path(came), body(yard.other)).json["source"] == "FOREMAN")
            #expect(try await yard.worker.client.post(yard.site + "/check-out").status == 409)
            #expect(try await yard.worker.client.post(yard.other + "/check-out").status == 200)
        }
    }

    /// A foreman does so within seven days, between sites they lead, for people who are assigned there.
    @Test(arguments: Engine.allCases)
    func aForemanMovesAndVoidsRecentHours(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let (recent, old) = (try await yard.enter("2026-11-20"), try await yard.enter("2026-11-13"))
            func code(_ entry: JSON, _ site: String) async throws -> String? {
                let reply = try await yard.foreman.client.patch(
                    yard.path(entry), "{\"siteId\": \"\(site.lastSegment)\", \"reason\": \"x\"}")
                return reply.json["fields"]?[0]?["code"]?.text ?? reply.json["code"]?.text
            }
            #expect(
                try await yard.foreman.client.post(yard.path(old) + "/void", "{\"reason\": \"x\"}").json["code"]
                    == "foremen-recent-only")
            #expect(try await code(old, yard.other) == "foremen-recent-only")
            let theirs = try await yard.company.site("Keller", users: [yard.worker.id, yard.foreman.id])
            #expect(try await code(recent, theirs) == "foremen-only")
            _ = try await yard.company.manager.patch(yard.other, "{\"users\": [\"\(yard.foreman.id)\"]}")
            #expect(try await code(recent, yard.other) == "not-assigned")
            #expect(try await yard.company.manager.get(yard.site + "/time-entries").json.list.count == 2)
            _ = try await yard.company.manager.patch(
                yard.other, "{\"users\": [\"\(yard.foreman.id)\", \"\(yard.worker.id)\"]}")
            #expect(try await code(recent, yard.other) == nil)
        }
    }

    /// Switching a person off ends their visit, and so does removing the site: a true, earlier check-out replaces that end.
    @Test(arguments: Engine.allCases)
    func whoIsSwitchedOffIsntThereAnyMore(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let user = "\(yard.company.path)/users/\(yard.worker.id)"
            #expect(
                try await yard.worker.client.post(yard.site + "/check-in", "{\"at\": \"2026-11-23T07:00:00Z\"}").status
                    == 200)
            _ = try await yard.worker.client.post(yard.site + "/break-start", "{\"at\": \"2026-11-23T11:00:00Z\"}")
            #expect(try await yard.company.manager.put(user, "{\"status\": \"INACTIVE\"}").status == 200)
            let ended = try await yard.company.manager.get(yard.site + "/time-entries").json[0]
            #expect(ended?["checkedOutAt"] == "2026-11-23T12:00:00.000Z" && ended?["state"] == "CLOSED")
            #expect(ended?["breaks"]?[0]?["to"] == "2026-11-23T12:00:00.000Z")
            #expect(ended?["corrections"]?[0]?["reasonCode"] == "person-deactivated")
            #expect(ended?["corrections"]?[0]?["checkedOutAt"] == .null)
            // The true check-out replaces the end if it is earlier, but not before a break began.
            let path = yard.path(ended ?? .null)
            _ = try await yard.company.manager.put(user, "{\"status\": \"ACTIVE\"}")
            let email = try await yard.company.manager.get(user).json["email"]?.text ?? ""
            let again = server.client.with(token: try await TestCompany.signIn(server.client, email: email))
            let left = try await again.post(yard.site + "/check-out", "{\"at\": \"2026-11-23T10:30:00Z\"}")
            #expect(left.status == 202)
            let later = try await again.post(yard.site + "/check-out", "{\"at\": \"2026-11-23T11:20:00Z\"}")
            #expect(later.status == 200 && later.json["minutes"] == 260, "\(later.text)")
            #expect(later.json["breaks"]?[0]?["minutes"] == 20)
            #expect(
                later.json["corrections"]?.list.map { $0["reasonCode"] } == [
                    "person-deactivated", "checked-out-earlier",
                ])
            #expect(try await yard.company.manager.delete(yard.site).status == 204)
            let reopened = try await yard.company.manager.patch(path, "{\"checkedOutAt\": null, \"reason\": \"x\"}")
            #expect(reopened.status == 409 && reopened.json["code"] == "entry-cant-be-open", "\(reopened.text)")
        }
    }

    /// A person who may list an entry may get it, void or not.
    @Test(arguments: Engine.allCases)
    func anEntryIsReadByItself(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let entry = try await yard.enter("2026-11-23")
            let (path, manager) = (yard.path(entry), yard.company.manager)
            let corrected = try await manager.patch(path, "{\"kind\": \"TRAVEL\", \"reason\": \"Fahrt\"}")
            for client in [manager, yard.worker.client, yard.foreman.client] {
                let read = try await client.get(path)
                #expect(read.status == 200 && read.json == corrected.json, "\(read.text)")
                #expect(read.header("ETag") == "\"2\"" && read.json["corrections"]?.list.count == 1)
            }
            let other = try await server.person(.worker, in: yard.company.id, name: "Vogt")
            #expect(try await other.client.get(path).json["code"] == "site-not-found")
            let users = [yard.worker.id, yard.foreman.id, other.id]
            #expect(
                try await manager.patch(yard.site, "{\"users\": \(users), \"foremen\": [\"\(yard.foreman.id)\"]}")
                    .status
                    == 200)
            #expect(try await other.client.get(path).json["code"] == "time-entry-not-found")
            #expect(
                try await manager.get("\(yard.site)/time-entries/\(UUID().uuidString.lowercased())").json["code"]
                    == "time-entry-not-found")
            // On another site, in another company.
            #expect(
                try await manager.get(path.replacing(yard.site, with: yard.other)).json["code"]
                    == "time-entry-not-found")
            let foreign = try await TestCompany.register(server.client)
            #expect(try await foreign.manager.get(path).status == 404)
            let void = try await manager.post(path + "/void", "{\"reason\": \"War nicht da\"}")
            #expect(try await yard.worker.client.get(path).json == void.json)
        }
    }

    /// What is sent again because its answer was lost changes nothing again, though the version that it names has passed.
    @Test(arguments: Engine.allCases)
    func aCorrectionIsMadeOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let (path, manager) = (yard.path(try await yard.enter("2026-11-23")), yard.company.manager)
            func send(_ body: String, _ version: Int, _ key: String) async throws -> Reply {
                try await manager.send(
                    "PATCH", path, body: body, headers: ["If-Match": "\"\(version)\"", "Idempotency-Key": key])
            }
            let shorter = "{\"checkedOutAt\": \"2026-11-23T11:00:00Z\", \"reason\": \"Zettel\"}"
            let first = try await send(shorter, 1, "a")
            #expect(first.status == 200 && first.json["version"] == 2, "\(first.text)")
            let again = try await send(shorter, 1, "a")
            #expect(again.status == 200 && again.json == first.json, "\(again.text)")
            #expect(try await send(shorter, 1, "b").status == 412)
            #expect(try await send("{\"kind\": \"TRAVEL\", \"reason\": \"x\"}", 2, "a").status == 422)
            let moving = "{\"siteId\": \"\(yard.other.lastSegment)\", \"reason\": \"Falsche Baustelle\"}"
            let moved = try await send(moving, 2, "c")
            #expect(moved.status == 200 && moved.json["siteName"] == "Dach", "\(moved.text)")
            #expect(try await send(moving, 2, "c").json == moved.json)
            // Also when its answer is no longer kept.
            try await server.database.transaction {
                try $0.execute(Statement("UPDATE idempotency_keys SET answer = NULL"))
            }
            #expect(try await send(moving, 2, "c").json == moved.json)
            #expect(try await send(shorter, 1, "a").json["state"] == "VOID")
            let all = try await manager.get(yard.company.path + "/time-entries?void=true").json.list
            #expect(all.count == 2)
        }
    }

    @Test(arguments: Engine.allCases)
    func hoursAreWholeMinutesAndOfOurTime(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            func enter(_ from: String, _ to: String, _ more: String = "") async throws -> Reply {
                try await yard.company.manager.post(
                    yard.site + "/time-entries",
                    """
                    {"userIds": ["\(yard.worker.id)"], "checkedInAt": "\(from)", "checkedOutAt": "\(to)"\(more), "reason": "x"}
                    """)
            }
            // As it is shown, 07:00 to 15:00; six visits of 7:59 are 48 minutes.
            #expect(try await enter("2026-11-20T07:00:59Z", "2026-11-20T15:00:58Z").json[0]?["minutes"] == 480)
            for hour in 1...6 {
                let entry = try await enter("2026-11-19T0\(hour):00:00Z", "2026-11-19T0\(hour):07:59Z")
                #expect(entry.json[0]?["minutes"] == 7)
            }
            #expect(try await yard.company.manager.get(yard.site).json["hoursLogged"] == 8.7)
            #expect(try await yard.company.manager.get(yard.site + "/costs").json["minutes"]?.number == 522)

            let (long, year) = ("2026-10-20T07:00:00Z", "2026-11-18T07:00:00Z")
            let asked = try await enter(long, year)
            #expect(asked.status == 400 && asked.json["fields"]?[0]?["code"] == "longer-than-a-day", "\(asked.text)")
            #expect(asked.json["fields"]?[0]?["field"] == "checkedOutAt")
            #expect(try await enter(long, year, ", \"confirm\": false").status == 400)
            let sure = try await enter(long, year, ", \"confirm\": true")
            #expect(
                sure.status == 201 && sure.json[0]?["minutes"] == 41_760
                    && sure.json[0]?["recordedAt"] == "2026-11-23T12:00:00.000Z")
            let path = yard.path(sure.json[0] ?? .null)
            for (field, value) in [("checkedInAt", "0001-01-01T00:00:00Z"), ("checkedInAt", "2021-11-01T00:00:00Z")] {
                let old = try await yard.company.manager.patch(
                    path, "{\"\(field)\": \"\(value)\", \"confirm\": true, \"reason\": \"x\"}")
                #expect(old.status == 400 && old.json["fields"]?[0]?["code"] == "too-old", "\(old.text)")
            }
            // Whole days stay without a question.
            #expect(try await enter("2026-10-01T07:00:00Z", "2026-10-02T07:00:00Z").status == 201)
        }
    }
}
