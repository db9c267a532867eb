/// What is done with the material of a site.
public struct Materials: Sendable {
    let database: any Database
    let runtime: Runtime
    private let lowStock: LowStock

    /// - Parameters:
    ///   - collecting: how long what runs low is collected after a mail that said so.
    ///   - provesAddresses: whether a company mails no one before its founder's e-mail address is proven.
    public init(
        _ database: any Database, runtime: Runtime, collecting: Duration = .seconds(600),
        provesAddresses: Bool = false
    ) {
        (self.database, self.runtime) = (database, runtime)
        lowStock = LowStock(pause: collecting, runtime: runtime, provesAddresses: provesAddresses)
    }

    // MARK: Reading

    /// In the order in which they were added.
    /// - Parameter search: nil for all.
    public func list(
        _ page: PageRequest<Material.ID>, matching search: SearchWords? = nil, on scope: SiteScope
    ) async throws -> Page<Material, Material.ID> {
        try scope.check(.readSites)
        if let search { return try await find(search, page, on: scope) }
        let (sites, materials) = try await database.fetch(Site.exists(scope), Material.list(scope, page).page)
        guard !sites.isEmpty else { throw Site.notFound }
        return Page(materials, of: page, key: \.id)
    }

    /// Of a site's materials, of which there are few thousand, all are looked at, some hundred at a time: neither engine folds letters as
    /// people search.
    private func find(
        _ search: SearchWords, _ page: PageRequest<Material.ID>, on scope: SiteScope
    ) async throws -> Page<Material, Material.ID> {
        var (found, after): ([PageRow<Material>], _) = ([], page.after)
        while true {
            let part = PageRequest(limit: PageRequest<Material.ID>.largest, after: after)
            let (sites, rows) = try await database.fetch(Site.exists(scope), Material.list(scope, part).page)
            guard !sites.isEmpty else { throw Site.notFound }
            found += rows.filter { search.match($0.item.name) }
            let shown = Page(found, of: page, key: \.id)
            guard shown.next == nil, rows.count > part.limit, let last = rows.last else { return shown }
            after = last.item.id
        }
    }

    /// Newest first, also of a material that was removed.
    public func movements(
        of id: Material.ID, _ page: PageRequest<Int64>, on scope: SiteScope
    ) async throws -> Page<Movement, Int64> {
        try scope.check(.readSites)
        let (sites, materials, movements) = try await database.fetch(
            Site.exists(scope), Material.ever(id, scope), Movement.list(id, scope, page).page)
        guard !sites.isEmpty else { throw Site.notFound }
        guard !materials.isEmpty else { throw Material.notFound }
        return Page(movements, of: page, key: \.number)
    }

    // MARK: Changing

    /// The first amount is a movement too, unless it is 0.
    public func create(_ new: NewMaterial, on scope: SiteScope) throws -> Change<Material> {
        try scope.check(.changeMaterials)
        let (now, runtime, lowStock) = (runtime.now(), runtime, lowStock)
        let material = Material(
            id: runtime.newID(), name: new.name, unit: new.unit, amount: new.amount, threshold: new.threshold,
            version: 1, updatedAt: now)
        let movement: Movement.ID = runtime.newID()
        return Change { transaction in
            // Whoever removes the site at the same time comes first or finds the material.
            try transaction.enqueue(Site.lock(scope))
            let (sites, use) = try transaction.fetch(Site.exists(scope), CompanyUse.materials(scope))
            guard !sites.isEmpty else { throw Site.notFound }
            try use.first?.check(.siteMaterials)
            try transaction.enqueue(Material.insert(material.id, new, scope, now: now))
            if new.amount != .zero {
                let first = Adjustment(delta: new.amount, note: nil, at: nil)
                try transaction.enqueue(Movement.insert(movement, of: material, first, scope, now: now))
            }
            try lowStock.look(at: material, since: nil, scope, transaction)
            try Audit(scope.within, runtime).write(.materialCreated, material.id, named: new.name, in: transaction)
            return material
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    /// A new amount is a movement of what it differs by.
    public func change(
        _ id: Material.ID, _ edit: MaterialEdit, if precondition: Precondition, on scope: SiteScope
    ) throws -> Change<Material> {
        try scope.check(.changeMaterials)
        let (now, runtime, lowStock) = (runtime.now(), runtime, lowStock)
        let movement: Movement.ID = runtime.newID()
        return Change { transaction in
            let old = try Self.lock(id, scope, transaction)
            try precondition.check(old.version)
            let new = Material(
                id: id, name: edit.name ?? old.name, unit: edit.unit ?? old.unit, amount: edit.amount ?? old.amount,
                threshold: edit.threshold ?? old.threshold, version: old.version &+ 1, updatedAt: now)
            try transaction.enqueue(Material.update(new, scope))
            let lowSince = try transaction.fetch(Material.lowSince(id, scope)).first ?? nil
            try lowStock.look(at: new, since: lowSince, scope, transaction)
            if new.amount != old.amount {
                let delta = Quantity(thousandths: new.amount.thousandths - old.amount.thousandths)
                let adjustment = Adjustment(delta: delta, note: nil, at: nil)
                try transaction.enqueue(Movement.insert(movement, of: new, adjustment, scope, now: now))
            }
            var differences = Differences()
            differences.note("name", old.name, new.name)
            differences.note("unit", old.unit, new.unit)
            differences.note("amount", old.amount.text, new.amount.text)
            differences.note("threshold", old.threshold.text, new.threshold.text)
            if !differences.details.isEmpty {
                try Audit(scope.within, runtime).write(
                    .materialChanged, id, named: new.name, differences.details, in: transaction)
            }
            return new
        }
    }

    /// Archives a material: its movements stay.
    public func remove(_ id: Material.ID, if precondition: Precondition, on scope: SiteScope) throws -> Change<Void> {
        try scope.check(.changeMaterials)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            let old = try Self.lock(id, scope, transaction)
            try precondition.check(old.version)
            try transaction.enqueue(Material.remove(id, scope, now: now))
            try Audit(scope.within, runtime).write(.materialRemoved, id, named: old.name, in: transaction)
        }
    }

    /// Takes from the amount or adds to it, by one conditional UPDATE, and records the movement with it. A delta of 0
    /// changes and records nothing.
    public func adjust(_ id: Material.ID, _ adjustment: Adjustment, on scope: SiteScope) throws -> Change<Material> {
        try scope.check(.adjustAmounts)
        let (now, lowStock) = (runtime.now(), lowStock)
        try adjustment.check(now: now)
        let movement: Movement.ID = runtime.newID()
        return Change { transaction in
            guard adjustment.delta != .zero else { return try Self.find(id, scope, transaction) }
            let (sites, changed) = try transaction.fetch(
                Site.exists(scope), Material.adjust(id, by: adjustment.delta, scope, now: now))
            guard !sites.isEmpty else { throw Site.notFound }
            guard let (material, lowSince) = changed.first else {
                throw Self.outOfRange(try Self.find(id, scope, transaction), adjustment.delta)
            }
            try TextUse.add(adjustment.note.textBytes, of: id, in: scope.within, transaction)
            try transaction.enqueue(Movement.insert(movement, of: material, adjustment, scope, now: now))
            try lowStock.look(at: material, since: lowSince, scope, transaction)
            return material
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    private static func lock(
        _ id: Material.ID, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> Material {
        try transaction.enqueue(Material.lock(id, scope))
        return try find(id, scope, transaction)
    }

    private static func find(
        _ id: Material.ID, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> Material {
        let (sites, materials) = try transaction.fetch(Site.exists(scope), Material.one(id, scope))
        guard !sites.isEmpty else { throw Site.notFound }
        guard let material = materials.first else { throw Material.notFound }
        return material
    }

    private static func outOfRange(_ material: Material, _ delta: Quantity) -> Refusal {
        let (unit, name) = (Values.Value.text(material.unit), Values.Value.text(material.name))
        return delta < .zero
            ? Refusal(
                MaterialRefusal.notEnough, ["amount": .quantity(material.amount), "unit": unit, "material": name])
            : Refusal(MaterialRefusal.tooMuch, ["max": .quantity(.max), "unit": unit, "material": name])
    }
}

extension Adjustment {
    /// How long ago work done offline may have happened.
    public static let oldest = Duration.seconds(30 * 24 * 3600)
    /// How far a phone's clock may run ahead of ours.
    static let skew = Duration.seconds(60)

    func check(now: Instant) throws {
        guard let at else { return }
        if at > now + Self.skew { throw Refusal("at", .inFuture) }
        if at < now - Self.oldest { throw Refusal("at", .tooOld, ["days": .integer(30)]) }
    }
}
