public import Storage

/// The work of one person on one day: the only place where hours are computed from time entries. Sums of minutes are in whole minutes.
///
/// Presence is the time of the day's closed entries, work is presence without breaks. An open entry counts in no sum. An entry belongs to
/// the day on which it began, in the company's time zone, even if it ends on a later one; durations come from instants, so that a night on
/// which the clocks change has the hours that it had.
public struct WorkDay: Sendable, Equatable {
    /// How the day's break is known. If its breaks are known in different ways, the weaker one is named.
    public enum BreakSource: String, Sendable, CaseIterable {
        /// The person clocked it.
        case taken = "TAKEN"
        /// Someone said so afterwards.
        case stated = "STATED"
        /// None was recorded, and the company's rule subtracted one. It is no proof that there was a break.
        case rule = "RULE"
    }

    /// What is unusual about a day. Nothing of it is refused: what happened is recorded as it happened.
    public enum Warning: String, Sendable, CaseIterable {
        /// More than six hours of work without any break (ArbZG section 4).
        case noBreak = "no-break"
        /// Breaks and gaps are shorter than ArbZG section 4 asks for, counting pieces of 15 minutes or more; or more than six hours on end.
        case shortBreak = "short-break"
        /// ArbZG section 3, sentence 1. Such days are kept for two years (section 16).
        case over8Hours = "over-8-hours"
        /// ArbZG section 3, sentence 2.
        case over10Hours = "over-10-hours"
        /// Less than eleven hours between the last day's end and this day's beginning (ArbZG section 5).
        case shortRest = "short-rest"
        /// Part of an entry is on a Sunday or a holiday of the place of work (ArbZG section 9).
        case sundayOrHoliday = "sunday-or-holiday"
        /// An entry was recorded after the end of the seventh day that follows (MiLoG section 17).
        case lateRecord = "late-record"
        /// An entry has been open for more than 14 hours.
        case openTooLong = "open-too-long"
        /// An entry is longer than 24 hours.
        case over24Hours = "over-24-hours"
        /// A person under 18 worked longer on the day or in the week, later, with shorter breaks or with less rest than JArbSchG sections 8,
        /// 11, 13 and 14 allow.
        case youth
        /// The person has hours on a day on which they were away for the whole of it.
        case absenceWithEntries = "absence-with-entries"
    }

    public let day: Day
    /// When the first entry began; on a day without entries, when the day did.
    public let from: Instant
    /// When the last entry ended; nil while one is open, and on a day without entries.
    public let to: Instant?
    /// The time of the closed entries, travel included.
    public let presenceMinutes: Int
    /// The gaps between entries that are 15 minutes or longer. They count as breaks before the law, and are no presence.
    public let gapMinutes: Int
    public let breakMinutes: Int
    /// Nil if no break was recorded and none was subtracted.
    public let breakSource: BreakSource?
    /// Presence without breaks.
    public let minutes: Int
    /// The part of `minutes` that was travel. A break that the rule subtracts shortens the other work first.
    public let travelMinutes: Int
    /// In the order in which they began.
    public let entries: [TimeEntry.ID]
    public let isOpen: Bool
    /// In the order of the declaration.
    public internal(set) var warnings: [Warning]
    /// What was said of the day; nil if that was nothing.
    public internal(set) var approval: DayApproval?
    /// What was to be worked; nil if no one said.
    public internal(set) var targetMinutes: Int?
    /// What counts as worked because of a holiday or an absence.
    public internal(set) var creditMinutes = 0
    public internal(set) var absences: [Absent] = []
    /// The name of the day's holiday at the place of work; nil if it is none.
    public package(set) var holiday: String?

    package init(
        day: Day, from: Instant, to: Instant?, presenceMinutes: Int, gapMinutes: Int, breakMinutes: Int,
        breakSource: BreakSource?, travelMinutes: Int, entries: [TimeEntry.ID], isOpen: Bool, warnings: [Warning],
        approval: DayApproval? = nil, holiday: String? = nil
    ) {
        (self.day, self.from, self.to) = (day, from, to)
        (self.presenceMinutes, self.gapMinutes) = (presenceMinutes, gapMinutes)
        (self.breakMinutes, self.breakSource) = (breakMinutes, breakSource)
        (minutes, self.travelMinutes) = (presenceMinutes - breakMinutes, travelMinutes)
        (self.entries, self.isOpen, self.warnings) = (entries, isOpen, warnings)
        (self.approval, self.holiday) = (approval, holiday)
    }

    /// The days on which a person has entries, in order.
    /// - Parameters:
    ///   - stretches: all of the person's entries that began in a period, and the one before it, which decides about the rest before the
    ///     first day.
    ///   - days: of the company's time zone.
    ///   - youthUntil: the last day on which the person is under 18.
    package static func days(
        of stretches: [WorkStretch], in days: ZoneDays, rule: BreakRule, holidays: HolidayCalendar = .none,
        youthUntil: Day? = nil, now: Instant
    ) -> [WorkDay] {
        let ordered = stretches.inOrder
        var (found, start): ([WorkDay], Int) = ([], 0)
        found.reserveCapacity(ordered.count)
        // The minute in which all earlier work had ended; nil while there was none, or some is still open.
        var before: Int?
        while start < ordered.count {
            let day = days.day(of: ordered[start].from)
            var end = start + 1
            while end < ordered.count, days.day(of: ordered[end].from) == day { end += 1 }
            let ofDay = ordered[start..<end]
            start = end
            var sums = Sums()
            for place in ofDay.indices { sums.add(ordered[place]) }
            let isYoung = youthUntil.map { day <= $0 } ?? false
            found.append(
                computed(
                    day, ofDay, sums, after: before, in: days, rule: rule, holidays: holidays, isYoung: isYoung,
                    now: now))
            before = sums.isOpen ? nil : sums.lastEnd?.minute
        }
        return found
    }

    /// What a person under 18 may work in a week that begins on Monday (JArbSchG section 8), in minutes.
    private static let youngWeek = 40 * 60

    /// Marks the days with which the work of a week goes beyond 40 hours, of a person under 18.
    /// - Parameters:
    ///   - days: in order.
    ///   - first: from which day on they are whole. Those before don't count.
    ///   - last: the last day on which the person is under 18.
    ///   - earlier: what was worked in the week of `first` before it, in minutes.
    package static func markYoungWeeks(_ days: inout [WorkDay], from first: Day, until last: Day, after earlier: Int) {
        var (monday, sum) = (first + -first.weekday, earlier)
        for place in days.indices where (first...max(first, last)).contains(days[place].day) {
            let start = days[place].day + -days[place].day.weekday
            if start != monday { (monday, sum) = (start, 0) }
            sum += days[place].minutes
            let isBeyond = sum > youngWeek && days[place].minutes > 0
            if isBeyond, !days[place].warnings.contains(.youth) { days[place].warnings.append(.youth) }
        }
    }

    /// - Parameters:
    ///   - stretches: at least one, ordered by their beginning.
    ///   - sums: of these.
    ///   - before: the minute in which the work of the last day before had ended; nil if there is none.
    private static func computed(
        _ day: Day, _ stretches: ArraySlice<WorkStretch>, _ sums: Sums, after before: Int?, in days: ZoneDays,
        rule: BreakRule, holidays: HolidayCalendar, isYoung: Bool, now: Instant
    ) -> WorkDay {
        let isRecorded = sums.hasStated || sums.hasTaken
        let deduction = isRecorded ? 0 : rule.deduction(presence: sums.presence, gaps: sums.gaps)
        let breaks = min(isRecorded ? sums.breaks : deduction, sums.presence)
        let first = stretches[stretches.startIndex]
        return WorkDay(
            day: day, from: first.from, to: sums.isOpen ? nil : sums.lastEnd,
            presenceMinutes: sums.presence, gapMinutes: sums.gaps, breakMinutes: breaks,
            breakSource: sums.hasStated ? .stated : sums.hasTaken ? .taken : deduction > 0 ? .rule : nil,
            travelMinutes: min(sums.travel, sums.presence - breaks), entries: stretches.map(\.entry),
            isOpen: sums.isOpen,
            warnings: warnings(
                day, stretches, sums, breaks: breaks, deduction: deduction, after: before, in: days,
                holidays: holidays, isYoung: isYoung, now: now),
            holiday: holidays.name(of: day, in: first.region))
    }

    private static let longestOpen = Duration.seconds(14 * 3600)
    private static let shortestRest = 11 * 60
    /// The days after a day on which it can still be recorded in time.
    private static let daysToRecord = 7

    private static func warnings(
        _ day: Day, _ stretches: ArraySlice<WorkStretch>, _ sums: Sums, breaks: Int, deduction: Int,
        after before: Int?, in days: ZoneDays, holidays: HolidayCalendar, isYoung: Bool, now: Instant
    ) -> [Warning] {
        let work = sums.presence - breaks
        let (needed, counted) = (BreakRule.legalBreak(forWork: work), sums.gaps + sums.pieces + deduction)
        let isTooLongOnEnd = !sums.hasUnplaced && deduction == 0 && sums.longestRun > BreakRule.longestWork
        let recordedBy = days.start(of: day + (daysToRecord + 1))
        // Work that goes on over midnight in another entry is one shift.
        let rest = before.map { stretches[stretches.startIndex].from.minute - $0 }
        var found: [Warning] = []
        if needed > 0, counted == 0, breaks == 0 { found.append(.noBreak) }
        if counted < needed || isTooLongOnEnd, counted + breaks > 0 { found.append(.shortBreak) }
        if work > 480 { found.append(.over8Hours) }
        if work > 600 { found.append(.over10Hours) }
        if let rest, rest >= BreakRule.shortestPiece, rest < shortestRest { found.append(.shortRest) }
        var (isOnRestDay, isLate, isOpenTooLong, isOver24Hours) = (false, false, false, false)
        for place in stretches.indices {
            isOnRestDay = isOnRestDay || stretches[place].isOnRestDay(days, holidays, now: now)
            isLate = isLate || stretches[place].recordedAt >= recordedBy
            isOpenTooLong =
                isOpenTooLong || stretches[place].to == nil && now - longestOpen > stretches[place].from
            isOver24Hours = isOver24Hours || stretches[place].presence > 24 * 60
        }
        if isOnRestDay { found.append(.sundayOrHoliday) }
        if isLate { found.append(.lateRecord) }
        if isOpenTooLong { found.append(.openTooLong) }
        if isOver24Hours { found.append(.over24Hours) }
        if isYoung {
            let (first, last) = (stretches[stretches.startIndex].from.minute, sums.lastEnd?.minute)
            // The clocks change before six o'clock.
            let midnight = days.start(of: day + 1).minute
            let neededByYoung = work > 6 * 60 ? 60 : work > 4 * 60 + 30 ? 30 : 0
            let isAtNight = first < midnight - 18 * 60 || last.map { $0 > midnight - 4 * 60 } == true
            let isShort = rest.map { $0 >= BreakRule.shortestPiece && $0 < 12 * 60 } ?? false
            if work > 8 * 60 || counted < neededByYoung || isAtNight || isShort { found.append(.youth) }
        }
        return found
    }
}

/// What the entries of a day add up to, in minutes.
private struct Sums {
    var (presence, travel, gaps, breaks) = (0, 0, 0, 0)
    /// The recorded breaks that are long enough to count.
    var pieces = 0
    var (hasTaken, hasStated) = (false, false)
    /// Whether a break is known by its length only.
    var hasUnplaced = false
    /// The longest work between breaks and gaps that are long enough to count.
    var longestRun = 0
    private var run = 0
    /// The minute in which the entries so far had ended; nil at first, and after an open one.
    private var end: Int?
    /// Whether an entry is open.
    private(set) var isOpen = false
    /// When the last of the closed ones ended.
    private(set) var lastEnd: Instant?

    /// - Parameter stretch: the next one.
    mutating func add(_ stretch: WorkStretch) {
        let start = stretch.from.minute
        if let end, !isOpen, start - end >= BreakRule.shortestPiece {
            gaps += start - end
            run = 0
        }
        guard let to = stretch.to else {
            isOpen = true
            return
        }
        end = max(end ?? to.minute, to.minute)
        lastEnd = max(lastEnd ?? to, to)
        presence += stretch.presence
        var ofBreaks = 0
        for pause in stretch.breaks {
            let minutes = pause.minutes ?? 0
            ofBreaks += minutes
            if minutes >= BreakRule.shortestPiece { pieces += minutes }
            if pause.source == .taken { hasTaken = true } else { hasStated = true }
            if pause.from == nil, minutes != 0 { hasUnplaced = true }
        }
        // No break takes from the work in another entry.
        ofBreaks = min(ofBreaks, stretch.presence)
        breaks += ofBreaks
        if stretch.isTravel { travel += stretch.presence - ofBreaks }
        work(from: start, to: to.minute, stretch.breaks)
    }

    /// - Parameter breaks: those with instants in the order of their beginning, as `Breaks` has them.
    private mutating func work(from start: Int, to end: Int, _ breaks: [Break]) {
        var reached = start
        for pause in breaks {
            guard let from = pause.from?.minute else { continue }
            let minutes = pause.minutes ?? 0
            run += max(0, from - reached)
            longestRun = max(longestRun, run)
            if minutes >= BreakRule.shortestPiece { run = 0 }
            reached = max(reached, from + minutes)
        }
        run += max(0, end - reached)
        longestRun = max(longestRun, run)
    }
}

extension [WorkStretch] {
    /// In the order in which they began. Those of a query mostly are.
    fileprivate var inOrder: [WorkStretch] {
        for index in indices.dropFirst() where self[index].isBefore(self[index - 1]) {
            return sorted { $0.isBefore($1) }
        }
        return self
    }
}

extension WorkStretch {
    /// In the order of a day's entries.
    func isBefore(_ other: WorkStretch) -> Bool { from == other.from ? entry < other.entry : from < other.from }

    /// In minutes; 0 while it is open.
    fileprivate var presence: Int { to.map { max(0, $0.minute - from.minute) } ?? 0 }

    /// Whether a minute of it is on a Sunday or a holiday. An open one goes on until now.
    fileprivate func isOnRestDay(_ days: ZoneDays, _ holidays: HolidayCalendar, now: Instant) -> Bool {
        let end = (to ?? max(now, from + .seconds(60))).minute
        guard end > from.minute else { return false }
        let first = days.day(of: from)
        let last = days.day(of: Instant(milliseconds: Int64(end - 1) * 60_000))
        if first + (6 - first.weekday) <= last { return true }
        // Seven days have a Sunday.
        return !holidays.isEmpty
            && (0...last.daysSince1970 - first.daysSince1970).contains {
                holidays.name(of: first + $0, in: region) != nil
            }
    }
}
