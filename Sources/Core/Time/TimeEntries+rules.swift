import Storage

/// The rules that every writer of hours keeps.
extension TimeEntries {
    /// No entry begins longer ago: the five years for which wages can be asked back, and their records are kept.
    static let oldestDays = 5 * 366
    /// How far back a foreman enters, corrects and voids hours.
    private static let recent = Duration.seconds(7 * 24 * 3600)
    /// A longer entry needs to be confirmed.
    private static let longest = Duration.seconds(24 * 3600)

    /// - Throws: `TimeEntryRefusal.foremenRecentOnly` if the scope is a foreman's, and one of the instants is longer ago than that.
    static func checkRecent(_ instants: [Instant], _ scope: SiteScope, now: Instant) throws {
        guard scope.within.isForLeaders, instants.contains(where: { $0 < now - recent }) else { return }
        throw Refusal(TimeEntryRefusal.foremenRecentOnly)
    }

    /// - Parameter isConfirmed: whether an entry of more than 24 hours is meant.
    /// - Throws: a flaw of `checkedInAt`, `.inFuture` or `.tooOld`; of `checkedOutAt`, `.inFuture`, `.beforeCheckIn` or `.longerThanADay`.
    static func checkTimes(
        _ checkedInAt: Instant, _ checkedOutAt: Instant?, isConfirmed: Bool, now: Instant
    ) throws {
        for (field, instant) in [("checkedInAt", checkedInAt), ("checkedOutAt", checkedOutAt ?? checkedInAt)]
        where instant > now + Adjustment.skew {
            throw Refusal(field, .inFuture)
        }
        guard checkedInAt >= now - .seconds(oldestDays * 24 * 3600) else {
            throw Refusal("checkedInAt", .tooOld, ["days": .integer(oldestDays)])
        }
        guard let checkedOutAt else { return }
        if checkedOutAt < checkedInAt { throw Refusal("checkedOutAt", .beforeCheckIn) }
        if checkedOutAt > checkedInAt + longest, !isConfirmed { throw Refusal("checkedOutAt", .longerThanADay) }
    }

    /// Checks that an entry would share no time with others of its person, whose row is locked. One that did before may share less, but
    /// with none more than before, and so that none comes to begin within another: an open one that was reported late may have begun
    /// before others.
    /// - Parameters:
    ///   - entry: as it is now, if it is there already.
    ///   - to: nil while the person is there: then it takes all time after `from`.
    /// - Throws: `TimeEntryRefusal.overlaps`.
    static func checkFree(
        _ entry: TimeEntry, from: Instant, to: Instant?, _ company: Company.ID, _ transaction: borrowing Transaction
    ) throws {
        let others = try transaction.fetch(
            TimeEntry.stretches(of: entry.user, besides: entry.id, from: from, to: to ?? .last, in: company))
        try checkFree(entry, from: from, to: to, others)
    }

    /// - Parameter others: the stretches that may have time in common with it.
    static func checkFree(_ entry: TimeEntry, from: Instant, to: Instant?, _ others: [TimeEntry.Stretch]) throws {
        let end = to ?? .last
        var (before, after) = (Int64(0), Int64(0))
        for other in others {
            let shared = other.shares(from: from, to: end)
            let earlier = entry.checkedOutAt.map { other.shares(from: entry.checkedInAt, to: $0) } ?? 0
            before = before.adding(earlier)
            after = after.adding(shared)
            let meets = other.meets(from: from, to: to) && !other.meets(from: entry.checkedInAt, to: entry.checkedOutAt)
            guard shared <= earlier, !meets else {
                throw Refusal(TimeEntryRefusal.overlaps, ["name": .text(entry.userName)])
            }
        }
        guard after == 0 || after < before, others.count < TimeEntry.mostStretches else {
            throw Refusal(TimeEntryRefusal.overlaps, ["name": .text(entry.userName)])
        }
    }

    /// Checks that the person can have one more entry that begins on the day of an instant.
    /// - Parameter timeZone: the company's.
    /// - Throws: `LimitRefusal.dailyEntries`.
    static func checkDay(
        of start: Instant, _ user: User.ID, _ timeZone: String, _ company: Company.ID,
        _ transaction: borrowing Transaction
    ) throws {
        let starts = try transaction.fetch(TimeEntry.starts(of: user, around: start, in: company))
        try checkDay(of: start, timeZone, starts)
    }

    /// - Parameter starts: when the person's entries around the instant began.
    static func checkDay(of start: Instant, _ timeZone: String, _ starts: [Instant]) throws {
        let (day, most) = (start.day(in: timeZone), Limit.dailyEntries.standard)
        let (first, next) = (day.start(in: timeZone), (day + 1).start(in: timeZone))
        let count = Int64(starts.count { $0 >= first && $0 < next })
        guard count < most, starts.count < TimeEntry.mostStarts else { throw LimitRefusal.dailyEntries.refusal(most) }
    }
}
