import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The rule by which hours are erased: who sets it, and who is told.
@Suite struct HourErasureRuleTests {
    @Test(arguments: Engine.allCases)
    func onlyManagersSetTheRule(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
            for value in ["1", "31", "2.5", "\"2\"", "0", "-2"] {
                let reply = try await place.manager.patch(place.company.path, "{\"hoursKeptYears\": \(value)}")
                #expect(reply.status == 400, "\(value): \(reply.text)")
            }
            let bookkeeper = try await place.server.person(.bookkeeper, in: place.company.id)
            for client in [place.worker.client, bookkeeper.client] {
                #expect(try await client.patch(place.company.path, "{\"hoursKeptYears\": 5}").status == 403)
                #expect(try await client.get(place.company.path + "/hours/forecast?years=5").status == 403)
            }
            for query in ["", "?years=", "?years=1", "?years=31", "?years=x"] {
                #expect(try await place.manager.get(place.company.path + "/hours/forecast" + query).status == 400)
            }
            try await place.keep("10")
            let entry = try await place.manager.get(place.company.path + "/audit").json.list.first {
                $0["action"] == "company.changed"
            }
            let field: [String: JSON] = ["field": "hoursKeptYears", "from": .null, "to": "10"]
            #expect(entry?["changes"]?[0] == .object(field))
            // A session that is open somewhere isn't the person.
            place.server.clock.advance(by: .seconds(1200))
            let unconfirmed = try await place.manager.patch(place.company.path, "{\"hoursKeptYears\": 9}")
            #expect(unconfirmed.status == 403 && unconfirmed.json["code"] == "confirm-again", "\(unconfirmed.text)")
            try await place.keep("11")
            try await place.keep("null")
        }
    }

    /// The owner is told of the rule, no matter who set it: one mail for several changes at once.
    @Test(arguments: Engine.allCases)
    func theOwnerIsToldOfTheRule(_ engine: Engine) async throws {
        try await ErasurePlace.run(engine) { place in
            let postbox = Postbox()
            let service = try place.server.mailService(by: postbox)
            let other = try await place.server.person(.manager, in: place.company.id, name: "Lenz")
            while try await service.sendDue() > 0 {}
            let before = postbox.letters.count
            func keep(_ years: String, by client: Client? = nil) async throws {
                place.server.clock.advance(by: .milliseconds(1))
                let client = client ?? place.manager
                _ = try await client.post("/api/v1/auth/confirm", "{\"password\": \"\(TestCompany.password)\"}")
                let reply = try await client.patch(place.company.path, "{\"hoursKeptYears\": \(years)}")
                #expect(reply.status == 200, "\(reply.text)")
            }
            func send(after seconds: Int) async throws -> [Letter] {
                let known = postbox.letters.count
                place.server.clock.advance(by: .seconds(seconds))
                while try await service.sendDue() > 0 {}
                return Array(postbox.letters.dropFirst(known))
            }
            try await keep("10", by: other.client)
            try await keep("3", by: other.client)
            // What changes nothing of it is told to no one.
            _ = try await place.manager.patch(place.company.path, "{\"hoursKeptYears\": 3}")
            #expect(postbox.letters.count == before)
            let set = try await send(after: 60)
            #expect(set.count == 1 && set[0].tag == "hours-kept", "\(set.map(\.subject))")
            let text = try #require(set.first?.text)
            #expect(text.contains("Kai Lenz hat geändert, wie lange"), "\(text)")
            #expect(text.contains("aufhebt: 3 ganze Jahre nach dem Kalenderjahr. Vorher: für immer."), "\(text)")
            #expect(
                text.contains("ab der nächsten Nacht gelöscht") && text.contains("https://polier.example.de/company\n"))
            let owner = try await place.server.database.fetch(
                Query(
                    "SELECT u.email FROM users u WHERE u.company_id = $1 AND u.owner_since IS NOT NULL",
                    place.company.id
                ) {
                    try $0.next() as String
                })
            #expect(set.map(\.to) == owner)

            // By themselves too, and not more often than every ten minutes.
            try await keep("5")
            #expect(try await send(after: 500).isEmpty)
            try await keep("null")
            let cleared = try await send(after: 100)
            #expect(cleared.count == 1)
            #expect(
                cleared.first?.text.contains("aufhebt: für immer. Vorher: 3 ganze Jahre.") == true
                    && cleared.first?.text.contains("Es wird nichts mehr gelöscht.") == true, "\(cleared.map(\.text))")
            #expect(try await place.manager.put("/api/v1/users/me", "{\"language\": \"en\"}").status == 200)
            try await keep("2")
            let english = try await send(after: 700)
            #expect(
                english.first?.text.contains("keeps hours: 2 whole years after the calendar year. Before: for ever.")
                    == true,
                "\(english.map(\.text))")
        }
    }
}
