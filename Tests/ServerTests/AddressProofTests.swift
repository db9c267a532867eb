import Foundation
import HTTPTypes
import Storage
import Testing

@testable import Core
@testable import Server

/// A founder confirms their email address before the company mails or invites anyone.
@Suite struct AddressProofTests {
    private struct Scene {
        let server: TestServer
        let company: TestCompany
        let postbox = Postbox()
        let service: MailService

        init(_ server: TestServer) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            service = try server.mailService(by: postbox)
        }

        /// The latest mail of a kind.
        func letter(_ tag: String, to address: String? = nil) async throws -> Letter? {
            while try await service.sendDue() > 0 {}
            return postbox.letters.last { $0.tag == tag && $0.to == address ?? company.email }
        }

        func token(_ tag: String = "verify", to address: String? = nil) async throws -> String {
            try #require(try await letter(tag, to: address)?.token, "\(tag)")
        }

        func verify(_ token: String) async throws -> Reply {
            try await server.client.post("/api/v1/auth/verify", "{\"token\": \"\(token)\"}")
        }

        func setPassword(_ token: String) async throws -> Int {
            try await server.client.with(token: token).post(
                "/api/v1/auth/set-password", "{\"password\": \"Ganz neue Kelle\"}"
            ).status
        }

        var isProven: Bool {
            get async throws { try await company.manager.get(company.path).json["isAddressProven"] == .boolean(true) }
        }

        func resend() async throws -> Reply { try await company.manager.post("/api/v1/auth/verify/resend") }

        /// The companies that the hourly housekeeping would erase.
        func erased() async throws -> [Company.ID] {
            let companies = Companies(server.database, provesAddresses: true, runtime: server.runtime)
            var erased: [Company.ID] = []
            for company in try await companies.abandoned() {
                if let erasure = try await companies.eraseAbandoned(company) { erased.append(erasure.company) }
            }
            return erased
        }
    }

    private static let resend = "/api/v1/auth/verify/resend"
    private static let day = Duration.seconds(24 * 3600)

    private static func isRefused(_ reply: Reply, _ code: String = "address-not-proven") -> Bool {
        reply.status == 403 && reply.json["code"]?.text == code
    }

    @Test(arguments: Engine.allCases)
    func noOneIsMailedBeforeTheFounderIsKnown(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, provesAddresses: true) { server in
            let scene = try await Scene(server)
            let (company, admin) = (scene.company, try await server.person(.admin))
            let worker = try await server.person(.worker, in: company.id)
            #expect(Self.isRefused(try await company.invite("lena@vogt.example")))
            #expect(Self.isRefused(try await company.invite("lena@vogt.example", by: admin.client)))
            let off = company.path + "/users/" + worker.id
            #expect(Self.isRefused(try await company.manager.put(off, "{\"email\": \"neu@vogt.example\"}")))
            #expect(try await company.manager.put(off, "{\"status\": \"INACTIVE\"}").status == 200)
            #expect(Self.isRefused(try await company.manager.post(off + "/invitation")))
            let site = try await company.site()
            let material = try await company.material(site, amount: "1", threshold: "5")
            server.clock.advance(by: .seconds(700))
            let letter = try #require(try await scene.letter("verify"))
            #expect(scene.postbox.letters.map(\.to) == [company.email], "\(scene.postbox.letters.map(\.tag))")
            #expect(letter.text.contains("https://polier.example.de/verify#token="))
            #expect(letter.text.contains("Fliesen Nord") && letter.subject == "Bestätige deine E-Mail-Adresse")
            let before = try await company.manager.get(company.path).json
            #expect(before["isAddressProven"] == .boolean(false))
            #expect(before["readOnlyFrom"] == "2026-11-30T12:00:00.000Z")

            let proven = try await scene.verify(try #require(letter.token))
            #expect(proven.status == 200 && proven.json["email"]?.text == company.email)
            let after = try await company.manager.get(company.path).json
            #expect(after["isAddressProven"] == .boolean(true) && after["readOnlyFrom"] == .null)
            #expect(try await company.invite("lena@vogt.example").status == 201)
            #expect(try await company.manager.post(off + "/invitation").status == 202)
            // Material that fell low earlier isn't reported; material that falls low from now on is.
            #expect(try await company.manager.post(material + "/adjust-quantity", "{\"delta\": 9}").status == 200)
            #expect(try await company.manager.post(material + "/adjust-quantity", "{\"delta\": -9}").status == 200)
            server.clock.advance(by: .seconds(60))
            #expect(try await scene.letter("low-stock")?.text.contains("Flexkleber") == true)

            // A second tap does no harm and is recognised.
            for _ in 0..<2 {
                let again = try await scene.verify(try #require(letter.token))
                #expect(again.status == 401 && again.json["code"] == "link-used")
            }
            #expect(try await scene.verify(String(repeating: "0", count: 64)).json["code"] == "link-used")
            #expect(try await scene.verify("kurz").json["code"] == "link-used")
            try await server.watch.flush()
            let events = try await company.manager.get(company.path + "/audit/security").json.list
            let reused = events.filter { $0["kind"] == "link-reused" }
            #expect(reused.count == 1 && reused[0]["times"] == .number(2) && reused[0]["detail"] == "verify")
            #expect(events.filter { $0["kind"] == "address-proven" }.count == 1)
            #expect(!events.contains { $0["kind"] == "forbidden" }, "no one asked for what isn't theirs")
        }
    }

    @Test(arguments: Engine.allCases)
    func aFreshLinkEndsTheOneBefore(_ engine: Engine) async throws {
        let flags: [String: String] = ["POLIER_LINK_TOKENS": "query", "POLIER_PUBLIC_URL": "https://polier.example.de"]
        try await TestServer.run(on: engine, flags: flags, provesAddresses: true) { server in
            let scene = try await Scene(server)
            let worker = try await server.person(.worker, in: scene.company.id)
            #expect(try await server.client.post(Self.resend).status == 401)
            #expect(try await worker.client.post(Self.resend).json["code"] == "nothing-to-prove")
            let first = try await scene.token()
            #expect(try await scene.resend().status == 202)
            let second = try await scene.token()
            #expect(try await scene.verify(first).json["code"] == "link-used" && first != second)
            // The waiting mail is cancelled.
            _ = try await scene.resend()
            _ = try await scene.resend()
            _ = try await scene.letter("verify")
            #expect(scene.postbox.letters.count == 3)
            let mails = try await scene.company.manager.get(scene.company.path + "/mails").json.list
            #expect(mails.map { $0["state"]?.text }.filter { $0 == "cancelled" }.count == 1 && mails.count == 4)

            server.clock.advance(by: Self.day * 7)
            let late = try await scene.verify(try await scene.token())
            #expect(late.status == 401 && late.json["code"] == "link-expired")
            #expect(try await !scene.isProven)
            for number in 1...11 { #expect(try await scene.resend().status == (number > 10 ? 429 : 202)) }
            #expect(try await scene.verify(try await scene.token()).status == 200)
            let needless = try await scene.resend()
            #expect(needless.status == 409 && needless.json["code"] == "nothing-to-prove")
        }
    }

    /// A link confirms the address that it was mailed to, and no other.
    @Test(arguments: Engine.allCases)
    func anotherAddressNeedsAnotherLink(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, hasMail: false, provesAddresses: true) { server in
            let scene = try await Scene(server)
            let first = try await scene.token()
            // As on a server that had no mail for a while: the new address takes effect at once.
            let moved = try await scene.company.manager.put(
                "/api/v1/users/me",
                "{\"email\": \"neu@else.example\", \"currentPassword\": \"\(TestCompany.password)\"}")
            #expect(moved.json["email"] == "neu@else.example")
            #expect(try await scene.verify(first).json["code"] == "link-used")
            #expect(try await scene.resend().status == 202)
            let second = try await scene.token(to: "neu@else.example")
            #expect(try await scene.verify(second).json["email"] == "neu@else.example")
        }
    }

    @Test(arguments: Engine.allCases)
    func otherMailedLinksProveTheAddressToo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, provesAddresses: true) { server in
            let forgot = try await Scene(server)
            let worker = try await server.person(.worker, in: forgot.company.id)
            let theirs = try await worker.client.get("/api/v1/users/me").json["email"]?.text ?? ""
            func reset(_ email: String, _ scene: Scene) async throws -> String {
                let asked = try await server.client.post("/api/v1/auth/reset-password", "{\"email\": \"\(email)\"}")
                #expect(asked.status == 202)
                return try await scene.token("reset", to: email)
            }
            #expect(try await forgot.setPassword(try await reset(theirs, forgot)) == 200)
            #expect(try await !forgot.isProven, "a worker's mailbox proves nothing of the founder's")
            let unused = try await forgot.token()
            #expect(try await forgot.setPassword(try await reset(forgot.company.email, forgot)) == 200)
            #expect(try await Self.isFree(forgot))
            #expect(try await forgot.verify(unused).status == 401)

            // A mistyped address is replaced by way of the other address's link.
            let mistyped = try await Scene(server)
            let asked = try await mistyped.company.manager.put(
                "/api/v1/users/me",
                "{\"email\": \"richtig@else.example\", \"currentPassword\": \"\(TestCompany.password)\"}")
            #expect(asked.json["pendingEmail"] == "richtig@else.example")
            let confirm = try await mistyped.token("email-confirm", to: "richtig@else.example")
            #expect(try await !mistyped.isProven)
            let confirmed = try await server.client.post("/api/v1/auth/email/confirm", "{\"token\": \"\(confirm)\"}")
            #expect(confirmed.status == 200)
            #expect(try await mistyped.isProven)

            // The links of an address change are recognised, too, when they are used again.
            let undo = try await mistyped.token("email-changing")
            for path in ["confirm", "restore", "restore", "restore"] {
                _ = try await server.client.post(
                    "/api/v1/auth/email/\(path)", "{\"token\": \"\(path == "confirm" ? confirm : undo)\"}")
            }
            try await server.watch.flush()
            let reused = try await server.database.fetch(
                Query<(String?, Int64)>(
                    "SELECT e.detail, e.times FROM security_events e WHERE e.kind = 'link-reused' ORDER BY e.detail"
                ) { (try $0.next(), try $0.next()) })
            #expect(reused.map(\.0) == ["email-changing", "email-confirm"] && reused.map(\.1) == [2, 1], "\(reused)")
        }
    }

    /// Whether the company may invite now. Its sessions may have ended.
    private static func isFree(_ scene: Scene) async throws -> Bool {
        let token = try await TestCompany.signIn(
            scene.server.client, email: scene.company.email, password: "Ganz neue Kelle")
        let invited = try await scene.company.invite(
            "\(UUID().uuidString.lowercased())@vogt.example", by: scene.server.client.with(token: token))
        return invited.status == 201
    }

    @Test(arguments: Engine.allCases)
    func afterSevenDaysNothingIsChanged(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, provesAddresses: true) { server in
            let scene = try await Scene(server)
            let (company, manager) = (scene.company, scene.company.manager)
            let admin = try await server.person(.admin)
            server.clock.advance(by: Self.day * 7 - .milliseconds(1))
            let site = try await company.site()
            server.clock.advance(by: .milliseconds(1))

            let routes = server.routes.filter { $0.refusals.contains { $0.name == "company-read-only" } }
            #expect(routes.count > 15)
            for route in routes {
                var path = route.path.replacingOccurrences(of: "{companyId}", with: company.id)
                for place in route.places { path = path.replacingOccurrences(of: "{\(place)}", with: site.lastSegment) }
                // What concerns no company in the path is for operators, who confirm it first.
                let codes =
                    ["company-read-only", "role-forbids"]
                    + (route.places.contains("companyId") ? [] : ["confirm-again"])
                for client in [manager, admin.client] {
                    let reply = try await client.send(route.method.rawValue, path, body: "{}")
                    let forbidden = reply.status == 403
                    #expect(
                        forbidden && codes.contains(reply.json["code"]?.text ?? ""),
                        "\(route.method) \(path): \(reply.status) \(reply.text)")
                }
            }
            #expect(Self.isRefused(try await manager.post(site + "/check-in"), "company-read-only"))
            #expect(try await manager.get(site).status == 200)
            #expect(try await manager.get("/api/v1/users/me/export").json["code"] == "confirm-again")
            // Changes of their own account remain possible.
            let password = "\"currentPassword\": \"\(TestCompany.password)\""
            let me = "/api/v1/users/me"
            #expect(try await manager.put(me, "{\"email\": \"neu@else.example\", \(password)}").status == 200)
            #expect(try await manager.delete(me + "/pending-email").status == 204)
            #expect(
                try await manager.post("/api/v1/auth/confirm", "{\"password\": \"\(TestCompany.password)\"}").status
                    == 200)
            #expect(try await manager.get(me + "/export").status == 200)
            #expect(try await scene.resend().status == 202)
            #expect(try await manager.post("/api/v1/auth/signout").status == 204)
            let again = server.client.with(token: try await TestCompany.signIn(server.client, email: company.email))
            // Other companies aren't affected either.
            _ = try await TestCompany.register(server.client).site()
            #expect(Self.isRefused(try await again.post(site + "/check-in"), "company-read-only"))
            #expect(try await scene.verify(try await scene.token()).status == 200)
            #expect(try await again.post(site + "/check-in").status == 200)
        }
    }

    @Test(arguments: Engine.allCases)
    func whatNoOneStandsUpForIsErased(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, provesAddresses: true) { server in
            let proven = try await Scene(server)
            #expect(try await proven.verify(try await proven.token()).status == 200)
            proven.postbox.answer(.refused(MailReason(.unmailableAddress)))
            let failed = try await Scene(server)
            failed.postbox.answer(.refused(MailReason(.unmailableAddress)))
            _ = try await failed.letter("verify")
            let signedIn = try await Scene(server)
            let left = try await Scene(server)
            _ = try await left.letter("verify")
            _ = try await left.company.site()
            let queued = try await Scene(server)
            server.clock.advance(by: Self.day * 10)
            _ = try await TestCompany.signIn(server.client, email: signedIn.company.email)
            server.clock.advance(by: Self.day * 20 - .milliseconds(1))
            #expect(try await left.erased() == [])
            server.clock.advance(by: .milliseconds(1))
            // A server for its own machine alone erases no company.
            #expect(try await Companies(server.database, runtime: server.runtime).abandoned().isEmpty)
            #expect(try await left.erased().map(\.text) == [left.company.id])
            #expect(try await Self.companies(server) == [proven, failed, signedIn, queued].map(\.company.id).sorted())

            // An interrupted mail is sent again.
            _ = try await queued.letter("verify")
            let id = try #require(Company.ID(queued.company.id))
            try await server.database.transaction { transaction in
                for table in CompanyData.tables.reversed() where table.name != CompanyData.unproven.name {
                    try transaction.enqueue(table.deletion(id))
                }
            }
            #expect(try await left.erased().map(\.text) == [queued.company.id])
            server.clock.advance(by: Self.day * 10)
            #expect(try await left.erased().map(\.text) == [signedIn.company.id])
            // A founder who comes back at the last moment keeps the company.
            _ = try await TestCompany.signIn(server.client, email: failed.company.email)
            failed.postbox.answer(.accepted)
            try await server.database.make(
                server.accounts.resendProof(as: Actor(session: server.runtime.newID(), user: Self.founder(failed))))
            _ = try await failed.letter("verify")
            let companies = Companies(server.database, provesAddresses: true, runtime: server.runtime)
            #expect(try await companies.eraseAbandoned(try #require(Company.ID(failed.company.id))) == nil)
            #expect(try await companies.eraseAbandoned(try #require(Company.ID(proven.company.id))) == nil)
            server.clock.advance(by: Self.day * 30)
            #expect(try await left.erased().map(\.text) == [failed.company.id])
            #expect(try await Self.companies(server) == [proven.company.id])
        }
    }

    private static func founder(_ scene: Scene) async throws -> User {
        let found = try await scene.server.database.fetch(
            User.signingIn(try #require(EmailAddress(scene.company.email)), now: scene.server.runtime.now()))
        return try #require(found.first?.user)
    }

    private static func companies(_ server: TestServer) async throws -> [String] {
        try await server.database.fetch(
            Query<String>("SELECT c.id FROM companies c WHERE c.id > $1 ORDER BY c.id", Company.platform) {
                try $0.next()
            })
    }

    /// An operator can erase an unproven company like any other.
    @Test(arguments: Engine.allCases)
    func anOperatorErasesOne(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, provesAddresses: true) { server in
            let scene = try await Scene(server)
            let admin = try await server.person(.admin)
            let erased = try await admin.client.delete(scene.company.path)
            #expect(erased.status == 200)
            let rows = erased.json["erased"]?.list.first { $0["table"] == "unproven_founders" }
            #expect(rows?["rows"] == .number(1))
            #expect(try await Self.companies(server) == [])
        }
    }

    /// On this machine alone no address has to be confirmed, not even in a database from elsewhere.
    @Test(arguments: Engine.allCases)
    func aLocalServerAsksForNothing(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let email = "ada@kern.example"
            try await TestServer.run(on: engine, at: url, provesAddresses: true) { server in
                _ = try await TestCompany.register(server.client, email: email)
            }
            try await TestServer.run(on: engine, at: url) { server in
                server.clock.advance(by: Self.day * 8)
                let token = try await TestCompany.signIn(server.client, email: email)
                let manager = server.client.with(token: token)
                let user = try await manager.get("/api/v1/users/me").json
                let company = TestCompany(
                    id: user["companyId"]?.text ?? "", managerID: user["id"]?.text ?? "", email: email, manager: manager
                )
                let shown = try await manager.get(company.path).json
                #expect(shown["isAddressProven"] == .boolean(true) && shown["readOnlyFrom"] == .null)
                #expect(try await company.invite("lena@vogt.example").status == 201)

                let scene = try await Scene(server)
                #expect(try await scene.letter("verify") == nil)
                #expect(try await scene.isProven)
            }
        }
    }

    /// A company registered by an older server during an update, or created by the command line, has no row: it needs no confirmation.
    @Test(arguments: Engine.allCases)
    func whoWasNeverAskedNeedsNoProof(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, provesAddresses: true) { server in
            let email = try #require(EmailAddress("alt@kern.example"))
            let password = try Password(TestCompany.password, refusing: .embedded)
            let user = try await server.accounts.register(
                .init(email: email, password: password, firstName: "Ada", lastName: "Kern"), company: "Alt GmbH",
                address: Address(streetNumber: "1", street: "Weg", city: "Köln", postalCode: "50667", country: "DE"),
                language: .german)
            server.clock.advance(by: Self.day * 31)
            let token = try await TestCompany.signIn(server.client, email: email.text)
            let company = TestCompany(
                id: user.companyID.text, managerID: user.id.text, email: email.text,
                manager: server.client.with(token: token))
            #expect(try await company.manager.get(company.path).json["isAddressProven"] == .boolean(true))
            #expect(try await company.invite("lena@vogt.example").status == 201)
            _ = try await company.site()
            #expect(
                try await Companies(server.database, provesAddresses: true, runtime: server.runtime).abandoned().isEmpty
            )
        }
    }

    @Test func theAddressAndMailDecide() throws {
        func asks(_ environment: [String: String]) throws -> Bool {
            try Settings(flags: [:], environment: environment).provesAddresses
        }
        let smtp = ["POLIER_SMTP_URL": "smtp://127.0.0.1:25", "POLIER_MAIL_FROM": "Polier <polier@example.de>"]
        let named = ["POLIER_PUBLIC_URL": "https://polier.example.de"]
        #expect(try !asks([:]))
        #expect(try !asks(named), "no mail could bring the link")
        #expect(try !asks(smtp.merging(["POLIER_PUBLIC_URL": "http://localhost:8080"]) { $1 }))
        #expect(try asks(smtp.merging(named) { $1 }))
    }
}
