import Core
import HTTPTypes

struct OverviewRoutes {
    let overviews: Overviews
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let overviews = overviews
        return [
            signedIn.one(
                "/api/v1/companies/{companyId}/overview", in: .companies, .may(.readSites),
                .init(
                    "Read the overview",
                    """
                    The active sites without their material, the material that is running low on them, and who is on site. A worker gets \
                    the sites they are assigned to and their own open time entry. Its size doesn't grow with the company's age.
                    """), size: .large
            ) { (_, company: InCompany) in try await overviews.get(company.scope) }
        ]
    }
}

extension Overview: Wire {
    static let example = Overview(
        sites: [.example], low: [.example], present: [.example], counts: .example, openClarifications: 2,
        askedAbsences: 1)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.list(
            "sites", sites, "The active sites, newest first, \(Self.mostSites) at most; the list of sites has all.")
        fields.list(
            "low", low,
            "What is running low on active sites, at most \(Self.mostLow) stocks, those of sites with high priority first."
        )
        fields.list(
            "present", present,
            """
            The open time entries, the longest open first, \(Self.mostPresent) at most. A worker gets only their own, even if they are no \
            longer assigned to its site.
            """
        )
        fields.object("counts", counts, "The full numbers, even if not all are listed here.")
        fields.integer(
            "askAfterMinutes", Int(TimeEntry.askedAfter / .seconds(60)),
            "After how many minutes on a site a person is asked whether they are still there.")
        fields.integer(
            "openClarifications", openClarifications,
            """
            How many clarifications wait for a decision: exact up to \(Self.mostClarifications), and one more than that for all others. \
            A foreman gets the number of others' on the sites that they lead; null for other workers.
            """)
        fields.integer(
            "askedAbsences", askedAbsences,
            "How many absences wait for an answer, counted in the same way; null for workers.")
    }
}

extension Overview.Place: Wire {
    static let schemaName = "OverviewSite"
    static let example = Overview.Place(
        record: Site.example.record, progress: 55, low: 1, assigned: 2, people: [.example], isOwn: true,
        lastVisited: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", record.id, .siteID)
        fields.text("name", record.name, "The site's name.")
        fields.choice("priority", record.priority, "How urgent the site is.")
        fields.choice("status", record.status, "Always ACTIVE.")
        fields.text("address", record.address.text, .siteAddress)
        fields.object("addressParts", SiteAddress(record.address), .siteAddressParts)
        fields.day("startDate", record.startDate, .startDate)
        fields.day("endDate", record.endDate, .endDate)
        fields.integer("progress", progress, .progress)
        fields.integer("lowCount", low, "Number of the site's materials that are below their threshold.")
        fields.integer("assignmentCount", assigned, "Number of people who are assigned to the site.")
        fields.list("assignments", people, "The first \(Overview.mostPeople) of them.")
        fields.boolean("isAssigned", isOwn, "Whether the caller is assigned to the site.")
        fields.instant(
            "lastVisited", lastVisited, "The caller's own latest check-in on the site; null if there is none.")
    }
}

extension Assignee: Wire {
    static let schemaName = "OverviewPerson"
    static let example = Assignee(site: Example.id(2), user: Example.id(1), firstName: "Lena", lastName: "Vogt")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user, .userID)
        fields.text("firstName", firstName, .firstName)
        fields.text("lastName", lastName, .lastName)
    }
}

extension Overview.Shortage: Wire {
    static let schemaName = "LowMaterial"
    static let example = Overview.Shortage(name: "Flexkleber C2TE", unit: "Sack", stocks: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text(
            "name", name,
            "The material's name as the first of the sites spells it; case and accents make no difference.")
        fields.text("unit", unit, .unit)
        fields.list("stocks", stocks, "The sites on which it is running low.")
    }
}

extension Overview.ShortSite: Wire {
    static let schemaName = "LowMaterialStock"
    static let example = Overview.ShortSite(
        site: Example.id(2), siteName: Site.example.record.name, material: Example.id(3),
        amount: Quantity(thousandths: 4_500), threshold: Quantity(thousandths: 6_000))

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("siteId", site, .siteID)
        fields.text("siteName", siteName, "The site's name.")
        fields.id("materialId", material, "The id of the material on this site.")
        fields.quantity("amount", amount, "How much is left, in the material's unit.")
        fields.quantity("threshold", threshold, "The amount below which it is running low, in the material's unit.")
    }
}

extension Overview.Presence: Wire {
    static let example = Overview.Presence(
        entry: Example.id(6), site: Example.id(2), siteName: Site.example.record.name, user: Example.id(1),
        userName: "Lena Vogt", checkedInAt: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", entry, "The id of the open time entry.")
        fields.id("siteId", site, .siteID)
        fields.text("siteName", siteName, .siteName)
        fields.id("userId", user, .userID)
        fields.text("userName", userName, .userName)
        fields.instant("checkedInAt", checkedInAt, "When they checked in.")
        fields.instant(
            "askAt", askAt, "From when on they are asked whether they are still there.")
        fields.instant("onBreakSince", breaks.running?.from, "When the break that lasts began; null if there is none.")
        fields.integer("breakCount", breaks.list.count, "Number of their breaks so far, with the one that lasts.")
    }
}

extension Overview.Counts: Wire {
    static let schemaName = "OverviewCounts"
    static let example = Overview.Counts(sites: 1, low: 1, present: 1)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("sites", sites, "Number of active sites.")
        fields.integer("low", low, "Number of stocks running low on them.")
        fields.integer("present", present, "Number of open time entries.")
    }
}
