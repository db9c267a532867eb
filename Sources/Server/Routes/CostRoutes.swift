import Core
import HTTPTypes
import Storage

struct CostRoutes {
    let sites: Sites
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let sites = sites
        return [
            signedIn.custom(
                .get, "/api/v1/companies/{companyId}/sites/{siteId}/costs", in: .sites, .may(.readCosts),
                .init(
                    "Read a site's costs",
                    """
                    Its hours by person, and what it has used by material and price, even after it was removed. What was added, moved or \
                    converted isn't used.
                    """),
                request: RequestDescription(queries: Self.period),
                result: .one(SiteCosts.self, .ok, "The resource."), takes: .list
            ) { (call, site: OnSite) in
                let from = try call.query("from", else: Flaw(.notDay)) { Day($0) }
                let to = try call.query("to", else: Flaw(.notDay)) { Day($0) }
                return .one(try await sites.costs(from: from, to: to, of: site.scope))
            }
        ]
    }

    private static let period = [
        QueryDescription(
            name: "from", meaning: "The first day, in the company's time zone.",
            schema: ["type": "string", "format": "date"]),
        QueryDescription(
            name: "to", meaning: "The last day, in the company's time zone.",
            schema: ["type": "string", "format": "date"]),
    ]
}

extension SiteCosts: Wire {
    static let example = SiteCosts(
        site: Example.id(2), siteName: "Badsanierung Südvorstadt", from: Example.start, to: Example.start + 37,
        minutes: 525, people: [.example], materials: [.example], total: Quantity(thousandths: 151_200), unpriced: 1)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("siteId", site, .siteID)
        fields.text("siteName", siteName, .siteName)
        fields.day("from", from, "The first day, as it was asked for; null for all before.")
        fields.day("to", to, "The last day, as it was asked for; null for all after.")
        fields.integer(
            "minutes", minutes, "Minutes of all closed time entries that began in the period, and of erased hours.")
        fields.integer(
            "erasedMinutes", erasedMinutes,
            """
            The part of `minutes` that was erased by the company's `hoursKeptYears`, of all people together. Null if the period has only \
            some of the days before the company's `hoursFrom`: then `minutes` is without them.
            """)
        fields.list("people", people, "The minutes by person, by name; \(Self.mostLines) people at most.")
        fields.list("materials", materials, "One line per material, unit and price; \(Self.mostLines) lines at most.")
        fields.quantity("total", total, "The sum of all `cost`, in the company's currency.")
        fields.integer("unpriced", unpriced, "How many lines have no price.")
        fields.boolean(
            "truncated", isTruncated, "Whether there are more lines than are listed; the sums count all of them.")
    }
}

extension SiteCosts.Person: Wire {
    static let schemaName = "SiteCostsPerson"
    static let example = Self(user: Example.id(1), name: "Lena Vogt", minutes: 525)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user, .userID)
        fields.text("userName", name, .userName)
        fields.integer("minutes", minutes, "Whole minutes of the person's closed time entries.")
    }
}

extension SiteCosts.Use: Wire {
    static let schemaName = "SiteCostsMaterial"
    static let example = Self(
        material: Example.id(3), name: "Flexkleber C2TE", unit: "Sack", price: Quantity(thousandths: 18_900),
        taken: 7_500, scrapped: 1_000, counted: -500)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("materialId", material, .materialID)
        fields.text("materialName", name, "The material's name as it is today, even after it was removed.")
        fields.text("unit", unit, "The unit in which it was recorded.")
        fields.quantity("price", price, "What one `unit` cost when it was used; null if it wasn't known.")
        fields.quantity("taken", taken, "How much was taken, in `unit`.")
        fields.quantity("scrapped", scrapped, "How much was thrown away when the site was finished, in `unit`.")
        fields.quantity("counted", counted, "How much counts took away, in `unit`; negative if they added.")
        fields.quantity("used", used, "The sum of the three, in `unit`.")
        fields.quantity(
            "cost", cost, "`used` times `price`, in the company's currency, rounded to cents; null without a price.")
    }
}
