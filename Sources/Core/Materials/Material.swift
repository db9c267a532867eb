public import Storage

/// One kind of goods on one site, with its amount in a unit.
public struct Material: Stored {
    public typealias ID = Core.ID<Material>

    public internal(set) var id = ID()
    public var name = ""
    public var unit = ""
    /// 0 to `Quantity.max`.
    public var amount = Quantity.zero
    /// The material is running low below this amount; 0 to `Quantity.max`.
    public var threshold = Quantity.zero
    /// Of one unit, in thousandths of the company's currency, 0 to `highestPrice`; nil if it isn't known, or the reader may not see it.
    public var price: Quantity?
    /// The highest price: 9,999,999.999.
    public static let highestPrice = Quantity(thousandths: 9_999_999_999)
    /// Increases with each update, from 1.
    public internal(set) var version: Int64 = 1
    public internal(set) var updatedAt = Instant(milliseconds: 0)
    /// Nil while it is present.
    public internal(set) var removedAt: Instant?

    package init() {}

    package init(id: ID, version: Int64 = 1, updatedAt: Instant) {
        (self.id, self.version, self.updatedAt) = (id, version, updatedAt)
    }

    package static let table = "materials"
    package static let scopeColumns = ["company_id", "site_id"]

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.edited("name", &name, as: "name")
        try columns.edited("unit", &unit, as: "unit")
        try columns.edited("amount", &amount, as: "amount")
        try columns.edited("threshold", &threshold, as: "threshold")
        try columns.edited("price", &price, as: "price")
        try columns.column("version", .counted, &version)
        try columns.column("updated_at", .changing, &updatedAt)
        try columns.column("removed_at", .fixed, &removedAt)
        columns.unread("created_at", .integer, .exported)
        columns.unread("low_since", .integer, .exported)
        columns.unread("low_batch", .text, .exported)
        columns.unread("name_key", .text, .exported)
    }

    /// The name as transfers compare it: equal for names that differ only in case, accents and spaces.
    var nameKey: String { SearchWords.folded(name) }

    /// For a reader who may not see the price.
    var withoutPrice: Material {
        var material = self
        material.price = nil
        return material
    }

    /// Whether the material is running low.
    public var isBelowThreshold: Bool { amount < threshold }
}

/// A recorded change of a material's amount. Movements are never changed or deleted while their company exists.
public struct Movement: Stored {
    public typealias ID = Core.ID<Movement>

    /// What a movement was recorded as.
    public enum Kind: String, Column, CaseIterable {
        case take = "TAKE"
        case add = "ADD"
        /// The amount was counted: `delta` is the difference to the recorded one.
        case count = "COUNT"
        case transferOut = "TRANSFER_OUT"
        case transferIn = "TRANSFER_IN"
        /// What was left of a finished site, and thrown away.
        case scrap = "SCRAP"
        /// The unit was changed, and the amount converted.
        case edit = "EDIT"
    }

    /// Ascending within a material, with gaps: the version of the material that the movement created.
    public internal(set) var number: Int64 = 0
    public internal(set) var id = ID()
    public internal(set) var kind = Kind.add
    /// In `unit`.
    public internal(set) var delta = Quantity.zero
    /// In `unit`.
    public internal(set) var amountAfter = Quantity.zero
    /// The material's unit after the movement.
    public internal(set) var unit = ""
    /// The material's name at that time.
    public internal(set) var materialName = ""
    /// The material's price at that time, as `Material.price`.
    public internal(set) var price: Quantity?
    /// Shared by all movements of one transfer; nil for other movements.
    public internal(set) var transfer: MaterialTransfer.ID?
    public internal(set) var note: String?
    public internal(set) var user = User.ID()
    /// The time of the movement itself.
    public internal(set) var at = Instant(milliseconds: 0)
    /// The time of recording: later than `at` for work done offline.
    public internal(set) var createdAt = Instant(milliseconds: 0)
    /// The name of `user`; empty if it wasn't queried.
    public internal(set) var userName = ""
    /// Of a transfer, the name of the site at its other end; nil for other movements, and if it wasn't queried.
    public internal(set) var otherSiteName: String?

    package init() {}

    /// - Parameter material: the material after the movement.
    package init(
        _ id: ID, _ kind: Kind, of material: Material, delta: Quantity, note: String?, by user: User.ID,
        userName: String = "", at: Instant, createdAt: Instant, transfer: MaterialTransfer.ID? = nil
    ) {
        (number, self.id, self.kind, self.delta) = (material.version, id, kind, delta)
        (amountAfter, unit, materialName, price) = (material.amount, material.unit, material.name, material.price)
        (self.note, self.user, self.userName, self.at, self.createdAt) = (note, user, userName, at, createdAt)
        self.transfer = transfer
    }

    package static let table = "movements"
    package static let scopeColumns = ["company_id", "site_id", "material_id"]
    package static let freeTexts: Set = ["note"]

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("number", .key, &number)
        try columns.column("id", .fixed, &id)
        try columns.column("kind", .fixed, &kind)
        try columns.column("delta", .fixed, &delta)
        try columns.column("amount_after", .fixed, &amountAfter)
        try columns.column("unit", .fixed, &unit)
        try columns.column("material_name", .fixed, &materialName)
        try columns.column("price", .fixed, &price)
        try columns.column("ref_id", .fixed, &transfer)
        try columns.column("note", .fixed, &note)
        try columns.column("user_id", .fixed, &user)
        try columns.column("at", .fixed, &at)
        try columns.column("created_at", .fixed, &createdAt)
    }
}

/// An amount to take (negative) or add (positive).
public struct Adjustment: Sendable {
    public let delta: Quantity
    /// The unit that `delta` is in; nil for the material's.
    public let unit: String?
    public let note: String?
    /// The time of the movement; nil for now.
    public let at: Instant?
    /// Whether it takes back one that was a mistake: it is recorded as what that one was, so that both come to nothing.
    public let isUndo: Bool

    public init(delta: Quantity, unit: String? = nil, note: String?, at: Instant?, isUndo: Bool = false) {
        (self.delta, self.unit, self.note, self.at, self.isUndo) = (delta, unit, note, at, isUndo)
    }
}
