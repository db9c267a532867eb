import Foundation
import Testing

@testable import Core
@testable import Server

/// A person's own account: forgotten passwords, changes, sessions.
@Suite struct AccountTests {
    @Test(arguments: Engine.allCases)
    func aForgottenPasswordIsSetAnew(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let path = "/api/v1/auth/reset-password"
            let known = try await server.client.post(path, "{\"email\": \"\(company.email)\"}")
            let unknown = try await server.client.post(path, "{\"email\": \"wer@auch.example\"}")
            #expect(known.status == 202 && unknown.status == 202 && known.body == unknown.body)

            let origin = Accounts.Origin(network: "test", userAgent: nil)
            let address = try #require(EmailAddress(company.email))
            let stranger = try #require(EmailAddress("wer@auch.example"))
            let useless = try await server.accounts.resetPassword(email: stranger, from: origin)
            let token = try await server.accounts.resetPassword(email: address, from: origin)
            let setting = "/api/v1/auth/set-password"
            let body = "{\"password\": \"Neue Kelle, neues Glück\"}"
            #expect(try await server.client.with(token: useless.text).post(setting, body).status == 401)
            let set = try await server.client.with(token: token.text).post(setting, body)
            #expect(set.status == 200 && set.header("ETag") == "\"2\"")
            #expect(try await company.manager.get("/api/v1/users/me").status == 401, "the old sessions ended")
            _ = try await TestCompany.signIn(server.client, email: company.email, password: "Neue Kelle, neues Glück")

            let late = try await server.accounts.resetPassword(email: address, from: origin)
            server.clock.advance(by: .seconds(3600))
            #expect(try await server.client.with(token: late.text).post(setting, body).status == 401)
        }
    }

    /// An earlier link doesn't reactivate a person who was switched off.
    @Test(arguments: Engine.allCases)
    func whoIsSwitchedOffHasNoLink(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let people = try await company.manager.get(company.path + "/users").json.list
            let email = people.first { $0["id"]?.text == worker.id }?["email"]?.text ?? ""
            let origin = Accounts.Origin(network: "test", userAgent: nil)
            let address = try #require(EmailAddress(email))
            let before = try await server.accounts.resetPassword(email: address, from: origin)
            #expect(
                try await company.manager.put(company.path + "/users/" + worker.id, "{\"status\": \"INACTIVE\"}").status
                    == 200)
            let after = try await server.accounts.resetPassword(email: address, from: origin)
            for token in [before, after] {
                let reply = try await server.client.with(token: token.text).post(
                    "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
                #expect(reply.status == 401)
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func peopleChangeTheirOwnAccount(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let elsewhere = server.client.with(token: try await TestCompany.signIn(server.client, email: company.email))
            let me = "/api/v1/users/me"
            let named = try await company.manager.put(me, "{\"firstName\": \"Adele\", \"language\": \"en\"}")
            #expect(named.status == 200)
            #expect(named.json["firstName"] == "Adele" && named.json["lastName"] == "Kern")
            #expect(named.json["language"] == "en" && named.json["pendingEmail"] == .null)
            #expect(try await elsewhere.get(me).json["firstName"] == "Adele")

            let alone = try await company.manager.put(me, "{\"password\": \"Neue Kelle 2026\"}")
            #expect(alone.status == 400 && alone.json["fields"]?[0]?["field"] == "currentPassword")
            let wrong = try await company.manager.put(
                me, "{\"password\": \"Neue Kelle 2026\", \"currentPassword\": \"falsch\"}")
            #expect(wrong.status == 400 && wrong.json["error"] == "currentPassword is wrong.")
            for number in 2...11 {
                let guess = try await company.manager.put(
                    me, "{\"password\": \"Neue Kelle 2026\", \"currentPassword\": \"falsch\"}")
                #expect(guess.status == (number > 10 ? 429 : 400), "a session guesses no oftener than a stranger")
            }
            server.clock.advance(by: .seconds(900))
            #expect(try await elsewhere.get(me).status == 200)
            let right = try await company.manager.put(
                me, "{\"password\": \"Neue Kelle 2026\", \"currentPassword\": \"\(TestCompany.password)\"}")
            #expect(right.status == 200)
            #expect(try await company.manager.get(me).status == 200)
            #expect(try await elsewhere.get(me).status == 401)
            _ = try await TestCompany.signIn(server.client, email: company.email, password: "Neue Kelle 2026")
            // Fields that only others may change can't be changed here.
            let role = try await company.manager.put(me, "{\"role\": \"ADMIN\", \"status\": \"INACTIVE\"}")
            #expect(role.json["fields"]?.list.map { $0["field"] } == ["role", "status"])
            #expect(try await company.manager.get(me).json["role"] == "MANAGER")
        }
    }

    @Test(arguments: Engine.allCases)
    func sessionsAreListedAndEnded(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            server.clock.advance(by: .seconds(1))
            let phone = try await server.client.send(
                "POST", "/api/v1/auth/signin",
                body: "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}",
                headers: ["User-Agent": "Telefon"])
            let list = try await company.manager.get("/api/v1/auth/sessions").json
            #expect(list.list.map { $0["current"] } == [false, true])
            #expect(list[0]?["userAgent"] == "Telefon")
            #expect(try await company.manager.get("/api/v1/auth/sessions?limit=1").header("Link") != nil)
            let stranger = try await TestCompany.register(server.client)
            let path = "/api/v1/auth/sessions/" + (list[0]?["id"]?.text ?? "")
            #expect(try await stranger.manager.delete(path).status == 404)
            #expect(try await company.manager.delete(path).status == 204)
            #expect(try await company.manager.delete(path).status == 404)
            #expect(
                try await server.client.with(token: phone.json["accessToken"]?.text).get("/api/v1/users/me").status
                    == 401)
        }
    }
}
