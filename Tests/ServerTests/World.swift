import Core
import Foundation
import Storage

@testable import Server

/// A company with one of each thing that an address can name, and a person of each role.
struct World: Sendable {
    let company: TestCompany
    let worker: (client: Client, id: String)
    let other: (client: Client, id: String)
    /// The last part of every address, by the name of its place.
    let ids: [String: String]
    /// Occurs in every text of this company, and in no other company's.
    let mark: String

    init(_ server: TestServer, mark: String) async throws {
        self.mark = mark
        company = try await TestCompany.register(server.client, name: "\(mark) GmbH")
        worker = try await server.person(.worker, in: company.id, name: mark)
        other = try await server.person(.worker, in: company.id, name: mark)
        let site = try await company.site("\(mark) site", users: [worker.id])
        let material = try await company.material(site, name: "\(mark) material")
        let entry = try await worker.client.post(site + "/check-in")
        guard let entryID = entry.json["id"]?.text,
            let session = try await company.manager.get("/api/v1/auth/sessions").json[0]?["id"]?.text
        else { throw Unexpected(reply: entry) }
        let late = (server.clock.now - .seconds(600)).text
        let waiting = try await worker.client.post(site + "/check-in", "{\"at\": \"\(late)\"}")
        guard waiting.status == 202, let clarification = waiting.json["id"]?.text else {
            throw Unexpected(reply: waiting)
        }
        let asked = try await worker.client.post(
            company.path + "/absences", "{\"kind\": \"VACATION\", \"from\": \"2026-12-21\", \"note\": \"\(mark)\"}")
        guard asked.status == 201, let absence = asked.json["id"]?.text else { throw Unexpected(reply: asked) }
        _ = try await company.manager.put(
            company.path + "/wage-settings",
            "{\"costCentres\": [{\"siteId\": \"\(site.lastSegment)\", \"costCentre\": \"\(mark.prefix(8))\"}]}")
        let phone = try await company.cardHolder(server)
        let moved = try await company.manager.post(
            company.path + "/transfers",
            """
            {"fromSiteId": "\(site.lastSegment)", "toSiteId": "\(company.depot)",
             "lines": [{"materialId": "\(material.lastSegment)", "amount": 0.001}]}
            """)
        guard let transfer = moved.json["id"]?.text else { throw Unexpected(reply: moved) }
        let token = try await company.apiToken(["readSites"], until: server.clock.now + .seconds(86_400))
        ids = [
            "companyId": company.id, "siteId": site.lastSegment, "materialId": material.lastSegment,
            "userId": other.id, "entryId": entryID, "sessionId": session,
            "phoneId": phone.phone, "tokenId": token.id, "factorId": Runtime.live.newID(Factor.self).text,
            "transferId": transfer, "clarificationId": clarification, "absenceId": absence,
            "exportId": try await server.wageExport(company.id, by: company.managerID),
            "fromSiteId": site.lastSegment,
            "toSiteId": site.lastSegment, "restTo": site.lastSegment,
        ]
    }

    func path(_ route: Route, _ replacing: [String: String] = [:]) throws -> String {
        var path = route.path
        for place in route.places {
            guard let id = replacing[place] ?? ids[place] else { throw UnknownPlace(place: place) }
            path = path.replacingOccurrences(of: "{\(place)}", with: id)
        }
        return path
    }

    /// An address names a place that no test world has: add it to `World`.
    struct UnknownPlace: Error { let place: String }
}

extension TestCompany {
    /// A worker without an email address, with a phone that took their card.
    func cardHolder(_ server: TestServer, name: String = "Horvat", pin: String = CardHolder.pin) async throws
        -> CardHolder
    {
        let added = try await manager.post(
            path + "/users", "{\"firstName\": \"Milan\", \"lastName\": \"\(name)\", \"role\": \"WORKER\"}")
        guard let id = added.json["id"]?.text else { throw Unexpected(reply: added) }
        let card = try await self.card(of: id)
        let signedIn = try await card.use(server.client, pin: pin)
        let phones = try await manager.get("\(path)/users/\(id)/phones")
        guard let token = signedIn.json["accessToken"]?.text, let key = signedIn.json["phoneKey"]?.text,
            let phone = phones.json[0]?["id"]?.text
        else { throw Unexpected(reply: signedIn) }
        return CardHolder(id: id, client: server.client.with(token: token), key: key, phone: phone, card: card)
    }

    /// A new API token of the manager, who has confirmed their password.
    func apiToken(_ scopes: [String], name: String = "Lohnbüro", until: Instant) async throws -> (
        client: Client, id: String, text: String
    ) {
        let listed = scopes.map { "\"\($0)\"" }.joined(separator: ", ")
        let made = try await manager.post(
            path + "/tokens", "{\"name\": \"\(name)\", \"scopes\": [\(listed)], \"expiresAt\": \"\(until.text)\"}")
        guard made.status == 201, let id = made.json["id"]?.text, let text = made.json["token"]?.text else {
            throw Unexpected(reply: made)
        }
        return (manager.with(token: text), id, text)
    }

    /// A new card of a person.
    func card(of user: String, _ body: String? = nil) async throws -> TestCard {
        let reply = try await manager.post("\(path)/users/\(user)/invitation", body)
        guard reply.status == 202, let link = reply.json["link"]?.text, let code = reply.json["code"]?.text else {
            throw Unexpected(reply: reply)
        }
        return TestCard(link: link, token: String(link.split(separator: "=").last ?? ""), code: code)
    }
}

struct TestCard: Sendable {
    let link: String
    let token: String
    let code: String

    func use(_ client: Client, pin: String = CardHolder.pin) async throws -> Reply {
        try await client.post("/api/v1/auth/card", "{\"token\": \"\(token)\", \"pin\": \"\(pin)\"}")
    }
}

struct CardHolder: Sendable {
    let id: String
    let client: Client
    /// Of the phone, whose id in the company is `phone`.
    let key: String
    let phone: String
    /// Used once.
    let card: TestCard

    static let pin = "274961"

    func signIn(_ client: Client, pin: String = pin, key: String? = nil) async throws -> Reply {
        try await client.post(
            "/api/v1/auth/pin",
            "{\"userId\": \"\(id)\", \"pin\": \"\(pin)\", \"phoneKey\": \"\(key ?? self.key)\"}")
    }
}

extension String {
    var lastSegment: String { String(split(separator: "/").last ?? "") }
}
