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
                return .list(page, of: call, cursor: \.text)
            },
            signedIn(.post, "/api/v1/companies/{companyId}/sites") { call, actor in
                let company: Company.ID = try call.id(0, "company")
                let fields = try await NewSiteFields.read(from: call.request)
                return .one(try await sites.create(fields.site, in: company, as: actor), .created)
            },
            signedIn(.get, "/api/v1/companies/{companyId}/sites/{siteId}") { call, actor in
                .one(try await sites.get(try call.id(1, "site"), of: try call.id(0, "company"), as: actor))
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

extension Site: Wire {
    func describe(_ fields: inout JSONWriter) {
        fields.id("id", record.id)
        fields.text("name", record.name)
        fields.text("priority", record.priority.rawValue)
        fields.text("status", record.status.rawValue)
        fields.text("address", record.address.text)
        fields.object("addressParts", record.address)
        fields.day("startDate", record.startDate)
        fields.day("endDate", record.endDate)
        fields.text("notes", record.notes)
        fields.instant("lastVisited", lastVisited)
        fields.integer("progress", progress)
        fields.quantity("hoursLogged", Quantity(thousandths: logged.milliseconds / 3600))
        fields.object("materialInfo", MaterialInfo(total: materials.count, warnings: warnings))
        fields.list("assignments", assignments)
        fields.list("material", materials)
        fields.instant("createdAt", record.createdAt)
        fields.instant("updatedAt", record.updatedAt)
    }
}

private struct MaterialInfo: Wire {
    let total: Int
    let warnings: Int

    func describe(_ fields: inout JSONWriter) {
        fields.integer("total", total)
        fields.integer("warnings", warnings)
    }
}

extension Site.Assignment: Wire {
    func describe(_ fields: inout JSONWriter) {
        fields.id("userId", user)
        fields.text("firstName", firstName)
        fields.text("lastName", lastName)
        fields.instant("lastVisited", lastVisited)
    }
}
