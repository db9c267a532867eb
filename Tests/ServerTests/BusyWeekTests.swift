import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// The limits are for misuse: a regular company's busiest week reaches none of them.
@Suite struct BusyWeekTests {
    private static let crew = 50
    private static let sites = 40
    private static let movementsPerDay = 5_000
    private static let days = 5

    private struct Company: Sendable {
        let id: Core.Company.ID
        let crew: [Actor]
        let sites: [Site.ID]
        let materials: [Material.ID]
    }

    @Test(.timeLimit(.minutes(5)), arguments: Engine.allCases)
    func aBusyWeekMeetsNoLimit(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_WRITES_PER_MINUTE": "600"]) { server in
            let founded = try await TestCompany.register(server.client)
            // On the first day, an office enters everyone; some addresses were wrong and are invited again.
            for number in 0..<55 {
                let body = """
                    {"email": "p\(number)@bau.example", "firstName": "P", "lastName": "Q", "role": "WORKER"}
                    """
                let invited = try await founded.manager.post(founded.path + "/users", body)
                #expect(invited.status == 201, "\(invited.text)")
                guard number < 5, let id = invited.json["id"]?.text else { continue }
                let again = try await founded.manager.post(founded.path + "/users/\(id)/invitation")
                #expect(again.status == 202, "\(again.text)")
            }
            let company = try await Self.open(founded, server)
            let limits = LimitValues(server.database, runtime: server.runtime)
            let week = Week(
                database: server.database, runtime: server.runtime, company: company,
                writes: WriteRate(perPerson: 600, limits, runtime: server.runtime),
                rows: RowMeter(server.database, limits, runtime: server.runtime))
            for day in 0..<Self.days { try await week.play(day, server.clock) }
            let report = try await CompanyLimits(server.database, runtime: server.runtime).report(of: company.id)
            for line in report.lines { #expect(line.used ?? 0 <= line.value, "\(line)") }
        }
    }

    /// The week's sites, each with material, and the people who work there.
    private static func open(_ founded: TestCompany, _ server: TestServer) async throws -> Company {
        let id = try #require(Core.Company.ID(founded.id))
        var crew: [Actor] = []
        for _ in 0..<Self.crew {
            let email = try #require(EmailAddress("\(UUID().uuidString.lowercased())@crew.example"))
            let person = Accounts.NewPerson(
                email: email, password: try Password(TestCompany.password, refusing: .embedded), firstName: "Kai",
                lastName: "Roth")
            let user = try await server.accounts.create(person, role: .worker, in: id, language: .german)
            crew.append(Actor(session: server.runtime.newID(), user: user))
        }
        var (sites, materials): ([Site.ID], [Material.ID]) = ([], [])
        for number in 0..<Self.sites {
            let path = try await founded.site("Bau \(number)", users: crew.map(\.user.id.text))
            let material = try await founded.material(path, amount: "1000000")
            sites.append(try #require(Site.ID(path.lastSegment)))
            materials.append(try #require(Material.ID(material.lastSegment)))
        }
        return Company(id: id, crew: crew, sites: sites, materials: materials)
    }

    private struct Week: Sendable {
        let database: any Database
        let runtime: Runtime
        let company: Company
        let writes: WriteRate
        let rows: RowMeter

        /// Eight hours. In the first hour all phones send at once what they queued without a signal.
        func play(_ day: Int, _ clock: TestClock) async throws {
            let each = BusyWeekTests.movementsPerDay / 9 / company.crew.count
            for hour in 0..<8 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (number, actor) in company.crew.enumerated() {
                        let place = (number + day) % company.sites.count
                        group.addTask {
                            if hour == 0 { try await clockIn(actor, at: place) }
                            for take in 0..<(hour == 0 ? 2 * each : each) {
                                try await self.take(actor, at: place, take: take)
                            }
                            if hour == 7 { try await clockOut(actor, at: place) }
                        }
                    }
                    try await group.waitForAll()
                }
                clock.advance(by: .seconds(3600))
            }
            // One phone had been offline for days.
            for take in 0..<500 { try await self.take(company.crew[day], at: day, take: take) }
            clock.advance(by: .seconds(16 * 3600))
        }

        private func take(_ actor: Actor, at place: Int, take: Int) async throws {
            let scope = try actor.scope(company.id, company.sites[place], for: .adjustAmounts)
            let adjustment = Adjustment(
                delta: Quantity(thousandths: -1000), note: take % 3 == 0 ? "Bad im zweiten Stock, Wand" : nil, at: nil)
            let change = try Materials(database, runtime: runtime).adjust(
                company.materials[place], adjustment, on: scope)
            try await make(change, actor, scope.within)
        }

        private func clockIn(_ actor: Actor, at place: Int) async throws {
            let scope = try actor.scope(company.id, company.sites[place], for: .checkIn)
            try await make(try TimeEntries(database, runtime: runtime).checkIn(at: nil, on: scope), actor, scope.within)
        }

        private func clockOut(_ actor: Actor, at place: Int) async throws {
            let scope = try actor.scope(company.id, company.sites[place], for: .checkIn)
            try await make(
                try TimeEntries(database, runtime: runtime).checkOut(at: nil, on: scope), actor, scope.within)
        }

        /// Makes the change as a route does, with a key.
        private func make<Result>(_ change: Change<Result>, _ actor: Actor, _ scope: CompanyScope) async throws {
            try await writes.admit(actor)
            let key = IdempotencyKey(UUID().uuidString, target: "POST /", body: [], scope: scope)
            let now = runtime.now()
            _ = try await rows.make(change, in: company.id) { $0.once(key, now: now, dropsAnswers: false) { _ in [1] } }
        }
    }
}
