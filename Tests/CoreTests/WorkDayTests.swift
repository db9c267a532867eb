import Core
import Foundation
import Storage
import TestSupport
import Testing

@Suite("Days of work")
struct WorkDayTests {
    @Test(
        "the rule subtracts the break that the law asks for, and no more",
        arguments: [
            ("07:00", "13:00", 0, 360), ("07:00", "13:01", 30, 331), ("07:00", "16:30", 30, 540),
            ("07:00", "16:31", 45, 526), ("07:43", "16:44", 30, 511), ("07:00", "07:00", 0, 0),
        ])
    func rule(from: String, to: String, breaks: Int, work: Int) {
        let day = day([.at(from, to)], .legal)
        #expect((day.breakMinutes, day.minutes) == (breaks, work))
        #expect(day.breakSource == (breaks > 0 ? .rule : nil))
        #expect(!day.warnings.contains(.noBreak) && !day.warnings.contains(.shortBreak))
    }

    @Test("without the rule nothing is subtracted, and the missing break is a warning")
    func noRule() {
        let long = day([.at("07:43", "16:44")], .none)
        #expect((long.minutes, long.breakMinutes, long.breakSource) == (541, 0, nil))
        #expect(long.warnings == [.noBreak, .over8Hours])
        #expect(day([.at("07:00", "13:00")], .none).warnings.isEmpty)
        #expect(day([.at("07:00", "13:01")], .none).warnings == [.noBreak])
    }

    @Test("a gap is a break, and isn't subtracted", arguments: [BreakRule.none, .legal])
    func gap(rule: BreakRule) {
        let split = day([.at("06:00", "12:00"), .at("13:00", "15:00")], rule)
        #expect((split.presenceMinutes, split.breakMinutes, split.minutes, split.gapMinutes) == (480, 0, 480, 60))
        #expect(split.breakSource == nil)
        #expect(split.warnings.isEmpty)
    }

    @Test("gaps of ten minutes are none", arguments: [BreakRule.none, .legal])
    func shortGaps(rule: BreakRule) {
        let four: [WorkStretch] = [
            .at("06:00", "08:00"), .at("08:10", "09:10"), .at("09:20", "10:20"), .at("10:30", "12:30"),
        ]
        let day = day(four, rule)
        #expect((day.presenceMinutes, day.breakMinutes, day.minutes, day.gapMinutes) == (360, 0, 360, 0))
        #expect(day.warnings.isEmpty)
        let longer = self.day(Array(four.dropLast()) + [.at("10:30", "12:31")], rule)
        #expect((longer.breakMinutes, longer.gapMinutes) == (rule == .legal ? 30 : 0, 0))
        #expect(longer.warnings == (rule == .legal ? [] : [.noBreak]))
    }

    @Test(
        "the rule adds to gaps that are too short only what is missing",
        arguments: [
            ("08:00", "08:20", "14:20", 480, 10), ("08:00", "08:30", "15:30", 540, 0),
            // More than nine hours of work need 45 minutes, the gap had 30.
            ("08:00", "08:30", "15:50", 560, 15), ("08:00", "08:20", "16:20", 600, 25),
            // Up to nine hours of work are left.
            ("08:00", "08:20", "15:30", 550, 10),
            ("08:00", "08:14", "14:14", 480, 30),
        ])
    func partialGap(firstEnd: String, secondStart: String, secondEnd: String, presence: Int, breaks: Int) {
        let day = day([.at("06:00", firstEnd), .at(secondStart, secondEnd)], .legal)
        #expect((day.presenceMinutes, day.breakMinutes) == (presence, breaks))
    }

    @Test("a recorded break switches the rule off, even one of no length")
    func recorded() {
        let none = day([.at("07:00", "16:00", breaks: [.init(minutes: 0, source: .stated)])], .legal)
        #expect((none.breakMinutes, none.breakSource, none.minutes) == (0, .stated, 540))
        #expect(none.warnings == [.noBreak, .over8Hours])
        let short = day([.at("07:00", "16:00", breaks: [.taken("12:00", "12:20")])], .legal)
        #expect((short.breakMinutes, short.breakSource, short.minutes) == (20, .taken, 520))
        #expect(short.warnings == [.shortBreak, .over8Hours])
        let enough = day([.at("07:00", "16:00", breaks: [.taken("12:00", "12:30")])], .legal)
        #expect((enough.minutes, enough.warnings) == (510, [.over8Hours]))
        let long = day([.at("07:00", "18:00", breaks: [.taken("12:00", "12:30")])], .legal)
        #expect((long.minutes, long.warnings) == (630, [.shortBreak, .over8Hours, .over10Hours]))
    }

    @Test("pieces of less than 15 minutes are subtracted, and don't count before the law")
    func pieces() {
        let day = day(
            [
                .at(
                    "07:00", "15:00",
                    breaks: [.taken("09:00", "09:10"), .taken("11:00", "11:10"), .taken("13:00", "13:10")])
            ],
            .none)
        #expect((day.breakMinutes, day.minutes, day.warnings) == (30, 450, [.shortBreak]))
    }

    @Test("no one works longer than six hours on end, where it is known when the break was")
    func onEnd() {
        let late = day([.at("07:00", "15:00", breaks: [.taken("13:01", "13:31")])], .none)
        #expect(late.warnings == [.shortBreak])
        #expect(day([.at("07:00", "15:00", breaks: [.taken("13:00", "13:30")])], .none).warnings.isEmpty)
        #expect(day([.at("07:00", "15:00", breaks: [.init(minutes: 30, source: .stated)])], .none).warnings.isEmpty)
        #expect(day([.at("06:00", "07:00"), .at("08:00", "14:30")], .legal).warnings == [.shortBreak])
    }

    @Test("a day whose breaks are known in two ways is as sure as the weaker one")
    func sources() {
        let day = day(
            [.at("07:00", "15:00", breaks: [.taken("09:00", "09:15"), .init(minutes: 15, source: .stated)])], .none)
        #expect((day.breakMinutes, day.breakSource, day.warnings) == (30, .stated, []))
    }

    @Test("seconds are cut off before anything is subtracted")
    func seconds() {
        #expect(day([.at("07:00:59", "15:00:58")], .none).presenceMinutes == 480)
        let six = (0..<6).map { WorkStretch.at("0\($0 + 1):00:59", "0\($0 + 1):08:58") }
        #expect(day(six, .none).presenceMinutes == 48)
    }

    @Test("nights on which the clocks change have the hours that they had")
    func clocks() {
        let winter = days([.on("2026-10-24T20:00:00Z", "2026-10-25T05:00:00Z")])
        #expect(winter.map(\.presenceMinutes) == [540])
        #expect(winter.map(\.day.text) == ["2026-10-24"])
        let summer = days([.on("2026-03-28T21:00:00Z", "2026-03-29T04:00:00Z")])
        #expect(summer.map(\.presenceMinutes) == [420])
        // 02:10 in summer time to 02:40 in winter time.
        #expect(days([.on("2026-10-25T00:10:00Z", "2026-10-25T01:40:00Z")]).map(\.presenceMinutes) == [90])
    }

    @Test("an entry belongs to the day on which it began, in the company's time zone")
    func belongs() {
        let late = [
            WorkStretch.on("2026-11-24T22:59:00Z", "2026-11-25T03:00:00Z"),
            .on("2026-11-25T23:00:00Z", "2026-11-26T03:00:00Z"),
        ]
        #expect(days(late).map(\.day.text) == ["2026-11-24", "2026-11-26"])
        #expect(days(late, zone: "UTC").map(\.day.text) == ["2026-11-24", "2026-11-25"])
        // Days that weren't looked up ahead.
        #expect(days([.on("2020-02-29T23:30:00Z", "2020-03-01T03:00:00Z")]).map(\.day.text) == ["2020-03-01"])
    }

    @Test("an open entry counts in no sum; the gap before it is known already")
    func open() {
        let day = day([.at("06:00", "12:30"), .at("13:00", nil)], .legal)
        #expect((day.presenceMinutes, day.minutes, day.breakMinutes, day.gapMinutes) == (390, 390, 0, 30))
        #expect((day.isOpen, day.to, day.entries.count) == (true, nil, 2))
        let alone = self.day([.at("06:00", nil, breaks: [.taken("09:00", "09:30")])], .legal)
        #expect((alone.presenceMinutes, alone.breakMinutes, alone.breakSource, alone.isOpen) == (0, 0, nil, true))
    }

    @Test("an entry that is open for more than 14 hours is a warning")
    func openTooLong() {
        let now = WorkStretch.clock("22:00:00")
        #expect(day([.at("08:00", nil)], .none, now: now).warnings.isEmpty)
        #expect(day([.at("07:59", nil)], .none, now: now).warnings == [.openTooLong])
    }

    @Test("travel is a part of the work; the rule's break shortens other work first")
    func travel() {
        let trip = day([.at("06:00", "07:00", isTravel: true), .at("07:00", "15:00")], .legal)
        #expect((trip.presenceMinutes, trip.minutes, trip.travelMinutes) == (540, 510, 60))
        let only = day([.at("06:00", "14:00", isTravel: true)], .legal)
        #expect((only.minutes, only.travelMinutes) == (450, 450))
        let paused = day(
            [.at("06:00", "08:00", isTravel: true, breaks: [.taken("07:00", "07:30")]), .at("08:00", "12:00")], .none)
        #expect((paused.minutes, paused.travelMinutes) == (330, 90))
    }

    @Test("the rest between two days is eleven hours")
    func rest() {
        func warnings(_ end: String) -> [WorkDay.Warning] {
            days([.on("2026-11-24T16:00:00Z", end), .on("2026-11-25T06:00:00Z", "2026-11-25T10:00:00Z")])[1].warnings
        }
        #expect(warnings("2026-11-24T19:00:59Z").isEmpty)
        #expect(warnings("2026-11-24T19:01:00Z") == [.shortRest])
        // One shift that goes on over midnight in two entries.
        let shift = days([
            .on("2026-11-24T19:00:00Z", "2026-11-24T23:00:00Z"), .on("2026-11-24T23:00:00Z", "2026-11-25T01:00:00Z"),
        ])
        #expect(shift.map(\.warnings) == [[], []])
    }

    @Test("Sundays begin and end at midnight of the company's time zone")
    func sundays() {
        // 29 November 2026 is a Sunday.
        #expect(days([.on("2026-11-28T20:00:00Z", "2026-11-28T23:00:00Z")])[0].warnings.isEmpty)
        #expect(days([.on("2026-11-28T20:00:00Z", "2026-11-28T23:01:00Z")])[0].warnings == [.sundayOrHoliday])
        #expect(days([.on("2026-11-29T22:30:00Z", "2026-11-29T23:30:00Z")])[0].warnings == [.sundayOrHoliday])
        #expect(days([.on("2026-11-29T23:00:00Z", "2026-11-29T23:30:00Z")])[0].warnings.isEmpty)
        #expect(
            days([.on("1969-12-28T10:00:00Z", "1969-12-28T11:00:00Z")], zone: "UTC")[0].warnings == [.sundayOrHoliday])
    }

    @Test("a day is recorded by the end of the seventh day that follows")
    func late() {
        func warnings(_ recorded: String) -> [WorkDay.Warning] {
            days([.on("2026-11-03T06:00:00Z", "2026-11-03T10:00:00Z", recorded: Instant(recorded))])[0].warnings
        }
        #expect(warnings("2026-11-10T22:59:59.999Z").isEmpty)
        #expect(warnings("2026-11-10T23:00:00Z") == [.lateRecord])
    }

    @Test("an entry of more than 24 hours is a warning")
    func overADay() {
        #expect(!days([.on("2026-11-24T06:00:00Z", "2026-11-25T06:00:59Z")])[0].warnings.contains(.over24Hours))
        #expect(
            days([.on("2026-11-24T06:00:00Z", "2026-11-25T06:01:00Z")])[0].warnings
                == [.noBreak, .over8Hours, .over10Hours, .over24Hours])
    }

    @Test(
        "who is under 18 is protected more (JArbSchG sections 8, 11, 14)",
        arguments: [
            ("07:00", "11:30", 0, false), ("07:00", "11:31", 0, true), ("07:00", "12:01", 30, false),
            ("07:00", "13:30", 30, false), ("07:00", "13:31", 30, true), ("07:00", "14:01", 60, false),
            ("07:00", "16:00", 60, false), ("07:00", "16:01", 60, true), ("06:00", "08:00", 0, false),
            ("05:59", "08:00", 0, true), ("18:00", "20:00", 0, false), ("18:00", "20:01", 0, true),
        ])
    func youth(from: String, to: String, pause: Int, isMarked: Bool) {
        let breaks = pause > 0 ? [Break(minutes: pause, source: .stated)] : []
        let day = Day(daysSince1970: 20_781)
        func marks(until: Day?) -> Bool {
            WorkDay.days(
                of: [.at(from, to, breaks: breaks)], in: ZoneDays("Europe/Berlin", knowing: day...day), rule: .none,
                youthUntil: until, now: WorkStretch.clock("23:00:00"))[0].warnings.contains(.youth)
        }
        #expect(marks(until: day) == isMarked && !marks(until: day + -1) && !marks(until: nil))
    }

    @Test("who is under 18 rests for twelve hours")
    func youthRest() {
        let first = Day(daysSince1970: 20_780)
        for (start, isMarked) in [("07:59", true), ("08:00", false)] {
            let days = WorkDay.days(
                of: [.on("2026-11-23T15:00:00Z", "2026-11-23T19:00:00Z"), .at(start, "09:00")],
                in: ZoneDays("Europe/Berlin", knowing: first...(first + 1)), rule: .none, youthUntil: first + 1,
                now: WorkStretch.clock("23:00:00"))
            #expect(days[1].warnings.contains(.youth) == isMarked && !days[0].warnings.contains(.youth))
        }
    }

    @Test("a week of a person under 18 has 40 hours from Monday on: what goes beyond is marked (JArbSchG section 8)")
    func youthWeek() {
        // A Monday.
        let monday = Day(daysSince1970: 20_780)
        #expect(monday.weekday == 0)
        func day(_ number: Int, _ minutes: Int) -> WorkDay {
            WorkDay(
                day: monday + number, from: Instant(milliseconds: 0), to: nil, presenceMinutes: minutes, gapMinutes: 0,
                breakMinutes: 0,
                breakSource: nil, travelMinutes: 0, entries: [], isOpen: false, warnings: [])
        }
        func marked(_ days: [(Int, Int)], from first: Int = 0, until last: Int = 30, after earlier: Int = 0) -> [Int] {
            var found = days.map { day($0.0, $0.1) }
            WorkDay.markYoungWeeks(&found, from: monday + first, until: monday + last, after: earlier)
            return zip(days, found).filter { $1.warnings == [.youth] }.map(\.0.0)
        }
        let week = (0..<5).map { ($0, 480) }
        #expect(marked(week) == [])
        #expect(marked(week + [(5, 1)]) == [5])
        // The next week begins anew, and a day without work isn't too long.
        #expect(marked(week + [(6, 60), (7, 480), (8, 0)]) == [6])
        #expect(marked([(0, 2_401), (1, 0), (2, 5)]) == [0, 2])
        // What was worked before the period, and days before it that aren't whole.
        #expect(marked([(2, 480), (3, 480), (4, 480)], from: 2, after: 961) == [4])
        #expect(marked([(2, 480), (3, 480), (4, 480), (7, 480)], from: 3, after: 1_441) == [4])
        // Only until the person is 18.
        #expect(marked(week + [(5, 60), (6, 60)], until: 5) == [5])
        #expect(marked(week + [(5, 60)], until: -3) == [])
    }

    // MARK: By chance

    /// How many days are compared; more of them with POLIER_TEST_WORK_DAYS.
    private static let count = ProcessInfo.processInfo.environment["POLIER_TEST_WORK_DAYS"].flatMap { Int($0) } ?? 2_000

    @Test("days by chance are what a count minute by minute comes to")
    func byChance() throws {
        var chance = Chance(20_261_129)
        var compared = 0
        while compared < Self.count {
            let person = ChancePerson(&chance)
            let zone = ZoneDays(person.zone, knowing: person.first...(person.first + 5))
            // Any day may be a holiday, and the person may come of age on any.
            let free = (0..<chance.below(3)).map { _ in person.first + (chance.below(8) - 1) }
            let calendar = HolidayCalendar(
                home: nil, LocalHolidays(free.map { .init($0, "Fest \($0.text)") }),
                in: person.first...(person.first + 5))
            let youthUntil = chance.isOne(of: 2) ? person.first + chance.below(3) : nil
            let days = WorkDay.days(
                of: person.stretches.shuffled(using: &chance), in: zone, rule: person.rule, holidays: calendar,
                youthUntil: youthUntil, now: person.now)
            let expected = MinuteByMinute(
                person.stretches, in: person.zone, rule: person.rule,
                holidays: Dictionary(free.map { ($0.text, "Fest \($0.text)") }) { first, _ in first },
                youthUntil: youthUntil?.text, now: person.now
            ).days
            try #require(days == expected, "\(person)")
            compared += days.count
        }
    }

    private func day(
        _ stretches: [WorkStretch], _ rule: BreakRule, now: Instant = WorkStretch.clock("23:00:00")
    ) -> WorkDay {
        let day = Day(daysSince1970: 20_781)
        return WorkDay.days(of: stretches, in: ZoneDays("Europe/Berlin", knowing: day...day), rule: rule, now: now)[0]
    }

    private func days(_ stretches: [WorkStretch], zone: String = "Europe/Berlin") -> [WorkDay] {
        let first = Day(daysSince1970: 20_760)
        let days = ZoneDays(zone, knowing: first...(first + 40))
        return WorkDay.days(
            of: stretches, in: days, rule: .none, now: WorkStretch.clock("23:00:00") + .seconds(10 * 86_400))
    }
}

extension WorkStretch {
    /// On 24 November 2026, a Tuesday, in Berlin.
    static func at(_ from: String, _ to: String?, isTravel: Bool = false, breaks: [Break] = []) -> WorkStretch {
        WorkStretch(
            .init(), from: clock(from), to: to.map(clock), isTravel: isTravel, breaks: breaks,
            recordedAt: clock(to ?? from))
    }

    static func clock(_ text: String) -> Instant {
        Instant("2026-11-24T\(text.count == 5 ? text + ":00" : text)+01:00") ?? Instant(milliseconds: 0)
    }

    static func on(_ from: String, _ to: String, recorded: Instant? = nil) -> WorkStretch {
        let (from, to) = (Instant(from), Instant(to))
        return WorkStretch(
            .init(), from: from ?? Instant(milliseconds: 0), to: to,
            recordedAt: recorded ?? to ?? Instant(milliseconds: 0))
    }
}

extension Break {
    static func taken(_ from: String, _ to: String) -> Self {
        Self(from: WorkStretch.clock(from), to: WorkStretch.clock(to), source: .taken)
    }
}
