import Core
import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import Server

/// `POLIER_REGISTRATION`: whether companies can register themselves.
@Suite struct RegistrationTests {
    @Test(arguments: Engine.allCases)
    func aClosedServerTakesNoCompany(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_REGISTRATION": "closed"]) { server in
            let body = TestCompany.registration(email: "ada@kern.example")
            let reply = try await server.client.post("/api/v1/auth/register", body)
            #expect(reply.status == 403 && reply.json["code"] == "registration-closed", "\(reply.json)")
            let companies = try await server.person(.admin).client.get("/api/v1/companies").json.list
            #expect(companies.isEmpty)
            // Existing companies go on: the people of a company created by operators sign in and invite.
            let again = try await server.client.post(
                "/api/v1/auth/signin", "{\"email\": \"ada@kern.example\", \"password\": \"x\"}")
            #expect(again.status == 401)
        }
    }

    @Test func thePageSaysWhetherItIsOpen() async throws {
        func page(_ isOpen: Bool) -> String {
            WebApp(.embedded, [], registrationIsOpen: isOpen).files[WebApp.page].map { String(buffer: $0.bytes) } ?? ""
        }
        #expect(page(false).contains("<body data-registration=\"closed\">"))
        #expect(page(true).contains("<body>") && !page(true).contains("data-registration"))
        let offering = WebApp(.embedded, [], registrationIsOpen: false, hasPasskeys: true).files[WebApp.page]
        let both = "<body data-registration=\"closed\" data-passkeys>"
        #expect(offering.map { String(buffer: $0.bytes) }?.contains(both) == true)
        #expect(!page(true).contains("data-passkeys"))
        let workers = [true, false].map { isOpen in
            WebApp(.embedded, [], registrationIsOpen: isOpen).files[WebApp.worker].map { String(buffer: $0.bytes) }
                ?? ""
        }
        #expect(workers[0] != workers[1], "browsers that keep the page hear of the change")
        let served = try await WebPages.embeddedWithoutRegistration.answer(
            .init(method: .get, scheme: nil, authority: nil, path: "/register"), path: "/register")
        #expect(served?.status == .ok)
    }

    @Test func theSettingIsOneOfTwo() throws {
        #expect(try Settings(flags: [:], environment: [:]).registrationIsOpen)
        #expect(try !Settings(flags: [:], environment: ["POLIER_REGISTRATION": "closed"]).registrationIsOpen)
        #expect(throws: SettingsError.self) { try Settings(flags: ["POLIER_REGISTRATION": "off"], environment: [:]) }
    }
}
