import Core
import Foundation
import Storage

/// Numbers by chance that come out the same each time (SplitMix64).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
    mutating func isOne(of limit: Int) -> Bool { below(limit) == 0 }
}

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

/// The days of a person, counted minute by minute and written apart from the product's own computation: slow, and plain.
struct MinuteByMinute {
    /// What the person does in a minute.
    private enum Doing: Equatable {
        case work, travel
        /// A number of its own for each break.
        case pause(Int)
        /// Between two entries.
        case away(Int)
    }

    private let person: ChancePerson
    private let calendar: Calendar

    init(_ person: ChancePerson) {
        self.person = person
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: person.zone) ?? .gmt
        self.calendar = calendar
    }

    var days: [WorkDay] {
        let ordered = person.stretches.sorted { $0.from < $1.from }
        var names: [String] = []
        for stretch in ordered where names.last != name(of: stretch.from) { names.append(name(of: stretch.from)) }
        return names.map { name in
            day(
                name, ordered.filter { self.name(of: $0.from) == name },
                before: ordered.filter { self.name(of: $0.from) < name })
        }
    }

    private func day(_ name: String, _ all: [WorkStretch], before: [WorkStretch]) -> WorkDay {
        let closed = all.filter { $0.to != nil }
        let recorded = closed.flatMap(\.breaks)
        let timeline = timeline(all)
        let presence = timeline.count { if case .away = $0 { false } else { true } }
        // Breaks of which only the length is known are taken from the whole.
        let unplaced = recorded.filter { $0.from == nil }.compactMap(\.minutes)
        let gaps = pieces(timeline) { if case .away = $0 { true } else { false } }
        let gapMinutes = gaps.filter { $0 >= 15 }.reduce(0, +)
        let placed = timeline.count { if case .pause = $0 { true } else { false } }
        var breaks = placed + unplaced.reduce(0, +)
        var deducted = 0
        if recorded.isEmpty, person.rule == .legal {
            // Minute by minute, until the law is content with one of its own lengths.
            while deducted < 45, !isEnough(gapMinutes + deducted, presence - deducted) || !isStep(deducted, gapMinutes)
            { deducted += 1 }
            breaks = min(deducted, presence)
        }
        let work = presence - breaks
        var travel = timeline.count { $0 == .travel }
        for stretch in closed where stretch.isTravel {
            travel -= stretch.breaks.filter { $0.from == nil }.reduce(0) { $0 + ($1.minutes ?? 0) }
        }
        let counted =
            gapMinutes + unplaced.filter { $0 >= 15 }.reduce(0, +) + deducted
            + pieces(timeline) { if case .pause = $0 { true } else { false } }.filter { $0 >= 15 }.reduce(0, +)
        var warnings: [WorkDay.Warning] = []
        let enough = isEnough(counted, work)
        if !enough, counted == 0, breaks == 0 { warnings.append(.noBreak) }
        let onEnd = deducted == 0 && unplaced.reduce(0, +) == 0 && longestRun(timeline) > 360
        if counted > 0 || breaks > 0, !enough || onEnd { warnings.append(.shortBreak) }
        if work > 8 * 60 { warnings.append(.over8Hours) }
        if work > 10 * 60 { warnings.append(.over10Hours) }
        if isRestShort(all[0], before: before) { warnings.append(.shortRest) }
        if all.contains(where: isOnSunday) { warnings.append(.sundayOrHoliday) }
        if all.contains(where: { isLate($0, all[0]) }) { warnings.append(.lateRecord) }
        if all.contains(where: { $0.to == nil && person.now.milliseconds - $0.from.milliseconds > 14 * 3_600_000 }) {
            warnings.append(.openTooLong)
        }
        if closed.contains(where: { minutes(of: $0).count > 1_440 }) { warnings.append(.over24Hours) }
        let isOpen = closed.count < all.count
        let source: WorkDay.BreakSource? =
            recorded.contains { $0.source == .stated }
            ? .stated : !recorded.isEmpty ? .taken : deducted > 0 ? .rule : nil
        return WorkDay(
            day: Day(name) ?? Day(daysSince1970: 0), from: all[0].from, to: isOpen ? nil : all.compactMap(\.to).max(),
            presenceMinutes: presence, gapMinutes: gapMinutes, breakMinutes: breaks, breakSource: source,
            travelMinutes: min(travel, work), entries: all.map(\.entry), isOpen: isOpen, warnings: warnings)
    }

    /// ArbZG section 4.
    private func isEnough(_ breaks: Int, _ work: Int) -> Bool {
        if work > 9 * 60 { return breaks >= 45 }
        if work > 6 * 60 { return breaks >= 30 }
        return true
    }

    /// Whether breaks and gaps together are one of the law's lengths, or nothing was subtracted.
    private func isStep(_ deducted: Int, _ gaps: Int) -> Bool {
        deducted == 0 || gaps + deducted == 30 || gaps + deducted == 45
    }

    private func name(of instant: Instant) -> String {
        let parts = calendar.dateComponents([.year, .month, .day], from: date(instant.milliseconds))
        return String(format: "%04d-%02d-%02d", parts.year ?? 0, parts.month ?? 0, parts.day ?? 0)
    }

    private func date(_ milliseconds: Int64) -> Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }

    private func minute(_ instant: Instant) -> Int { Int((Double(instant.milliseconds) / 60_000).rounded(.down)) }

    private func minutes(of stretch: WorkStretch) -> Range<Int> {
        minute(stretch.from)..<(stretch.to.map(minute) ?? minute(stretch.from))
    }

    /// One value for each minute from the first check-in on; an open entry has none.
    private func timeline(_ stretches: [WorkStretch]) -> [Doing] {
        var (doings, number) = ([Doing](), 0)
        var reached = minute(stretches[0].from)
        for stretch in stretches {
            number += 1
            while reached < minute(stretch.from) {
                doings.append(.away(number))
                reached += 1
            }
            for minute in minutes(of: stretch) {
                var doing = stretch.isTravel ? Doing.travel : .work
                for (index, pause) in stretch.breaks.enumerated() {
                    guard let from = pause.from else { continue }
                    let start = self.minute(from)
                    if minute >= start, minute < start + (pause.minutes ?? 0) { doing = .pause(number * 100 + index) }
                }
                doings.append(doing)
                reached = minute + 1
            }
        }
        return doings
    }

    /// The lengths of what is the same without a change.
    private func pieces(_ timeline: [Doing], _ isWanted: (Doing) -> Bool) -> [Int] {
        var (lengths, last): ([Int], Doing?) = ([], nil)
        for doing in timeline {
            if isWanted(doing) {
                if doing == last { lengths[lengths.count - 1] += 1 } else { lengths.append(1) }
            }
            last = doing
        }
        return lengths
    }

    private func longestRun(_ timeline: [Doing]) -> Int {
        var (longest, run, idle): (Int, Int, Int) = (0, 0, 0)
        var last: Doing?
        for doing in timeline {
            switch doing {
            case .work, .travel:
                run += 1
                idle = 0
            case .pause, .away:
                idle = doing == last ? idle + 1 : 1
                if idle >= 15 { run = 0 }
            }
            last = doing
            longest = max(longest, run)
        }
        return longest
    }

    private func isRestShort(_ first: WorkStretch, before: [WorkStretch]) -> Bool {
        guard let last = before.last, let end = last.to else { return false }
        let rest = minute(first.from) - minute(end)
        return rest >= 15 && rest < 11 * 60
    }

    /// Looks at every fifth minute and the last one: midnights are at quarters of an hour.
    private func isOnSunday(_ stretch: WorkStretch) -> Bool {
        let start = minute(stretch.from)
        let end = stretch.to.map(minute) ?? max(minute(person.now), start + 1)
        guard start < end else { return false }
        var looked = Array(stride(from: start, to: end, by: 5))
        looked.append(end - 1)
        return looked.contains { calendar.component(.weekday, from: date(Int64($0) * 60_000)) == 1 }
    }

    /// - Parameter first: an entry of the same day.
    private func isLate(_ stretch: WorkStretch, _ first: WorkStretch) -> Bool {
        let midnight = calendar.startOfDay(for: date(first.from.milliseconds))
        guard let end = calendar.date(byAdding: .day, value: 8, to: midnight) else { return false }
        return date(stretch.recordedAt.milliseconds) >= calendar.startOfDay(for: end)
    }
}
