public import Storage

/// A company at a glance, as the start page shows it. It is read from indexes that hold only what is current, so that neither its size
/// nor its cost grows with the company's age.
public struct Overview: Sendable {
    /// An active site, without its material.
    public struct Place: Sendable {
        public let record: SiteRecord
        /// The elapsed share of the days from start to end, in percent, 0 to 100; 0 without an end date.
        public let progress: Int
        /// The number of its materials that are running low.
        public let low: Int
        /// The number of people assigned to it.
        public let assigned: Int
        /// The first of them, at most `mostPeople`.
        public let people: [Assignee]
        /// Whether the reader is assigned to it.
        public let isOwn: Bool
        /// The reader's own latest check-in there.
        public let lastVisited: Instant?

        package init(
            record: SiteRecord, progress: Int, low: Int, assigned: Int, people: [Assignee], isOwn: Bool,
            lastVisited: Instant?
        ) {
            self.record = record
            self.progress = progress
            self.low = low
            self.assigned = assigned
            self.people = people
            self.isOwn = isOwn
            self.lastVisited = lastVisited
        }
    }

    /// A material that is running low, by its name and unit, on one or more sites.
    public struct Shortage: Sendable {
        public let name: String
        public let unit: String
        public let stocks: [ShortSite]

        package init(name: String, unit: String, stocks: [ShortSite]) {
            (self.name, self.unit, self.stocks) = (name, unit, stocks)
        }
    }

    /// A material that is running low on one site.
    public struct ShortSite: Sendable {
        public let site: Site.ID
        public let siteName: String
        public let material: Material.ID
        public let amount: Quantity
        public let threshold: Quantity

        package init(site: Site.ID, siteName: String, material: Material.ID, amount: Quantity, threshold: Quantity) {
            self.site = site
            self.siteName = siteName
            self.material = material
            self.amount = amount
            self.threshold = threshold
        }
    }

    /// A person who is on a site now.
    public struct Presence: Sendable {
        public let entry: TimeEntry.ID
        public let site: Site.ID
        public let siteName: String
        public let user: User.ID
        public let userName: String
        public let checkedInAt: Instant
        /// The breaks so far, with the one that lasts.
        public let breaks: Breaks

        package init(
            entry: TimeEntry.ID, site: Site.ID, siteName: String, user: User.ID, userName: String, checkedInAt: Instant,
            breaks: Breaks = Breaks()
        ) {
            self.entry = entry
            self.site = site
            self.siteName = siteName
            self.user = user
            self.userName = userName
            self.checkedInAt = checkedInAt
            self.breaks = breaks
        }
    }

    /// The total numbers, even if not all items are shown.
    public struct Counts: Sendable {
        public let sites: Int
        public let low: Int
        public let present: Int

        package init(sites: Int, low: Int, present: Int) {
            (self.sites, self.low, self.present) = (sites, low, present)
        }
    }

    /// Newest first, at most `mostSites`, and as many as fit on a page of a list.
    public let sites: [Place]
    /// At most `mostLow` stocks, those of sites with a high priority first.
    public let low: [Shortage]
    /// Earliest check-in first, at most `mostPresent`: who has been there longest may have forgotten to check out.
    public let present: [Presence]
    public let counts: Counts
    /// How many clarifications wait for a decision: exact up to `mostClarifications`, and one more than that for all others; for a foreman
    /// those of others on the sites that they lead. Nil for who decides none.
    public let openClarifications: Int?
    /// How many absences wait for an answer, counted in the same way; nil for who answers none.
    public let askedAbsences: Int?

    public static let mostClarifications = 100
    public static let mostSites = 500
    public static let mostLow = 50
    public static let mostPresent = 500
    /// The most people that are named for a site.
    public static let mostPeople = 5

    package init(
        sites: [Place], low: [Shortage], present: [Presence], counts: Counts, openClarifications: Int?,
        askedAbsences: Int?
    ) {
        (self.sites, self.low, self.present, self.counts) = (sites, low, present, counts)
        self.openClarifications = openClarifications
        self.askedAbsences = askedAbsences
    }
}

/// The use case of the start page.
public struct Overviews: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// The company's overview; for a worker, with the sites that they are assigned to and, of the people present, only themselves.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `TokenRefusal.scopeMissing` if an API token may not read
    ///   hours; `CompanyRefusal.notFound`; the database's `StorageError`.
    public func get(_ scope: CompanyScope) async throws -> Overview {
        try scope.check(.readSites)
        // The answer says who is on a site now.
        try scope.actor.token?.check(.readTimes)
        let most = Int64(Overview.mostClarifications)
        let open = Collector(Clarification.openCount(in: scope.company, upTo: most))
        // A worker sees those of their crew, if they lead one.
        let ofCrew = Collector(
            Clarification.openCount(forForeman: scope.actor.user.id, in: scope.company, upTo: most))
        let (zones, places, here, numbers) = (
            Collector(Company.timeZone(scope)), Collector(Overview.sites(scope).page),
            Collector(Overview.present(scope)), Collector(Overview.counts(scope))
        )
        let asked = Collector(Absence.askedCount(in: scope.company, upTo: most))
        let waiting: [any Reading] = scope.assignee == nil ? [open, asked] : [ofCrew]
        try await database.read([zones, places, here, numbers] + waiting)
        let (timeZones, rows, present, counts) = (zones.rows, places.rows, here.rows, numbers.rows)
        guard let timeZone = timeZones.first, let counts = counts.first else { throw Company.notFound }
        var capacity = PageCapacity(Overview.mostSites)
        let shown = rows.prefix { capacity.takes(bytes: $0.bytes) }.map(\.item)
        let people = shown.map { row in
            row.assigned > 0 ? Collector(Overview.assignees(of: row.record.id, in: scope.company)) : nil
        }
        let low = shortages(on: shown, scope)
        let readings: [any Reading] = people.compactMap(\.self) + low
        if !readings.isEmpty { try await database.read(readings) }
        let today = runtime.now().day(in: timeZone)
        let sites = zip(shown, people).map { row, people in
            Overview.Place(
                record: row.record, progress: row.record.progress(on: today), low: row.low, assigned: row.assigned,
                people: people?.rows ?? [], isOwn: row.isOwn, lastVisited: row.lastVisited)
        }
        return Overview(
            sites: sites, low: Overview.Shortage.grouped(low.flatMap(\.rows)), present: present, counts: counts,
            openClarifications: (open.rows.first ?? ofCrew.rows.first ?? nil).map { Int(clamping: $0) },
            askedAbsences: asked.rows.first.map { Int(clamping: $0) })
    }

    /// Each site is queried separately, in one round trip, and only as many sites as fill the list: one statement for all sites would
    /// have to read every material that is running low to find the first.
    private func shortages(on sites: [Overview.SiteRow], _ scope: CompanyScope) -> [Collector<Overview.ShortMaterial>] {
        let short = sites.filter { $0.low > 0 }
        let byUrgency = Site.Priority.allCases.reversed().flatMap { priority in
            short.filter { $0.record.priority == priority }
        }
        var collectors: [Collector<Overview.ShortMaterial>] = []
        var remaining = Overview.mostLow
        for site in byUrgency where remaining > 0 {
            collectors.append(
                Collector(Overview.low(on: site.record, in: scope.company, atMost: min(remaining, site.low))))
            remaining -= min(remaining, site.low)
        }
        return collectors
    }
}

extension Overview.Shortage {
    private struct Key: Hashable {
        let name: String
        let unit: String
    }

    /// Groups a material that is running low on several sites into one shortage, even if its name differs in capitals or accents. In the
    /// order of first appearance.
    static func grouped(_ lines: [Overview.ShortMaterial]) -> [Overview.Shortage] {
        var order: [Key] = []
        var groups: [Key: [Overview.ShortMaterial]] = [:]
        for line in lines {
            let key = Key(name: SearchWords.folded(line.name), unit: line.unit)
            if groups[key] == nil { order.append(key) }
            groups[key, default: []].append(line)
        }
        return order.compactMap { key in
            guard let group = groups[key], let first = group.first else { return nil }
            return Overview.Shortage(name: first.name, unit: first.unit, stocks: group.map(\.stock))
        }
    }
}
