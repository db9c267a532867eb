import Foundation
import Testing

@testable import Core
@testable import Server

/// Which passwords are accepted, wherever one is chosen.
@Suite struct PasswordRuleTests {
    private static let refused = [
        ("aaaaaaaa", "keyboard-pattern"), ("passwort1", "common-word"), ("schalke04", "common-word"),
        ("qwertz123", "keyboard-pattern"), ("Sommer2026", "common-word"), ("polier-demo", "holds-product-name"),
        ("Nordlicht Bau", "holds-company-name"), ("ada@nord.example", "holds-own-email"),
        ("AdaKern2026", "holds-own-name"),
    ]

    private static func code(_ reply: Reply) -> String? {
        reply.status == 400 ? reply.json["fields"]?[0]?["code"]?.text : "\(reply.status)"
    }

    @Test(arguments: Engine.allCases)
    func theyAreRefusedWhereverOneIsChosen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            func registration(_ password: String) -> String {
                TestCompany.registration(email: "ada@nord.example", company: "Nordlicht Bau")
                    .replacingOccurrences(of: TestCompany.password, with: password)
            }
            for (password, code) in Self.refused {
                let reply = try await server.client.post("/api/v1/auth/register", registration(password))
                #expect(Self.code(reply) == code, "\(password): \(reply.text)")
                #expect(reply.json["fields"]?[0]?["field"] == "password")
            }
            let company = try await TestCompany.register(
                server.client, email: "ada@nord.example", name: "Nordlicht Bau")
            let address = try #require(EmailAddress(company.email))
            let token = try await server.accounts.resetPassword(
                email: address, from: Accounts.Origin(network: "test", userAgent: nil))
            for (password, code) in Self.refused {
                let changed = try await company.manager.put(
                    "/api/v1/users/me",
                    "{\"password\": \"\(password)\", \"currentPassword\": \"\(TestCompany.password)\"}")
                #expect(Self.code(changed) == code, "\(password): \(changed.text)")
                let set = try await server.client.with(token: token.text).post(
                    "/api/v1/auth/set-password", "{\"password\": \"\(password)\"}")
                #expect(Self.code(set) == code, "\(password): \(set.text)")
            }
            // The new name counts rather than the old one, and a refusal uses up neither the link nor a guess.
            let renamed = try await company.manager.put(
                "/api/v1/users/me",
                "{\"lastName\": \"Lindner\", \"password\": \"Lindner2026\", \"currentPassword\": \"\(TestCompany.password)\"}"
            )
            #expect(Self.code(renamed) == "holds-own-name")
            let set = try await server.client.with(token: token.text).post(
                "/api/v1/auth/set-password", "{\"password\": \"Mörtel und Kelle\"}")
            #expect(set.status == 200)
        }
    }

    /// The company of an invited person is known from the link alone.
    @Test(arguments: Engine.allCases)
    func invitedPeopleAreHeldToThemToo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client, name: "Nordlicht Bau")
            let invited = try await company.manager.post(
                company.path + "/users",
                #"{"email": "lena@kern.example", "firstName": "Lena", "lastName": "Vogt", "role": "WORKER"}"#)
            let path = company.path + "/users/" + (invited.json["id"]?.text ?? "") + "/invitation"
            let link = try await company.manager.post(path).json["link"]?.text ?? ""
            let client = server.client.with(token: link.split(separator: "=").last.map(String.init))
            for (password, code) in [("Bau-Nordlicht", "holds-company-name"), ("LenaVogt1", "holds-own-name")] {
                let reply = try await client.post("/api/v1/auth/set-password", "{\"password\": \"\(password)\"}")
                #expect(Self.code(reply) == code, "\(reply.text)")
            }
        }
    }

    @Test func theListHoldsWhatTheYearlyOnesName() throws {
        for text in [
            "passwort", "hallo123", "hallo1234", "ichliebedich", "Passwort123!", "dortmund09", "sonnenschein",
            "Hallo12345",
            "Fenerbahçe1907", "Müller123", "Berlin2026", "fcbayern", "arschloch", "Feuerwehr112", "qwertzuiop",
            "1q2w3e4r", "Test1234",
            "Herbst/2026", "Michael1988", "Weihnachten24", "Admin123!", "W1llkommen", "Geheim123", "1. FC Köln",
            "!Hallo!!",
        ] {
            #expect(throws: Flaw.self, "\(text)") { try Password(text, refusing: .embedded) }
        }
        for text in [
            "Mörtel und Kelle", "Neue Kelle 2026", "drei Eimer Fugengrau", "Tr0ckenbau im Sommer", "xk29-wm7t-qf",
        ] {
            #expect(throws: Never.self, "\(text)") { try Password(text, refusing: .embedded) }
        }
    }
}
