public import Storage

/// What a person worked on each calendar day, divided at midnight: begin, end and duration, as MiLoG section 17(1) asks for. Durations are
/// those of time sheets: over the same entries they add up to the same minutes.
public struct WorkRecord: Sendable, Equatable {
    /// The part of a time entry that is on one calendar day.
    public struct Piece: Sendable, Equatable {
        public let entry: TimeEntry.ID
        public let siteName: String
        public let kind: TimeEntry.Kind
        public let from: Instant
        /// The beginning of the next day if the entry goes on there; nil while it is open.
        public let to: Instant?
        /// From `from` to `to`, in whole minutes; 0 while it is open.
        public let presenceMinutes: Int
        /// Presence without breaks.
        public fileprivate(set) var minutes: Int
        /// How the breaks of the day on which the entry began are known; nil if this piece has none.
        public fileprivate(set) var breakSource: WorkDay.BreakSource?

        public var breakMinutes: Int { presenceMinutes - minutes }
    }

    public struct Day: Sendable, Equatable {
        public let day: Core.Day
        /// In the order in which they began.
        public let pieces: [Piece]

        public var presenceMinutes: Int { pieces.reduce(0) { $0 + $1.presenceMinutes } }
        public var minutes: Int { pieces.reduce(0) { $0 + $1.minutes } }
        public var isOpen: Bool { pieces.contains { $0.to == nil } }
    }

    /// Those with work, in order.
    public let days: [Day]

    public var minutes: Int { days.reduce(0) { $0 + $1.minutes } }

    /// An entry with the name of its site.
    package struct Stretch: Sendable {
        package let stretch: WorkStretch
        package let siteName: String

        package init(_ stretch: WorkStretch, siteName: String) { (self.stretch, self.siteName) = (stretch, siteName) }
    }

    /// - Parameters:
    ///   - stretches: all of a person's entries that began on some days in a row.
    ///   - period: the days to show; entries that began before go on into them.
    ///   - days: of the company's time zone.
    package init(
        _ stretches: [Stretch], of period: ClosedRange<Core.Day>, in days: ZoneDays, rule: BreakRule, now: Instant
    ) {
        let names = Dictionary(stretches.map { ($0.stretch.entry, $0) }) { first, _ in first }
        var found: [Core.Day: [Piece]] = [:]
        for work in WorkDay.days(of: stretches.map(\.stretch), in: days, rule: rule, now: now) {
            let ofDay = work.entries.compactMap { names[$0] }
            for (one, minutes) in zip(ofDay, work.shares(of: ofDay.map(\.stretch))) {
                for (day, piece) in Self.pieces(of: one, net: minutes, work.breakSource, in: days)
                where period.contains(day) {
                    found[day, default: []].append(piece)
                }
            }
        }
        self.days = found.sorted { $0.key < $1.key }.map { day, pieces in
            Day(day: day, pieces: pieces.sorted { ($0.from, $0.entry) < ($1.from, $1.entry) })
        }
    }

    /// The parts of an entry by calendar day. A break with instants shortens the part that it was in. What is known by its length only, or
    /// subtracted by the rule, comes off the longest part, the earlier one of two that are equally long, and then off the next.
    /// - Parameter minutes: the entry's work without breaks.
    private static func pieces(
        of one: Stretch, net minutes: Int, _ source: WorkDay.BreakSource?, in days: ZoneDays
    ) -> [(Core.Day, Piece)] {
        let stretch = one.stretch
        func piece(_ from: Instant, _ to: Instant?) -> Piece {
            let presence = to.map { max(0, $0.minute - from.minute) } ?? 0
            return Piece(
                entry: stretch.entry, siteName: one.siteName, kind: stretch.isTravel ? .travel : .work, from: from,
                to: to, presenceMinutes: presence, minutes: presence)
        }
        var day = days.day(of: stretch.from)
        guard let to = stretch.to else { return [(day, piece(stretch.from, nil))] }
        var (pieces, from) = ([(Core.Day, Piece)](), stretch.from)
        while true {
            let midnight = days.start(of: day + 1)
            // What ends within the first minute of a day was cut to its beginning.
            guard midnight > from, to.minute > midnight.minute else {
                pieces.append((day, piece(from, to)))
                break
            }
            pieces.append((day, piece(from, midnight)))
            (day, from) = (day + 1, midnight)
        }
        for index in pieces.indices {
            let (start, end) = (pieces[index].1.from.minute, pieces[index].1.to?.minute ?? 0)
            let breaks = stretch.breaks.reduce(0) { sum, pause in
                guard let began = pause.from?.minute else { return sum }
                return sum + max(0, min(end, began + (pause.minutes ?? 0)) - max(start, began))
            }
            pieces[index].1.minutes = max(0, pieces[index].1.minutes - breaks)
        }
        var excess = pieces.reduce(0) { $0 + $1.1.minutes } - minutes
        for index in pieces.indices.sorted(by: { (-pieces[$0].1.minutes, $0) < (-pieces[$1].1.minutes, $1) })
        where excess > 0 {
            let cut = min(excess, pieces[index].1.minutes)
            pieces[index].1.minutes -= cut
            excess -= cut
        }
        for index in pieces.indices where pieces[index].1.breakMinutes > 0 { pieces[index].1.breakSource = source }
        return pieces
    }
}
