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
                Self.base, in: .materials, .may(.readSites),
                .init(
                    "List material",
                    "A site's material, in the order in which it was added: what is there, or what was removed."),
                by: .id(),
                queries: Self.filter,
                refusals: [.of(AccessRefusal.roleForbids, "A worker asked for removed material.")]
            ) { (call, site: OnSite, page) in
                let search = try call.search
                let removed = try call.query("status", else: Flaw(.notOneOf, ["allowed": .text("REMOVED")])) {
                    $0 == "REMOVED" ? true : nil
                }
                return try await materials.list(page, matching: search, removed: removed ?? false, on: site.scope)
            },
            signedIn.one(
                Self.one, in: .materials, .may(.readSites),
                .init(
                    "Read material",
                    "With its version as `ETag`. Those who aren't workers can read removed material too.")
            ) { (call, site: OnSite) in try await materials.get(try call.id("materialId"), on: site.scope) },
            signedIn.change(
                .post, Self.base, in: .materials, .may(.changeMaterials),
                .init("Add material", "The first amount is recorded as a movement, unless it is 0."), status: .created,
                refusals: [
                    .of(LimitRefusal.siteMaterials),
                    .of(MaterialRefusal.notFound, "Another request with this key added it, and it was removed since."),
                ]
            ) { (_, site: OnSite, fields: NewMaterialFields) in try materials.create(fields.edit, on: site.scope) },
            signedIn.change(
                .patch, Self.one, in: .materials, .may(.changeMaterials),
                .init(
                    "Change material",
                    """
                    Fields that are left out stay unchanged. An `amount` is a count: the difference is recorded as a movement of the \
                    kind COUNT, and a count that confirms the amount too if it has a `note` or no other field. A new `unit` of \
                    material that was moved needs `factor`, which converts `amount`, `threshold` and `price` in a movement of the \
                    kind EDIT; those of the three that are given are in the new unit.
                    """
                ),
                refusals: [.of(MaterialRefusal.unitNeedsFactor), .of(MaterialRefusal.tooMuch), .of(LimitRefusal.text)]
            ) { (call, site: OnSite, fields: MaterialFields) in
                try materials.change(
                    try call.id("materialId"), fields.edit, factor: fields.factor, note: fields.note,
                    if: call.precondition, on: site.scope)
            },
            signedIn.change(
                .post, Self.one + "/restore", in: .materials, .may(.changeMaterials),
                .init(
                    "Restore material",
                    """
                    Brings removed material back with the amount that it had. Of material that wasn't removed nothing changes.
                    """),
                refusals: [.of(MaterialRefusal.nameTaken), .of(LimitRefusal.siteMaterials)]
            ) { (call, site: OnSite, fields: RestoredMaterialFields) in
                try materials.restore(try call.id("materialId"), named: fields.name, on: site.scope)
            },
            signedIn.remove(
                Self.one, in: .materials, .may(.changeMaterials), .init("Remove material", "Its movements are kept.")
            ) { (call, site: OnSite) in
                try materials.remove(try call.id("materialId"), if: call.precondition, on: site.scope)
            },
            signedIn.report(
                .post, Self.one + "/adjust-quantity", in: .materials, .may(.adjustAmounts),
                .init(
                    "Take or add material",
                    """
                    A negative `delta` takes, a positive one adds. `at` is when it happened, for work done offline. A delta of 0 \
                    records nothing. What happened more than two minutes ago, and can't be recorded because of the stock, the \
                    material, the site or the assignment, is kept as a clarification.
                    """),
                refusals: [
                    .of(MaterialRefusal.notEnough), .of(MaterialRefusal.tooMuch), .of(MaterialRefusal.beforeMaterial),
                    .of(MaterialRefusal.unitChanged),
                ]
            ) { (call, site: OnSite, fields: AdjustmentFields) in
                try materials.adjust(try call.id("materialId"), fields.adjustment, on: site.scope)
            },
            signedIn.list(
                Self.one + "/movements", in: .materials, .may(.readSites),
                .init("List movements", "All changes of the amount, newest first, even of removed material."),
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
            meaning: "Only material whose name contains each of these words; case and accents make no difference.",
            schema: ["type": "string", "maxLength": .integer(SearchWords.most)]),
        QueryDescription(
            name: "status", meaning: "REMOVED for removed material instead of what is there; not for workers.",
            schema: ["type": "string", "enum": ["REMOVED"]]),
    ]
}

private struct NewMaterialFields: BodyFields {
    let edit: Edit<Material>

    init?(_ fields: inout FieldReader) { edit = fields.material(isNew: true) }
}

private struct MaterialFields: BodyFields {
    let edit: Edit<Material>
    let factor: UnitFactor?
    let note: String?

    init?(_ fields: inout FieldReader) {
        edit = fields.material(isNew: false)
        factor = fields.optional("factor") {
            $0.unitFactor(
                "factor", "How many of the new `unit` one of the present one is: 25 from Sack to kg.", example: "25")
        }
        note = fields.note(
            "note", "Of the count or the conversion, in any number of lines.", max: 1000, example: "Inventur")
    }
}

private struct RestoredMaterialFields: BodyFields {
    static var isOptional: Bool { true }
    let name: String?

    init?(_ fields: inout FieldReader) {
        name = fields.optional("name") {
            $0.name("name", "Its name from now on; the one that it had by default.", example: MaterialExample.name)
        }
    }
}

extension FieldReader {
    fileprivate mutating func material(isNew: Bool) -> Edit<Material> {
        var material = Edit<Material>()
        material.set(
            \.name, whole("name", isNew: isNew) { $0.name("name", .materialName, example: MaterialExample.name) })
        material.set(
            \.unit, whole("unit", isNew: isNew) { $0.name("unit", .unit, max: 50, example: MaterialExample.unit) })
        material.set(
            \.amount,
            whole("amount", isNew: isNew) {
                $0.quantity(
                    "amount", isNew ? "How much is on site, in `unit`." : "How much is on site now, in `unit`.",
                    example: Quantity(thousandths: 24_000))
            })
        material.set(
            \.threshold,
            whole("threshold", isNew: isNew) {
                $0.quantity("threshold", .threshold, example: MaterialExample.threshold)
            })
        material.set(
            \.price,
            clearable("price") { fields in
                fields.optional("price") {
                    $0.quantity("price", .price, max: Material.highestPrice, example: MaterialExample.price)
                }
            })
        return material
    }
}

private enum MaterialExample {
    static let name = "Flexkleber C2TE"
    static let unit = "Sack"
    static let threshold = Quantity(thousandths: 6_000)
    static let price = Quantity(thousandths: 18_900)
}

private struct AdjustmentFields: BodyFields {
    let adjustment: Adjustment

    init?(_ fields: inout FieldReader) {
        let delta = fields.quantity(
            "delta", "How much is added, in the material's unit; negative if it is taken.", negative: true,
            example: Quantity(thousandths: -2_500))
        let unit = fields.optional("unit") {
            $0.name(
                "unit", "The unit that `delta` is in: refused if the material's is another one by now.", max: 50,
                example: MaterialExample.unit)
        }
        let note = fields.note("note", "What it is for, in any number of lines.", max: 1000, example: "Dusche")
        let at = fields.optional("at") { $0.instant("at", .doneAt, example: Example.morning) }
        let isUndo = fields.optional("undo") {
            $0.boolean(
                "undo",
                "Whether it takes back a mistake: then it is recorded as what that was, and a site's costs count neither.",
                example: false)
        }
        guard let delta else { return nil }
        adjustment = Adjustment(delta: delta, unit: unit, note: note, at: at, isUndo: isUndo ?? false)
    }
}

extension Meaning {
    fileprivate static var materialName: Meaning { "The material's name." }
    static var unitThen: Meaning { "The material's unit after the movement." }
    static var movementKind: Meaning {
        """
        TAKE and ADD (with the other sign if it took back a mistake), COUNT for an amount that was set, TRANSFER_OUT and TRANSFER_IN, SCRAP for what was left of a finished site and thrown \
        away, EDIT for a changed unit.
        """
    }
    static var otherSiteName: Meaning {
        "Of a transfer, the name of the site at its other end; null for other movements."
    }
    static var movementReference: Meaning { "Shared by all movements of one transfer; null for other movements." }
    fileprivate static var price: Meaning {
        "What one `unit` costs, in the company's currency; null if it isn't known, and for workers."
    }
    fileprivate static var threshold: Meaning { "The amount below which it is running low, in `unit`." }
}

extension Material: Wire {
    static let example: Material = {
        var material = Material(id: Example.id(3), version: 5, updatedAt: Example.evening)
        (material.name, material.unit) = (MaterialExample.name, MaterialExample.unit)
        (material.amount, material.threshold) = (Quantity(thousandths: 4_500), MaterialExample.threshold)
        material.price = MaterialExample.price
        return material
    }()

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.text("name", name, .materialName)
        fields.text("unit", unit, .unit)
        fields.quantity("amount", amount, "How much is on site, in `unit`.")
        fields.quantity("threshold", threshold, .threshold)
        fields.quantity("price", price, .price)
        fields.boolean("belowThreshold", isBelowThreshold, "Whether `amount` is less than `threshold`.")
        fields.instant("updatedAt", updatedAt, .updatedAt)
        fields.instant("removedAt", removedAt, .removedAt)
    }
}

extension Movement: Wire {
    static let example = Movement(
        Example.id(5), .take, of: .example, delta: Quantity(thousandths: -2_500), note: "Dusche", by: Example.id(1),
        userName: "Lena Vogt", at: Example.morning, createdAt: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.choice("kind", kind, .movementKind)
        fields.quantity("delta", delta, "How much was added, in `unit`; negative if it was taken.")
        fields.quantity("amountAfter", amountAfter, "The amount after this movement, in `unit`.")
        fields.text("unit", unit, .unitThen)
        fields.text("materialName", materialName, "The material's name at that time.")
        fields.quantity("price", price, .price.and("As it was at that time."))
        fields.id("refId", transfer, .movementReference)
        fields.text("otherSiteName", otherSiteName, .otherSiteName)
        fields.text("note", note, "What it was for; null without a note.")
        fields.id("userId", user, "The id of the person who took or added it.")
        fields.text("userName", userName, .userName)
        fields.instant("at", at, "When it happened.")
        fields.instant("createdAt", createdAt, "When it was recorded: later than `at` for work done offline.")
    }
}
