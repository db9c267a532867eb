import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Inviting, changing and removing people, and the rules that limit it.
@Suite struct PeopleTests {
    private static func invitee(_ email: String, role: String = "WORKER") -> String {
        "{\"email\": \"\(email)\", \"firstName\": \"Lena\", \"lastName\": \"Vogt\", \"role\": \"\(role)\"}"
    }

    /// Invites a person and returns the path of their account and the token of a fresh link.
    private static func invite(
        _ company: TestCompany, _ email: String, role: String = "WORKER"
    ) async throws -> (path: String, token: String) {
        let invited = try await company.manager.post(company.path + "/users", invitee(email, role: role))
        guard invited.status == 201, let id = invited.json["id"]?.text else { throw Unexpected(reply: invited) }
        let path = company.path + "/users/" + id
        let link = try await company.manager.post(path + "/invitation")
        guard link.status == 202, let token = link.json["link"]?.text?.split(separator: "=").last else {
            throw Unexpected(reply: link)
        }
        return (path, String(token))
    }

    @Test(arguments: Engine.allCases)
    func whoIsInvitedJoinsBySettingAPassword(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_PUBLIC_URL": "https://polier.example.de/"]) { server in
            let company = try await TestCompany.register(server.client)
            server.clock.advance(by: .milliseconds(1))
            let invited = try await company.manager.post(company.path + "/users", Self.invitee("Lena@Vogt.example"))
            #expect(invited.status == 201)
            #expect(invited.json["status"] == "INACTIVE" && invited.json["role"] == "WORKER")
            #expect(invited.json["language"] == "de")
            #expect(invited.json["invitation"]?["state"] == "queued")
            #expect(invited.json["invitation"]?["at"] == "2026-11-23T12:00:00.001Z")
            let path = company.path + "/users/" + (invited.json["id"]?.text ?? "")

            let first = try await company.manager.post(path + "/invitation")
            #expect(first.status == 202)
            #expect(first.json["expiresAt"] == "2026-11-30T12:00:00.001Z")
            let second = try await company.manager.post(path + "/invitation")
            let link = second.json["link"]?.text ?? ""
            #expect(link.hasPrefix("https://polier.example.de/set-password#token="))
            let old = String(first.json["link"]?.text?.split(separator: "=").last ?? "")
            let token = String(link.split(separator: "=").last ?? "")

            let body = "{\"password\": \"Mörtel und Kelle\"}"
            let setting = "/api/v1/auth/set-password"
            #expect(try await server.client.with(token: old).post(setting, body).status == 401, "the old link is void")
            #expect(try await server.client.post(setting, body).status == 401)
            let weak = try await server.client.with(token: token).post(setting, "{\"password\": \"Password\"}")
            #expect(weak.status == 400)
            #expect(weak.json["fields"]?[0]?["message"]?.text?.contains("most common") == true)
            server.clock.advance(by: .seconds(3600))
            let joined = try await server.client.with(token: token).post(setting, body)
            #expect(joined.status == 200 && joined.json["status"] == "ACTIVE")
            let accepted = JSON.object([
                "state": "accepted", "at": "2026-11-23T13:00:00.001Z", "reason": nil, "reasonCode": nil,
                "reasonParams": .object([:]),
            ])
            #expect(joined.json["invitation"] == accepted)
            #expect(try await server.client.with(token: token).post(setting, body).status == 401, "it works once")
            let session = try await TestCompany.signIn(
                server.client, email: "lena@vogt.example", password: "Mörtel und Kelle")
            let lena = server.client.with(token: session)
            let changed = try await lena.put("/api/v1/users/me", "{\"lastName\": \"Voigt\"}")
            #expect(try await lena.get("/api/v1/users/me").json == changed.json)
            #expect(try await company.manager.post(path + "/invitation").status == 409)

            let list = try await company.manager.get(company.path + "/users").json.list
            #expect(list.map { $0["firstName"] } == ["Ada", "Lena"])
            #expect(list.map { $0["invitation"] } == [nil, accepted], "no one invited who registered")

            // A changed address invites no one again, and a new invitation replaces the old one.
            server.clock.advance(by: .seconds(3600))
            let moved = try await company.manager.put(path, "{\"email\": \"lena@voigt.example\"}")
            #expect(moved.json["invitation"] == accepted && moved.json["status"] == "ACTIVE")
            let mails = try await company.manager.get(company.path + "/mails").json.list
            #expect(mails.filter { $0["kind"] == "invitation" }.allSatisfy { $0["address"] == "Lena@Vogt.example" })
            #expect(try await company.manager.put(path, "{\"status\": \"INACTIVE\"}").status == 200)
            #expect(try await company.manager.post(path + "/invitation").status == 202)
            let again = try await company.manager.get(company.path + "/users").json[1]
            #expect(again?["invitation"]?["state"] == "queued")
        }
    }

    @Test(arguments: Engine.allCases)
    func anInvitationExpires(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            server.clock.advance(by: .milliseconds(1))
            let (path, token) = try await Self.invite(company, "spaet@vogt.example")
            server.clock.advance(by: .seconds(7 * 24 * 3600))
            let list = try await company.manager.get(company.path + "/users").json.list
            #expect(list.last?["invitation"]?["state"] == "expired")
            let late = try await server.client.with(token: token).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(late.status == 401)
            #expect(try await company.manager.post(path + "/invitation").status == 202)
        }
    }

    @Test(arguments: Engine.allCases)
    func oneAddressHasOneAccount(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let other = try await TestCompany.register(server.client)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<12 {
                    let inviting = number % 2 == 0 ? company : other
                    group.addTask {
                        try await inviting.manager.post(
                            inviting.path + "/users", Self.invitee("Einzig@Vogt.example")
                        ).status
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [201: 1, 409: 11])
            let worker = try await server.person(.worker, in: company.id)
            // A person who has joined confirms a new address before it takes effect: only the one who opens the link learns that it is
            // taken.
            let asked = try await company.manager.put(
                company.path + "/users/" + worker.id, "{\"email\": \"einzig@vogt.example\"}")
            #expect(asked.status == 200 && asked.json["pendingEmail"] == "einzig@vogt.example")
            let (path, _) = try await Self.invite(company, "zweite@vogt.example")
            #expect(try await company.manager.put(path, "{\"email\": \"einzig@VOGT.example\"}").status == 409)
        }
    }

    @Test(arguments: Engine.allCases)
    func managersAnswerForWorkersOnly(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users"
            let second = try await server.person(.manager, in: company.id)
            let worker = try await server.person(.worker, in: company.id)
            let admin = try await server.person(.admin)

            for path in ["\(users)/\(second.id)", "\(users)/\(company.managerID)"] {
                #expect(try await second.client.put(path, "{\"firstName\": \"X\"}").status == 403)
                #expect(try await second.client.delete(path).status == 403)
            }
            let invitee = Self.invitee("m@v.example", role: "MANAGER")
            #expect(try await second.client.post(users, invitee).json["code"] == "role-not-givable")
            #expect(try await second.client.put("\(users)/\(worker.id)", "{\"role\": \"MANAGER\"}").status == 403)
            #expect(try await company.manager.put("\(users)/\(worker.id)", "{\"role\": \"ADMIN\"}").status == 403)
            #expect(try await company.manager.post(users, Self.invitee("a@b.example", role: "ADMIN")).status == 403)
            // Operators are created on the command line: not even another operator can create one in a company.
            #expect(try await admin.client.put("\(users)/\(worker.id)", "{\"role\": \"ADMIN\"}").status == 400)
            #expect(try await admin.client.get("/api/v1/users/\(worker.id)").json["role"] == "WORKER")

            let promoted = try await company.manager.put("\(users)/\(worker.id)", "{\"role\": \"MANAGER\"}")
            #expect(promoted.json["role"] == "MANAGER")
            #expect(try await worker.client.get(users).status == 200)
            #expect(try await admin.client.put("\(users)/\(second.id)", "{\"role\": \"WORKER\"}").status == 200)
            #expect(try await second.client.get(users).status == 403)
        }
    }

    @Test(arguments: Engine.allCases)
    func oneActiveManagerRemains(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let users = company.path + "/users"
            let admin = try await server.person(.admin)
            var managers = [company.managerID]
            for _ in 0..<3 { managers.append(try await server.person(.manager, in: company.id).id) }
            _ = try await Self.invite(company, "noch@nicht.example", role: "MANAGER")

            // All concurrently, in three ways: the last manager stays.
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for (number, id) in managers.enumerated() {
                    group.addTask {
                        switch number % 3 {
                        case 0: try await admin.client.delete("\(users)/\(id)").status
                        case 1: try await admin.client.put("\(users)/\(id)", "{\"status\": \"INACTIVE\"}").status
                        default: try await admin.client.put("\(users)/\(id)", "{\"role\": \"WORKER\"}").status
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 409 }.count == 1, "\(statuses)")
            let left = try await admin.client.get(users).json.list.filter {
                $0["role"] == "MANAGER" && $0["status"] == "ACTIVE"
            }
            #expect(left.count == 1)
        }
    }

    @Test(arguments: Engine.allCases)
    func switchingOffEndsEverySessionAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let path = company.path + "/users/"
            let worker = try await server.person(.worker, in: company.id)
            #expect(try await worker.client.get("/api/v1/users/me").status == 200)
            let off = try await company.manager.put(path + worker.id, "{\"status\": \"INACTIVE\"}")
            #expect(off.json["status"] == "INACTIVE")
            #expect(try await worker.client.get("/api/v1/users/me").status == 401)
            #expect(try await company.manager.put(path + worker.id, "{\"status\": \"ACTIVE\"}").status == 200)
            #expect(try await worker.client.get("/api/v1/users/me").status == 401, "a session that ended stays so")

            // No one becomes active without having set a password.
            let (invited, _) = try await Self.invite(company, "neu@vogt.example")
            #expect(try await company.manager.put(invited, "{\"status\": \"ACTIVE\"}").status == 409)
            // A manager switched off by the operator can't be let back in by another manager's link.
            let second = try await server.person(.manager, in: company.id)
            let admin = try await server.person(.admin)
            #expect(try await admin.client.put(path + second.id, "{\"status\": \"INACTIVE\"}").status == 200)
            let third = try await server.person(.manager, in: company.id)
            #expect(try await third.client.post(path + second.id + "/invitation").status == 403)
            #expect(try await admin.client.post(path + second.id + "/invitation").status == 202)
        }
    }

    @Test(arguments: Engine.allCases)
    func whoIsRemovedStaysNamedWhereTheHistoryNeedsThem(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (path, token) = try await Self.invite(company, "lena@vogt.example")
            _ = try await server.client.with(token: token).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            let lena = server.client.with(
                token: try await TestCompany.signIn(
                    server.client, email: "lena@vogt.example", password: "Mörtel und Kelle"))
            let site = try await company.site(users: [path.lastSegment])
            let material = try await company.material(site)
            #expect(try await lena.post(material + "/adjust-quantity", "{\"delta\": -1}").status == 200)
            #expect(try await lena.post(site + "/check-in").status == 200)
            server.clock.advance(by: .seconds(3600))

            try await company.manager.confirm()
            #expect(try await company.manager.delete(path).status == 204)
            #expect(try await lena.get("/api/v1/users/me").status == 401)
            let signIn = try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"lena@vogt.example\", \"password\": \"Mörtel und Kelle\"}")
            #expect(signIn.status == 401)
            #expect(try await company.manager.delete(path).status == 404)
            #expect(try await company.manager.get(company.path + "/users").json.list.count == 1)
            #expect(try await company.manager.get(site).json["assignments"] == .list([]))
            let movements = try await company.manager.get(material + "/movements").json
            #expect(movements[0]?["userName"] == "Lena Vogt")
            let entry = try await company.manager.get(site + "/time-entries").json[0]
            #expect(entry?["userName"] == "Lena Vogt" && entry?["minutes"] == 60)
            server.clock.advance(by: .milliseconds(1))
            // The address is free again, and no contact data is left.
            let again = try await company.manager.post(company.path + "/users", Self.invitee("lena@vogt.example"))
            #expect(again.status == 201)
            #expect(
                try await company.manager.delete(company.path + "/users/" + (again.json["id"]?.text ?? "")).status
                    == 204)
            let kept = try await server.database.fetch(
                Query(
                    "SELECT email, first_name, last_name, password_hash FROM users WHERE removed_at IS NOT NULL ORDER BY id"
                ) {
                    [try $0.next() as String?, try $0.next(), try $0.next(), try $0.next()]
                })
            #expect(kept == [[nil, "Lena", "Vogt", nil], [nil, "", "", nil]])
        }
    }

    /// No inbox can be flooded, neither by inviting nor by changing an account's address repeatedly.
    @Test(arguments: Engine.allCases)
    func anAddressGetsTenLettersAnHour(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let (path, _) = try await Self.invite(company, "fremd@else.example")
            // Two have been sent already.
            for _ in 0..<8 { #expect(try await company.manager.post(path + "/invitation").status == 202) }
            let many = try await company.manager.post(path + "/invitation")
            #expect(many.status == 429 && many.header("Retry-After") == "3600")
            #expect(try await company.manager.delete(path).status == 204)
            let again = try await company.manager.post(company.path + "/users", Self.invitee("FREMD@else.example"))
            #expect(again.status == 429)
            _ = try await Self.invite(company, "wer@anders.example")
            server.clock.advance(by: .seconds(3600))
            _ = try await Self.invite(company, "fremd@else.example")

            var statuses: [Int] = []
            for number in 0..<12 {
                let email = number < 11 ? "opfer@else.example" : company.email
                let body = "{\"email\": \"\(email)\", \"currentPassword\": \"\(TestCompany.password)\"}"
                statuses.append(try await company.manager.put("/api/v1/users/me", body).status)
            }
            // Another address may be requested ten times an hour; the last request repeats the current one.
            #expect(statuses == [Int](repeating: 200, count: 10) + [429, 200])
        }
    }
}
