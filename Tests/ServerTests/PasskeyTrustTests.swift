import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// What a passkey is worth where someone else may have made it: a thief who had the password for a moment, or found a phone.
@Suite struct PasskeyTrustTests {
    private static let factors = "/api/v1/users/me/factors"
    private static let another = "Wasserwaage und Zollstock"

    private static func enter(_ server: TestServer, _ passkey: SoftPasskey) async throws -> Reply {
        server.clock.advance(by: .milliseconds(1))
        return try await server.enter(try passkey.assertion(try await server.passkeyChallenge()))
    }

    /// A person sets a new password by a link, as after a theft.
    private static func setPassword(_ server: TestServer, of email: String) async throws {
        let (address, password) = (
            try #require(EmailAddress(email)), try Password(another, refusing: .embedded)
        )
        let link = try #require(try await server.accounts.passwordLink(email: address))
        _ = try await server.accounts.setPassword(password, token: link.text[...])
    }

    @Test(arguments: Engine.allCases)
    func underANewPasswordItIsOnlyTheSecondFactor(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager)
            #expect(try await Self.enter(server, passkey).status == 200)
            try await Self.setPassword(server, of: company.email)
            for _ in 1...2 {
                #expect(isRefused(try await Self.enter(server, passkey), 401, "passkey-needs-password"))
            }
            // With both it is trusted again.
            server.clock.advance(by: .milliseconds(1))
            let step = try await server.challenge(company.email, password: Self.another)
            server.clock.advance(by: .milliseconds(1))
            let signedIn = try await server.secondStep(step, passkey: passkey)
            #expect(signedIn.status == 200, "\(signedIn.text)")
            #expect(try await Self.enter(server, passkey).status == 200)

            let manager = server.client.with(token: signedIn.json["accessToken"]?.text)
            try await server.watch.flush()
            let events = try await manager.all(company.path + "/audit/security")
            #expect(
                events.contains { $0["kind"] == "sign-in-failed" && $0["detail"] == "passkey-without-password" },
                "\(events)")
            // The profile's new password is another one too.
            let changed = try await manager.put(
                "/api/v1/users/me",
                "{\"password\": \"\(TestCompany.password)\", \"currentPassword\": \"\(Self.another)\"}")
            #expect(changed.status == 200, "\(changed.text)")
            #expect(isRefused(try await Self.enter(server, passkey), 401, "passkey-needs-password"))
        }
    }

    /// A thief adds a passkey, and takes the address only then: who takes it back is rid of both.
    @Test(arguments: Engine.allCases)
    func whoTakesAnAccountBackIsRidOfIt(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager)
            server.clock.advance(by: .seconds(24 * 3600))
            let (postbox, token) = (Postbox(), try await Self.enter(server, passkey).json["accessToken"]?.text)
            let service = try server.mailService(by: postbox)
            let asked = try await server.client.with(token: token).put(
                "/api/v1/users/me",
                "{\"email\": \"dieb@neu.example\", \"currentPassword\": \"\(TestCompany.password)\"}")
            #expect(asked.status == 200, "\(asked.text)")
            while try await service.sendDue() > 0 {}
            let link = try #require(postbox.letters.last { $0.tag == "email-changing" }?.token)
            let restored = try await server.client.post("/api/v1/auth/email/restore", "{\"token\": \"\(link)\"}")
            #expect(restored.status == 200, "\(restored.text)")
            #expect(isRefused(try await Self.enter(server, passkey), 401, "wrong-passkey"))
            try await Self.setPassword(server, of: company.email)
            let signedIn = try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"\(company.email)\", \"password\": \"\(Self.another)\"}")
            #expect(signedIn.status == 200, "no one else's factor is asked for: \(signedIn.text)")
        }
    }

    @Test(arguments: Engine.allCases)
    func aPasswordThatWasTakenBackIsNone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager)
            try await server.database.transaction {
                try $0.execute(
                    Statement(
                        "UPDATE users SET password_hash = $1 WHERE id = $2", PasswordHasher.void, company.managerID))
            }
            #expect(isRefused(try await Self.enter(server, passkey), 401, "passkey-needs-password"))
            for kind in ["PASSKEY", "TOTP"] {
                let added = try await company.manager.post(Self.factors, "{\"kind\": \"\(kind)\"}")
                #expect(isRefused(added, 409, "factor-needs-password"), "\(added.text)")
            }
        }
    }

    /// A thief who found a phone and knows its PIN doesn't have the password.
    @Test(arguments: Engine.allCases)
    func aPhonesPINAddsNone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let milan = try await company.cardHolder(server)
            try await server.database.transaction {
                try $0.execute(
                    Statement(
                        "UPDATE users SET email = $1, email_folded = $1, password_hash = 'x' WHERE id = $2",
                        "milan@crew.example", milan.id))
            }
            for kind in ["PASSKEY", "TOTP"] {
                let added = try await milan.client.post(Self.factors, "{\"kind\": \"\(kind)\"}")
                #expect(isRefused(added, 409, "factor-needs-password"), "\(added.text)")
            }
        }
    }

    /// Who has the password of an owner or an operator resets no factors, their own least of all.
    @Test(arguments: Engine.allCases)
    func thePasswordAloneResetsNone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let kai = try await server.person(.manager, in: company.id)
            let admin = try await server.person(.admin)
            _ = try await server.enrolPasskey(kai.client)
            let adminID = admin.id
            for (client, path, passkey) in [
                (
                    company.manager, { "\(company.path)/users/\($0)/factors" },
                    try await server.enrolPasskey(company.manager)
                ),
                (admin.client, { "/api/v1/users/\($0)/factors" }, try await server.enrolPasskey(admin.client)),
            ] as [(Client, (String) -> String, SoftPasskey)] {
                let own = path(client.token == admin.client.token ? adminID : company.managerID)
                server.clock.advance(by: .seconds(11 * 60))
                try await client.confirm()
                for one in [own, path(kai.id)] {
                    let reset = try await client.delete(one)
                    #expect(isRefused(reset, 403, "confirm-with-factor"), "\(one): \(reset.text)")
                }
                let assertion = try passkey.assertion(try await server.passkeyChallenge())
                let confirmed = try await client.post("/api/v1/auth/confirm", "{\"credential\": \(assertion)}")
                #expect(confirmed.status == 200, "\(confirmed.text)")
                let reset = try await client.delete(path(kai.id))
                #expect([204, 404].contains(reset.status), "\(reset.text)")
                #expect(try await client.delete(own).status == 204)
            }
        }
    }

    /// With a device that was lost, its sessions go too.
    @Test(arguments: Engine.allCases)
    func removingOneEndsTheOtherSessions(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: SoftPasskey.flags) { server in
            let company = try await TestCompany.register(server.client)
            let passkey = try await server.enrolPasskey(company.manager)
            let lost = server.client.with(token: try await Self.enter(server, passkey).json["accessToken"]?.text)
            #expect(try await lost.get("/api/v1/users/me").status == 200)
            #expect(try await company.manager.delete("\(Self.factors)/\(passkey.id)").status == 204)
            #expect(try await lost.get("/api/v1/users/me").status == 401)
            #expect(try await company.manager.get("/api/v1/users/me").status == 200)
        }
    }
}
