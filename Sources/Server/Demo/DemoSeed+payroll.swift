import Core
import Storage

/// What the office makes of the hours: targets, absences, and a month that was approved and exported.
extension DemoSeed {
    private var crew: [String] { DemoCompany.workingDays.map(\.who) }

    /// The latest month that ended before anything unusual: the days since then are still being looked at.
    var paidMonth: Month {
        var month = Month(of: Month(of: today).first + -1)
        while month.last >= today + -workingDay(7) { month = Month(of: month.first + -1) }
        return month
    }

    /// Two days in the middle of that month, as days ago.
    var sickDays: [Int] {
        let month = paidMonth
        let days = month.last.daysUntil(today)...month.first.daysUntil(today)
        let workdays = days.reversed().filter { !isFree($0) }
        return Array(workdays.dropFirst(6).prefix(2))
    }

    /// The company's region, and how long everyone on its sites is to work.
    func agree(_ actors: [String: Actor]) async throws {
        guard let owner = actors[DemoCompany.owner], let office = actors[DemoCompany.bookkeeper] else { return }
        let company = owner.user.companyID
        var edit = Edit<Company>()
        edit.set(\.region, .some(DemoCompany.region))
        _ = try await database.make(
            Companies(database, runtime: runtime).change(
                edit, if: .none, in: try owner.scope(company, for: .changeCompany)))
        let scope = try office.scope(company, for: .changeTargets)
        for person in crew {
            guard let user = actors[person]?.user.id else { continue }
            // The longest of their sites began then.
            let target = WorkTarget(
                from: today + -95, DemoCompany.week, openingMinutes: DemoCompany.openings[person])
            _ = try await database.make(WorkTargets(database, runtime: runtime).set([target], of: user, in: scope))
        }
    }

    /// Holidays that were asked for and granted, an illness, and one that waits for its answer.
    func stayAway(_ actors: [String: Actor]) async throws {
        guard let owner = actors[DemoCompany.owner] else { return }
        let company = owner.user.companyID
        let absences = Absences(database, runtime: runtime)
        func ask(_ person: String, _ kind: Absence.Kind, _ days: ClosedRange<Int>, _ note: String?) async throws
            -> Absence?
        {
            guard let actor = actors[person] else { return nil }
            let new = Absences.New(
                user: nil, kind, from: today + -days.upperBound, to: today + -days.lowerBound, .whole, note: note)
            return try await database.make(absences.enter(new, in: try actor.scope(company, for: .changeAbsences)))
        }
        for habits in DemoCompany.workingDays {
            guard let days = habits.holiday else { continue }
            set(local(days.upperBound + 20, DemoCompany.clock(17, 40)))
            guard let absence = try await ask(habits.who, .vacation, days, nil) else { continue }
            set(local(days.upperBound + 19, DemoCompany.clock(8, 15)))
            _ = try await database.make(
                absences.change(
                    absence.id, Edit<Absence>(), to: .granted, if: .none,
                    in: try owner.scope(company, for: .changeAbsences)))
        }
        if let habits = DemoCompany.workingDays.first(where: \.isSick), let first = sickDays.first,
            let last = sickDays.last
        {
            set(local(first, DemoCompany.clock(6, 20)))
            _ = try await ask(habits.who, .sick, last...first, nil)
        }
        // From a Monday in three weeks on.
        let monday = -21 - (7 - weekday(0)) % 7
        set(local(1, DemoCompany.clock(17, 25)))
        _ = try await ask("Lena", .vacation, (monday - 4)...monday, "Familienfeier in Gdańsk")
    }

    /// The month is approved and exported; last week was submitted.
    func pay(_ actors: [String: Actor], _ places: [Place]) async throws {
        guard let office = actors[DemoCompany.bookkeeper] else { return }
        let (company, month) = (office.user.companyID, paidMonth)
        let people = crew.compactMap { actors[$0] }
        let approvals = DayApprovals(runtime: runtime)
        let morning = (month.last + 2).daysUntil(today)
        set(local(morning, DemoCompany.clock(9, 5)))
        _ = try await database.make(
            approvals.approve(
                PersonDays(users: people.map(\.user.id), from: month.first, until: month.last),
                in: try office.scope(company, for: .approveTimes)))
        var settings = WageSettings()
        let (consultant, client) = DemoCompany.payroll
        (settings.consultantNumber, settings.clientNumber) = (consultant, client)
        settings.wageTypes = DemoCompany.wageTypes
        settings.costCentres = places.compactMap { place in
            DemoCompany.costCentres[place.building.name].map {
                WageSettings.CostCentre(site: place.scope.site, number: $0)
            }
        }
        let (wages, scope) = (Wages(database, runtime: runtime), try office.scope(company, for: .exportHours))
        _ = try await database.make(wages.change(to: settings, if: .none, in: scope))
        set(local(morning, DemoCompany.clock(9, 40)))
        _ = try await database.make(wages.make(month, .lodas, of: nil, in: scope))

        // On this week's Monday, once the week was over.
        let monday = weekday(0)
        set(min(local(monday, DemoCompany.clock(6, 40)), start))
        for person in people {
            _ = try await database.make(
                approvals.submit(
                    PersonDays(users: [], from: today + -(monday + 7), until: today + -(monday + 1)),
                    in: try person.scope(company, for: .submitTimes)))
        }
    }
}

extension Day {
    fileprivate func daysUntil(_ other: Day) -> Int { other.daysSince1970 - daysSince1970 }
}
