import Core
import HTTPTypes

struct MaterialRoutes {
    let materials: Materials
    let signedIn: SignedInRoutes

    private static let base = "/api/v1/companies/{companyId}/sites/{siteId}/materials"

    var routes: [Route] {
        let materials = materials
        return [
            signedIn(.get, Self.base) { call, actor in
                let page = try await materials.list(
                    of: try call.id(1, "site"), in: try call.id(0, "company"), page: try call.page { Material.ID($0) },
                    as: actor)
                return .list(page, of: call, cursor: \.text)
            },
            signedIn(.post, Self.base) { call, actor in
                let (company, site): (Company.ID, Site.ID) = (try call.id(0, "company"), try call.id(1, "site"))
                let fields = try await NewMaterialFields.read(from: call.request)
                return .one(
                    try await materials.create(fields.material, on: site, in: company, as: actor), .created)
            },
            signedIn(.post, Self.base + "/{materialId}/adjust-quantity") { call, actor in
                let (company, site): (Company.ID, Site.ID) = (try call.id(0, "company"), try call.id(1, "site"))
                let material: Material.ID = try call.id(2, "material")
                let fields = try await AdjustmentFields.read(from: call.request)
                return .one(try await materials.adjust(material, on: site, in: company, fields.adjustment, as: actor))
            },
            signedIn(.get, Self.base + "/{materialId}/movements") { call, actor in
                let page = try await materials.movements(
                    of: try call.id(2, "material"), on: try call.id(1, "site"), in: try call.id(0, "company"),
                    page: try call.page { Int64($0) }, as: actor)
                return .list(page, of: call, cursor: \.description)
            },
        ]
    }
}

private struct NewMaterialFields: BodyFields {
    let material: NewMaterial

    init?(_ fields: inout FieldReader) {
        let (name, unit) = (fields.line("name"), fields.line("unit", max: 50))
        let (amount, threshold) = (fields.quantity("amount"), fields.quantity("threshold"))
        guard let name, let unit, let amount, let threshold else { return nil }
        material = NewMaterial(name: name, unit: unit, amount: amount, threshold: threshold)
    }
}

private struct AdjustmentFields: BodyFields {
    let adjustment: Adjustment

    init?(_ fields: inout FieldReader) {
        let (delta, note) = (fields.quantity("delta", negative: true), fields.note("note", max: 1000))
        let at = fields.optionalInstant("at")
        guard let delta else { return nil }
        adjustment = Adjustment(delta: delta, note: note, at: at)
    }
}

extension Material: Wire {
    func describe(_ fields: inout JSONWriter) {
        fields.id("id", id)
        fields.text("name", name)
        fields.text("unit", unit)
        fields.quantity("amount", amount)
        fields.quantity("threshold", threshold)
        fields.boolean("belowThreshold", isBelowThreshold)
        fields.instant("updatedAt", updatedAt)
    }
}

extension Movement: Wire {
    func describe(_ fields: inout JSONWriter) {
        fields.id("id", id)
        fields.quantity("delta", delta)
        fields.quantity("amountAfter", amountAfter)
        fields.text("note", note)
        fields.id("userId", user)
        fields.text("userName", userName)
        fields.instant("at", at)
        fields.instant("createdAt", createdAt)
    }
}
