import Storage

extension Breaks {
    /// The last instant of those that were timed.
    var latest: Instant? { list.compactMap { $0.to ?? $0.from }.max() }
    /// The last beginning of those that were timed.
    var latestFrom: Instant? { list.compactMap(\.from).max() }

    /// Whether a break that ended has time in common with a stretch of time.
    func shareTime(from: Instant, to: Instant) -> Bool {
        list.contains { one in
            guard let start = one.from, let end = one.to else { return false }
            return start < to && end > from
        }
    }

    /// - Throws: `LimitRefusal.entryBreaks`.
    mutating func add(_ one: Break) throws {
        let most = Limit.entryBreaks.standard
        guard list.count < most else { throw LimitRefusal.entryBreaks.refusal(most) }
        self = Breaks(list + [one])
    }

    /// Ends the break that lasts: where the next one begins, if it was reported after that one, as another phone may do.
    mutating func endRunning(at end: Instant) {
        for index in list.indices where list[index].isRunning {
            let next = list.compactMap(\.from).filter { $0 > list[index].from ?? end }.min()
            list[index].to = min(end, next ?? end)
        }
    }

    /// Removes breaks after the end of the entry, and shortens one that crosses it. One that begins with the end stays, without any length.
    mutating func cut(at end: Instant) {
        list.removeAll { $0.from.map { $0 > end } ?? false }
        endRunning(at: end)
        for index in list.indices where list[index].from != nil { list[index].to = min(list[index].to ?? end, end) }
    }

    /// Shortens those of which only the length is known, the latest first, so that all of them have room in an entry.
    /// - Parameter presence: the entry's minutes.
    mutating func fit(_ presence: Int) {
        var excess = minutes - presence
        for index in list.indices.reversed() where excess > 0 && list[index].from == nil {
            let kept = max(0, (list[index].minutes ?? 0) - excess)
            excess -= (list[index].minutes ?? 0) - kept
            list[index] = Break(minutes: kept, source: list[index].source)
        }
    }

    /// Other breaks in place of those that ended. One that was clocked as it is given stays clocked, and one that lasts goes on.
    func replaced(by new: [Break]) -> Breaks {
        Breaks(
            new.map { one in
                list.first { $0.source == .taken && $0.from == one.from && $0.to == one.to && one.from != nil } ?? one
            } + list.filter(\.isRunning))
    }

    /// Checks breaks that someone gives.
    /// - Parameters:
    ///   - from: when the entry begins.
    ///   - to: when it ends; nil while the person is there.
    /// - Throws: flaws of `breaks`, `.outsideEntry`, `.inFuture`, `.breaksOverlap` or `.longerThanEntry`.
    static func check(_ list: [Break], from: Instant, to: Instant?, now: Instant) throws {
        var wrong: [Refusal.Field] = []
        for (index, one) in list.enumerated() {
            guard let start = one.from, let end = one.to else { continue }
            if start < from || end > to ?? end {
                wrong.append(.init("breaks[\(index)]", .outsideEntry))
            } else if end > now + Adjustment.skew {
                wrong.append(.init("breaks[\(index)]", .inFuture))
            } else if Breaks(Array(list[..<index])).shareTime(from: start, to: end) {
                wrong.append(.init("breaks[\(index)]", .breaksOverlap))
            }
        }
        guard wrong.isEmpty else { throw Refusal(fields: wrong) }
        if let to, Breaks(list).minutes > to.minute - from.minute { throw Refusal("breaks", .longerThanEntry) }
    }

    /// Checks the breaks that an entry would have, some of which it has already.
    /// - Throws: a flaw of `breaks`, `.outsideEntry`, `.breaksOverlap` or `.longerThanEntry`.
    func checkKept(from: Instant, to: Instant?, now: Instant) throws {
        var end = from
        for one in list {
            guard let start = one.from else { continue }
            guard start >= from, one.to ?? start <= to ?? max(now, one.to ?? start) else {
                throw Refusal("breaks", .outsideEntry)
            }
            guard start >= end else { throw Refusal("breaks", .breaksOverlap) }
            guard one.to ?? start >= start else { throw Refusal("breaks", .outsideEntry) }
            end = one.to ?? start
        }
        if let to, minutes > to.minute - from.minute { throw Refusal("breaks", .longerThanEntry) }
    }
}
