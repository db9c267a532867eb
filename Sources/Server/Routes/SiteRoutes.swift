import Core
import HTTPTypes
import Storage

struct SiteRoutes {
    let sites: Sites
    let signedIn: SignedInRoutes

    private static let base = "/api/v1/companies/{companyId}/sites"

    var routes: [Route] {
        let sites = sites
        return [
            signedIn.list(
                Self.base, in: .sites, .may(.readSites),
                .init(
                    "List sites",
                    """
                    Newest first; a worker sees those they are assigned to. A page of a search ends after thousands of sites were \
                    searched, even if few were found.
                    """), by: .id(),
                queries: Self.filter(.company),
                refusals: [.of(AccessRefusal.roleForbids, "A worker asked for removed sites.")]
            ) { (call, company: InCompany, page) in
                try await sites.list(try call.siteFilter(.company), page, in: company.scope)
            },
            signedIn.change(
                .post, Self.base, in: .sites, .may(.changeSites),
                .init(
                    "Create a site",
                    """
                    Only the name is required. If one of `users` isn't a person of the company, nothing is created.
                    """), status: .created,
                isLarge: true,
                refusals: [
                    .of(LimitRefusal.sites), .of(LimitRefusal.activeSites), .of(LimitRefusal.text),
                    .of(
                        SiteRefusal.notFound,
                        "Another request with this key created the site, and it was removed since."),
                ]
            ) { (_, company: InCompany, fields: NewSiteFields) in
                try sites.create(fields.edit, users: fields.users, foremen: fields.foremen, in: company.scope)
            },
            signedIn.list(
                Self.base + "/user/{userId}", in: .sites, .may(.readSites),
                .init(
                    "List a person's sites",
                    "The sites that the person is assigned to, newest first; a worker can list their own."),
                by: .id(), queries: Self.filter(.person)
            ) { (call, company: InCompany, page) in
                try await sites.list(
                    assignedTo: try call.id("userId"), try call.siteFilter(.person), page, in: company.scope)
            },
            signedIn.one(
                Self.base + "/{siteId}", in: .sites, .may(.readSites),
                .init(
                    "Read a site",
                    """
                    With the people who are assigned to it, its first \(Site.mostMaterials) materials, and its hours. Those who \
                    aren't workers can read a removed site too.
                    """
                ),
                size: .sometimesLarge
            ) { (_, site: OnSite) in try await sites.get(site.scope) },
            signedIn.change(
                .patch, Self.base + "/{siteId}", in: .sites, .may(.changeSites),
                .init(
                    "Change a site",
                    """
                    Fields that are left out stay unchanged. Null clears `address`, `endDate`, `contactName`, `contactPhone`, `region` and \
                    `notes`.
                    """),
                isLarge: true,
                refusals: [
                    .of(LimitRefusal.activeSites), .of(LimitRefusal.text), .of(SiteRefusal.depotStays),
                    .of(SiteRefusal.depotIsEveryones),
                ]
            ) { (call, site: OnSite, fields: SiteFields) in
                try sites.change(
                    fields.edit, users: fields.users, foremen: fields.foremen, if: call.precondition, on: site.scope)
            },
            signedIn.remove(
                Self.base + "/{siteId}", in: .sites, .may(.changeSites),
                .init(
                    "Remove a site",
                    "Assignments and open time entries end. It stays readable for those who aren't workers, and can be restored."
                ), refusals: [.of(SiteRefusal.depotStays)]
            ) { (call, site: OnSite) in try sites.remove(if: call.precondition, on: site.scope) },
            signedIn.change(
                .post, Self.base + "/{siteId}/restore", in: .sites, .may(.changeSites),
                .init(
                    "Restore a site",
                    """
                    Brings a removed site back with its status, its material and the people who worked there when it was removed, \
                    except those who have left the company. Of a site that wasn't removed nothing changes.
                    """),
                isLarge: true, refusals: [.of(LimitRefusal.sites), .of(LimitRefusal.activeSites)]
            ) { (_, site: OnSite, _: NoFields) in try sites.restore(on: site.scope) },
        ]
    }
}

extension SiteRoutes {
    fileprivate static let removed = "REMOVED"

    /// Whose sites a list has.
    fileprivate enum Whose {
        case company, person

        var statuses: [String] { Site.Status.allCases.map(\.rawValue) + (self == .company ? [removed] : []) }
    }

    private static func filter(_ whose: Whose) -> [QueryDescription] {
        whose == .company ? [status(whose), search] + filter : [status(whose)] + filter
    }

    private static func status(_ whose: Whose) -> QueryDescription {
        let meaning: Meaning =
            whose == .company
            ? "Only sites of this status; REMOVED for removed sites, which workers can't list."
            : "Only sites of this status."
        return QueryDescription(
            name: "status", meaning: meaning,
            schema: ["type": "string", "enum": .list(whose.statuses.map { .text($0) })])
    }

    private static let search = QueryDescription(
        name: "search",
        meaning: """
            Only sites whose name or address contains each of these words; case and accents make no difference.
            """,
        schema: ["type": "string", "maxLength": .integer(SearchWords.most)])

    private static let filter = [
        QueryDescription(
            name: "kind", meaning: "SITE by default; DEPOT for the company's depot.",
            schema: ["type": "string", "enum": .list(Site.Kind.allCases.map { .text($0.rawValue) })]),
        QueryDescription(
            name: "material",
            meaning: "`none` leaves `material` empty; `materialInfo` still counts it.",
            schema: ["type": "string", "enum": ["none"]]),
    ]
}

extension Call {
    fileprivate func siteFilter(_ whose: SiteRoutes.Whose) throws -> SiteFilter {
        let statuses = whose.statuses
        let status = try query(
            "status", else: Flaw(.notOneOf, ["allowed": .text(statuses.joined(separator: ", "))])
        ) { statuses.contains($0) ? $0 : nil }
        let kinds = Site.Kind.allCases.map(\.rawValue).joined(separator: ", ")
        return SiteFilter(
            kind: try query("kind", else: Flaw(.notOneOf, ["allowed": .text(kinds)])) {
                Site.Kind(rawValue: $0)
            } ?? .site,
            status: status.flatMap { Site.Status(rawValue: $0) }, isRemoved: status == SiteRoutes.removed,
            search: whose == .company ? try search : nil,
            hasMaterial: try query("material", else: Flaw(.notOneOf, ["allowed": .text("none")])) {
                $0 == "none" ? false : nil
            } ?? true)
    }

    /// `?search=`.
    var search: SearchWords? {
        get throws {
            try query("search", else: Flaw(.tooLong, ["max": .integer(SearchWords.most)])) {
                $0.count <= SearchWords.most ? SearchWords($0) : nil
            }
        }
    }
}

private enum SiteExample {
    static let name = "Badsanierung Südvorstadt"
    static let notes = "2. OG links. Schlüssel beim Hausmeister."
    static let end = Example.start + 37
    static let contact = (name: "Ines Roth", phone: "+49 30 1234567")
}

private struct NewSiteFields: BodyFields {
    let edit: Edit<SiteRecord>
    let users: [User.ID]
    let foremen: [User.ID]

    init?(_ fields: inout FieldReader) {
        edit = fields.site(isNew: true)
        users = fields.ids("users", "The ids of the people to assign.", max: 500)
        foremen = fields.ids("foremen", .foremen, max: 500)
    }
}

private struct SiteFields: BodyFields {
    let edit: Edit<SiteRecord>
    let users: [User.ID]?
    let foremen: [User.ID]?

    init?(_ fields: inout FieldReader) {
        edit = fields.site(isNew: false)
        users = fields.changed("users") {
            $0.ids("users", "The ids of exactly the people who are assigned from now on.", max: 500)
        }
        foremen = fields.changed("foremen") {
            $0.ids("foremen", .foremen.and("Left out, those who stay assigned keep what they are."), max: 500)
        }
    }
}

extension FieldReader {
    fileprivate mutating func site(isNew: Bool) -> Edit<SiteRecord> {
        var site = Edit<SiteRecord>()
        site.set(\.name, whole("name", isNew: isNew) { $0.name("name", .siteOwnName, example: SiteExample.name) })
        site.set(
            \.address,
            clearable("address") { fields in
                fields.optional("address") {
                    $0.siteAddress("address", isNew ? .addressFields : .addressFields.and("Null clears it."))
                }
            }.map { $0 ?? .none })
        site.set(
            \.startDate,
            given("startDate", isNew: isNew) {
                $0.day(
                    "startDate", isNew ? .startDate.and("The company's today by default.") : .startDate,
                    example: Example.start)
            })
        site.set(
            \.endDate,
            clearable("endDate") { fields in
                fields.optional("endDate") { $0.day("endDate", .endDate, example: SiteExample.end) }
            })
        site.set(
            \.contactName,
            clearable("contactName") { fields in
                fields.optional("contactName") {
                    $0.line("contactName", .contactName, example: SiteExample.contact.name)
                }
            })
        site.set(
            \.contactPhone,
            clearable("contactPhone") { fields in
                fields.optional("contactPhone") {
                    $0.line("contactPhone", .contactPhone, max: 50, example: SiteExample.contact.phone)
                }
            })
        site.set(
            \.region,
            clearable("region") { fields in
                fields.optional("region") { $0.choice("region", .siteRegion) as Region? }
            })
        site.set(\.notes, clearable("notes") { $0.note("notes", .siteNotes, max: 10_000, example: SiteExample.notes) })
        site.set(
            \.priority,
            given("priority", isNew: isNew) {
                $0.choice("priority", isNew ? .priority.and("`medium` by default.") : .priority)
            })
        site.set(
            \.status,
            given("status", isNew: isNew) {
                $0.choice("status", isNew ? .siteStatus.and("`ACTIVE` by default.") : .siteStatus)
            })
        return site
    }
}

/// A site's address as it is sent: unknown parts are null.
struct SiteAddress: Wire {
    private let address: Address

    init(_ address: Address) { self.address = address }

    static let example = SiteAddress(Example.address)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        func known(_ part: String) -> String? { part.isEmpty ? nil : part }
        fields.text("streetNumber", known(address.streetNumber), "House number; null if it isn't known.")
        fields.text("street", known(address.street), "Street; null if it isn't known.")
        fields.text("city", known(address.city), "City; null if it isn't known.")
        fields.text("postalCode", known(address.postalCode), "Postal code; null if it isn't known.")
        fields.text("country", known(address.country), "Country; null if it isn't known.")
    }
}

extension FieldReader {
    /// An address of which any part may be missing.
    fileprivate mutating func siteAddress(_ name: String, _ meaning: Meaning) -> Address? {
        object(name, meaning) { part in
            let example = Example.address
            return Address(
                streetNumber: part.lineIfAny("streetNumber", "House number.", max: 20, example: example.streetNumber),
                street: part.lineIfAny("street", "Street.", example: example.street),
                city: part.lineIfAny("city", "City.", example: example.city),
                postalCode: part.lineIfAny("postalCode", "Postal code.", max: 20, example: example.postalCode),
                country: part.lineIfAny("country", "Country.", max: 100, example: example.country))
        }
    }
}

extension SiteRecord {
    fileprivate static let example: SiteRecord = {
        var site = SiteRecord(
            id: Example.id(2), version: 3, createdAt: Example.morning, updatedAt: Example.evening)
        (site.name, site.address) = (SiteExample.name, Example.address)
        (site.priority, site.notes) = (.high, SiteExample.notes)
        (site.contactName, site.contactPhone) = SiteExample.contact
        (site.startDate, site.endDate) = (Example.start, SiteExample.end)
        return site
    }()
}

/// Of the same fields in the overview, in sites and in their bodies.
extension Meaning {
    fileprivate static var siteOwnName: Meaning { "The site's name." }
    static var priority: Meaning { "How urgent the site is." }
    static var siteStatus: Meaning {
        "FINISHED for a site whose work is done. Those and INACTIVE sites are only hidden from the app's default view."
    }
    static var siteAddress: Meaning { "The address in one line; empty if it isn't known." }
    static var siteAddressParts: Meaning { "The same address in its parts." }
    fileprivate static var addressFields: Meaning { "The address, of which any part may be missing." }
    static var startDate: Meaning { "The first day of work." }
    static var endDate: Meaning { "The planned last day of work; null if it isn't known." }
    static var progress: Meaning {
        "The elapsed share of the days from start to end, in percent from 0 to 100; 0 without an end."
    }
    fileprivate static var contactName: Meaning { "Whom to ask for on the site; null if no one is named." }
    fileprivate static var foremen: Meaning {
        "The ids of exactly those assigned people who are foremen of the site: they can enter and correct its people's hours."
    }
    fileprivate static var contactPhone: Meaning { "Their phone number, as people write it; null if it isn't known." }
    fileprivate static var siteRegion: Meaning { .region.and("Null for that of the company.") }
    fileprivate static var siteNotes: Meaning { "Free text in any number of lines; null for none." }
}

extension Site: Wire {
    static let example = Site(
        SiteRecord.example,
        assignments: [.example], materials: [.example], lastVisited: Example.morning, logged: .seconds(31_500),
        progress: 55)

    var entityVersion: Int64? { record.version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", record.id, .id)
        fields.choice("kind", record.kind, "DEPOT for the one place where the company keeps what is on no site.")
        fields.text("name", record.name, .siteOwnName)
        fields.choice("priority", record.priority, .priority)
        fields.choice("status", record.status, .siteStatus)
        fields.text("address", record.address.text, .siteAddress)
        fields.object("addressParts", SiteAddress(record.address), .siteAddressParts)
        fields.day("startDate", record.startDate, .startDate)
        fields.day("endDate", record.endDate, .endDate)
        fields.text("notes", record.notes, .siteNotes)
        fields.text("contactName", record.contactName, .contactName)
        fields.text("contactPhone", record.contactPhone, .contactPhone)
        fields.choice("region", orNull: record.region, .siteRegion)
        fields.instant(
            "lastVisited", lastVisited,
            "The latest check-in on the site, for a worker their own; null if there is none.")
        fields.integer("progress", progress, .progress)
        fields.quantity(
            "hoursLogged", Quantity(thousandths: logged.milliseconds / 3600),
            "Hours of all closed time entries on the site, for a worker their own.")
        fields.object(
            "materialInfo", MaterialInfo(total: counts.total, warnings: counts.low),
            "Numbers of all its material, even if `material` doesn't hold all of it.")
        fields.list("assignments", assignments, "The people who are assigned to the site.")
        fields.list(
            "material", materials,
            "The first \(Self.mostMaterials) of its materials, in the order in which they were added.")
        fields.boolean(
            "materialTruncated", isMaterialTruncated,
            "Whether the site has more material than `material` holds; its list of material has all.")
        fields.instant("createdAt", record.createdAt, .createdAt)
        fields.instant("updatedAt", record.updatedAt, .updatedAt)
        fields.instant("removedAt", record.removedAt, .removedAt)
    }
}

private struct MaterialInfo: Wire {
    let total: Int
    let warnings: Int

    static let example = MaterialInfo(total: 7, warnings: 1)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("total", total, "Number of materials.")
        fields.integer("warnings", warnings, "Number of materials below their threshold.")
    }
}

extension Site.Assignment: Wire {
    static let example = Site.Assignment(
        user: Example.id(1), firstName: "Lena", lastName: "Vogt", phone: UserExample.phone,
        foremanSince: Example.morning, lastVisited: Example.morning)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("userId", user, .userID)
        fields.text("firstName", firstName, .firstName)
        fields.text("lastName", lastName, .lastName)
        fields.text("phone", phone, .phone)
        fields.boolean("isForeman", isForeman, "Whether the person is a foreman of the site.")
        fields.instant(
            "lastVisited", lastVisited,
            "Their latest check-in on this site; null if there is none, and for a worker if it isn't their own.")
    }
}
