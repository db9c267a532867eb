public import Storage

/// A building site of a company, with its people and material.
public struct Site: Sendable {
    public typealias ID = Core.ID<Site>

    public enum Priority: String, Edited, CaseIterable { case low, medium, high }

    public enum Status: String, Edited, CaseIterable {
        case active = "ACTIVE"
        /// Hidden from the default view; nothing else changes.
        case inactive = "INACTIVE"
        /// The work is done. Hidden from the default view; nothing else changes.
        case finished = "FINISHED"
    }

    public enum Kind: String, Column, CaseIterable {
        case site = "SITE"
        /// Where the company keeps what is on no site. Each company has one; everyone works there.
        case depot = "DEPOT"
    }

    /// A person who works on the site.
    public struct Assignment: Sendable {
        public let user: User.ID
        public let firstName: String
        public let lastName: String
        public let phone: String?
        /// When they became a foreman of the site; nil for everyone else.
        public let foremanSince: Instant?
        public var isForeman: Bool { foremanSince != nil }
        /// Their latest check-in on this site; nil if there is none or the reader may not see it.
        public let lastVisited: Instant?

        package init(
            user: User.ID, firstName: String, lastName: String, phone: String? = nil, foremanSince: Instant? = nil,
            lastVisited: Instant?
        ) {
            self.user = user
            self.firstName = firstName
            self.lastName = lastName
            self.phone = phone
            self.foremanSince = foremanSince
            self.lastVisited = lastVisited
        }
    }

    public let record: SiteRecord
    public let assignments: [Assignment]
    /// At most `mostMaterials`, in the order in which they were added.
    public let materials: [Material]
    /// The latest check-in of anyone whose time entries the reader may see.
    public let lastVisited: Instant?
    /// The sum of all finished time entries of all people.
    public let logged: Duration
    /// The elapsed share of the days from start to end, in percent, 0 to 100; 0 without an end date.
    public let progress: Int

    /// How many materials there are and how many are running low, including those that aren't listed here.
    public let counts: MaterialCounts

    /// The most materials that are returned with a site.
    public static let mostMaterials = 500

    /// Whether the site has material that isn't listed here.
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
    ///   - materials: the first `mostMaterials`, and one more if there are others.
    ///   - counts: of all materials; nil if `materials` has them all.
    init(
        _ record: SiteRecord, assignments: [Assignment], visits: Visits?, materials: [Material],
        counts: MaterialCounts?, today: Day
    ) {
        self.init(
            record, assignments: assignments, materials: Array(materials.prefix(Self.mostMaterials)),
            counts: counts ?? MaterialCounts(of: materials), lastVisited: visits?.last,
            logged: .seconds(60 * ((visits?.minutes ?? 0) + record.loggedBefore)), progress: record.progress(on: today))
    }

    /// The number of items nested in the site.
    var nestedCount: Int { assignments.count + materials.count }

    /// The bytes of text of the nested items.
    var nestedBytes: Int {
        assignments.reduce(0) { $0 + $1.firstName.utf8.count + $1.lastName.utf8.count + ($1.phone?.utf8.count ?? 0) }
            + materials.reduce(0) { $0 + $1.name.utf8.count + $1.unit.utf8.count }
    }
}

/// The sites of a company to list, and how much of each.
public struct SiteFilter: Sendable {
    public let kind: Site.Kind
    /// Nil for any status.
    public let status: Site.Status?
    /// Whether only removed sites are listed; otherwise only present ones are.
    public let isRemoved: Bool
    /// Words in the name or the address; nil for all sites.
    public let search: SearchWords?
    /// Whether each site comes with its material.
    public let hasMaterial: Bool

    public init(
        kind: Site.Kind = .site, status: Site.Status?, isRemoved: Bool = false, search: SearchWords? = nil,
        hasMaterial: Bool
    ) {
        (self.kind, self.status, self.isRemoved) = (kind, status, isRemoved)
        (self.search, self.hasMaterial) = (search, hasMaterial)
    }
}

/// How many materials a site has, and how many of them are running low.
public struct MaterialCounts: Sendable {
    public let total: Int
    public let low: Int

    package init(total: Int, low: Int) { (self.total, self.low) = (total, low) }

    init(of materials: [Material]) {
        self.init(total: materials.count, low: materials.count { $0.isBelowThreshold })
    }
}

/// A site as its row holds it.
public struct SiteRecord: Stored {
    public internal(set) var id = Site.ID()
    public internal(set) var kind = Site.Kind.site
    public var name = ""
    public var address = Address.none
    public var priority = Site.Priority.medium
    public var status = Site.Status.active
    /// Of a depot without meaning.
    public var startDate = Day(daysSince1970: 0)
    /// The planned last day of work; nil while it is unknown.
    public var endDate: Day?
    public var notes: String?
    /// The person to ask for on the site.
    public var contactName: String?
    public var contactPhone: String?
    /// Whose holidays hold here; nil for the company's.
    public var region: Region?
    /// Increases with each update, from 1.
    public internal(set) var version: Int64 = 1
    public internal(set) var createdAt = Instant(milliseconds: 0)
    public internal(set) var updatedAt = Instant(milliseconds: 0)
    /// Nil while it is present.
    public internal(set) var removedAt: Instant?
    /// The sum of the closed entries that were erased.
    private var erasedMinutes: Int64 = 0
    /// The same, however it came into the row.
    fileprivate var loggedBefore: Int { Int(clamping: min(max(erasedMinutes, 0), 1 << 40)) }

    package init() {}

    package init(id: Site.ID, version: Int64 = 1, createdAt: Instant, updatedAt: Instant) {
        (self.id, self.version, self.createdAt, self.updatedAt) = (id, version, createdAt, updatedAt)
    }

    package static let table = "sites"
    package static let freeTexts: Set = ["notes"]

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.column("kind", .fixed, &kind)
        try columns.edited("name", &name, as: "name")
        try columns.edited(&address, as: "address")
        try columns.edited("start_date", &startDate, as: "startDate")
        try columns.edited("end_date", &endDate, as: "endDate")
        try columns.edited("notes", &notes, as: "notes", audit: .nameOnly)
        try columns.edited("priority", &priority, as: "priority")
        try columns.edited("status", &status, as: "status")
        try columns.edited("contact_name", &contactName, as: "contactName", audit: .nameOnly)
        try columns.edited("contact_phone", &contactPhone, as: "contactPhone", audit: .nameOnly)
        try columns.edited("region", &region, as: "region")
        try columns.column("version", .counted, &version)
        try columns.column("created_at", .fixed, &createdAt)
        try columns.column("updated_at", .changing, &updatedAt)
        try columns.column("removed_at", .fixed, &removedAt)
        try columns.column("erased_minutes", .fixed, &erasedMinutes)
    }

    /// The depot of a new company.
    init(depotOf company: Company) {
        (id, kind) = (Site.depot(of: company.id), .depot)
        (name, address) = (company.language == .german ? "Lager" : "Depot", company.address)
        (createdAt, updatedAt) = (company.createdAt, company.createdAt)
    }

    /// - Throws: a flaw of `endDate`, `.beforeStartDate`, if the end is before the start.
    func check() throws {
        if let endDate, endDate < startDate { throw Refusal("endDate", .beforeStartDate) }
    }

    /// The elapsed share in percent. The first and the last day both count as days of work: on the first day nothing has elapsed, after
    /// the last everything has.
    func progress(on today: Day) -> Int {
        guard let endDate else { return 0 }
        let days = endDate.daysSince1970 - startDate.daysSince1970 + 1
        let elapsed = today.daysSince1970 - startDate.daysSince1970
        return min(max(elapsed * 100 / days, 0), 100)
    }
}

/// A person assigned to a site, as the row of the assignment holds it.
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

/// The sums of the time entries on one site.
struct Visits: Sendable {
    /// The latest check-in that the reader may see.
    let last: Instant?
    /// Each instant cut to its minute.
    let minutes: Int
}

/// A site in a list, with the number of its people and materials.
struct SiteLine: Sendable {
    let record: SiteRecord
    let assigned: Int
    let materials: Int

    /// The number of items nested in the site in a list with this filter.
    func nestedCount(_ filter: SiteFilter) -> Int {
        assigned + (filter.hasMaterial ? min(materials, Site.mostMaterials) : 0)
    }
}
