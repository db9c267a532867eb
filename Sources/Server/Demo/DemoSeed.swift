import Core
import Synchronization

/// Fills a database with the demo company, through the same use cases as everybody else's doings, under a clock that walks
/// through the last weeks.
struct DemoSeed {
    let database: any Database
    let hasher: PasswordHasher
    private let clock: Clock

    private final class Clock: Sendable {
        let now: Mutex<Instant>
        init(_ now: Instant) { self.now = Mutex(now) }
    }

    private struct Place {
        let building: DemoCompany.Building
        let scope: SiteScope
    }

    private let today: Day
    private let runtime: Runtime

    init(_ database: any Database, hasher: PasswordHasher) {
        (self.database, self.hasher) = (database, hasher)
        let clock = Clock(Runtime.live.now())
        self.clock = clock
        today = Runtime.live.now().day
        runtime = Runtime(now: { clock.now.withLock { $0 } }, randomBytes: Runtime.live.randomBytes)
    }

    func run() async throws {
        set(daysAgo: 60, hour: 8)
        let accounts = Accounts(database, hasher: hasher, runtime: runtime)
        var actors: [String: Actor] = [:]
        var company: Company.ID?
        for person in DemoCompany.people {
            let user: User
            let new = try newPerson(person)
            if let company {
                user = try await accounts.create(
                    new, role: person.isManager ? .manager : .worker, in: company, language: .german)
            } else {
                user = try await accounts.register(
                    new, company: DemoCompany.name, address: Self.office, language: .german)
                company = user.companyID
            }
            actors[person.firstName] = Actor(session: runtime.newID(), user: user)
        }
        // The latest starts last, so that it heads the list.
        var places: [Place] = []
        for building in DemoCompany.buildings.sorted(by: { $0.startsDaysAgo > $1.startsDaysAgo }) {
            if let place = try await build(building, actors) { places.append(place) }
        }
        for worker in DemoCompany.people where !worker.isManager {
            if let actor = actors[worker.firstName] { try await visits(of: actor, places) }
        }
        try await keepMail()
    }

    /// The people aren't there: nobody is to be written to once the server runs.
    private func keepMail() async throws {
        set(daysAgo: 0, hour: 0)
        let outbox = Outbox(database, runtime: runtime)
        while case let mails = try await outbox.claim(atMost: 50), !mails.isEmpty {
            for mail in mails { try await outbox.record(.refused(MailReason(.demoMailbox)), of: mail) }
        }
    }

    private func newPerson(_ person: DemoCompany.Person) throws -> Accounts.NewPerson {
        guard let email = EmailAddress(person.email) else {
            throw SettingsError("the demo's \(person.email) can't have an account")
        }
        return Accounts.NewPerson(
            email: email, password: Password(ofDemo: DemoCompany.password), firstName: person.firstName,
            lastName: person.lastName)
    }

    private func build(_ building: DemoCompany.Building, _ actors: [String: Actor]) async throws -> Place? {
        guard let manager = actors[DemoCompany.people[0].firstName] else { return nil }
        let company = manager.user.companyID
        let start = today + -building.startsDaysAgo
        set(daysAgo: building.startsDaysAgo, hour: 6)
        let companyScope = try manager.scope(company, for: .changeSites)
        let opening = try Sites(database, runtime: runtime).create(
            NewSite(
                name: building.name,
                address: Address(
                    streetNumber: building.address.number, street: building.address.street, city: building.address.city,
                    postalCode: building.address.postalCode, country: "Deutschland"),
                startDate: start, endDate: start + building.lastsDays, notes: building.notes,
                users: building.crew.compactMap { actors[$0]?.user.id }, priority: building.isUrgent ? .high : .medium,
                status: .active),
            in: companyScope)
        let site = try await database.make(opening)
        let materials = Materials(database, runtime: runtime)
        for (minute, stock) in building.materials.enumerated() {
            set(daysAgo: building.startsDaysAgo, hour: 7, minute: minute)
            let adding = try materials.create(
                NewMaterial(
                    name: stock.name, unit: stock.unit, amount: Quantity(thousandths: stock.first),
                    threshold: Quantity(thousandths: stock.threshold)),
                on: try manager.scope(company, site.record.id, for: .changeMaterials))
            let material = try await database.make(adding)
            for use in stock.uses {
                guard let actor = actors[use.who] else { continue }
                set(daysAgo: use.daysAgo, hour: 10, minute: 7 * minute)
                let adjusting = try materials.adjust(
                    material.id, Adjustment(delta: Quantity(thousandths: use.delta), note: use.note, at: nil),
                    on: try actor.scope(company, site.record.id, for: .adjustAmounts))
                _ = try await database.make(adjusting)
            }
        }
        return Place(
            building: building, scope: try manager.scope(company, site.record.id, for: .changeSites))
    }

    /// Each working day from 7:00 to 15:45 on one of the worker's sites. Some came this morning and are still there.
    private func visits(of worker: Actor, _ places: [Place]) async throws {
        let user = worker.user
        let own = places.filter { $0.building.crew.contains(user.firstName) }
        let days = own.map(\.building.startsDaysAgo).max() ?? 0
        for daysAgo in stride(from: days - 1, to: 0, by: -1) where !isWeekend(daysAgo) {
            let open = own.filter { $0.building.startsDaysAgo > daysAgo }
            let scope = open[daysAgo % open.count].scope
            set(daysAgo: daysAgo, hour: 6)
            let arrival = runtime.now()
            let entry = TimeEntry(
                id: runtime.newID(), site: scope.site, siteName: "", user: user.id, userName: user.name,
                checkedInAt: arrival, checkedOutAt: arrival + .seconds(31_500))
            try await database.transaction { try $0.enqueue(entry.insert(scope, now: arrival)) }
        }
        guard let minutes = DemoCompany.atWork[user.firstName], let scope = own.first?.scope else { return }
        clock.now.withLock { $0 = Runtime.live.now() + .seconds(-60 * minutes) }
        let arriving = try Times(database, runtime: runtime).checkIn(
            at: nil, on: try worker.scope(user.companyID, scope.site, for: .checkIn))
        _ = try await database.make(arriving)
    }

    /// 1970-01-01 was a Thursday.
    private func isWeekend(_ daysAgo: Int) -> Bool { (today.daysSince1970 - daysAgo + 3) % 7 >= 5 }

    private func set(daysAgo: Int, hour: Int, minute: Int = 0) {
        let minutes = Int64(today.daysSince1970 - daysAgo) * 1440 + Int64(hour * 60 + minute)
        clock.now.withLock { $0 = Instant(milliseconds: minutes * 60_000) }
    }

    private static let office = Address(
        streetNumber: "5", street: "Gießerstraße", city: "Leipzig", postalCode: "04229", country: "Deutschland")
}
