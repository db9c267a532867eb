/// What is done with the material of a site.
public struct Materials: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) {
        (self.database, self.runtime) = (database, runtime)
    }

    /// In the order in which they were added.
    public func list(
        of site: Site.ID, in company: Company.ID, page: PageRequest<Material.ID>, as actor: Actor
    ) async throws -> Page<Material, Material.ID> {
        let scope = try actor.scope(company, site, for: .readSites)
        let (sites, materials) = try await database.fetch(Site.exists(scope), Material.list(scope, page))
        guard !sites.isEmpty else { throw Refusal.notFound("site") }
        return Page(materials, of: page, key: \.id)
    }

    /// The first amount is a movement too, unless it is 0.
    public func create(
        _ new: NewMaterial, on site: Site.ID, in company: Company.ID, as actor: Actor
    ) async throws -> Material {
        let scope = try actor.scope(company, site, for: .changeMaterials)
        let now = runtime.now()
        let material = Material(
            id: runtime.newID(), name: new.name, unit: new.unit, amount: new.amount, threshold: new.threshold,
            version: 1, updatedAt: now)
        let movement: Movement.ID = runtime.newID()
        try await database.transaction { transaction in
            guard try !transaction.fetch(Site.exists(scope)).isEmpty else { throw Refusal.notFound("site") }
            try transaction.enqueue(Material.insert(material.id, new, scope, now: now))
            if new.amount != .zero {
                let first = Adjustment(delta: new.amount, note: nil, at: nil)
                try transaction.enqueue(
                    Movement.insert(movement, of: material, first, by: actor.user.id, scope, now: now))
            }
        }
        return material
    }

    /// Takes from the amount or adds to it, by one conditional UPDATE, and records the movement with it. A delta of 0
    /// changes and records nothing.
    public func adjust(
        _ id: Material.ID, on site: Site.ID, in company: Company.ID, _ adjustment: Adjustment, as actor: Actor
    ) async throws -> Material {
        let scope = try actor.scope(company, site, for: .adjustAmounts)
        let now = runtime.now()
        try adjustment.check(now: now)
        let movement: Movement.ID = runtime.newID()
        return try await database.transaction { transaction in
            guard adjustment.delta != .zero else { return try Self.find(id, scope, transaction) }
            let (sites, changed) = try transaction.fetch(
                Site.exists(scope), Material.adjust(id, by: adjustment.delta, scope, now: now))
            guard !sites.isEmpty else { throw Refusal.notFound("site") }
            guard let material = changed.first else {
                throw Self.outOfRange(try Self.find(id, scope, transaction), adjustment.delta)
            }
            try transaction.enqueue(
                Movement.insert(movement, of: material, adjustment, by: actor.user.id, scope, now: now))
            return material
        }
    }

    /// Newest first.
    public func movements(
        of id: Material.ID, on site: Site.ID, in company: Company.ID, page: PageRequest<Int64>, as actor: Actor
    ) async throws -> Page<Movement, Int64> {
        let scope = try actor.scope(company, site, for: .readSites)
        let (sites, materials, movements) = try await database.fetch(
            Site.exists(scope), Material.one(id, scope), Movement.list(id, scope, page))
        guard !sites.isEmpty else { throw Refusal.notFound("site") }
        guard !materials.isEmpty else { throw Refusal.notFound("material") }
        return Page(movements, of: page, key: \.number)
    }

    private static func find(
        _ id: Material.ID, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> Material {
        let (sites, materials) = try transaction.fetch(Site.exists(scope), Material.one(id, scope))
        guard !sites.isEmpty else { throw Refusal.notFound("site") }
        guard let material = materials.first else { throw Refusal.notFound("material") }
        return material
    }

    private static func outOfRange(_ material: Material, _ delta: Quantity) -> Refusal {
        delta < .zero
            ? .conflict("Only \(material.amount.text) \(material.unit) of \(material.name) are left.")
            : .conflict("There can't be more than \(Quantity.max.text) \(material.unit) of \(material.name).")
    }
}

extension Adjustment {
    /// How long ago work done offline may have happened.
    public static let oldest = Duration.seconds(30 * 24 * 3600)
    /// How far a phone's clock may run ahead of ours.
    private static let skew = Duration.seconds(60)

    func check(now: Instant) throws {
        guard let at else { return }
        if at > now + Self.skew { throw Refusal.invalid([.init("at", "must not be in the future")]) }
        if at < now - Self.oldest { throw Refusal.invalid([.init("at", "must be at most 30 days ago")]) }
    }
}
