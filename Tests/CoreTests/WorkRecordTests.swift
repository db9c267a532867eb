import Core
import Foundation
import Storage
import TestSupport
import Testing

@Suite("Records of work, divided at midnight")
struct WorkRecordTests {
    @Test("a night is on two days, and its breaks are where they were")
    func night() {
        let night = stretch(
            "2026-11-23T22:00:30+01:00", "2026-11-24T06:10:59+01:00",
            [
                .init(from: at("2026-11-23T23:50:00+01:00"), to: at("2026-11-24T00:20:00+01:00"), source: .taken),
                .init(from: at("2026-11-24T03:00:00+01:00"), to: at("2026-11-24T03:15:00+01:00"), source: .stated),
            ])
        let days = record([night]).days
        #expect(days.map(\.day.text) == ["2026-11-23", "2026-11-24"])
        #expect(days.map(\.presenceMinutes) == [120, 370])
        #expect(days.map(\.minutes) == [110, 335])
        #expect(
            days[0].pieces[0].to == at("2026-11-24T00:00:00+01:00") && days[1].pieces[0].from == days[0].pieces[0].to)
        #expect(days.flatMap(\.pieces).allSatisfy { $0.breakSource == .stated && $0.siteName == "Bad" })
        // The day before isn't asked for.
        #expect(record([night], from: "2026-11-24").days.map(\.minutes) == [335])
    }

    @Test("a break of which only the length is known comes off the longer part, and off the other one then")
    func unplaced() {
        func minutes(_ length: Int) -> [Int] {
            let breaks = [Break(minutes: length, source: .stated)]
            return record([stretch("2026-11-23T23:00:00+01:00", "2026-11-24T02:00:00+01:00", breaks)]).days.map(
                \.minutes)
        }
        #expect(minutes(45) == [60, 75])
        #expect(minutes(130) == [50, 0])
        // Equally long: off the earlier one.
        let even = record(
            [stretch("2026-11-23T23:00:00+01:00", "2026-11-24T01:00:00+01:00", [.init(minutes: 10, source: .stated)])])
        #expect(even.days.map(\.minutes) == [50, 60])
        #expect(even.days.map { $0.pieces[0].breakSource } == [.stated, nil])
    }

    @Test("what the rule subtracts comes off as in time sheets")
    func rule() {
        let night = stretch("2026-11-23T20:00:00+01:00", "2026-11-24T05:30:00+01:00")
        let days = record([night], rule: .legal).days
        #expect(days.map(\.minutes) == [240, 300] && days[1].pieces[0].breakSource == .rule)
    }

    @Test("nights on which the clocks change have the hours that they had")
    func clocks() {
        func minutes(_ from: String, _ to: String) -> [Int] {
            record([stretch(from, to)], from: "2026-03-01", to: "2026-10-31").days.map(\.minutes)
        }
        #expect(minutes("2026-10-24T22:00:00+02:00", "2026-10-25T06:00:00+01:00") == [120, 420])
        #expect(minutes("2026-03-28T22:00:00+01:00", "2026-03-29T06:00:00+02:00") == [120, 300])
    }

    @Test("an entry over three days, one until midnight, one of no length, and an open one")
    func edges() {
        let long = record([stretch("2026-11-22T12:00:00+01:00", "2026-11-24T12:00:00+01:00")])
        #expect(long.days.map(\.minutes) == [720, 1440, 720])
        let until = record([stretch("2026-11-23T20:00:00+01:00", "2026-11-24T00:00:40+01:00")])
        #expect(until.days.map(\.minutes) == [240])
        let none = record([stretch("2026-11-23T20:00:10+01:00", "2026-11-23T20:00:50+01:00")])
        #expect(none.days.map(\.minutes) == [0] && none.days[0].pieces.count == 1)
        let id = TimeEntry.ID("00000000-0000-7000-8000-000000000001") ?? TimeEntry.ID()
        let open = record([
            WorkStretch(
                id, from: at("2026-11-23T20:00:00+01:00"), to: nil, recordedAt: at("2026-11-23T20:00:00+01:00")),
            stretch("2026-11-23T06:00:00+01:00", "2026-11-23T07:00:00+01:00"),
        ])
        #expect(open.days.map(\.day.text) == ["2026-11-23"] && open.days[0].isOpen && open.minutes == 60)
        #expect(open.days[0].pieces.map(\.minutes) == [60, 0] && open.days[0].pieces[1].to == nil)
    }

    @Test("over the same entries it adds up to the time sheet, whatever they are")
    func byChance() throws {
        var (chance, compared) = (Chance(21), 0)
        while compared < 3_000 {
            let person = ChancePerson(&chance)
            let zone = ZoneDays(person.zone, knowing: person.first...(person.first + 5))
            let work = WorkDay.days(of: person.stretches, in: zone, rule: person.rule, now: person.now)
            let record = WorkRecord(
                person.stretches.shuffled(using: &chance).map { .init($0, siteName: "Bad") },
                of: person.first + -2...(person.first + 12), in: zone, rule: person.rule, now: person.now)
            try #require(record.minutes == work.reduce(0) { $0 + $1.minutes }, "\(person)")
            let pieces = record.days.flatMap(\.pieces)
            let presence = pieces.reduce(0) { $0 + $1.presenceMinutes }
            try #require(presence == work.reduce(0) { $0 + $1.presenceMinutes }, "\(person)")
            for day in record.days {
                for piece in day.pieces {
                    // The end is cut to its minute.
                    let isWithin =
                        zone.day(of: piece.from) == day.day
                        && piece.to ?? piece.from < zone.start(of: day.day + 1) + .seconds(60)
                    try #require(isWithin && 0...piece.presenceMinutes ~= piece.minutes, "\(person)")
                }
            }
            // The parts of an entry have its beginning and end, and no gap.
            for stretch in person.stretches {
                let parts = pieces.filter { $0.entry == stretch.entry }
                try #require(parts.first?.from == stretch.from && parts.last?.to == stretch.to, "\(person)")
                for (left, right) in zip(parts, parts.dropFirst()) { try #require(left.to == right.from, "\(person)") }
            }
            compared += work.count
        }
    }

    private func at(_ text: String) -> Instant { Instant(text) ?? Instant(milliseconds: 0) }

    private func stretch(_ from: String, _ to: String?, _ breaks: [Break] = []) -> WorkStretch {
        WorkStretch(.init(), from: at(from), to: to.map(at), breaks: breaks, recordedAt: at(to ?? from))
    }

    private func record(
        _ stretches: [WorkStretch], from: String = "2026-11-01", to: String = "2026-11-30", rule: BreakRule = .none
    ) -> WorkRecord {
        let (from, to) = (Day(from) ?? Day(daysSince1970: 0), Day(to) ?? Day(daysSince1970: 0))
        return WorkRecord(
            stretches.map { .init($0, siteName: "Bad") }, of: from...to,
            in: ZoneDays("Europe/Berlin", knowing: from...to), rule: rule, now: at("2026-11-30T23:00:00+01:00"))
    }
}
