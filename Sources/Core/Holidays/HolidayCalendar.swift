/// The holidays of a company in a period: those of its region or of a site's own, and its local days.
package struct HolidayCalendar: Sendable {
    private let home: Region?
    private let local: [Day: String]
    private let byRegion: [Region: [Day: String]]

    /// None.
    package static let none = HolidayCalendar(home: nil, LocalHolidays(), of: [], 1...1)

    /// - Parameters:
    ///   - home: the company's region.
    ///   - regions: those of sites that have another one.
    private init(home: Region?, _ local: LocalHolidays, of regions: Set<Region>, _ years: ClosedRange<Int>) {
        self.home = home
        self.local = Dictionary(uniqueKeysWithValues: local.list.map { ($0.day, $0.name) })
        var all = regions
        if let home { all.insert(home) }
        byRegion = Dictionary(
            uniqueKeysWithValues: all.map { region in
                let days = years.map { Holidays.of($0, in: region) }
                return (region, days.reduce(into: [:]) { all, year in all.merge(year) { first, _ in first } })
            })
    }

    /// - Parameter period: entries may begin a little before it and end after it.
    package init(
        home: Region?, _ local: LocalHolidays = LocalHolidays(), of regions: Set<Region> = [],
        in period: ClosedRange<Day>
    ) {
        let years = (period.lowerBound + -31).year...(period.upperBound + 31).year
        self.init(home: home, local, of: regions, years)
    }

    /// Whether no day can be a holiday.
    package var isEmpty: Bool { local.isEmpty && byRegion.isEmpty }

    /// The name of the day's holiday at the place of work; nil if it is none.
    /// - Parameter region: of the site, if it has one of its own.
    package func name(of day: Day, in region: Region? = nil) -> String? {
        if isEmpty { return nil }
        return local[day] ?? (region ?? home).flatMap { byRegion[$0]?[day] }
    }
}
