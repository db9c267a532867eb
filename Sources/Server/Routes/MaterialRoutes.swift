import Core
import HTTPTypes

struct MaterialRoutes {
    let materials: Materials
    let signedIn: SignedInRoutes

    private static let base = "/api/v1/companies/{companyId}/sites/{siteId}/materials"
    private static let one = base + "/{materialId}"

    var routes: [Route] {
        let materials = materials
        return [
            signedIn.list(
                Self.base, .may(.readSites),
                .init("List material", "The material of a site, in the order in which it was added."), by: .id(),
                queries: Self.filter
            ) { (call, site: OnSite, page) in
                let flaw = Flaw(.tooLong, ["max": .integer(SearchWords.most)])
                let search = try call.query("search", else: flaw) {
                    $0.count <= SearchWords.most ? SearchWords($0) : nil
                }
                return try await materials.list(page, matching: search, on: site.scope)
            },
            signedIn.change(
                .post, Self.base, .may(.changeMaterials),
                .init("Add material", "The first amount is a movement, unless it is 0."), status: .created,
                refusals: [
                    .of(LimitRefusal.siteMaterials),
                    .of(MaterialRefusal.notFound, "Another request with this key added it; it was removed since."),
                ]
            ) { (_, site: OnSite, fields: NewMaterialFields) in try materials.create(fields.material, on: site.scope) },
            signedIn.change(
                .patch, Self.one, .may(.changeMaterials),
                .init("Change material", "Takes any of the fields. A new amount is a movement of what it differs by.")
            ) { (call, site: OnSite, fields: MaterialFields) in
                try materials.change(
                    try call.id("materialId"), fields.edit, if: call.precondition, on: site.scope)
            },
            signedIn.remove(
                Self.one, .may(.changeMaterials), .init("Remove material", "Its movements stay.")
            ) { (call, site: OnSite) in
                try materials.remove(try call.id("materialId"), if: call.precondition, on: site.scope)
            },
            signedIn.change(
                .post, Self.one + "/adjust-quantity", .may(.adjustAmounts),
                .init(
                    "Take or add material",
                    """
                    A negative `delta` takes, a positive one adds. `at` is when it happened, for work done offline: at most \
                    30 days ago. A delta of 0 records nothing.
                    """),
                refusals: [.of(MaterialRefusal.notEnough), .of(MaterialRefusal.tooMuch), .of(LimitRefusal.text)]
            ) { (call, site: OnSite, fields: AdjustmentFields) in
                try materials.adjust(try call.id("materialId"), fields.adjustment, on: site.scope)
            },
            signedIn.list(
                Self.one + "/movements", .may(.readSites),
                .init("List movements", "All changes of the amount, the newest first, also of removed material."),
                by: .number
            ) { (call, site: OnSite, page) in
                try await materials.movements(of: try call.id("materialId"), page, on: site.scope)
            },
        ]
    }
}

extension MaterialRoutes {
    private static let filter = [
        QueryDescription(
            name: "search",
            details: "Only material whose name holds each of these words, whatever its capitals and accents.",
            schema: ["type": "string", "maxLength": .integer(SearchWords.most)])
    ]
}

private struct NewMaterialFields: BodyFields {
    let material: NewMaterial

    init?(_ fields: inout FieldReader) {
        let name = fields.name("name", example: "Flexkleber C2TE")
        let unit = fields.name("unit", max: 50, example: "Sack")
        let amount = fields.quantity("amount", example: Quantity(thousandths: 24_000))
        let threshold = fields.quantity("threshold", example: Quantity(thousandths: 6_000))
        guard let name, let unit, let amount, let threshold else { return nil }
        material = NewMaterial(name: name, unit: unit, amount: amount, threshold: threshold)
    }
}

private struct MaterialFields: BodyFields {
    let edit: MaterialEdit

    init?(_ fields: inout FieldReader) {
        edit = MaterialEdit(
            name: fields.changed("name") { $0.name("name", example: "Flexkleber C2TE") },
            unit: fields.changed("unit") { $0.name("unit", max: 50, example: "Sack") },
            amount: fields.changed("amount") { $0.quantity("amount", example: Quantity(thousandths: 24_000)) },
            threshold: fields.changed("threshold") {
                $0.quantity("threshold", example: Quantity(thousandths: 6_000))
            })
    }
}

private struct AdjustmentFields: BodyFields {
    let adjustment: Adjustment

    init?(_ fields: inout FieldReader) {
        let delta = fields.quantity("delta", negative: true, example: Quantity(thousandths: -2_500))
        let note = fields.note("note", max: 1000, example: "Dusche")
        let at = fields.optional("at") { $0.instant("at", example: Example.morning) }
        guard let delta else { return nil }
        adjustment = Adjustment(delta: delta, note: note, at: at)
    }
}

extension Material: Wire {
    static let example = Material(
        id: Example.id(3), name: "Flexkleber C2TE", unit: "Sack", amount: Quantity(thousandths: 4_500),
        threshold: Quantity(thousandths: 6_000), version: 5, updatedAt: Example.evening)

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
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
    static let example = Movement(
        number: 5, id: Example.id(5), delta: Quantity(thousandths: -2_500), amountAfter: Quantity(thousandths: 4_500),
        note: "Dusche", user: Example.id(1), userName: "Lena Vogt", at: Example.morning, createdAt: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
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
