import Foundation
import Testing

@testable import Core
@testable import Server

/// The requests of the published front end, as its forms send them. They stay valid, whatever is added.
@Suite struct PublishedClientTests {
    @Test(arguments: Engine.allCases)
    func itsDayGoesThrough(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let registered = try await server.client.post(
                "/api/v1/auth/register/",
                """
                {"email": "chef@nord.example", "password": "Kelle und Fugbrett", "firstName": "Ada", "lastName": "Kern",
                 "companyName": "Fliesen Nord", "address": {"streetNumber": "1a", "street": "Werkstraße", "city": "Köln",
                 "postalCode": "50667", "country": "Deutschland"}}
                """)
            #expect(registered.status == 201)
            let signedIn = try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"chef@nord.example\", \"password\": \"Kelle und Fugbrett\"}")
            let manager = server.client.with(token: try #require(signedIn.json["accessToken"]?.text))
            let company = "/api/v1/companies/" + (signedIn.json["user"]?["companyId"]?.text ?? "")

            let person = #""firstName": "Lena", "lastName": "Vogt", "email": "lena@nord.example", "role": "WORKER""#
            let invited = try await manager.post(company + "/users/", "{\(person)}")
            #expect(invited.status == 201)
            let worker = invited.json["id"]?.text ?? ""
            #expect(try await manager.put(company + "/users/\(worker)", "{\(person)}").status == 200)
            #expect(try await manager.post(company + "/users/\(worker)/invitation").status == 202)

            // Unchanged values are sent along.
            let profile = #"{"firstName": "Ada", "lastName": "Kern", "email": "chef@nord.example"}"#
            #expect(try await manager.put("/api/v1/users/me", profile).status == 200)

            let site = """
                "name": "Bad Müller", "status": "ACTIVE", "priority": "medium", "startDate": "2026-11-01T00:00:00.000Z",
                "endDate": "2026-12-24T00:00:00.000Z", "users": ["\(worker)"], "notes": ""
                """
            let address = """
                "address": {"streetNumber": "12", "street": "Am Markt", "city": "Bonn", "postalCode": "53111", "country": "DE"}
                """
            let opened = try await manager.post(company + "/sites/", "{\(site), \(address)}")
            #expect(opened.status == 201 && opened.json["startDate"] == "2026-11-01")
            let path = company + "/sites/" + (opened.json["id"]?.text ?? "")
            #expect(try await manager.patch(path, "{\(site)}").status == 200)
            #expect(try await manager.patch(path, "{\(site), \(address)}").status == 200)

            let kleber = #"{"name": "Kleber", "amount": 24, "unit": "Sack", "threshold": 6}"#
            let made = try await manager.post(path + "/materials/", kleber)
            #expect(made.status == 201)
            let material = path + "/materials/" + (made.json["id"]?.text ?? "")
            #expect(try await manager.patch(material, kleber).status == 200)
            for delta in ["-2.5", "0", "1"] {
                #expect(try await manager.post(material + "/adjust-quantity", "{\"delta\": \(delta)}").status == 200)
            }
            for entry in ["check-in", "check-out"] { #expect(try await manager.post("\(path)/\(entry)").status == 200) }
            #expect(
                try await server.client.post("/api/v1/auth/reset-password", #"{"email": "chef@nord.example"}"#).status
                    == 202)

            let read = try await manager.get(path).json
            for field in [
                "id", "name", "priority", "status", "address", "startDate", "endDate", "notes", "lastVisited",
                "progress",
                "hoursLogged", "materialInfo", "assignments", "material",
            ] { #expect(read[field] != nil, "\(field)") }
            #expect(try await manager.get(path + "/materials/none").json["error"]?.text != nil)
            #expect(try await manager.delete(path).status == 204)
        }
    }

    /// Queued requests of the previous version of the app, sent after the server was updated.
    @Test(arguments: Engine.allCases)
    func whatWaitsInAQueueIsStillTaken(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            server.clock.advance(by: .seconds(-6 * 3600))
            let company = try await TestCompany.register(server.client)
            let site = try await company.site()
            let material = try await company.material(site)
            server.clock.advance(by: .seconds(6 * 3600))
            let at = "\"at\": \"2026-11-23T07:00:00.000Z\""
            for (path, body) in [
                (material + "/adjust-quantity", "{\"delta\": -1, \"note\": \"Dusche\", \(at)}"),
                (material + "/adjust-quantity", "{\"delta\": -1, \(at)}"), (site + "/check-in", "{\(at)}"),
                (site + "/check-out", "{\(at)}"),
            ] {
                let reply = try await company.manager.send(
                    "POST", path, body: body, headers: ["Idempotency-Key": UUID().uuidString])
                #expect(reply.status == 200, "\(path): \(reply.text)")
            }
        }
    }
}
