package import Storage

/// What the computation of a day needs to know of a time entry. Voided entries aren't given to it.
package struct WorkStretch: Sendable {
    package let entry: TimeEntry.ID
    package let from: Instant
    /// Nil while the person is on the site.
    package let to: Instant?
    package let isTravel: Bool
    /// Those that ended; the ones with instants in the order of their beginning.
    package let breaks: [Break]
    /// When the entry was written.
    package let recordedAt: Instant
    /// Of the site, if it has another one than the company.
    package let region: Region?

    package init(
        _ entry: TimeEntry.ID, from: Instant, to: Instant?, isTravel: Bool = false, breaks: [Break] = [],
        recordedAt: Instant, region: Region? = nil
    ) {
        (self.entry, self.from, self.to, self.isTravel) = (entry, from, to, isTravel)
        // One that still lasts has no length yet.
        let ended = breaks.contains { $0.minutes == nil } ? breaks.filter { $0.minutes != nil } : breaks
        self.breaks = Breaks(ended).list
        (self.recordedAt, self.region) = (recordedAt, region)
    }
}
