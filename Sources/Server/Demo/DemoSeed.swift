import Core
import Storage
import Synchronization

/// Fills a database with the demo company through the ordinary use cases, with a clock that moves through the last months.
struct DemoSeed {
    let database: any Database
    let hasher: PasswordHasher
    private let clock: Clock

    private final class Clock: Sendable {
        let now: Mutex<Instant>
        init(_ now: Instant) { self.now = Mutex(now) }
    }

    struct Place {
        let building: DemoCompany.Building
        let scope: SiteScope
    }

    /// When it is filled.
    let start: Instant
    let today: Day
    let runtime: Runtime
    /// Of the demo's region.
    let holidays: HolidayCalendar

    /// - Parameter start: when the demo's last months end.
    init(_ database: any Database, hasher: PasswordHasher, at start: Instant = Runtime.live.now()) {
        (self.database, self.hasher, self.start) = (database, hasher, start)
        let clock = Clock(start)
        self.clock = clock
        today = start.day
        holidays = HolidayCalendar(home: DemoCompany.region, in: (today + -100)...(today + 50))
        runtime = Runtime(now: { clock.now.withLock { $0 } }, randomBytes: Runtime.live.randomBytes)
    }

    func run() async throws {
        set(daysAgo: 100, hour: 8)
        let accounts = Accounts(database, hasher: hasher, runtime: runtime)
        var actors: [String: Actor] = [:]
        var company: Company.ID?
        let people = People(database, runtime: runtime)
        for person in DemoCompany.people {
            var user: User
            if let company, person.hasCard, let owner = actors[DemoCompany.owner] {
                let scope = try owner.scope(company, for: .inviteUsers)
                let invitee = People.Invitee(
                    email: nil, firstName: person.firstName, lastName: person.lastName, role: person.role,
                    language: nil)
                user = try await database.make(people.invite(invitee, in: scope))
            } else if let company {
                user = try await accounts.create(
                    newPerson(person), role: person.role, in: company, language: .german)
            } else {
                user = try await accounts.register(
                    newPerson(person), company: DemoCompany.name, address: Self.office, language: .german,
                    breakRule: .legal)
                company = user.companyID
            }
            let owner = actors[DemoCompany.owner] ?? Actor(session: runtime.newID(), user: user)
            var edit = Edit<User>()
            edit.set(\.phone, person.phone)
            edit.set(\.personnelNumber, person.personnelNumber)
            let changing = try owner.scope(user.companyID, for: .changeUsers)
            user = try await database.make(people.change(user.id, edit, if: .none, in: changing))
            actors[person.firstName] = Actor(session: runtime.newID(), user: user)
        }
        try await agree(actors)
        // The latest site comes last, so that it is first in the list.
        var places: [Place] = []
        if let owner = actors[DemoCompany.owner] {
            let scope = try owner.scope(owner.user.companyID, for: .readSites)
            let depots = try await Sites(database, runtime: runtime).list(
                SiteFilter(kind: .depot, status: nil, hasMaterial: false), PageRequest(limit: 1, after: nil), in: scope)
            for depot in depots.items {
                try await add(DemoCompany.depot, daysAgo: 58, to: depot.record.id, by: owner, actors)
            }
        }
        for building in DemoCompany.buildings.sorted(by: { $0.startsDaysAgo > $1.startsDaysAgo }) {
            if let place = try await build(building, actors) { places.append(place) }
        }
        try await move(actors, places)
        for habits in DemoCompany.workingDays {
            if let actor = actors[habits.who] { try await workingDays(of: actor, habits, places) }
        }
        try await unusualDays(actors, places)
        try await stayAway(actors)
        try await pay(actors, places)
        for worker in DemoCompany.people {
            if let actor = actors[worker.firstName] { try await checkIn(actor, places) }
        }
        try await keepMail()
    }

    /// The people don't exist: no mail may be sent to them once the server runs.
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
        var fields = Edit<SiteRecord>()
        fields.set(\.name, building.name)
        fields.set(
            \.address,
            Address(
                streetNumber: building.address.number, street: building.address.street, city: building.address.city,
                postalCode: building.address.postalCode, country: "Deutschland"))
        fields.set(\.startDate, start)
        fields.set(\.endDate, start + building.lastsDays)
        fields.set(\.notes, building.notes)
        fields.set(\.priority, building.isUrgent ? .high : .medium)
        let opening = try Sites(database, runtime: runtime).create(
            fields, users: building.crew.compactMap { actors[$0]?.user.id },
            foremen: building.foremen.compactMap { actors[$0]?.user.id }, in: companyScope)
        let site = try await database.make(opening)
        try await add(building.materials, daysAgo: building.startsDaysAgo, to: site.record.id, by: manager, actors)
        let place = Place(building: building, scope: try manager.scope(company, site.record.id, for: .changeSites))
        if let end = building.end { try await self.end(place, end, by: manager) }
        return place
    }

    /// Finishes a site, or removes it.
    private func end(_ place: Place, _ end: DemoCompany.End, by manager: Actor) async throws {
        set(daysAgo: end.daysAgo, hour: 15)
        let sites = Sites(database, runtime: runtime)
        switch end.way {
        case .removed: try await database.make(sites.remove(if: .none, on: place.scope))
        case .finished(let scrapped):
            let scope = try manager.scope(place.scope.company, place.scope.site, for: .readSites)
            let lines = try await sites.get(scope).materials.compactMap { material in
                scrapped[material.name].map { Finish.Item(material: material.id, destination: .scrap($0)) }
            }
            let finish = Finish(rest: nil, lines: lines, note: nil, at: nil)
            _ = try await database.make(sites.finish(finish, on: place.scope))
        }
    }

    /// Fetches material from the depot for the first of the sites.
    private func move(_ actors: [String: Actor], _ places: [Place]) async throws {
        let fetched = DemoCompany.fetched
        guard let actor = actors[fetched.who], let target = places.last(where: { $0.building.isUrgent })?.scope.site
        else { return }
        set(daysAgo: fetched.daysAgo, hour: 6, minute: 30)
        let company = actor.user.companyID
        let sites = Sites(database, runtime: runtime)
        let depots = try await sites.list(
            SiteFilter(kind: .depot, status: nil, hasMaterial: true), PageRequest(limit: 1, after: nil),
            in: try actor.scope(company, for: .readSites))
        guard let depot = depots.items.first else { return }
        let lines = fetched.materials.compactMap { name, amount in
            depot.materials.first { $0.name == name }.map {
                NewTransfer.Item(material: $0.id, amount: Quantity(thousandths: amount))
            }
        }
        let transfer = NewTransfer(from: depot.record.id, to: target, lines: lines, note: fetched.note, at: nil)
        _ = try await database.make(
            Transfers(database, runtime: runtime).create(transfer, in: try actor.scope(company, for: .moveMaterial)))
    }

    /// Adds material to a site, and what was taken from it since.
    private func add(
        _ stocks: [DemoCompany.Supply], daysAgo: Int, to site: Site.ID, by manager: Actor, _ actors: [String: Actor]
    ) async throws {
        let company = manager.user.companyID
        let materials = Materials(database, runtime: runtime)
        for (minute, stock) in stocks.enumerated() {
            set(daysAgo: daysAgo, hour: 7, minute: minute)
            var fields = Edit<Material>()
            fields.set(\.name, stock.name)
            fields.set(\.unit, stock.unit)
            fields.set(\.amount, Quantity(thousandths: stock.first))
            fields.set(\.threshold, Quantity(thousandths: stock.threshold))
            if let price = DemoCompany.prices[stock.name] { fields.set(\.price, .some(Quantity(thousandths: price))) }
            let adding = try materials.create(fields, on: try manager.scope(company, site, for: .changeMaterials))
            let material = try await database.make(adding)
            for use in stock.uses {
                guard let actor = actors[use.who] else { continue }
                set(daysAgo: use.daysAgo, hour: 10, minute: 7 * minute)
                let adjusting = try materials.adjust(
                    material.id, Adjustment(delta: Quantity(thousandths: use.delta), note: use.note, at: nil),
                    on: try actor.scope(company, site, for: .adjustAmounts))
                guard case .done = try await database.make(adjusting) else { continue }
            }
        }
    }

    /// Some checked in this morning and are still on site.
    private func checkIn(_ worker: Actor, _ places: [Place]) async throws {
        let user = worker.user
        guard let minutes = DemoCompany.atWork[user.firstName],
            let scope = places.first(where: { $0.building.crew.contains(user.firstName) && $0.building.end == nil })?
                .scope
        else { return }
        set(start + .seconds(-60 * minutes))
        let arriving = try TimeEntries(database, runtime: runtime).checkIn(
            at: nil, on: try worker.scope(user.companyID, scope.site, for: .checkIn))
        _ = try await database.make(arriving)
    }

    private func set(daysAgo: Int, hour: Int, minute: Int = 0) {
        let minutes = Int64(today.daysSince1970 - daysAgo) * 1440 + Int64(hour * 60 + minute)
        set(Instant(milliseconds: minutes * 60_000))
    }

    func set(_ now: Instant) { clock.now.withLock { $0 = now } }

    private static let office = Address(
        streetNumber: "5", street: "Gießerstraße", city: "Leipzig", postalCode: "04229", country: "Deutschland")
}
