import Core
import Foundation
import Testing

/// A company's first day: everything the API does, in one story, on each engine.
@Suite struct SliceTests {
    @Test(arguments: Engine.allCases)
    func aCompanyCountsItsMaterial(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let registered = try await server.client.post(
                "/api/v1/auth/register", TestCompany.registration(email: "Ada@Kern.example"))
            #expect(registered.status == 201)
            #expect(registered.json.keys == ["message", "user"])
            let user = registered.json["user"] ?? .null
            #expect(
                user.keys == [
                    "id", "email", "pendingEmail", "firstName", "lastName", "phone", "personnelNumber", "youthUntil",
                    "hourMails",
                    "isOwner",
                    "role", "status", "language", "companyId",
                    "createdAt", "updatedAt", "removedAt",
                ])
            #expect(user["role"] == "MANAGER")
            #expect(user["status"] == "ACTIVE")
            #expect(user["createdAt"] == "2026-11-23T12:00:00.000Z")

            let signedIn = try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"ada@kern.EXAMPLE\", \"password\": \"\(TestCompany.password)\"}")
            #expect(signedIn.status == 200)
            #expect(signedIn.json.keys == ["accessToken", "expiresAt", "user"])
            #expect(signedIn.json["expiresAt"] == "2026-12-23T12:00:00.000Z")
            let ada = server.client.with(token: signedIn.json["accessToken"]?.text)

            #expect(try await ada.get("/api/v1/users/me").json == user)
            let company = "/api/v1/companies/" + (user["companyId"]?.text ?? "")
            let shown = try await ada.get(company).json
            #expect(shown["name"] == "Fliesen Nord")
            #expect(shown["address"] == "Werkstraße 1a, 50667 Köln, Deutschland")
            #expect(shown["addressParts"]?["postalCode"] == "50667")
            #expect(shown["timeZone"] == "Europe/Berlin")
            #expect(shown["userCount"] == 1)

            let created = try await ada.post(
                company + "/sites",
                """
                {"name": "  Bad Müller ", "startDate": "2026-11-20", "endDate": "2026-11-29T23:30:00+02:00", "notes": "  ", "contactName": " Ines Roth ", "contactPhone": "+49 30 1234567",
                 "users": ["\(user["id"]?.text ?? "")"], "priority": "high", "address": {"streetNumber": "12", "street": "Am Markt",
                 "city": "Bonn", "postalCode": "53111", "country": "Deutschland"}}
                """)
            #expect(created.status == 201)
            let site = created.json
            #expect(
                site.keys == [
                    "id", "kind", "name", "priority", "status", "address", "addressParts", "startDate", "endDate",
                    "notes",
                    "contactName", "contactPhone", "region",
                    "lastVisited", "progress", "hoursLogged", "materialInfo", "assignments", "material",
                    "materialTruncated", "createdAt", "updatedAt", "removedAt",
                ])
            #expect(site["name"] == "Bad Müller")
            #expect(site["endDate"] == "2026-11-29")
            #expect(site["notes"] == .null)
            #expect(site["contactName"] == "Ines Roth" && site["contactPhone"] == "+49 30 1234567")
            #expect(site["status"] == "ACTIVE")
            #expect(site["progress"] == 30)
            #expect(site["hoursLogged"] == 0)
            #expect(site["assignments"]?[0]?["firstName"] == "Ada")
            #expect(site["materialInfo"] == .object(["total": 0, "warnings": 0]))

            let sitePath = company + "/sites/" + (site["id"]?.text ?? "")
            let added = try await ada.post(
                sitePath + "/materials",
                "{\"name\": \"Fliesen\", \"unit\": \"m²\", \"amount\": 12.125, \"threshold\": 10}")
            #expect(added.status == 201)
            #expect(
                added.json.keys == [
                    "id", "name", "unit", "amount", "threshold", "price", "belowThreshold", "updatedAt", "removedAt",
                ])
            #expect(added.json["amount"] == 12.125)
            #expect(added.json["belowThreshold"] == false)
            let material = sitePath + "/materials/" + (added.json["id"]?.text ?? "")

            server.clock.advance(by: .seconds(60))
            let taken = try await ada.post(
                material + "/adjust-quantity",
                "{\"delta\": -2.5, \"note\": \"Dusche\", \"at\": \"2026-11-23T12:00:30Z\"}")
            #expect(taken.status == 200)
            #expect(taken.json["amount"] == 9.625)
            #expect(taken.json["belowThreshold"] == true)
            #expect(taken.json["updatedAt"] == "2026-11-23T12:01:00.000Z")

            let movements = try await ada.get(material + "/movements").json
            #expect(movements.list.count == 2)
            #expect(
                movements[0]?.keys == [
                    "id", "kind", "delta", "amountAfter", "unit", "materialName", "price", "refId", "otherSiteName",
                    "note", "userId", "userName", "at", "createdAt",
                ])
            #expect(movements[0]?["delta"] == -2.5)
            #expect(movements[0]?["amountAfter"] == 9.625)
            #expect(movements[0]?["note"] == "Dusche")
            #expect(movements[0]?["userName"] == "Ada Kern")
            #expect(movements[0]?["at"] == "2026-11-23T12:00:30.000Z")
            #expect(movements[0]?["createdAt"] == "2026-11-23T12:01:00.000Z")
            #expect(movements[1]?["delta"] == 12.125)

            let seen = try await ada.get(sitePath).json
            #expect(seen["materialInfo"] == .object(["total": 1, "warnings": 1]))
            #expect(seen["material"]?[0]?["amount"] == 9.625)
            #expect(try await ada.get(company + "/sites").json.list.count == 1)
            #expect(try await ada.get(company).json["siteCount"] == 1)

            #expect(try await ada.send("POST", "/api/v1/auth/signout").status == 204)
            #expect(try await ada.get("/api/v1/users/me").status == 401)
        }
    }

    @Test(arguments: Engine.allCases)
    func aDeltaOfZeroLeavesNoTrace(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(company.site())
            let answer = try await company.manager.post(material + "/adjust-quantity", "{\"delta\": -0.0}")
            #expect(answer.status == 200)
            #expect(answer.json["amount"] == 10)
            #expect(try await company.manager.get(material + "/movements").json.list.count == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func hoursAndVisitsComeFromTimeEntries(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let site = try await company.site(users: [worker.id])
            try await server.visit(site, by: worker.id, from: "2026-11-20T07:00:00Z", to: "2026-11-20T11:30:00Z")
            try await server.visit(
                site, by: company.managerID, from: "2026-11-21T07:00:00Z", to: "2026-11-21T08:00:00Z")
            try await server.visit(site, by: worker.id, from: "2026-11-22T07:00:00Z", to: nil)
            let shown = try await company.manager.get(site).json
            #expect(shown["hoursLogged"] == 5.5)
            #expect(shown["lastVisited"] == "2026-11-22T07:00:00.000Z")
            #expect(shown["assignments"]?[0]?["lastVisited"] == "2026-11-22T07:00:00.000Z")
        }
    }

    /// 64 people take from one pile that lasts for 40 of them.
    @Test(arguments: Engine.allCases)
    func nobodyTakesWhatIsntThere(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(company.site(), amount: "40")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<64 {
                    group.addTask {
                        try await company.manager.post(material + "/adjust-quantity", "{\"delta\": -1}").status
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [200: 40, 409: 24])
            let refused = try await company.manager.post(material + "/adjust-quantity", "{\"delta\": -0.001}")
            #expect(refused.json["error"] == "Only 0 Sack of Flexkleber are left.")
            let movements = try await company.manager.get(material + "/movements").json.list
            #expect(movements.count == 41)
            #expect(movements.compactMap { $0["amountAfter"]?.number } == (0...40).map { Decimal($0) })
        }
    }

    @Test(arguments: Engine.allCases)
    func listsComeInPages(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            for number in 1...5 {
                server.clock.advance(by: .milliseconds(1))
                _ = try await company.site("Baustelle \(number)")
            }
            var names: [String] = []
            var next: String? = company.path + "/sites/?limit=2"
            var pages = 0
            while let path = next {
                let reply = try await company.manager.get(path)
                names += reply.json.list.compactMap { $0["name"]?.text }
                next = reply.header("Link").flatMap { link in
                    link.hasSuffix("; rel=\"next\"")
                        ? link.split(separator: ">").first.map { String($0.dropFirst()) } : nil
                }
                pages += 1
            }
            #expect(pages == 3)
            #expect(names == ["Baustelle 5", "Baustelle 4", "Baustelle 3", "Baustelle 2", "Baustelle 1"])

            let site = try await company.site("Lager")
            let material = try await company.material(site)
            for _ in 0..<4 { _ = try await company.manager.post(material + "/adjust-quantity", "{\"delta\": 1}") }
            let first = try await company.manager.get(material + "/movements?limit=3")
            #expect(first.json.list.compactMap { $0["amountAfter"] } == [14, 13, 12])
            let link = first.header("Link") ?? ""
            let rest = try await company.manager.get(String(link.dropFirst().prefix { $0 != ">" }))
            #expect(rest.json.list.compactMap { $0["amountAfter"] } == [11, 10])
            #expect(rest.header("Link") == nil)
        }
    }

    /// Longer JSON is compressed for clients that accept it, and is the same for those that don't.
    @Test func longAnswersAreCompressed() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let company = try await TestCompany.register(server.client)
            let site = try await company.site()
            for number in 1...20 { _ = try await company.material(site, name: "Fliesen \(number)") }
            var replies: [Reply] = []
            for coding in ["gzip", "identity", "gzip;q=0"] {
                replies.append(try await company.manager.send("GET", site, headers: ["Accept-Encoding": coding]))
            }
            #expect(replies.map { $0.header("Content-Encoding") } == ["gzip", nil, nil])
            #expect(replies.allSatisfy { $0.header("Vary")?.contains("Accept-Encoding") == true })
            #expect(replies.allSatisfy { $0.json == replies[1].json && $0.header("ETag") == "\"1\"" })
            let lengths = replies.compactMap { $0.header("Content-Length").flatMap { Int($0) } }
            #expect(lengths.count == 3 && lengths[0] < lengths[1] / 4 && lengths[1] == lengths[2])
            let short = try await company.manager.send(
                "GET", "/api/v1/users/me", headers: ["Accept-Encoding": "gzip"])
            #expect(short.header("Content-Encoding") == nil && short.status == 200)
        }
    }
}
