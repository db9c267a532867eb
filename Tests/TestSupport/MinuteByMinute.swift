package import Core
import Foundation
package import Storage

/// The days of a person, counted minute by minute and written apart from the product's own computation: slow, and plain.
package struct MinuteByMinute {
    /// What the person does in a minute.
    private enum Doing: Equatable {
        case work, travel
        /// A number of its own for each break.
        case pause(Int)
        /// Between two entries.
        case away(Int)
    }

    private let stretches: [WorkStretch]
    private let rule: BreakRule
    private let now: Instant
    private let calendar: Calendar
    /// The names of days, and of holidays there.
    private let holidays: [String: String]
    /// The name of the last day of youth.
    private let youthUntil: String?

    /// - Parameters:
    ///   - stretches: all of the person's entries.
    ///   - zone: the company's time zone.
    package init(
        _ stretches: [WorkStretch], in zone: String, rule: BreakRule, holidays: [String: String] = [:],
        youthUntil: String? = nil, now: Instant
    ) {
        (self.holidays, self.youthUntil) = (holidays, youthUntil)
        (self.stretches, self.rule, self.now) = (stretches, rule, now)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone) ?? .gmt
        self.calendar = calendar
    }

    package var days: [WorkDay] {
        let ordered = stretches.sorted { ($0.from, $0.entry) < ($1.from, $1.entry) }
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
        // A break that was stated before the end may be longer than all of it.
        var breaks = min(placed + unplaced.reduce(0, +), presence)
        var deducted = 0
        if recorded.isEmpty, rule == .legal {
            // Minute by minute, until the law is content with one of its own lengths.
            while deducted < 45, !isEnough(gapMinutes + deducted, presence - deducted) || !isStep(deducted, gapMinutes)
            { deducted += 1 }
            breaks = min(deducted, presence)
        }
        let work = presence - breaks
        let travel = closed.filter(\.isTravel).reduce(0) { sum, stretch in
            let trip = self.timeline([stretch]).count { $0 == .travel }
            return sum + max(0, trip - stretch.breaks.filter { $0.from == nil }.reduce(0) { $0 + ($1.minutes ?? 0) })
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
        if all.contains(where: { $0.to == nil && now.milliseconds - $0.from.milliseconds > 14 * 3_600_000 }) {
            warnings.append(.openTooLong)
        }
        if closed.contains(where: { minutes(of: $0).count > 1_440 }) { warnings.append(.over24Hours) }
        if isYouth(name, work: work, breaks: counted, all, before: before) { warnings.append(.youth) }
        let isOpen = closed.count < all.count
        let source: WorkDay.BreakSource? =
            recorded.contains { $0.source == .stated }
            ? .stated : !recorded.isEmpty ? .taken : deducted > 0 ? .rule : nil
        var day = WorkDay(
            day: Day(name) ?? Day(daysSince1970: 0), from: all[0].from, to: isOpen ? nil : all.compactMap(\.to).max(),
            presenceMinutes: presence, gapMinutes: gapMinutes, breakMinutes: breaks, breakSource: source,
            travelMinutes: min(travel, work), entries: all.map(\.entry), isOpen: isOpen, warnings: warnings)
        day.holiday = holidays[name]
        return day
    }

    /// JArbSchG sections 8, 11, 13 and 14.
    private func isYouth(
        _ name: String, work: Int, breaks: Int, _ all: [WorkStretch], before: [WorkStretch]
    ) -> Bool {
        guard let youthUntil, name <= youthUntil else { return false }
        if work > 8 * 60 || work > 6 * 60 && breaks < 60 || work > 270 && breaks < 30 { return true }
        func clock(_ minute: Int) -> (name: String, hour: Int, minute: Int) {
            let at = date(Int64(minute) * 60_000)
            let parts = calendar.dateComponents([.hour, .minute], from: at)
            return (self.name(of: Instant(milliseconds: Int64(minute) * 60_000)), parts.hour ?? 0, parts.minute ?? 0)
        }
        if clock(minute(all[0].from)).hour < 6 { return true }
        if let end = all.compactMap(\.to).max() {
            let last = clock(minute(end))
            if last.name > name || last.hour > 20 || last.hour == 20 && last.minute > 0 { return true }
        }
        return rest(before: all[0], after: before).map { $0 >= 15 && $0 < 12 * 60 } ?? false
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
        var (reached, isOpen) = (minute(stretches[0].from), false)
        for stretch in stretches {
            number += 1
            while reached < minute(stretch.from) {
                // Whether someone is away is known again when what is open has ended.
                if !isOpen { doings.append(.away(number)) }
                reached += 1
            }
            isOpen = isOpen || stretch.to == nil
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
        rest(before: first, after: before).map { $0 >= 15 && $0 < 11 * 60 } ?? false
    }

    /// The minutes since the work of the last day before; nil if there is none, or some of it is open.
    private func rest(before first: WorkStretch, after before: [WorkStretch]) -> Int? {
        guard let last = before.last else { return nil }
        let ends = before.filter { name(of: $0.from) == name(of: last.from) }.map(\.to)
        guard !ends.contains(nil), let end = ends.compactMap(\.self).max() else { return nil }
        return minute(first.from) - minute(end)
    }

    /// Looks at every fifth minute and the last one: midnights are at quarters of an hour.
    private func isOnSunday(_ stretch: WorkStretch) -> Bool {
        let start = minute(stretch.from)
        let end = stretch.to.map(minute) ?? max(minute(now), start + 1)
        guard start < end else { return false }
        var looked = Array(stride(from: start, to: end, by: 5))
        looked.append(end - 1)
        return looked.contains { minute in
            calendar.component(.weekday, from: date(Int64(minute) * 60_000)) == 1
                || holidays[name(of: Instant(milliseconds: Int64(minute) * 60_000))] != nil
        }
    }

    /// - Parameter first: an entry of the same day.
    private func isLate(_ stretch: WorkStretch, _ first: WorkStretch) -> Bool {
        let midnight = calendar.startOfDay(for: date(first.from.milliseconds))
        guard let end = calendar.date(byAdding: .day, value: 8, to: midnight) else { return false }
        return date(stretch.recordedAt.milliseconds) >= calendar.startOfDay(for: end)
    }
}
