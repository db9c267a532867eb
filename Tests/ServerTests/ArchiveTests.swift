import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Removed sites, materials and people stay readable, and can be restored.
@Suite struct ArchiveTests {
    /// The parts of a site that are read on their own.
    private static func parts(_ site: String, _ material: String) -> [String] {
        [
            site, site + "/materials", material, material + "/movements", site + "/history", site + "/audit",
            site + "/time-entries",
        ]
    }

    @Test(arguments: Engine.allCases)
    func aRemovedSiteStaysReadable(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let bookkeeper = try await server.person(.bookkeeper, in: company.id)
            let admin = try await server.person(.admin)
            let elsewhere = try await TestCompany.register(server.client)
            let site = try await company.site("Bad Müller", users: [worker.id])
            let material = try await company.material(site)
            _ = try await worker.client.post(material + "/adjust-quantity", "{\"delta\": -4}")
            _ = try await worker.client.post(site + "/check-in")
            server.clock.advance(by: .seconds(3600))
            _ = try await worker.client.post(site + "/check-out")
            #expect(try await company.manager.delete(site).status == 204)

            for path in Self.parts(site, material) {
                for reader in [company.manager, admin.client] {
                    let reply = try await reader.get(path)
                    #expect(reply.status == 200, "\(path): \(reply.text)")
                }
                let read = try await bookkeeper.client.get(path)
                #expect(read.status == (path.hasSuffix("/audit") ? 403 : 200), "\(path): \(read.text)")
                #expect(try await elsewhere.manager.get(path).status == 404, "\(path)")
                let hidden = try await worker.client.get(path)
                #expect(hidden.status == (path.hasSuffix("/audit") ? 403 : 404), "\(path): \(hidden.text)")
            }
            let found = try await company.manager.get(site)
            #expect(found.json["removedAt"] == "2026-11-23T13:00:00.000Z" && found.json["status"] == "ACTIVE")
            #expect(found.json["hoursLogged"] == 1 && found.json["material"]?[0]?["amount"] == 6)
            #expect(try await company.manager.get(site + "/history").json[0]?["change"]?["action"] == "site.removed")
            // It is in no list of present sites, and changes are refused as ever.
            #expect(try await company.manager.get(company.path + "/sites").json == .list([]))
            let refused = [
                try await company.manager.patch(site, "{\"name\": \"Neu\"}"),
                try await company.manager.delete(site),
                try await company.manager.post(site + "/check-in"),
                try await company.manager.post(
                    site + "/materials", "{\(Refused.material),\"amount\":1,\"threshold\":1}"),
                try await company.manager.patch(material, "{\"amount\": 1}"),
                try await company.manager.post(material + "/adjust-quantity", "{\"delta\": 1}"),
                try await company.manager.delete(material),
                try await company.manager.post(material + "/restore"),
            ]
            #expect(refused.allSatisfy { $0.status == 404 && $0.json["code"] == "site-not-found" })
        }
    }

    @Test(arguments: Engine.allCases)
    func theArchiveIsSearched(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let bookkeeper = try await server.person(.bookkeeper, in: company.id)
            var sites: [String] = []
            for name in ["Bad Müller", "Küche Maier", "Terrasse Müller"] {
                server.clock.advance(by: .milliseconds(2))
                sites.append(try await company.site(name, users: [worker.id]))
            }
            let list = company.path + "/sites"
            func names(_ query: String, _ client: Client? = nil) async throws -> [String] {
                try await (client ?? company.manager).all(list + query).compactMap { $0["name"]?.text }
            }
            for site in sites.prefix(2) { #expect(try await company.manager.delete(site).status == 204) }
            #expect(try await names("") == ["Terrasse Müller"])
            #expect(try await names("?status=REMOVED") == ["Küche Maier", "Bad Müller"])
            #expect(try await names("?status=REMOVED&limit=1") == ["Küche Maier", "Bad Müller"])
            #expect(try await names("?status=REMOVED&search=muller") == ["Bad Müller"])
            #expect(try await names("?status=REMOVED&search=mueller%20bad") == ["Bad Müller"])
            #expect(try await names("?status=REMOVED", bookkeeper.client).count == 2)
            // In the address as well, in all lists, page by page, and for a worker on their own sites.
            let city = try await company.manager.get(sites[2]).json["addressParts"]?["city"]?.text ?? ""
            #expect(!city.isEmpty)
            #expect(try await names("?search=\(city)&limit=1") == ["Terrasse Müller"])
            #expect(try await names("?search=\(city)&status=ACTIVE") == ["Terrasse Müller"])
            #expect(try await names("?search=\(city)&status=INACTIVE").isEmpty)
            #expect(try await names("?search=\(city)&status=REMOVED&limit=1").count == 2)
            #expect(try await names("?search=terr", worker.client) == ["Terrasse Müller"])
            #expect(try await names("?search=nirgends").isEmpty)
            let hidden = try await worker.client.get(list + "?status=REMOVED")
            #expect(hidden.status == 403 && hidden.json["code"] == "role-forbids")
            let long = try await company.manager.get(list + "?search=" + String(repeating: "a", count: 101))
            #expect(long.status == 400 && long.json["fields"]?[0]?["field"] == "search")
            let own = try await company.manager.get("\(list)/user/\(worker.id)?status=REMOVED")
            #expect(own.status == 400 && own.json["fields"]?[0]?["code"] == "not-one-of")
        }
    }

    @Test(arguments: Engine.allCases)
    func aSiteComesBackWithItsPeople(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let stays = try await server.person(.worker, in: company.id, name: "Bleibt")
            let leads = try await server.person(.worker, in: company.id, name: "Führt")
            let leaves = try await server.person(.worker, in: company.id, name: "Geht")
            let before = try await server.person(.worker, in: company.id, name: "Vorher")
            let site = try await company.site(users: [stays.id, leads.id, leaves.id, before.id])
            server.clock.advance(by: .seconds(1))
            let people = "[\"\(stays.id)\", \"\(leads.id)\", \"\(leaves.id)\"]"
            _ = try await company.manager.patch(site, "{\"users\": \(people), \"foremen\": [\"\(leads.id)\"]}")
            _ = try await company.manager.patch(site, "{\"status\": \"INACTIVE\"}")
            let material = try await company.material(site)
            // Of a site that is there nothing changes.
            let there = try await company.manager.get(site)
            #expect(try await company.manager.post(site + "/restore").json == there.json)
            server.clock.advance(by: .seconds(1))
            #expect(try await company.manager.delete(site).status == 204)
            try await company.manager.confirm()
            #expect(try await company.manager.delete(company.path + "/users/" + leaves.id).status == 204)
            #expect(try await stays.client.post(site + "/restore").status == 403)
            server.clock.advance(by: .seconds(1))

            let restored = try await company.manager.post(site + "/restore")
            #expect(restored.status == 200 && restored.json["status"] == "INACTIVE", "\(restored.text)")
            #expect(restored.json["removedAt"] == .null && restored.json["material"]?.list.count == 1)
            let back = restored.json["assignments"]?.list ?? []
            #expect(Set(back.compactMap { $0["userId"]?.text }) == [stays.id, leads.id])
            #expect(back.first { $0["userId"]?.text == leads.id }?["isForeman"] == true)
            #expect(back.first { $0["userId"]?.text == stays.id }?["isForeman"] == false)
            #expect(try await company.manager.get(site).json == restored.json)
            #expect(try await stays.client.post(material + "/adjust-quantity", "{\"delta\": -1}").status == 200)
            let audit = try await company.manager.get(site + "/audit").json.list.compactMap { $0["action"]?.text }
            #expect(audit.contains("site.restored"))

            // The person's copy has the assignments that ended, and the present one.
            let copy = try await stays.client.get("/api/v1/users/me/export").json["assignments"]?.list ?? []
            #expect(copy.count == 2 && copy[0]["until"] == "2026-11-23T12:00:02.000Z", "\(copy)")
            #expect(copy[0]["since"] == "2026-11-23T12:00:00.000Z" && copy[1]["until"] == .null)
            let ended = try await before.client.get("/api/v1/users/me/export").json["assignments"]?.list ?? []
            #expect(ended.count == 1 && ended[0]["until"] == "2026-11-23T12:00:01.000Z", "\(ended)")
            let led = try await leads.client.get("/api/v1/users/me/export").json["assignments"]?.list ?? []
            #expect(led.count == 2 && led[0]["foremanSince"] == "2026-11-23T12:00:01.000Z", "\(led)")
        }
    }

    @Test(arguments: Engine.allCases)
    func limitsHoldForWhatComesBack(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let id = try #require(Company.ID(company.id))
            let limits = CompanyLimits(server.database, runtime: server.runtime)
            let (first, second) = (try await company.site("Eins"), try await company.site("Zwei"))
            _ = try await company.manager.delete(first)
            try await limits.set([.activeSites: 1], of: id)
            let active = try await company.manager.post(first + "/restore")
            #expect(active.status == 409 && active.json["code"] == "too-many-active-sites", "\(active.text)")
            try await limits.set([.activeSites: nil, .sites: 1], of: id)
            let all = try await company.manager.post(first + "/restore")
            #expect(all.status == 409 && all.json["code"] == "too-many-sites", "\(all.text)")
            try await limits.set([.sites: nil, .siteMaterials: 1], of: id)
            let glue = try await company.material(second, name: "Kleber")
            _ = try await company.manager.delete(glue)
            _ = try await company.material(second, name: "Mörtel")
            let material = try await company.manager.post(glue + "/restore")
            #expect(material.status == 409 && material.json["code"] == "too-many-materials", "\(material.text)")
            try await company.manager.confirm()
            let worker = try await server.person(.worker, in: company.id)
            let path = company.path + "/users/" + worker.id
            #expect(try await company.manager.delete(path).status == 204)
            try await limits.set([.people: 1], of: id)
            let person = try await company.manager.post(path + "/restore")
            #expect(person.status == 409 && person.json["code"] == "too-many-people", "\(person.text)")
        }
    }

    @Test(arguments: Engine.allCases)
    func materialIsReadWithItsVersionAndComesBack(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let site = try await company.site(users: [worker.id])
            let material = try await company.material(site, name: "Flexkleber")
            let priced = try await company.manager.patch(material, "{\"price\": 18.9}")
            let read = try await company.manager.get(material)
            #expect(read.status == 200 && read.json == priced.json && read.header("ETag") == "\"2\"")
            let hidden = try await worker.client.get(material)
            #expect(hidden.status == 200 && hidden.json["price"] == .null && hidden.header("ETag") == "\"2\"")
            // A count with the version that was read isn't booked over what was taken meanwhile.
            _ = try await worker.client.post(material + "/adjust-quantity", "{\"delta\": -1}")
            let stale = try await company.manager.send(
                "PATCH", material, body: "{\"amount\": 10}", headers: ["If-Match": "\"2\""])
            #expect(stale.status == 412)

            server.clock.advance(by: .seconds(1))
            #expect(try await company.manager.delete(material).status == 204)
            #expect(try await company.manager.get(site + "/materials").json == .list([]))
            let removed = try await company.manager.get(site + "/materials?status=REMOVED").json
            #expect(removed[0]?["removedAt"] == "2026-11-23T12:00:01.000Z" && removed.list.count == 1)
            #expect(try await company.manager.get(site + "/materials?status=REMOVED&search=FLEX").json == removed)
            #expect(try await company.manager.get(site + "/materials?status=REMOVED&search=zement").json == .list([]))
            #expect(try await company.manager.get(material).json == removed[0])
            #expect(try await worker.client.get(material).status == 404)
            #expect(try await worker.client.get(site + "/materials?status=REMOVED").status == 403)
            #expect(try await company.manager.get(site + "/materials?status=ACTIVE").status == 400)

            // Its name was taken anew, in another case.
            let other = try await company.material(site, name: "FLEXKLEBER", amount: "3")
            let taken = try await company.manager.post(material + "/restore")
            #expect(taken.status == 409 && taken.json["code"] == "material-name-taken", "\(taken.text)")
            #expect(taken.json["params"]?["material"] == "FLEXKLEBER" && taken.json["params"]?["amount"] == 3)
            let same = try await company.manager.post(material + "/restore", "{\"name\": \"flexkleber\"}")
            #expect(same.json["code"] == "material-name-taken")
            let invisible = try await company.manager.post(material + "/restore", "{\"name\": \"\\u200b\\u2060\"}")
            #expect(invisible.status == 400, "\(invisible.text)")
            let back = try await company.manager.post(material + "/restore", "{\"name\": \"Flexkleber alt\"}")
            #expect(back.status == 200 && back.json["amount"] == 9 && back.json["removedAt"] == .null, "\(back.text)")
            #expect(back.json["name"] == "Flexkleber alt" && back.header("ETag") == "\"5\"")
            #expect(try await company.manager.post(material + "/restore", "{\"name\": \"x\"}").json == back.json)
            #expect(try await company.manager.get(material).json == back.json)
            _ = try await company.manager.delete(other)
            #expect(try await company.manager.post(other + "/restore").json["name"] == "FLEXKLEBER")
            let audit = try await company.manager.get(site + "/audit").json.list
            let entry = audit.first {
                $0["action"] == "material.restored" && $0["subjectId"]?.text == material.lastSegment
            }
            #expect(entry?["changes"]?[0]?["to"] == "Flexkleber alt")
        }
    }

    @Test(arguments: Engine.allCases)
    func aPersonComesBackAsAWorker(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users"
            let gone = try await server.person(.manager, in: company.id, name: "Vogt")
            let bookkeeper = try await server.person(.bookkeeper, in: company.id)
            let site = try await company.site(users: [gone.id])
            let material = try await company.material(site)
            _ = try await gone.client.post(material + "/adjust-quantity", "{\"delta\": -1}")
            let unnamed = try await company.manager.post(
                users, "{\"firstName\": \"Milan\", \"lastName\": \"Horvat\", \"role\": \"WORKER\"}")
            let blank = users + "/" + (unnamed.json["id"]?.text ?? "")
            let person = users + "/" + gone.id
            #expect(try await company.manager.get(person).json["removedAt"] == .null)
            #expect(try await company.manager.post(person + "/restore").json["role"] == "MANAGER")
            try await company.manager.confirm()
            server.clock.advance(by: .seconds(1))
            for path in [person, blank] { #expect(try await company.manager.delete(path).status == 204) }

            let removed = try await company.manager.get(users + "?status=REMOVED").json.list
            #expect(removed.count == 2 && removed.allSatisfy { $0["removedAt"] == "2026-11-23T12:00:01.000Z" })
            #expect(try await company.manager.get(users + "?status=ACTIVE").json.list.count == 2)
            #expect(try await company.manager.get(users + "?status=INACTIVE").json == .list([]))
            #expect(try await company.manager.get(users + "?status=GONE").status == 400)
            for reader in [company.manager, bookkeeper.client] {
                let read = try await reader.get(person)
                #expect(read.status == 200 && read.json["lastName"] == "Vogt" && read.json["email"] == .null)
            }
            #expect(try await bookkeeper.client.post(person + "/restore").status == 403)
            let elsewhere = try await TestCompany.register(server.client)
            #expect(try await elsewhere.manager.get(elsewhere.path + "/users/" + gone.id).status == 404)
            #expect(try await elsewhere.manager.post(elsewhere.path + "/users/\(gone.id)/restore").status == 404)

            // Whose name wasn't needed gets a new one.
            let nameless = try await company.manager.post(blank + "/restore", "{\"firstName\": \"Milan\"}")
            #expect(nameless.status == 400 && nameless.json["fields"]?[0]?["field"] == "lastName", "\(nameless.text)")
            let named = try await company.manager.post(
                blank + "/restore", "{\"firstName\": \"Milan\", \"lastName\": \"Horvat\"}")
            #expect(named.status == 200 && named.json["email"] == .null, "\(named.text)")
            let taken = try await company.manager.post(person + "/restore", "{\"email\": \"\(elsewhere.email)\"}")
            #expect(taken.status == 409 && taken.json["code"] == "email-taken", "\(taken.text)")

            server.clock.advance(by: .seconds(1))
            let back = try await company.manager.post(person + "/restore", "{\"email\": \"vogt@zurueck.example\"}")
            #expect(back.status == 200 && back.json["lastName"] == "Vogt", "\(back.text)")
            #expect(back.json["role"] == "WORKER" && back.json["status"] == "INACTIVE")
            #expect(back.json["removedAt"] == .null && back.json["invitation"]?["state"] != "accepted")
            #expect(try await company.manager.get(person).json == back.json)
            // The invitation lets them in again, and their records are theirs.
            let link = try await company.manager.post(person + "/invitation").json["link"]?.text ?? ""
            let token = String(link.split(separator: "=").last ?? "")
            let joined = try await server.client.with(token: token).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(joined.status < 300, "\(joined.text)")
            let client = server.client.with(
                token: try await TestCompany.signIn(
                    server.client, email: "vogt@zurueck.example", password: "Mörtel und Kelle"))
            #expect(try await client.get("/api/v1/users/me/export").json["movements"]?.list.count == 1)
            #expect(try await company.manager.get(person).json["invitation"]?["state"] == "accepted")
            // Who was removed isn't assigned again by it.
            #expect(try await company.manager.get(site).json["assignments"] == .list([]))
        }
    }
}
