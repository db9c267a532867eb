import Core
import HTTPTypes

struct OverviewRoutes {
    let overviews: Overviews
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let overviews = overviews
        return [
            signedIn.one(
                "/api/v1/companies/{companyId}/overview", .may(.readSites),
                .init(
                    "Read what goes on now",
                    """
                    The active sites without their material, what runs low on them, and who is on a site. A worker gets the sites \
                    they are assigned to and their own open time entry. Neither its size nor its cost grows with what is past.
                    """), isLarge: true
            ) { (_, company: InCompany) in try await overviews.get(company.scope) }
        ]
    }
}

extension Overview: Wire {
    static let example = Overview(
        sites: [.example], low: [.example], present: [.example], counts: .example)

    static let fieldDetails = [
        "sites": "The active sites, newest first: \(mostSites) at most. The list of sites has all.",
        "low": "What runs low on active sites: \(mostLow) stocks at most, those of sites with high priority first.",
        "present":
            "The open time entries, the latest first: \(mostPresent) at most. To a worker, their own, also where they aren't "
            + "assigned to its site any more.",
        "counts": "How many there are, also where not all are listed here.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.list("sites", sites)
        fields.list("low", low)
        fields.list("present", present)
        fields.object("counts", counts)
    }
}

extension Overview.Place: Wire {
    static let schemaName = "OverviewSite"
    static let example = Overview.Place(
        record: Site.example.record, progress: 55, low: 1, assigned: 2, people: [.example], isOwn: true,
        lastVisited: Example.morning)

    static let fieldDetails = [
        "id": "The site's id.",
        "name": "What the site is called.",
        "priority": "How urgent the site is.",
        "status": "Always ACTIVE.",
        "address": "The address in one line; empty where it isn't known.",
        "addressParts": "The same address in its parts.",
        "startDate": "The first day of work.",
        "endDate": "The last day of work, as it is planned; null where it isn't known.",
        "progress": "The elapsed share of the days from start to end, 0 to 100 percent; 0 where there is no end.",
        "lowCount": "How many of the site's materials are below their threshold.",
        "assignmentCount": "How many people are assigned to the site.",
        "assignments": "The first \(Overview.mostPeople) of them.",
        "isAssigned": "Whether the caller is assigned to the site.",
        "lastVisited": "The caller's own latest check-in on the site; null where there is none.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", record.id)
        fields.text("name", record.name)
        fields.choice("priority", record.priority)
        fields.choice("status", record.status)
        fields.text("address", record.address.text)
        fields.object("addressParts", SiteAddress(record.address))
        fields.day("startDate", record.startDate)
        fields.day("endDate", record.endDate)
        fields.integer("progress", progress)
        fields.integer("lowCount", low)
        fields.integer("assignmentCount", assigned)
        fields.list("assignments", people)
        fields.boolean("isAssigned", isOwn)
        fields.instant("lastVisited", lastVisited)
    }
}

extension Assignee: Wire {
    static let schemaName = "OverviewPerson"
    static let example = Assignee(site: Example.id(2), user: Example.id(1), firstName: "Lena", lastName: "Vogt")
    static let fieldDetails = [
        "userId": "The person's id.", "firstName": "Their first name.", "lastName": "Their last name.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user)
        fields.text("firstName", firstName)
        fields.text("lastName", lastName)
    }
}

extension Overview.Shortage: Wire {
    static let schemaName = "LowMaterial"
    static let example = Overview.Shortage(name: "Flexkleber C2TE", unit: "Sack", stocks: [.example])
    static let fieldDetails = [
        "name": "The material's name as the first of the sites writes it; capitals and accents make no difference.",
        "unit": "The unit of its amounts.",
        "stocks": "The sites on which it runs low.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("name", name)
        fields.text("unit", unit)
        fields.list("stocks", stocks)
    }
}

extension Overview.Stock: Wire {
    static let schemaName = "LowMaterialStock"
    static let example = Overview.Stock(
        site: Example.id(2), siteName: Site.example.record.name, material: Example.id(3),
        amount: Quantity(thousandths: 4_500), threshold: Quantity(thousandths: 6_000))
    static let fieldDetails = [
        "siteId": "The site's id.",
        "siteName": "What the site is called.",
        "materialId": "The id of the material on this site.",
        "amount": "How much is left, in the unit of the material; exact, with at most three decimals.",
        "threshold": "Below how much it runs low, in the same unit; exact, with at most three decimals.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("siteId", site)
        fields.text("siteName", siteName)
        fields.id("materialId", material)
        fields.quantity("amount", amount)
        fields.quantity("threshold", threshold)
    }
}

extension Overview.Presence: Wire {
    static let example = Overview.Presence(
        entry: Example.id(6), site: Example.id(2), siteName: Site.example.record.name, user: Example.id(1),
        userName: "Lena Vogt", checkedInAt: Example.morning)
    static let fieldDetails = [
        "id": "The id of the open time entry.",
        "siteId": "The site's id.",
        "siteName": "What the site is called.",
        "userId": "The person's id.",
        "userName": "The person's name.",
        "checkedInAt": "When they checked in.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", entry)
        fields.id("siteId", site)
        fields.text("siteName", siteName)
        fields.id("userId", user)
        fields.text("userName", userName)
        fields.instant("checkedInAt", checkedInAt)
    }
}

extension Overview.Counts: Wire {
    static let schemaName = "OverviewCounts"
    static let example = Overview.Counts(sites: 1, low: 1, present: 1)
    static let fieldDetails = [
        "sites": "Active sites.", "low": "Stocks that run low on them.", "present": "Open time entries.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("sites", sites)
        fields.integer("low", low)
        fields.integer("present", present)
    }
}
