extension WorkDay {
    /// What each entry has of the day's `minutes`, in the order of the entries: presence without its own breaks. The shares of travel add
    /// up to `travelMinutes`, and all of them to `minutes`. What the day loses beyond that, because the company's rule subtracts a break, comes
    /// off the longest entry of the kind, the earlier one of two that are equally long, and then off the next.
    /// - Parameter stretches: the day's, in the order of `entries`.
    package func shares(of stretches: [WorkStretch]) -> [Int] {
        var shares = stretches.map { stretch in
            guard let to = stretch.to else { return 0 }
            return max(0, to.minute - stretch.from.minute - stretch.breaks.reduce(0) { $0 + ($1.minutes ?? 0) })
        }
        for (isTravel, target) in [(true, travelMinutes), (false, minutes - travelMinutes)] {
            let places = stretches.indices.filter { stretches[$0].isTravel == isTravel }
            var excess = places.reduce(0) { $0 + shares[$1] } - target
            guard excess > 0 else { continue }
            for place in places.sorted(by: { (-shares[$0], $0) < (-shares[$1], $1) }) where excess > 0 {
                let cut = min(excess, shares[place])
                shares[place] -= cut
                excess -= cut
            }
        }
        return shares
    }
}
