import Foundation
import HTTPTypes
import NIOHTTP1
import Storage
import Testing

@testable import Core
@testable import Server

/// Who must have a second factor, and what they can do before.
@Suite struct FactorPolicyTests {
    private static let factors = "/api/v1/users/me/factors"

    @Test(arguments: Engine.allCases)
    func aPublicServerWithoutAKeyAddsNone(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_PUBLIC_URL": "https://polier.example.de"]) { server in
            let company = try await TestCompany.register(server.client)
            let refused = try await company.manager.post(Self.factors, "{\"kind\": \"TOTP\"}")
            #expect(isRefused(refused, 409, "no-secret-key"), "\(refused.text)")
        }
    }

    @Test(arguments: Engine.allCases)
    func anOperatorCanDoNothingBeforeTheyEnrol(_ engine: Engine) async throws {
        let flags = [
            "POLIER_PUBLIC_URL": "https://polier.example.de", "POLIER_SECRET_KEY": String(repeating: "0a", count: 32),
        ]
        try await TestServer.run(on: engine, flags: flags) { server in
            let world = try await World(server, mark: "Wir")
            let olga = try await server.person(.admin)
            let open: Set<String> = [
                "GET /api/v1/users/me", "GET /api/v1/users/me/factors", "POST /api/v1/users/me/factors",
                "POST /api/v1/users/me/factors/{factorId}/activate", "DELETE /api/v1/users/me/factors/{factorId}",
                "GET /api/v1/users/me/recovery-codes", "POST /api/v1/users/me/recovery-codes",
                "GET /api/v1/auth/confirm", "POST /api/v1/auth/confirm", "POST /api/v1/auth/signout",
            ]
            for route in server.routes where route.access.needsSession {
                let name = "\(route.method) \(route.path)"
                guard name != "POST /api/v1/auth/signout" else { continue }
                let reply = try await olga.client.send(
                    route.method.rawValue, try world.path(route), body: route.method == .get ? nil : "{}")
                let isRefused = isRefused(reply, 403, "second-factor-missing")
                #expect(isRefused != open.contains(name), "\(name): \(reply.text)")
            }
            _ = try await server.enrol(olga.client)
            #expect(try await olga.client.get("/api/v1/companies").status == 200)
            // One operator resets another's.
            let bernd = try await server.person(.admin)
            _ = try await server.enrol(bernd.client)
            #expect(try await olga.client.delete("/api/v1/users/\(bernd.id)/factors").status == 204)
            #expect(try await bernd.client.get("/api/v1/users/me").status == 401)
            #expect(try await world.company.manager.delete("/api/v1/users/\(olga.id)/factors").status == 403)
            // An owner's is an operator's to reset.
            _ = try await server.enrol(world.company.manager)
            #expect(
                try await olga.client.delete("\(world.company.path)/users/\(world.company.managerID)/factors").status
                    == 204)
        }
    }

    @Test(arguments: Engine.allCases)
    func managersNeedOneWhereTheCompanySaysSo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let worker = try await server.person(.worker, in: company.id)
            let path = company.path
            #expect(try await company.manager.get(path).json["secondFactorFor"] == "NONE")
            let wrong = try await company.manager.patch(path, "{\"secondFactorFor\": \"ALL\"}")
            #expect(wrong.status == 400)
            #expect(try await company.manager.patch(path, "{\"secondFactorFor\": \"MANAGERS\"}").status == 200)
            #expect(isRefused(try await company.manager.get(path), 403, "second-factor-missing"))
            #expect(try await worker.client.get(path).status == 200)
            _ = try await server.enrol(company.manager)
            #expect(try await company.manager.get(path).json["secondFactorFor"] == "MANAGERS")
            // Who loses theirs may add another one, and nothing else.
            for factor in try await company.manager.all(Self.factors) {
                _ = try await company.manager.delete("\(Self.factors)/\(factor["id"]?.text ?? "")")
            }
            #expect(isRefused(try await company.manager.get(path), 403, "second-factor-missing"))
            _ = try await server.enrol(company.manager)
            server.clock.advance(by: .seconds(600))
            let relaxing = "{\"secondFactorFor\": \"NONE\"}"
            #expect(isRefused(try await company.manager.patch(path, relaxing), 403, "confirm-again"))
            try await company.manager.confirm()
            #expect(try await company.manager.patch(path, relaxing).status == 200)
        }
    }

    /// Or no one could do anything any more, not even take it back.
    @Test(arguments: Engine.allCases)
    func noOneHasToAddWhatCannotBeAdded(_ engine: Engine) async throws {
        let flags = ["POLIER_PUBLIC_URL": "https://polier.example.de", "POLIER_OPERATOR_SECOND_FACTOR": "optional"]
        try await TestServer.run(on: engine, flags: flags) { server in
            let company = try await TestCompany.register(server.client)
            let demand = "{\"secondFactorFor\": \"MANAGERS\"}"
            let refused = try await company.manager.patch(company.path, demand)
            #expect(isRefused(refused, 409, "no-secret-key"), "\(refused.text)")
            // As a restored company may have it, or one whose server lost its key.
            try await server.database.transaction {
                try $0.execute(Statement("UPDATE companies SET second_factor_for = 'MANAGERS'"))
            }
            #expect(try await company.manager.get(company.path).status == 200)
            server.clock.advance(by: .seconds(600))
            let relaxing = "{\"secondFactorFor\": \"NONE\"}"
            #expect(isRefused(try await company.manager.patch(company.path, relaxing), 403, "confirm-again"))
        }
    }

    /// Who registers a stranger's address has no mails sent there, and no one gets more than ten an hour.
    @Test(arguments: Engine.allCases, [false, true])
    func mailsAboutFactorsAreFew(_ engine: Engine, provesAddresses: Bool) async throws {
        try await TestServer.run(on: engine, provesAddresses: provesAddresses) { server in
            let company = try await TestCompany.register(server.client)
            _ = try await server.enrol(company.manager)
            for _ in 0..<15 {
                let renewed = try await company.manager.post("/api/v1/users/me/recovery-codes")
                #expect(renewed.status == 200, "\(renewed.text)")
            }
            let mails = Query("SELECT COUNT(*) FROM mails m WHERE m.kind = 'second-factor'") { try $0.next() as Int64 }
            #expect(try await server.database.fetch(mails) == [provesAddresses ? Int64(0) : 10])
        }
    }

    /// The hours of a manager who was switched off before they had a factor.
    @Test(arguments: Engine.allCases)
    func whoWasSwitchedOffHandsInHoursWithoutAFactor(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let manager = try await server.person(.manager, in: company.id)
            let site = try await company.site(users: [manager.id])
            _ = try await company.manager.patch(company.path, "{\"secondFactorFor\": \"MANAGERS\"}")
            _ = try await server.enrol(company.manager)
            let at = server.clock.now.text
            server.clock.advance(by: .seconds(60))
            let off = try await company.manager.put("\(company.path)/users/\(manager.id)", "{\"status\": \"INACTIVE\"}")
            #expect(off.status == 200, "\(off.text)")
            let came = try await manager.client.post("\(site)/check-in", "{\"at\": \"\(at)\"}")
            #expect(came.status == 202, "\(came.text)")
        }
    }

    /// What a program may do goes no further than what its maker may.
    @Test(arguments: Engine.allCases)
    func aProgramWaitsForTheFactorOfItsMaker(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let token = try await company.apiToken(["readTimes"], until: server.clock.now + .seconds(3600)).client
            let hours = company.path + "/time-entries"
            #expect(try await token.get(hours).status == 200)
            _ = try await company.manager.patch(company.path, "{\"secondFactorFor\": \"MANAGERS\"}")
            #expect(isRefused(try await token.get(hours), 403, "second-factor-missing"))
            _ = try await server.enrol(company.manager)
            #expect(try await token.get(hours).status == 200)
        }
    }

    @Test func theAddressDecidesWhatOperatorsNeed() throws {
        func policy(_ settings: [String: String]) throws -> FactorPolicy {
            try Settings(flags: [:], environment: settings).factorPolicy()
        }
        let (named, key) = (["POLIER_PUBLIC_URL": "https://polier.example.de"], String(repeating: "0a", count: 32))
        #expect(try policy([:]).key == .local && !policy([:]).operatorsNeedOne)
        #expect(try policy(named).key == nil && policy(named).operatorsNeedOne)
        let optional = named.merging(["POLIER_OPERATOR_SECOND_FACTOR": "optional", "POLIER_SECRET_KEY": key]) { $1 }
        #expect(try policy(optional).key == SecretKey(key) && !policy(optional).operatorsNeedOne)
        #expect(try policy(["POLIER_OPERATOR_SECOND_FACTOR": "required"]).operatorsNeedOne)
        for wrong in [
            ["POLIER_OPERATOR_SECOND_FACTOR": "yes"], ["POLIER_SECRET_KEY": "geheim"],
            ["POLIER_SECRET_KEY": String(repeating: "0", count: 64)],
        ] {
            let error = #expect(throws: SettingsError.self) { try policy(wrong) }
            #expect(try #require(error).description.contains("geheim") == false)
        }
        let missing = try Settings(flags: [:], environment: named).missingKey
        #expect(missing?.contains("polier create-key") == true && missing?.contains("operators") == true)
    }
}
