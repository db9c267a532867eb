/// Material on a site, counted in a unit.
public struct Material: Sendable {
    public typealias ID = Core.ID<Material>

    public let id: ID
    public let name: String
    public let unit: String
    public let amount: Quantity
    public let threshold: Quantity
    public let version: Int64
    public let updatedAt: Instant

    package init(
        id: ID, name: String, unit: String, amount: Quantity, threshold: Quantity, version: Int64, updatedAt: Instant
    ) {
        self.id = id
        self.name = name
        self.unit = unit
        self.amount = amount
        self.threshold = threshold
        self.version = version
        self.updatedAt = updatedAt
    }

    /// It runs low.
    public var isBelowThreshold: Bool { amount < threshold }
}

/// What a new material is made of. Amounts are 0 to `Quantity.max`.
public struct NewMaterial: Sendable {
    public let name: String
    public let unit: String
    public let amount: Quantity
    public let threshold: Quantity

    public init(name: String, unit: String, amount: Quantity, threshold: Quantity) {
        (self.name, self.unit, self.amount, self.threshold) = (name, unit, amount, threshold)
    }
}

/// What is changed of a material; what is nil stays.
public struct MaterialEdit: Sendable {
    public let name: String?
    public let unit: String?
    public let amount: Quantity?
    public let threshold: Quantity?

    public init(name: String?, unit: String?, amount: Quantity?, threshold: Quantity?) {
        (self.name, self.unit, self.amount, self.threshold) = (name, unit, amount, threshold)
    }
}

/// A change of a material's amount, as it was recorded. Never changed, never deleted.
public struct Movement: Sendable {
    public typealias ID = Core.ID<Movement>

    /// Counts up by material, with gaps: the material's version that the movement made.
    public let number: Int64
    public let id: ID
    public let delta: Quantity
    public let amountAfter: Quantity
    public let note: String?
    public let user: User.ID
    public let userName: String
    /// When it happened.
    public let at: Instant
    /// When it was recorded: later than `at` for work done offline.
    public let createdAt: Instant

    package init(
        number: Int64, id: ID, delta: Quantity, amountAfter: Quantity, note: String?, user: User.ID, userName: String,
        at: Instant, createdAt: Instant
    ) {
        self.number = number
        self.id = id
        self.delta = delta
        self.amountAfter = amountAfter
        self.note = note
        self.user = user
        self.userName = userName
        self.at = at
        self.createdAt = createdAt
    }
}

/// What somebody takes or adds.
public struct Adjustment: Sendable {
    public let delta: Quantity
    public let note: String?
    /// When it happened; nil for now.
    public let at: Instant?

    public init(delta: Quantity, note: String?, at: Instant?) { (self.delta, self.note, self.at) = (delta, note, at) }
}
