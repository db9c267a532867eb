import Core
import HTTPTypes

struct SiteRoutes {
    let sites: Sites
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let sites = sites
        return [
            signedIn(.get, "/api/v1/companies/{companyId}/sites") { call, actor in
                let page = try await sites.list(
                    of: try call.id(0, "company"), page: try call.page { Site.ID($0) }, as: actor)
                return .list(page, .site, of: call, cursor: \.text)
            },
            signedIn(.post, "/api/v1/companies/{companyId}/sites") { call, actor in
                let company: Company.ID = try call.id(0, "company")
                let fields = try await NewSiteFields.read(from: call.request)
                return .one(try await sites.create(fields.site, in: company, as: actor), .site, .created)
            },
            signedIn(.get, "/api/v1/companies/{companyId}/sites/{siteId}") { call, actor in
                .one(try await sites.get(try call.id(1, "site"), of: try call.id(0, "company"), as: actor), .site)
            },
        ]
    }
}

private struct NewSiteFields: BodyFields {
    let site: NewSite

    init?(_ fields: inout FieldReader) throws {
        let (name, address) = (fields.line("name"), fields.address("address"))
        let (startDate, endDate) = (fields.day("startDate"), fields.day("endDate"))
        let notes = fields.note("notes", max: 10_000)
        let users: [User.ID] = fields.ids("users", max: 500)
        let priority: Site.Priority = fields.choice("priority", default: .medium)
        let status: Site.Status = fields.choice("status", default: .active)
        guard let name, let address, let startDate, let endDate else { return nil }
        site = try NewSite(
            name: name, address: address, startDate: startDate, endDate: endDate, notes: notes, users: users,
            priority: priority, status: status)
    }
}

extension Shape<Site> {
    static let site = Shape(
        .text("id", \.record.id.text), .text("name", \.record.name), .text("priority", \.record.priority.rawValue),
        .text("status", \.record.status.rawValue), .text("address", \.record.address.text),
        .object("addressParts", .address, \.record.address), .day("startDate", \.record.startDate),
        .day("endDate", \.record.endDate), .optionalText("notes", \.record.notes),
        .optionalInstant("lastVisited", \.lastVisited), .integer("progress", \.progress),
        .quantity("hoursLogged") { Quantity(thousandths: $0.logged.milliseconds / 3600) },
        .object("materialInfo", .materialInfo, \.self), .list("assignments", .assignment, \.assignments),
        .list("material", .material, \.materials), .instant("createdAt", \.record.createdAt),
        .instant("updatedAt", \.record.updatedAt))

    private static let materialInfo = Shape(.integer("total", \.materials.count), .integer("warnings", \.warnings))
}

extension Shape<Site.Assignment> {
    static let assignment = Shape(
        .text("userId", \.user.text), .text("firstName", \.firstName), .text("lastName", \.lastName),
        .optionalInstant("lastVisited", \.lastVisited))
}
