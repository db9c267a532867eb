import Core
import Storage
import TestSupport

/// A few days of a person who checks in and out, takes and states breaks, forgets to check out, and works at night, often when clocks change.
struct ChancePerson: CustomStringConvertible {
    let zone: String
    let rule: BreakRule
    let first: Day
    let now: Instant
    var stretches: [WorkStretch] = []

    init(_ chance: inout Chance) {
        let zones = ["Europe/Berlin", "Europe/Berlin", "Europe/Berlin", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe"]
        zone = zones[chance.below(zones.count)]
        rule = chance.isOne(of: 3) ? .none : .legal
        // Days around both changes of 2026, and others.
        let days = [20_539, 20_747, 20_546, 20_550, 20_600 + chance.below(300), -1_000]
        first = Day(daysSince1970: days[chance.below(days.count)])
        var at = first.start.milliseconds + Int64(chance.below(20 * 60)) * 60_000
        let end = at + 3 * 86_400_000
        var isOpen = false
        while at < end, !isOpen {
            at += Int64(chance.below(60_000))
            let lengths = [chance.below(20), 60 + chance.below(180), 340 + chance.below(40), 420 + chance.below(300)]
            let minutes = chance.isOne(of: 60) ? 1_430 + chance.below(30) : lengths[chance.below(lengths.count)]
            let out = at + Int64(minutes) * 60_000 + Int64(chance.below(60_000))
            isOpen = chance.isOne(of: 15)
            let late = chance.isOne(of: 10) ? Int64(chance.below(10 * 24 * 60)) * 60_000 : 0
            stretches.append(
                WorkStretch(
                    Self.id(stretches.count), from: Instant(milliseconds: at),
                    to: isOpen ? nil : Instant(milliseconds: out), isTravel: chance.isOne(of: 4),
                    breaks: Self.breaks(from: at, to: out, &chance), recordedAt: Instant(milliseconds: out + late)))
            let pauses = [0, chance.below(20), 10 + chance.below(50), 8 * 60 + chance.below(420)]
            at = out + Int64(pauses[chance.below(pauses.count)]) * 60_000
        }
        now = Instant(milliseconds: at + Int64(chance.below(20 * 60)) * 60_000)
    }

    private static func id(_ number: Int) -> TimeEntry.ID {
        let digits = "\(number)"
        let text = "00000000-0000-7000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        return TimeEntry.ID(text) ?? TimeEntry.ID()
    }

    private static func breaks(from: Int64, to: Int64, _ chance: inout Chance) -> [Break] {
        guard chance.isOne(of: 2) else { return [] }
        var (breaks, at): ([Break], Int64) = ([], from)
        for _ in 0..<chance.below(4) {
            let start = at + Int64(chance.below(240 * 60_000))
            let end = start + Int64(chance.below(40 * 60_000))
            guard end <= to else { break }
            breaks.append(
                .init(
                    from: Instant(milliseconds: start), to: Instant(milliseconds: end),
                    source: chance.isOne(of: 3) ? .stated : .taken))
            at = end
        }
        let left = Int(to / 60_000 - from / 60_000) - breaks.reduce(0) { $0 + ($1.minutes ?? 0) }
        if chance.isOne(of: 4), left > 0 {
            breaks.append(.init(minutes: chance.isOne(of: 3) ? 0 : min(left, chance.below(50)), source: .stated))
        }
        return breaks.shuffled(using: &chance)
    }

    var description: String { "\(zone) \(rule) from \(first.text), now \(now.text): \(stretches)" }
}
