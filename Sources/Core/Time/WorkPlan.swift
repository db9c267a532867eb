import Storage

/// What a person was to work in a period, and when they were away.
package struct WorkPlan: Sendable {
    /// A granted absence.
    package struct Away: Sendable, Equatable {
        package let id: Absence.ID
        package let kind: Absence.Kind
        package let part: Absence.Part
        package let days: ClosedRange<Day>

        package init(_ id: Absence.ID, _ kind: Absence.Kind, _ part: Absence.Part, _ days: ClosedRange<Day>) {
            (self.id, self.kind, self.part, self.days) = (id, kind, part, days)
        }
    }

    /// Earliest first.
    private let targets: [WorkTarget]
    /// In the order of their first days.
    private let absences: [Away]
    private let holidays: HolidayCalendar
    private let zone: ZoneDays
    private let last: Day?
    private let first: Day?

    /// - Parameters:
    ///   - last: the day on which the person left; nil if they are there. Later days are only those that they worked on.
    ///   - first: hours of earlier days were erased, so nothing was to be worked then; nil if none were.
    package init(
        _ targets: [WorkTarget], _ absences: [Away], _ holidays: HolidayCalendar, in zone: ZoneDays,
        until last: Day? = nil, from first: Day? = nil
    ) {
        (self.targets, self.absences, self.holidays, self.zone) = (targets, absences, holidays, zone)
        (self.last, self.first) = (last, first)
    }

    /// The days of a period on which the person worked, was to work or was away, in order.
    /// - Parameter worked: days on which the person has entries, in order.
    package func days(_ worked: [WorkDay], of period: ClosedRange<Day>) -> [WorkDay] {
        let isWithin = worked.isEmpty || period.contains(worked[0].day) && period.contains(worked[worked.count - 1].day)
        let worked = isWithin ? worked : worked.filter { period.contains($0.day) }
        if targets.isEmpty && absences.isEmpty { return worked }
        var (found, next) = ([WorkDay](), 0)
        for number in 0..<period.count {
            let day = period.lowerBound + number
            let hasLeft = last.map { day > $0 } ?? false
            let isErased = first.map { day < $0 } ?? false
            let target = hasLeft || isErased ? nil : targets.last { $0.from <= day }?.minutes(on: day.weekday)
            let away = hasLeft ? [] : absences.filter { $0.days.contains(day) }
            if next < worked.count, worked[next].day == day {
                found.append(worked[next].planned(target, away))
                next += 1
            } else if !away.isEmpty || target ?? 0 > 0 {
                found.append(
                    WorkDay(withoutWork: day, from: zone.start(of: day), holiday: holidays.name(of: day)).planned(
                        target, away))
            }
        }
        return found
    }
}

extension WorkDay {
    /// The part of an absence that is on a day.
    public struct Absent: Sendable, Equatable {
        public let id: Absence.ID
        public let kind: Absence.Kind
        public let isHalf: Bool
        /// How many minutes of what was to be worked it takes; of an absence of minutes, those, for a person without targets.
        public let minutes: Int

        package init(id: Absence.ID, _ kind: Absence.Kind, isHalf: Bool, minutes: Int) {
            (self.id, self.kind, self.isHalf, self.minutes) = (id, kind, isHalf, minutes)
        }
    }

    /// Minutes above what was to be worked, or below it if negative; nil without a target.
    public var balanceMinutes: Int? { targetMinutes.map { minutes + creditMinutes - $0 } }

    init(withoutWork day: Day, from start: Instant, holiday: String?) {
        self.init(
            day: day, from: start, to: nil, presenceMinutes: 0, gapMinutes: 0, breakMinutes: 0, breakSource: nil,
            travelMinutes: 0, entries: [], isOpen: false, warnings: [], holiday: holiday)
    }

    /// The same day with its target, and with what counts as worked because of a holiday or an absence.
    fileprivate func planned(_ target: Int?, _ away: [WorkPlan.Away]) -> WorkDay {
        var (day, left, waived) = (self, target ?? 0, 0)
        if holiday != nil {
            day.creditMinutes = left
            left = 0
        }
        for one in away {
            let whole = target ?? 0
            let share =
                switch one.part {
                case .whole: whole
                // Both halves together are the whole.
                case .half: (whole + 1) / 2
                case .minutes(let minutes): target == nil ? minutes : min(minutes, whole)
                }
            let taken = target == nil ? share : min(share, left)
            if target != nil { left -= taken }
            switch one.kind {
            // Nothing is to be worked then, and nothing is paid.
            case .unpaid: waived += taken
            // The hours were worked before.
            case .compensation: break
            case .vacation, .sick, .weather, .holiday, .school, .other:
                if target != nil { day.creditMinutes += taken }
            }
            day.absences.append(Absent(id: one.id, one.kind, isHalf: one.part == .half, minutes: taken))
            if one.part == .whole, !entries.isEmpty, !day.warnings.contains(.absenceWithEntries) {
                day.warnings.append(.absenceWithEntries)
            }
        }
        day.targetMinutes = target.map { $0 - waived }
        return day
    }
}
