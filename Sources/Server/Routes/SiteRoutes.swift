import Core
import HTTPTypes

struct SiteRoutes {
    let sites: Sites
    let signedIn: SignedInRoutes

    private static let base = "/api/v1/companies/{companyId}/sites"

    var routes: [Route] {
        let sites = sites
        return [
            signedIn.list(
                Self.base, .may(.readSites),
                .init("List sites", "The newest first; a worker sees those they are assigned to."), by: .id(),
                queries: Self.filter
            ) { (call, company: InCompany, page) in
                try await sites.list(try call.siteFilter, page, in: company.scope)
            },
            signedIn.change(
                .post, Self.base, .may(.changeSites),
                .init(
                    "Open a site",
                    """
                    A name is enough. Without `startDate` it starts on the company's today. Where one of `users` isn't of the company, \
                    nothing is made.
                    """), status: .created,
                isLarge: true,
                refusals: [
                    .of(LimitRefusal.sites), .of(LimitRefusal.activeSites), .of(LimitRefusal.text),
                    .of(SiteRefusal.notFound, "Another request with this key opened the site; it was removed since."),
                ]
            ) { (_, company: InCompany, fields: NewSiteFields) in try sites.create(fields.site, in: company.scope) },
            signedIn.list(
                Self.base + "/user/{userId}", .may(.readSites),
                .init(
                    "List somebody's sites",
                    "Those that this person is assigned to, the newest first; a worker may ask for their own."),
                by: .id(), queries: Self.filter
            ) { (call, company: InCompany, page) in
                try await sites.list(
                    assignedTo: try call.id("userId"), try call.siteFilter, page, in: company.scope)
            },
            signedIn.one(
                Self.base + "/{siteId}", .may(.readSites),
                .init(
                    "Read a site",
                    "With who is assigned to it, the first \(Site.mostMaterials) of its material, and what was worked there."
                ),
                isLarge: true
            ) { (_, site: OnSite) in try await sites.get(site.scope) },
            signedIn.change(
                .patch, Self.base + "/{siteId}", .may(.changeSites),
                .init(
                    "Change a site",
                    """
                    Takes any of the fields. With `users`, exactly these people are assigned from then on. Null clears `address`, \
                    `endDate` and `notes`.
                    """),
                isLarge: true, refusals: [.of(LimitRefusal.activeSites), .of(LimitRefusal.text)]
            ) { (call, site: OnSite, fields: SiteFields) in
                try sites.change(fields.edit, if: call.precondition, on: site.scope)
            },
            signedIn.remove(
                Self.base + "/{siteId}", .may(.changeSites),
                .init(
                    "Remove a site", "Nobody is assigned any more, open visits end, and the history stays.")
            ) { (call, site: OnSite) in try sites.remove(if: call.precondition, on: site.scope) },
        ]
    }
}

extension SiteRoutes {
    private static let filter = [
        QueryDescription(
            name: "status", details: "Only sites of this status.",
            schema: ["type": "string", "enum": .list(Site.Status.allCases.map { .text($0.rawValue) })]),
        QueryDescription(
            name: "material",
            details: "none leaves `material` empty; `materialInfo` counts it all the same.",
            schema: ["type": "string", "enum": ["none"]]),
    ]
}

extension Call {
    fileprivate var siteFilter: SiteFilter {
        get throws {
            let statuses = Site.Status.allCases.map(\.rawValue).joined(separator: ", ")
            return SiteFilter(
                status: try query("status", else: Flaw(.notOneOf, ["allowed": .text(statuses)])) {
                    Site.Status(rawValue: $0)
                },
                hasMaterial: try query("material", else: Flaw(.notOneOf, ["allowed": .text("none")])) {
                    $0 == "none" ? false : nil
                } ?? true)
        }
    }
}

private enum SiteExample {
    static let name = "Badsanierung Südvorstadt"
    static let notes = "2. OG links. Schlüssel beim Hausmeister."
    static let end = Example.start + 37
}

private struct NewSiteFields: BodyFields {
    let site: NewSite

    init?(_ fields: inout FieldReader) throws {
        let name = fields.name("name", example: SiteExample.name)
        let address = fields.optional("address") { $0.siteAddress("address") } ?? .none
        let startDate = fields.optional("startDate") { $0.day("startDate", example: Example.start) }
        let endDate = fields.optional("endDate") { $0.day("endDate", example: SiteExample.end) }
        let notes = fields.note("notes", max: 10_000, example: SiteExample.notes)
        let users: [User.ID] = fields.ids("users", max: 500)
        let priority: Site.Priority = fields.choice("priority", default: .medium)
        let status: Site.Status = fields.choice("status", default: .active)
        guard let name else { return nil }
        site = try NewSite(
            name: name, address: address, startDate: startDate, endDate: endDate, notes: notes, users: users,
            priority: priority, status: status)
    }
}

private struct SiteFields: BodyFields {
    let edit: SiteEdit

    init?(_ fields: inout FieldReader) {
        edit = SiteEdit(
            name: fields.changed("name") { $0.name("name", example: SiteExample.name) },
            address: fields.clearable("address") { fields in
                fields.optional("address") { $0.siteAddress("address") }
            }.map { $0 ?? .none },
            startDate: fields.changed("startDate") { $0.day("startDate", example: Example.start) },
            endDate: fields.clearable("endDate") { fields in
                fields.optional("endDate") { $0.day("endDate", example: SiteExample.end) }
            },
            notes: fields.clearable("notes") { $0.note("notes", max: 10_000, example: SiteExample.notes) },
            users: fields.changed("users") { $0.ids("users", max: 500) },
            priority: fields.changed("priority") { $0.choice("priority") },
            status: fields.changed("status") { $0.choice("status") })
    }
}

/// A site's address as it goes out: the parts that aren't known are null.
struct SiteAddress: Wire {
    private let address: Address

    init(_ address: Address) { self.address = address }

    static let example = SiteAddress(Example.address)
    static let fieldDetails = [
        "streetNumber": "House number; null where it isn't known.", "street": "Street; null where it isn't known.",
        "city": "City; null where it isn't known.", "postalCode": "Postal code; null where it isn't known.",
        "country": "Country; null where it isn't known.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        func known(_ part: String) -> String? { part.isEmpty ? nil : part }
        fields.text("streetNumber", known(address.streetNumber))
        fields.text("street", known(address.street))
        fields.text("city", known(address.city))
        fields.text("postalCode", known(address.postalCode))
        fields.text("country", known(address.country))
    }
}

extension FieldReader {
    /// Of which any part may be missing.
    fileprivate mutating func siteAddress(_ name: String) -> Address? {
        object(name) { part in
            let example = Example.address
            return Address(
                streetNumber: part.lineIfAny("streetNumber", max: 20, example: example.streetNumber),
                street: part.lineIfAny("street", example: example.street),
                city: part.lineIfAny("city", example: example.city),
                postalCode: part.lineIfAny("postalCode", max: 20, example: example.postalCode),
                country: part.lineIfAny("country", max: 100, example: example.country))
        }
    }
}

extension Site: Wire {
    static let example = Site(
        SiteRecord(
            id: Example.id(2), name: SiteExample.name, address: Example.address, priority: .high, status: .active,
            startDate: Example.start, endDate: SiteExample.end, notes: SiteExample.notes, version: 3,
            createdAt: Example.morning, updatedAt: Example.evening),
        assignments: [.example], materials: [.example], lastVisited: Example.morning, logged: .seconds(31_500),
        progress: 55)

    static let fieldDetails = [
        "address": "The address in one line; empty where it isn't known.",
        "endDate": "The last day of work, as it is planned; null where it isn't known.",
        "progress": "The elapsed share of the days from start to end, 0 to 100 percent; 0 where there is no end.",
        "materialInfo":
            "How many materials the site has and how many run low, also where `material` doesn't hold them all.",
        "material": "The first \(mostMaterials) of the site's materials, in the order in which they were added.",
        "materialTruncated":
            "Whether the site has material that `material` doesn't hold: its list of material has all of it.",
    ]

    var entityVersion: Int64? { record.version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", record.id)
        fields.text("name", record.name)
        fields.choice("priority", record.priority)
        fields.choice("status", record.status)
        fields.text("address", record.address.text)
        fields.object("addressParts", SiteAddress(record.address))
        fields.day("startDate", record.startDate)
        fields.day("endDate", record.endDate)
        fields.text("notes", record.notes)
        fields.instant("lastVisited", lastVisited)
        fields.integer("progress", progress)
        fields.quantity("hoursLogged", Quantity(thousandths: logged.milliseconds / 3600))
        fields.object("materialInfo", MaterialInfo(total: counts.total, warnings: counts.low))
        fields.list("assignments", assignments)
        fields.list("material", materials)
        fields.boolean("materialTruncated", isMaterialTruncated)
        fields.instant("createdAt", record.createdAt)
        fields.instant("updatedAt", record.updatedAt)
    }
}

private struct MaterialInfo: Wire {
    let total: Int
    let warnings: Int

    static let example = MaterialInfo(total: 7, warnings: 1)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("total", total)
        fields.integer("warnings", warnings)
    }
}

extension Site.Assignment: Wire {
    static let example = Site.Assignment(
        user: Example.id(1), firstName: "Lena", lastName: "Vogt", lastVisited: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user)
        fields.text("firstName", firstName)
        fields.text("lastName", lastName)
        fields.instant("lastVisited", lastVisited)
    }
}
