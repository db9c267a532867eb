public import Storage

/// A trades company: the tenant that everything else belongs to.
public struct Company: Stored {
    public typealias ID = Core.ID<Company>

    public internal(set) var id = ID()
    public var name = ""
    public var address = Address.none
    /// A name from the IANA time zone database.
    public var timeZone = "Europe/Berlin"
    public var language = Language.german
    public var breakRule = BreakRule.none
    /// Whose holidays hold; nil for none.
    public var region: Region?
    public var localHolidays = LocalHolidays()
    /// For how many whole years hours are kept after the calendar year in which they were worked; nil for ever.
    public var hoursKeptYears: Int64?
    /// Who needs a second factor.
    public var secondFactorFor = SecondFactorFor.none
    /// Hours of earlier days were erased; nil if none were.
    public internal(set) var hoursFrom: Day?
    /// Starts at 1; every update increments it.
    public internal(set) var version: Int64 = 1
    public internal(set) var createdAt = Instant(milliseconds: 0)
    public internal(set) var updatedAt = Instant(milliseconds: 0)
    /// When the company was suspended; nil if it isn't.
    public internal(set) var suspendedAt: Instant?
    /// The numbers of its current sites and people.
    public internal(set) var siteCount = 0
    public internal(set) var userCount = 0
    /// Since when the founder's email address waits to be confirmed; nil if it is confirmed, or needn't be.
    public var unprovenSince: Instant?
    /// When the company becomes read-only unless the address is confirmed by then.
    public var readOnlyFrom: Instant? { unprovenSince.map { $0 + UnprovenFounder.grace } }

    package init() {}

    package init(
        id: ID, name: String, address: Address, timeZone: String, language: Language, breakRule: BreakRule,
        siteCount: Int, userCount: Int, version: Int64, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.name = name
        self.address = address
        self.timeZone = timeZone
        self.language = language
        self.breakRule = breakRule
        self.siteCount = siteCount
        self.userCount = userCount
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package static let table = "companies"
    package static let scopeColumns: [String] = []

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.edited("name", &name, as: "name")
        try columns.edited(&address, as: "address")
        try columns.edited("time_zone", &timeZone, as: "timeZone")
        try columns.edited("language", &language, as: "language")
        try columns.edited("break_rule", &breakRule, as: "breakRule")
        try columns.edited("region", &region, as: "region")
        try columns.edited("local_holidays", &localHolidays, as: "localHolidays", audit: .nameOnly)
        try columns.edited("hours_kept_years", &hoursKeptYears, as: "hoursKeptYears")
        try columns.edited("second_factor_for", &secondFactorFor, as: "secondFactorFor")
        try columns.column("hours_from", .fixed, &hoursFrom)
        try columns.column("version", .counted, &version)
        try columns.column("created_at", .fixed, &createdAt)
        try columns.column("updated_at", .changing, &updatedAt)
        try columns.column("suspended_at", .fixed, &suspendedAt)
    }

    /// The operators' own company, which is hidden. In the API it is null.
    public static let platform = ID("00000000-0000-7000-8000-000000000000") ?? { preconditionFailure("not a UUID") }()
}

/// Who of a company needs a second factor.
public enum SecondFactorFor: String, Edited, CaseIterable {
    case none = "NONE"
    case managers = "MANAGERS"
}

/// A language of the product.
public enum Language: String, Edited, CaseIterable {
    case german = "de"
    case english = "en"
}
