import Foundation
import Testing

@testable import Core
@testable import Server

/// A person with an account on a server whose mail the test reads.
private struct Mailed {
    let server: TestServer
    let company: TestCompany
    let postbox: Postbox
    let service: MailService

    static let me = "/api/v1/users/me"

    init(_ server: TestServer) async throws {
        self.server = server
        company = try await TestCompany.register(server.client)
        postbox = Postbox()
        service = try server.mailService(by: postbox)
    }

    static func asking(_ email: String, _ password: String? = TestCompany.password) -> String {
        let proof = password.map { ", \"currentPassword\": \"\($0)\"" } ?? ""
        return "{\"email\": \"\(email)\"\(proof)}"
    }

    /// The latest mail of a kind to an address.
    func letter(_ tag: String, to address: String) async throws -> Letter? {
        while try await service.sendDue() > 0 {}
        return postbox.letters.last { $0.tag == tag && $0.to == address }
    }

    func token(_ tag: String, to address: String) async throws -> String {
        try #require(try await letter(tag, to: address)?.token, "\(tag) to \(address)")
    }

    func open(_ link: String, _ token: String) async throws -> Reply {
        try await server.client.post("/api/v1/auth/email/\(link)", "{\"token\": \"\(token)\"}")
    }

    func signsIn(_ email: String, _ password: String = TestCompany.password) async throws -> Int {
        try await server.client.post(
            "/api/v1/auth/signin", "{\"email\": \"\(email)\", \"password\": \"\(password)\"}"
        ).status
    }
}

/// A new email address takes effect once it is confirmed, and the former one can be restored.
@Suite struct EmailChangeTests {
    /// A session alone isn't enough to change the address; an attacker who also knows the password is out once the owner objects.
    @Test(arguments: Engine.allCases)
    func aStolenSessionIsNotThePerson(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let mailed = try await Mailed(server)
            let (thief, old, me) = (mailed.company.manager, mailed.company.email, Mailed.me)
            let bare = try await thief.put(me, Mailed.asking("dieb@else.example", nil))
            #expect(bare.status == 400 && bare.json["fields"]?[0]?["code"] == "current-password-missing")
            for number in 1...11 {
                let guess = try await thief.put(me, Mailed.asking("dieb@else.example", "falsch"))
                #expect(guess.status == (number > 10 ? 429 : 400))
                if number == 1 { #expect(guess.json["fields"]?[0]?["code"] == "wrong-password") }
            }
            #expect(try await thief.get(me).json["pendingEmail"] == .null)
            server.clock.advance(by: .seconds(900))

            let asked = try await thief.put(me, Mailed.asking("dieb@else.example"))
            #expect(asked.status == 200 && asked.json["email"]?.text == old)
            #expect(asked.json["pendingEmail"] == "dieb@else.example")
            #expect(try await thief.get(me).json == asked.json)
            #expect(try await mailed.signsIn("dieb@else.example") == 401)
            #expect(try await mailed.signsIn(old) == 200)

            server.clock.advance(by: .milliseconds(1))
            let confirm = try await mailed.token("email-confirm", to: "dieb@else.example")
            let told = try #require(try await mailed.letter("email-changing", to: old))
            #expect(told.text.contains("dieb@else.example") && told.text.contains("/restore-email#token="))
            #expect(try await mailed.open("confirm", String(confirm.reversed())).status == 401)
            let confirmed = try await mailed.open("confirm", confirm)
            #expect(confirmed.status == 200 && confirmed.json["email"] == "dieb@else.example")
            #expect(try await mailed.open("confirm", confirm).status == 401, "a link works once")
            #expect(try await thief.get(me).json["email"] == "dieb@else.example")
            #expect(try await mailed.signsIn("dieb@else.example") == 200)
            #expect(try await mailed.letter("email-changed", to: old) != nil)

            // Seven days later the owner can still restore it, and the thief is out.
            server.clock.advance(by: .seconds(7 * 24 * 3600 - 1))
            let undo = try #require(told.token)
            let restored = try await mailed.open("restore", undo)
            #expect(restored.status == 200 && restored.json["email"]?.text == old)
            #expect(try await mailed.open("restore", undo).status == 401, "a link works once")
            #expect(try await thief.get(me).status == 401)
            #expect(try await mailed.signsIn("dieb@else.example") == 401)
            #expect(try await mailed.signsIn(old) == 401, "the password was known to the thief")
            server.clock.advance(by: .milliseconds(1))
            let link = try await mailed.token("email-undone", to: old)
            let set = try await server.client.with(token: link).post(
                "/api/v1/auth/set-password", "{\"password\": \"Ganz neue Kelle\"}")
            #expect(set.status == 200 && set.json["email"]?.text == old)
            #expect(try await mailed.signsIn(old, "Ganz neue Kelle") == 200)
            let actions = try await server.client.with(
                token: try await TestCompany.signIn(server.client, email: old, password: "Ganz neue Kelle")
            ).get(mailed.company.path + "/audit").json.list.compactMap { $0["action"]?.text }
            #expect(
                actions == [
                    "user.password-changed", "user.email-restored", "user.changed", "user.email-change-asked",
                    "company.registered",
                ])
        }
    }

    /// An operator's account is changed the same way.
    @Test(arguments: Engine.allCases)
    func operatorsConfirmToo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let mailed = try await Mailed(server)
            let admin = try await server.person(.admin)
            #expect(try await admin.client.put(Mailed.me, Mailed.asking("chef@else.example", nil)).status == 400)
            let asked = try await admin.client.put(Mailed.me, Mailed.asking("chef@else.example"))
            #expect(asked.status == 200 && asked.json["pendingEmail"] == "chef@else.example")
            let confirm = try await mailed.token("email-confirm", to: "chef@else.example")
            #expect(try await mailed.open("confirm", confirm).status == 200)
            #expect(try await admin.client.get(Mailed.me).json["email"] == "chef@else.example")
        }
    }

    /// The response, the mail and the list of mails are the same, whether or not the address has an account.
    @Test(arguments: Engine.allCases)
    func whetherAnAddressIsTakenIsNotTold(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let mailed = try await Mailed(server)
            let other = try await TestCompany.register(server.client)
            let (me, manager) = (Mailed.me, mailed.company.manager)
            let free = try await manager.put(me, Mailed.asking("frei@else.example"))
            let taken = try await manager.put(me, Mailed.asking(other.email))
            #expect(free.status == 200 && taken.status == 200)
            #expect(taken.json["pendingEmail"]?.text == other.email)
            let confirm = try await mailed.token("email-confirm", to: other.email)
            let mails = try await manager.get(mailed.company.path + "/mails").json.list
            let kinds = mails.filter { $0["address"]?.text == other.email }.map { [$0["kind"], $0["state"]] }
            #expect(kinds == [["email-confirm", "sent"]])
            let refused = try await mailed.open("confirm", confirm)
            #expect(refused.status == 409 && refused.json["code"] == "email-taken", "who reads that mailbox may know")
            #expect(try await other.manager.get(me).json["email"]?.text == other.email)
        }
    }

    @Test(arguments: Engine.allCases)
    func whatWaitsIsReplacedTakenBackAndExpires(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let mailed = try await Mailed(server)
            let (me, manager) = (Mailed.me, mailed.company.manager)
            #expect(try await manager.delete(me + "/pending-email").status == 404)
            #expect(try await manager.post(me + "/pending-email/resend").status == 404)
            _ = try await manager.put(me, Mailed.asking("eins@else.example"))
            let first = try await mailed.token("email-confirm", to: "eins@else.example")
            let second = try await manager.put(me, Mailed.asking("zwei@else.example"))
            #expect(second.json["pendingEmail"] == "zwei@else.example")
            #expect(try await mailed.open("confirm", first).status == 401)

            let before = try await mailed.token("email-confirm", to: "zwei@else.example")
            #expect(try await manager.post(me + "/pending-email/resend").status == 200)
            let after = try await mailed.token("email-confirm", to: "zwei@else.example")
            #expect(before != after)
            #expect(try await mailed.open("confirm", before).status == 401)
            #expect(try await manager.delete(me + "/pending-email").status == 204)
            #expect(try await mailed.open("confirm", after).status == 401)
            #expect(try await manager.get(me).json["pendingEmail"] == .null)

            _ = try await manager.put(me, Mailed.asking("drei@else.example"))
            let third = try await mailed.token("email-confirm", to: "drei@else.example")
            server.clock.advance(by: .seconds(7 * 24 * 3600))
            #expect(try await manager.get(me).json["pendingEmail"] == .null)
            #expect(try await mailed.open("confirm", third).status == 401)
            #expect(try await manager.post(me + "/pending-email/resend").status == 404)

            // A new password cancels what a person who knew the old one requested.
            _ = try await manager.put(me, Mailed.asking("vier@else.example"))
            let fourth = try await mailed.token("email-confirm", to: "vier@else.example")
            let password = "{\"password\": \"Neue Kelle 2026\", \"currentPassword\": \"\(TestCompany.password)\"}"
            #expect(try await manager.put(me, password).json["pendingEmail"] == .null)
            #expect(try await mailed.open("confirm", fourth).status == 401)
            try await Housekeeping(server.database, runtime: server.runtime).run()
        }
    }

    /// However often a thief changes the address, the first one can restore the account, and none of the later ones can.
    @Test(arguments: Engine.allCases)
    func theFirstAddressUndoesAllThatFollowed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let mailed = try await Mailed(server)
            let (me, manager, old) = (Mailed.me, mailed.company.manager, mailed.company.email)
            for (email, before) in [("b@else.example", old), ("c@else.example", "b@else.example")] {
                #expect(try await manager.put(me, Mailed.asking(email)).json["email"]?.text == before)
                let confirm = try await mailed.token("email-confirm", to: email)
                #expect(try await mailed.open("confirm", confirm).status == 200)
            }
            _ = try await manager.put(me, Mailed.asking("d@else.example"))
            // An address that can be restored can't be taken by anyone else in the meantime.
            let registration = TestCompany.registration(email: old)
            let squatted = try await server.client.post("/api/v1/auth/register", registration)
            #expect(squatted.status == 409 && squatted.json["code"] == "email-taken")
            let confirm = try await mailed.token("email-confirm", to: "d@else.example")
            let ofB = try await mailed.token("email-changing", to: "b@else.example")
            let ofA = try await mailed.token("email-changing", to: old)
            #expect(try await mailed.open("restore", ofA).json["email"]?.text == old)
            #expect(try await mailed.open("restore", ofB).status == 401)
            #expect(try await mailed.open("confirm", confirm).status == 401)
            #expect(try await mailed.signsIn(old) == 401)
            #expect(try await mailed.signsIn("c@else.example") == 401)
        }
    }

    @Test(arguments: Engine.allCases)
    func aFormerAddressIsFreeAfterSevenDays(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let mailed = try await Mailed(server)
            let old = mailed.company.email
            _ = try await mailed.company.manager.put(Mailed.me, Mailed.asking("neu@else.example"))
            let confirm = try await mailed.token("email-confirm", to: "neu@else.example")
            let undo = try await mailed.token("email-changing", to: old)
            #expect(try await mailed.open("confirm", confirm).status == 200)
            server.clock.advance(by: .seconds(7 * 24 * 3600))
            #expect(try await mailed.open("restore", undo).status == 401)
            _ = try await TestCompany.register(server.client, email: old)
        }
    }

    /// A worker's address can't be changed without their knowledge.
    @Test(arguments: Engine.allCases)
    func aManagerDoesNotBecomeTheWorker(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let mailed = try await Mailed(server)
            let manager = mailed.company.manager
            let worker = try await server.person(.worker, in: mailed.company.id)
            let path = mailed.company.path + "/users/" + worker.id
            let old = try await worker.client.get(Mailed.me).json["email"]?.text ?? ""
            let asked = try await manager.put(path, "{\"email\": \"chef@else.example\"}")
            #expect(asked.status == 200 && asked.json["email"]?.text == old)
            #expect(asked.json["pendingEmail"] == "chef@else.example")
            #expect(try await worker.client.get(Mailed.me).json["pendingEmail"] == "chef@else.example")
            let told = try #require(try await mailed.letter("email-changing", to: old))
            #expect(told.text.contains("Ada Kern hat") && told.text.contains("chef@else.example"))
            let reset = try await server.client.post(
                "/api/v1/auth/reset-password", "{\"email\": \"chef@else.example\"}")
            #expect(reset.status == 202)
            #expect(try await mailed.letter("reset", to: "chef@else.example") == nil)

            let confirm = try await mailed.token("email-confirm", to: "chef@else.example")
            #expect(try await mailed.open("confirm", confirm).status == 200)
            #expect(try await worker.client.get(Mailed.me).status == 401, "the sessions end")
            let undo = try #require(told.token)
            #expect(try await mailed.open("restore", undo).json["email"]?.text == old)
            let link = try await mailed.token("email-undone", to: old)
            let set = try await server.client.with(token: link).post(
                "/api/v1/auth/set-password", "{\"password\": \"Ganz neue Kelle\"}")
            #expect(set.status == 200)

            // A pending change can be withdrawn by the person who requested it.
            _ = try await manager.put(path, "{\"email\": \"noch@else.example\"}")
            #expect(try await manager.delete(path + "/pending-email").status == 204)
            #expect(try await manager.delete(path + "/pending-email").status == 404)
        }
    }

    /// Switching a person off and inviting them again gives their account to no one else.
    @Test(arguments: Engine.allCases)
    func aLinkIsShownForWhoNeverJoinedOnly(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let mailed = try await Mailed(server)
            let (company, manager) = (mailed.company, mailed.company.manager)
            let worker = try await server.person(.worker, in: company.id)
            let old = try await worker.client.get(Mailed.me).json["email"]?.text ?? ""
            let path = company.path + "/users/" + worker.id
            #expect(try await manager.put(path, "{\"status\": \"INACTIVE\"}").status == 200)
            let again = try await manager.post(path + "/invitation")
            #expect(again.status == 202 && again.json["link"] == .null && again.json["expiresAt"]?.text != nil)
            let link = try await mailed.token("invitation", to: old)

            // Nor by way of another address, nor after the address was restored.
            _ = try await manager.put(path, "{\"email\": \"chef@else.example\"}")
            #expect(try await manager.post(path + "/invitation").json["link"] == .null)
            #expect(try await mailed.letter("invitation", to: "chef@else.example") == nil)
            let undo = try await mailed.token("email-changing", to: old)
            #expect(try await mailed.open("restore", undo).status == 200)
            #expect(try await mailed.letter("email-undone", to: old) == nil, "who is off stays off")
            #expect(try await manager.post(path + "/invitation").json["link"] == .null)
            #expect(
                try await server.client.with(token: link).post(
                    "/api/v1/auth/set-password", "{\"password\": \"Ganz neue Kelle\"}"
                ).status == 401)

            let invited = try await company.invite("neu@vogt.example")
            let fresh = company.path + "/users/" + (invited.json["id"]?.text ?? "")
            #expect(try await manager.post(fresh + "/invitation").json["link"]?.text?.contains("#token=") == true)
        }
    }

    /// Without mail no address could be confirmed: a change takes effect at once, and still requires the password.
    @Test(arguments: Engine.allCases)
    func withoutMailAChangeHoldsAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, hasMail: false) { server in
            let mailed = try await Mailed(server)
            let (me, manager, old) = (Mailed.me, mailed.company.manager, mailed.company.email)
            let elsewhere = server.client.with(token: try await TestCompany.signIn(server.client, email: old))
            #expect(try await manager.put(me, Mailed.asking("neu@else.example", nil)).status == 400)
            let changed = try await manager.put(me, Mailed.asking("neu@else.example"))
            #expect(changed.json["email"] == "neu@else.example" && changed.json["pendingEmail"] == .null)
            #expect(try await manager.get(me).status == 200)
            #expect(try await elsewhere.get(me).status == 401)
            let worker = try await server.person(.worker, in: mailed.company.id)
            let path = mailed.company.path + "/users/" + worker.id
            #expect(try await manager.put(path, "{\"email\": \"neu@else.example\"}").status == 409)
            let moved = try await manager.put(path, "{\"email\": \"er@else.example\"}")
            #expect(moved.json["email"] == "er@else.example")
            #expect(try await worker.client.get(me).status == 401)
            #expect(try await mailed.signsIn("er@else.example") == 200, "with the password that only they know")
        }
    }

    /// Invitations can't be used to find out without limit which addresses other companies' people have.
    @Test(arguments: Engine.allCases)
    func takenAddressesAreToldTwentyTimesAnHour(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let (asking, other) = (
                try await TestCompany.register(server.client), try await TestCompany.register(server.client)
            )
            for number in 0..<21 {
                #expect(try await asking.invite(other.email).status == (number < 20 ? 409 : 429))
            }
            #expect(try await asking.invite(asking.email).status == 409, "their own people they know")
            #expect(try await asking.invite("frei@else.example").status == 201)
        }
    }
}
