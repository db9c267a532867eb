/// A building site of a company, with what is known of it.
public struct Site: Sendable {
    public typealias ID = Core.ID<Site>

    public enum Priority: String, Column, CaseIterable { case low, medium, high }

    public enum Status: String, Column, CaseIterable {
        case active = "ACTIVE"
        /// Only hidden from the default view.
        case inactive = "INACTIVE"
    }

    /// A person who works on the site.
    public struct Assignment: Sendable {
        public let user: User.ID
        public let firstName: String
        public let lastName: String
        /// Their latest check-in on this site, where the reader may see it.
        public let lastVisited: Instant?

        package init(
            user: User.ID, firstName: String, lastName: String, lastVisited: Instant?
        ) {
            self.user = user
            self.firstName = firstName
            self.lastName = lastName
            self.lastVisited = lastVisited
        }
    }

    public let record: SiteRecord
    public let assignments: [Assignment]
    /// The first `mostMaterials` at most.
    public let materials: [Material]
    /// The latest check-in of anyone whose visits the reader may see.
    public let lastVisited: Instant?
    /// The time of all finished visits.
    public let logged: Duration
    /// The elapsed share of the days from start to end, 0 to 100 percent; 0 where there is no end.
    public let progress: Int

    /// How many materials there are and how many run low, also where they aren't listed here.
    public let counts: MaterialCounts

    /// How many materials come with a site.
    public static let mostMaterials = 500

    /// Whether there is material that isn't listed here.
    public var isMaterialTruncated: Bool { materials.count < counts.total }

    package init(
        _ record: SiteRecord, assignments: [Assignment], materials: [Material], counts: MaterialCounts? = nil,
        lastVisited: Instant?, logged: Duration, progress: Int
    ) {
        self.record = record
        self.assignments = assignments
        self.materials = materials
        self.counts = counts ?? MaterialCounts(of: materials)
        self.lastVisited = lastVisited
        self.logged = logged
        self.progress = progress
    }

    /// - Parameters:
    ///   - materials: the first of them, and one more where there are others than come with a site.
    ///   - counts: of the materials, where not all of them are given.
    init(
        _ record: SiteRecord, assignments: [Assignment], visits: Visits?, materials: [Material],
        counts: MaterialCounts?, today: Day
    ) {
        self.init(
            record, assignments: assignments, materials: Array(materials.prefix(Self.mostMaterials)),
            counts: counts ?? MaterialCounts(of: materials), lastVisited: visits?.last,
            logged: .milliseconds(visits?.milliseconds ?? 0), progress: record.progress(on: today))
    }

    /// How many items are nested in it.
    var nestedCount: Int { assignments.count + materials.count }

    /// How many bytes of text these have.
    var nestedBytes: Int {
        assignments.reduce(0) { $0 + $1.firstName.utf8.count + $1.lastName.utf8.count }
            + materials.reduce(0) { $0 + $1.name.utf8.count + $1.unit.utf8.count }
    }
}

/// Which sites of a company are asked for, and how much of them.
public struct SiteFilter: Sendable {
    /// Nil for all.
    public let status: Site.Status?
    /// Whether the material comes with each site.
    public let hasMaterial: Bool

    public init(status: Site.Status?, hasMaterial: Bool) { (self.status, self.hasMaterial) = (status, hasMaterial) }
}

/// How many materials a site has, and how many of them run low.
public struct MaterialCounts: Sendable {
    public let total: Int
    public let low: Int

    package init(total: Int, low: Int) { (self.total, self.low) = (total, low) }

    init(of materials: [Material]) {
        self.init(total: materials.count, low: materials.count { $0.isBelowThreshold })
    }
}

/// A site as its own row tells it.
public struct SiteRecord: Sendable {
    public let id: Site.ID
    public let name: String
    public let address: Address
    public let priority: Site.Priority
    public let status: Site.Status
    public let startDate: Day
    /// Nil as long as no one knows it.
    public let endDate: Day?
    public let notes: String?
    public let version: Int64
    public let createdAt: Instant
    public let updatedAt: Instant

    package init(
        id: Site.ID, name: String, address: Address, priority: Site.Priority, status: Site.Status, startDate: Day,
        endDate: Day?, notes: String?, version: Int64, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.name = name
        self.address = address
        self.priority = priority
        self.status = status
        self.startDate = startDate
        self.endDate = endDate
        self.notes = notes
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Both the first and the last day count as days of work: on the first day nothing has elapsed, after the last all has.
    func progress(on today: Day) -> Int {
        guard let endDate else { return 0 }
        let days = endDate.daysSince1970 - startDate.daysSince1970 + 1
        let elapsed = today.daysSince1970 - startDate.daysSince1970
        return min(max(elapsed * 100 / days, 0), 100)
    }
}

/// A person assigned to a site, by the assignment's row.
public struct Assignee: Sendable {
    public let site: Site.ID
    public let user: User.ID
    public let firstName: String
    public let lastName: String

    package init(site: Site.ID, user: User.ID, firstName: String, lastName: String) {
        self.site = site
        self.user = user
        self.firstName = firstName
        self.lastName = lastName
    }
}

/// What the time entries on one site add up to.
struct Visits: Sendable {
    /// The latest check-in that the reader may see.
    let last: Instant?
    let milliseconds: Int64
}

/// A site in a list, with how much belongs to it.
struct SiteLine: Sendable {
    let record: SiteRecord
    let assigned: Int
    let materials: Int

    /// How many items are nested in the site as it is listed.
    func nestedCount(_ filter: SiteFilter) -> Int {
        assigned + (filter.hasMaterial ? min(materials, Site.mostMaterials) : 0)
    }
}

/// What a new site is made of.
public struct NewSite: Sendable {
    public let name: String
    public let address: Address
    /// Nil for the company's today.
    public let startDate: Day?
    public let endDate: Day?
    public let notes: String?
    public let users: [User.ID]
    public let priority: Site.Priority
    public let status: Site.Status

    /// Throws `Refusal` where the end lies before the start.
    public init(
        name: String, address: Address, startDate: Day?, endDate: Day?, notes: String?, users: [User.ID],
        priority: Site.Priority, status: Site.Status
    ) throws {
        if let startDate, let endDate, endDate < startDate { throw Refusal("endDate", .beforeStartDate) }
        self.name = name
        self.address = address
        self.startDate = startDate
        self.endDate = endDate
        self.notes = notes
        self.users = users
        self.priority = priority
        self.status = status
    }

    /// The same with a start. Throws `Refusal` where the end lies before it.
    func starting(onceOn today: Day) throws -> NewSite {
        try NewSite(
            name: name, address: address, startDate: startDate ?? today, endDate: endDate, notes: notes, users: users,
            priority: priority, status: status)
    }
}

/// What is changed of a site; what is nil stays.
public struct SiteEdit: Sendable {
    public let name: String?
    public let address: Address?
    public let startDate: Day?
    /// A nil within clears it.
    public let endDate: Day??
    /// A nil within clears them.
    public let notes: String??
    /// Exactly these people are assigned from now on.
    public let users: [User.ID]?
    public let priority: Site.Priority?
    public let status: Site.Status?

    public init(
        name: String?, address: Address?, startDate: Day?, endDate: Day??, notes: String??, users: [User.ID]?,
        priority: Site.Priority?, status: Site.Status?
    ) {
        self.name = name
        self.address = address
        self.startDate = startDate
        self.endDate = endDate
        self.notes = notes
        self.users = users
        self.priority = priority
        self.status = status
    }

    /// The whole site as it will be. Throws `Refusal` where the end lies before the start.
    func applied(to old: SiteRecord) throws -> NewSite {
        try NewSite(
            name: name ?? old.name, address: address ?? old.address, startDate: startDate ?? old.startDate,
            endDate: endDate ?? old.endDate, notes: notes ?? old.notes, users: users ?? [],
            priority: priority ?? old.priority, status: status ?? old.status)
    }
}
