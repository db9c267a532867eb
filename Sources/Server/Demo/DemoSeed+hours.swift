import Core
import Storage

/// Three months of hours. Ordinary days are inserted as rows, what people did about the others goes through the use cases.
extension DemoSeed {
    /// Days on which no one works, and days that are told of one by one, are left out.
    func workingDays(of worker: Actor, _ habits: DemoCompany.WorkingDay, _ places: [Place]) async throws {
        let own = places.filter { $0.building.crew.contains(worker.user.firstName) }
        let longest = own.map(\.building.startsDaysAgo).max() ?? 0
        let unusual = habits.unusual.map(workingDay)
        var visits: [Visit] = []
        for daysAgo in stride(from: longest - 1, to: 0, by: -1)
        where !isFree(daysAgo) && habits.holiday?.contains(daysAgo) != true && !unusual.contains(daysAgo)
            && !(habits.isSick && sickDays.contains(daysAgo))
        {
            let open = own.filter { isOpen($0.building, for: worker.user.firstName, daysAgo) }
            guard !open.isEmpty else { continue }
            // A week on each of them.
            let place = open[(week(daysAgo) + worker.user.firstName.utf8.count) % open.count]
            visits += day(
                of: habits, daysAgo, on: place.scope, other: open.first { $0.scope.site != place.scope.site }?.scope)
        }
        try await add(visits, of: worker)
    }

    private func isOpen(_ building: DemoCompany.Building, for who: String, _ daysAgo: Int) -> Bool {
        let withdrawn = DemoCompany.withdrawn
        if building.name == withdrawn.site, who == withdrawn.who, daysAgo <= workingDay(withdrawn.workingDaysAgo) {
            return false
        }
        return building.startsDaysAgo > daysAgo && building.end?.daysAgo ?? 0 < daysAgo
    }

    /// Part of a working day.
    private struct Visit {
        let daysAgo: Int
        let from: Int
        let to: Int
        let scope: SiteScope
        var kind = TimeEntry.Kind.work
        var breaks: [Break] = []
    }

    /// No two days are alike, and each run gives the same ones.
    private func day(
        of habits: DemoCompany.WorkingDay, _ daysAgo: Int, on scope: SiteScope, other: SiteScope?
    ) -> [Visit] {
        let early = (daysAgo * 7 + habits.from) % 11 - 5
        let late = (daysAgo * 5 + habits.to) % 13 - 6
        let weekday = weekday(daysAgo)
        let (from, to) = (habits.from + early, habits.to + late - (weekday == 4 ? 95 : 0))
        var first = Visit(daysAgo: daysAgo, from: from, to: to, scope: scope)
        func pause(_ start: Int, _ minutes: Int) -> Break {
            Break(from: local(daysAgo, start), to: local(daysAgo, start + minutes), source: .taken)
        }
        // Sometimes a day has two sites, and the way between them is the break.
        if let other, weekday == 3, daysAgo % 2 == 0, habits.breaks != .byRule {
            let noon = DemoCompany.clock(11, 30) + early
            return [
                Visit(daysAgo: daysAgo, from: from, to: noon, scope: scope),
                Visit(daysAgo: daysAgo, from: noon + 42, to: to, scope: other),
            ]
        }
        switch habits.breaks {
        case .clocked:
            first.breaks = [pause(DemoCompany.clock(9, 30) + early, 15), pause(DemoCompany.clock(12, 15) + late, 30)]
        case .stated: first.breaks = [Break(minutes: 30, source: .stated)]
        case .byRule: break
        }
        guard habits.drives, weekday == 0 else { return [first] }
        first = Visit(daysAgo: daysAgo, from: from + 5, to: to - 40, scope: scope, breaks: first.breaks)
        return [Visit(daysAgo: daysAgo, from: from - 40, to: from + 5, scope: scope, kind: .travel), first]
    }

    /// In one transaction, as if the person had clocked them.
    private func add(_ visits: [Visit], of worker: Actor) async throws {
        let entries = visits.map { visit in
            set(local(visit.daysAgo, visit.from))
            let entry = TimeEntry(
                id: runtime.newID(), site: visit.scope.site, siteName: "", user: worker.user.id,
                userName: worker.user.name, checkedInAt: local(visit.daysAgo, visit.from),
                checkedOutAt: local(visit.daysAgo, visit.to), kind: visit.kind, breaks: Breaks(visit.breaks),
                recordedAt: runtime.now())
            return (entry: entry, scope: visit.scope)
        }
        try await database.transaction { transaction in
            for (entry, scope) in entries { try entry.insert(scope, transaction) }
        }
    }

    // MARK: Unusual days

    /// What went wrong in the last two weeks, and what became of it.
    func unusualDays(_ actors: [String: Actor], _ places: [Place]) async throws {
        func site(_ name: String) -> SiteScope? { places.first { $0.building.name == name }?.scope }
        guard let office = actors["Jonas"], let mehmet = actors["Mehmet"], let piotr = actors["Piotr"],
            let lena = actors["Lena"], let tobias = actors["Tobias"], let ion = actors["Ion"],
            let bath = site("Badsanierung Südvorstadt"), let nursery = site("Neubau Kita Sonnenhügel"),
            let stairs = site(DemoCompany.withdrawn.site)
        else { return }
        let clock = DemoCompany.clock
        let stated = [Break(minutes: 30, source: .stated)]

        // On his own on a Saturday, and a day that was far too long.
        let saturday = (1...7).first { weekday($0) == 5 } ?? 1
        let long = workingDay(5)
        try await add(
            [
                Visit(daysAgo: saturday, from: clock(7, 30), to: clock(12, 40), scope: bath),
                Visit(
                    daysAgo: long, from: clock(6, 48), to: clock(18, 21), scope: bath,
                    breaks: [
                        Break(from: local(long, clock(12, 10)), to: local(long, clock(12, 55)), source: .taken)
                    ]),
            ], of: mehmet)
        // No break at all, and he says so.
        try await add(
            [
                Visit(
                    daysAgo: workingDay(3), from: clock(7, 1), to: clock(14, 32), scope: nursery,
                    breaks: [Break(minutes: 0, source: .stated)])
            ], of: piotr)
        // Checked out at home.
        let evening = workingDay(4)
        try await add(
            [Visit(daysAgo: evening, from: clock(7, 3), to: clock(19, 47), scope: bath, breaks: stated)], of: lena)
        try await correct(
            lena, evening, on: bath, by: office, to: local(evening, clock(15, 30)),
            because: "Zu Hause ausgestempelt, war um 15:30 weg", at: local(workingDay(3), clock(8, 10)))
        // On the wrong site.
        let wrong = workingDay(6)
        try await add(
            [Visit(daysAgo: wrong, from: clock(7, 6), to: clock(15, 24), scope: stairs, breaks: stated)], of: lena)
        try await correct(
            lena, wrong, on: stairs, by: office, site: bath.site,
            because: "War in der Südvorstadt, falsche Baustelle gewählt", at: local(workingDay(5), clock(7, 40)))
        // Tapped by mistake after work.
        let twice = workingDay(7)
        try await add(
            [
                Visit(daysAgo: twice, from: clock(7, 2), to: clock(15, 16), scope: bath, breaks: stated),
                Visit(daysAgo: twice, from: clock(15, 40), to: clock(15, 52), scope: bath),
            ], of: ion)
        try await void(
            ion, twice, after: clock(15, 30), on: bath, by: mehmet, because: "Aus Versehen eingestempelt",
            at: local(workingDay(6), clock(7, 5)))
        // Without a phone: the foreman enters it.
        let without = workingDay(2)
        set(local(without, clock(15, 45)))
        let entered = NewTimeEntries(
            users: [ion.user.id], checkedInAt: local(without, clock(7, 0)), checkedOutAt: local(without, clock(15, 30)),
            kind: .work, breaks: stated, reason: "Handy zu Hause vergessen", isConfirmed: false)
        _ = try await database.make(
            TimeEntries(database, runtime: runtime).enter(
                entered, on: try mehmet.scope(bath.company, bath.site, for: .enterTimes)))
        // Forgot to check out.
        set(local(workingDay(1), clock(7, 4)))
        _ = try await database.make(
            TimeEntries(database, runtime: runtime).checkIn(
                at: nil, on: try tobias.scope(bath.company, nursery.site, for: .checkIn)))

        try await withdraw(ion, from: stairs, by: office, actors)
        try await reportLate(by: ion, and: tobias, on: stairs)
    }

    private func correct(
        _ person: Actor, _ daysAgo: Int, on scope: SiteScope, by actor: Actor, to: Instant? = nil,
        site: Site.ID? = nil, because reason: String, at: Instant
    ) async throws {
        set(at)
        guard let entry = try await entry(of: person, daysAgo, after: 0, on: scope, by: actor) else { return }
        let correction = TimeCorrection(
            checkedInAt: nil, checkedOutAt: to.map { .some($0) }, kind: nil, breaks: nil, site: site, reason: reason,
            isConfirmed: false)
        _ = try await database.make(
            TimeEntries(database, runtime: runtime).correct(
                entry.id, correction, if: .none,
                on: try actor.scope(scope.company, scope.site, for: .correctTimes)))
    }

    private func void(
        _ person: Actor, _ daysAgo: Int, after minute: Int, on scope: SiteScope, by actor: Actor,
        because reason: String, at: Instant
    ) async throws {
        set(at)
        guard let entry = try await entry(of: person, daysAgo, after: minute, on: scope, by: actor) else { return }
        _ = try await database.make(
            TimeEntries(database, runtime: runtime).void(
                entry.id, because: reason, if: .none,
                on: try actor.scope(scope.company, scope.site, for: .correctTimes)))
    }

    /// The first entry of a person on a site that began on that day after a time.
    private func entry(
        of person: Actor, _ daysAgo: Int, after minute: Int, on scope: SiteScope, by actor: Actor
    ) async throws -> TimeEntry? {
        let page = try await TimeEntries(database, runtime: runtime).list(
            withVoided: false, PageRequest(limit: 100, after: nil),
            on: try actor.scope(scope.company, scope.site, for: .readTimes))
        let period = local(daysAgo, minute)..<local(daysAgo, 1440)
        return page.items.last { $0.user == person.user.id && period.contains($0.checkedInAt) }
    }

    /// Takes a person off a site.
    private func withdraw(
        _ person: Actor, from scope: SiteScope, by actor: Actor, _ actors: [String: Actor]
    ) async throws {
        set(local(workingDay(DemoCompany.withdrawn.workingDaysAgo), DemoCompany.clock(6, 30)))
        let crew = DemoCompany.buildings.first { $0.name == DemoCompany.withdrawn.site }?.crew ?? []
        let others = crew.filter { $0 != person.user.firstName }.compactMap { actors[$0]?.user.id }
        _ = try await database.make(
            Sites(database, runtime: runtime).change(
                Edit<SiteRecord>(), users: others, if: .none,
                on: try actor.scope(scope.company, scope.site, for: .changeSites)))
    }

    /// What phones reported an hour ago, and what the office has to decide: a day on a site that the one isn't on any more, and more
    /// material than the other's site has.
    private func reportLate(by ion: Actor, and tobias: Actor, on scope: SiteScope) async throws {
        set(start + .seconds(-3600))
        let day = workingDay(3)
        let clock = DemoCompany.clock
        let timeEntries = TimeEntries(database, runtime: runtime)
        let here = try ion.scope(scope.company, scope.site, for: .checkIn)
        _ = try await database.make(timeEntries.checkIn(at: local(day, clock(7, 9)), on: here))
        _ = try await database.make(timeEntries.checkOut(at: local(day, clock(15, 11)), on: here))
        let reading = try tobias.scope(scope.company, scope.site, for: .readSites)
        guard
            let oil = try await Sites(database, runtime: runtime).get(reading).materials.first(where: { $0.unit == "l" }
            )
        else { return }
        let taken = Adjustment(
            delta: Quantity(thousandths: -8_000), note: "3. OG, zweimal geölt", at: local(workingDay(1), clock(13, 20)))
        _ = try await database.make(
            Materials(database, runtime: runtime).adjust(
                oil.id, taken, on: try tobias.scope(scope.company, scope.site, for: .adjustAmounts)))
    }

    // MARK: Days

    /// 0 is a Monday; 1970-01-01 was a Thursday.
    func weekday(_ daysAgo: Int) -> Int { (today.daysSince1970 - daysAgo + 3) % 7 }

    private func week(_ daysAgo: Int) -> Int { (today.daysSince1970 - daysAgo + 3) / 7 }

    /// Whether no one works then: a weekend or a holiday.
    func isFree(_ daysAgo: Int) -> Bool { weekday(daysAgo) >= 5 || holidays.name(of: today + -daysAgo) != nil }

    /// How many days ago the last working day was, the one before it, and so on, counted from 1.
    func workingDay(_ number: Int) -> Int {
        var (daysAgo, left) = (0, number)
        while left > 0 {
            daysAgo += 1
            if !isFree(daysAgo) { left -= 1 }
        }
        return daysAgo
    }

    /// - Parameter minute: after midnight, as clocks of the company show it.
    func local(_ daysAgo: Int, _ minute: Int) -> Instant {
        (today + -daysAgo).start(in: "Europe/Berlin") + .seconds(minute * 60)
    }
}
