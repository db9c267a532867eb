import Core
import Foundation
import Storage
import TestSupport
import Testing

@testable import Core

@Suite("Targets and absences")
struct WorkPlanTests {
    /// Monday, 21 December 2026: Christmas is on Friday and Saturday.
    private static let monday = Day(daysSince1970: 20_808)
    private static let week = [480, 480, 480, 480, 360, 0, 0]
    private static let calendar = HolidayCalendar(home: .hesse, in: monday...(monday + 13))

    private static let zone = ZoneDays("UTC", knowing: monday...(monday + 6))

    private static func away(_ kind: Absence.Kind, _ part: Absence.Part, _ from: Int, _ to: Int? = nil) -> WorkPlan.Away
    {
        WorkPlan.Away(Absence.ID(), kind, part, (monday + from)...(monday + (to ?? from)))
    }

    private static func days(_ absences: [WorkPlan.Away], worked: [WorkDay] = [], targets: [WorkTarget]? = nil)
        -> [WorkDay]
    {
        let plan = WorkPlan(
            targets ?? [WorkTarget(from: monday, week, openingMinutes: nil)], absences, calendar, in: zone)
        return plan.days(worked, of: monday...(monday + 6))
    }

    private static func worked(_ day: Int, minutes: Int) -> WorkDay {
        let start = (monday + day).start + .seconds(7 * 3600)
        let stretch = WorkStretch(
            TimeEntry.ID(), from: start, to: start + .seconds(60 * minutes), recordedAt: start)
        return WorkDay.days(of: [stretch], in: zone, rule: .none, holidays: calendar, now: start + .seconds(86_400))[0]
    }

    @Test("the week begins on a Monday") func week() {
        #expect(Self.monday.weekday == 0 && Self.monday.text == "2026-12-21")
    }

    @Test("days with a target are there, and a holiday counts as worked")
    func holidays() {
        let days = Self.days([])
        #expect(days.map(\.targetMinutes) == [480, 480, 480, 480, 360])
        #expect(days.map(\.creditMinutes) == [0, 0, 0, 0, 360])
        #expect(days.map(\.balanceMinutes) == [-480, -480, -480, -480, 0])
        #expect(days.map(\.holiday) == [nil, nil, nil, nil, "1. Weihnachtstag"])
        #expect(
            days.allSatisfy { $0.from == $0.day.start && $0.to == nil && $0.entries.isEmpty && $0.warnings.isEmpty })
        // Work on a holiday comes on top.
        let fourth = Self.days([], worked: [Self.worked(4, minutes: 120)])[4]
        #expect(fourth.balanceMinutes == 120 && fourth.warnings == [.sundayOrHoliday])
    }

    @Test(
        "what an absence counts as",
        arguments: [
            (.vacation, .whole, 480, 480, 480), (.sick, .half, 480, 240, 240), (.weather, .minutes(100), 480, 100, 100),
            (.school, .minutes(1_000), 480, 480, 480), (.compensation, .whole, 480, 0, 480),
            (.unpaid, .whole, 0, 0, 480),
            (.unpaid, .half, 240, 0, 240),
        ] as [(Absence.Kind, Absence.Part, Int, Int, Int)])
    func kinds(_ kind: Absence.Kind, _ part: Absence.Part, target: Int, credit: Int, taken: Int) {
        let day = Self.days([Self.away(kind, part, 1)])[1]
        #expect((day.targetMinutes, day.creditMinutes, day.absences[0].minutes) == (target, credit, taken))
        #expect(day.balanceMinutes == credit - target && day.absences[0].kind == kind && day.warnings.isEmpty)
        #expect(day.absences[0].isHalf == (part == .half))
    }

    @Test("two halves are the whole of an odd number of minutes, and no more than it counts")
    func halves() {
        let odd = [WorkTarget(from: Self.monday, [465, 0, 0, 0, 0, 0, 0], openingMinutes: nil)]
        let day = Self.days([Self.away(.vacation, .half, 0), Self.away(.sick, .half, 0)], targets: odd)[0]
        #expect(day.absences.map(\.minutes) == [233, 232] && day.creditMinutes == 465 && day.balanceMinutes == 0)
        let more = Self.days([Self.away(.vacation, .half, 0), Self.away(.sick, .minutes(400), 0)], targets: odd)[0]
        #expect(more.absences.map(\.minutes) == [233, 232])
        // A holiday leaves nothing for a holiday of one's own.
        let christmas = Self.days([Self.away(.vacation, .whole, 4)])[4]
        #expect(christmas.creditMinutes == 360 && christmas.absences[0].minutes == 0)
    }

    @Test("work on a day off is a warning, on half of one it isn't")
    func warnings() {
        func found(_ part: Absence.Part) -> [WorkDay.Warning] {
            Self.days([Self.away(.vacation, part, 1)], worked: [Self.worked(1, minutes: 60)])[1].warnings
        }
        #expect(found(.whole) == [.absenceWithEntries] && found(.half) == [] && found(.minutes(60)) == [])
        let day = Self.days([Self.away(.vacation, .whole, 1)], worked: [Self.worked(1, minutes: 60)])[1]
        #expect((day.minutes, day.creditMinutes, day.balanceMinutes) == (60, 480, 60))
    }

    @Test("without targets there are the days of absences, and no balance")
    func noTargets() {
        let days = Self.days([Self.away(.sick, .whole, 5, 6), Self.away(.weather, .minutes(90), 0)], targets: [])
        #expect(
            days.map { $0.day.weekday } == [0, 5, 6]
                && days.allSatisfy { $0.targetMinutes == nil && $0.balanceMinutes == nil })
        #expect(days.map { $0.absences[0].minutes } == [90, 0, 0] && days.allSatisfy { $0.creditMinutes == 0 })
        #expect(Self.days([], targets: []).isEmpty)
    }

    @Test("each target holds until the next one, and none before the first")
    func changes() {
        let two = [
            WorkTarget(from: Self.monday + 1, [60, 60, 60, 60, 60, 60, 60], openingMinutes: nil),
            WorkTarget(from: Self.monday + 3, [0, 0, 0, 30, 0, 30, 0], openingMinutes: 5),
        ]
        #expect(
            Self.days([], targets: two).map { [$0.day.weekday, $0.targetMinutes ?? -1] } == [
                [1, 60], [2, 60], [3, 30], [5, 30],
            ])
        let before = Self.days([], worked: [Self.worked(0, minutes: 60)], targets: two)[0]
        #expect(before.targetMinutes == nil && before.balanceMinutes == nil)
    }

    @Test("numbers that no one could have entered count as the nearest that one can")
    func bounds() {
        let wild = WorkTarget(from: Self.monday, [Int.max, -1, 1441, 0, 0, 0, 0], openingMinutes: Int.min)
        #expect((0..<8).map(wild.minutes) == [1440, 0, 1440, 0, 0, 0, 0, 0] && wild.minutes(on: -1) == 0)
        #expect(wild.openingMinutes == -WorkTarget.mostOpening)
    }

    /// Any weeks by chance, added up without the product's own computation: what is owed, and what is paid.
    @Test("balances by chance are what a sum of each day comes to")
    func byChance() {
        var chance = Chance(20_261_130)
        for _ in 0..<300 {
            let week = (0..<7).map { _ in chance.isOne(of: 3) ? 0 : chance.below(600) }
            let kinds = Absence.Kind.allCases
            let absences = (0..<chance.below(4)).map { _ -> WorkPlan.Away in
                let (from, length) = (chance.below(7), chance.below(3))
                let part: Absence.Part = [.whole, .half, .minutes(1 + chance.below(700))][chance.below(3)]
                return Self.away(kinds[chance.below(kinds.count)], part, from, from + length)
            }
            let work = (0..<7).filter { _ in chance.isOne(of: 2) }.map {
                Self.worked($0, minutes: 1 + chance.below(600))
            }
            let days = Self.days(
                absences, worked: work, targets: [WorkTarget(from: Self.monday, week, openingMinutes: nil)])
            for number in 0..<7 {
                let day = days.first { $0.day == Self.monday + number }
                let done = work.first { $0.day == Self.monday + number }?.minutes ?? 0
                var (open, balance) = (week[number], done - week[number])
                if number == 4 || number == 5 { (open, balance) = (0, done) }
                let ofDay = absences.filter { $0.days.contains(Self.monday + number) }
                for one in ofDay {
                    var minutes = week[number]
                    if case .half = one.part { minutes = minutes / 2 + minutes % 2 }
                    if case .minutes(let some) = one.part { minutes = some }
                    // Each minute is taken once.
                    while minutes > 0, open > 0 {
                        (minutes, open) = (minutes - 1, open - 1)
                        if one.kind != .compensation { balance += 1 }
                    }
                }
                #expect((day == nil) == (done == 0 && week[number] == 0 && ofDay.isEmpty))
                #expect(day?.balanceMinutes ?? 0 == balance, "\(week) \(absences) \(number)")
            }
        }
    }
}
