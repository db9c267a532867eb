public import Storage

/// The use cases of the material on a site.
public struct Materials: Sendable {
    let database: any Database
    let runtime: Runtime
    let lowStock: LowStock

    /// - Parameters:
    ///   - collecting: how long running-low materials are collected after a mail about them.
    ///   - provesAddresses: whether a company sends no mail before its founder's email address is confirmed.
    public init(
        _ database: any Database, runtime: Runtime, collecting: Duration = .seconds(600),
        provesAddresses: Bool = false
    ) {
        (self.database, self.runtime) = (database, runtime)
        lowStock = LowStock(pause: collecting, runtime: runtime, provesAddresses: provesAddresses)
    }

    // MARK: Reading

    /// The site's materials, in the order in which they were added.
    /// - Parameters:
    ///   - search: nil for all.
    ///   - removed: whether they are the removed ones instead of the present ones.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission, or a worker asks for removed ones;
    ///   `SiteRefusal.notFound`; the database's `StorageError`.
    public func list(
        _ page: PageRequest<Material.ID>, matching search: SearchWords? = nil, removed: Bool = false,
        on scope: SiteScope
    ) async throws -> Page<Material, Material.ID> {
        try scope.check(.readSites)
        if removed { try scope.within.checkArchive() }
        if let search { return try await find(search, removed: removed, page, on: scope) }
        let (sites, materials) = try await database.fetch(
            Site.isReadable(scope), Material.list(scope, removed: removed, page).page)
        guard !sites.isEmpty else { throw Site.notFound }
        return Page(materials, of: page, key: \.id)
    }

    /// The most materials that one page of a search looks at.
    private static let mostSearched = 10_000

    /// Scans a site's materials, a few hundred at a time. Neither engine folds letters the way people search.
    private func find(
        _ search: SearchWords, removed: Bool, _ page: PageRequest<Material.ID>, on scope: SiteScope
    ) async throws -> Page<Material, Material.ID> {
        var (found, after, searched): ([PageRow<Material>], _, _) = ([], page.after, 0)
        while true {
            let part = PageRequest(limit: PageRequest<Material.ID>.largest, after: after)
            let (sites, rows) = try await database.fetch(
                Site.isReadable(scope), Material.list(scope, removed: removed, part).page)
            guard !sites.isEmpty else { throw Site.notFound }
            found += rows.prefix(part.limit).filter { search.match($0.item.name) }
            let shown = Page(found, of: page, key: \.id)
            let some = rows.prefix(part.limit)
            searched = searched &+ some.count
            guard shown.next == nil, rows.count > part.limit, let last = some.last else { return shown }
            after = last.item.id
            guard searched < Self.mostSearched else { return Page(items: shown.items, next: after) }
        }
    }

    /// The movements of a material, newest first, even if the material was removed.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `SiteRefusal.notFound`; `MaterialRefusal.notFound`;
    ///   the database's `StorageError`.
    public func movements(
        of id: Material.ID, _ page: PageRequest<Int64>, on scope: SiteScope
    ) async throws -> Page<Movement, Int64> {
        try scope.check(.readSites)
        let (sites, materials, movements) = try await database.fetch(
            Site.isReadable(scope), Material.ever(id, scope), Movement.list(id, scope, page).page)
        guard !sites.isEmpty else { throw Site.notFound }
        guard !materials.isEmpty else { throw Material.notFound }
        return Page(movements, of: page, key: \.number)
    }

    // MARK: Changing

    /// Creates a material. The initial amount is a movement too, unless it is 0.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound` or
    ///   `LimitRefusal.siteMaterials`.
    public func create(_ fields: Edit<Material>, on scope: SiteScope) throws -> Change<Material> {
        try scope.check(.changeMaterials)
        let (now, runtime, lowStock) = (runtime.now(), runtime, lowStock)
        let material = fields.applied(to: Material(id: runtime.newID(), updatedAt: now))
        let movement: Movement.ID = runtime.newID()
        return Change { transaction in
            // A concurrent removal of the site either comes first or finds the material.
            try transaction.enqueue(Site.lock(scope))
            let (sites, use) = try transaction.fetch(Site.exists(scope), CompanyUse.materials(scope))
            guard !sites.isEmpty else { throw Site.notFound }
            try use.first?.check(.siteMaterials)
            try transaction.enqueue(Material.insert(material, scope))
            if material.amount != .zero {
                let first = Movement(
                    movement, .add, of: material, delta: material.amount, note: nil, by: scope.actor.user.id, at: now,
                    createdAt: now)
                try transaction.enqueue(first.insert(of: material.id, scope))
            }
            try lowStock.look(at: material, since: nil, scope, transaction)
            try Audit(scope.within, runtime).write(.materialCreated, material.id, named: material.name, in: transaction)
            return material
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    /// Changes a material. An amount that is set is a count, and recorded as a movement of the difference; so is the conversion to another
    /// unit. A count that confirms the amount is recorded if it has a note or is all that is changed.
    /// - Parameters:
    ///   - factor: how many of the new unit one of the present unit is. It converts amount, threshold and price, except those that the edit
    ///     sets: these are in the new unit.
    ///   - note: of the count or the conversion.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound`,
    ///   `MaterialRefusal.notFound`; `ChangeRefusal.stale` if the precondition doesn't hold; a flaw of `factor` or `note`, `.onlyWith`;
    ///   `MaterialRefusal.unitNeedsFactor` if the unit is another and the material was moved; `.tooMuch`, or a flaw of `threshold` or
    ///   `price`, if a converted value is too large; `LimitRefusal.text` because of the note.
    public func change(
        _ id: Material.ID, _ edit: Edit<Material>, factor: UnitFactor? = nil, note: String? = nil,
        if precondition: Precondition, on scope: SiteScope
    ) throws -> Change<Material> {
        try scope.check(.changeMaterials)
        let (now, runtime, lowStock) = (runtime.now(), runtime, lowStock)
        let (conversion, count): (Movement.ID, Movement.ID) = (runtime.newID(), runtime.newID())
        return Change { transaction in
            let old = try Self.lock(id, scope, transaction)
            try precondition.check(old.version)
            var new = edit.applied(to: old)
            guard factor == nil || new.unit != old.unit else {
                throw Refusal("factor", .onlyWith, ["field": .text("unit")])
            }
            guard note == nil || factor != nil || edit.sets(\.amount) else {
                throw Refusal("note", .onlyWith, ["field": .text("amount")])
            }
            try TextUse.add(note.textBytes, of: id, in: scope.within, transaction)
            var before = old
            if let factor {
                before = try factor.convert(old, to: edit)
                (before.version, before.updatedAt) = (old.version &+ 1, now)
                (new.threshold, new.price) = (before.threshold, before.price)
                if !edit.sets(\.amount) { new.amount = before.amount }
                try transaction.enqueue(Material.update(before, scope))
                let converted = Movement(
                    conversion, .edit, of: before, delta: before.amount.less(old.amount),
                    note: edit.sets(\.amount) ? nil : note, by: scope.actor.user.id, at: now, createdAt: now)
                try transaction.enqueue(converted.insert(of: id, scope))
            } else if new.unit != old.unit {
                let movements = try transaction.fetch(Movement.firstTwo(of: id, scope))
                guard movements.isEmpty || movements == [.add] else {
                    throw Refusal(
                        MaterialRefusal.unitNeedsFactor, ["material": .text(old.name), "unit": .text(old.unit)])
                }
            }
            let isCount =
                edit.sets(\.amount) && (new.amount != before.amount || note != nil || edit.sets(only: \.amount))
            (new.version, new.updatedAt) = (before.version, now)
            if isCount || factor == nil {
                new.version = before.version &+ 1
                try transaction.enqueue(Material.update(new, scope))
            }
            let lowSince = try transaction.fetch(Material.lowSince(id, scope)).first ?? nil
            try lowStock.look(at: new, since: lowSince, scope, transaction)
            if isCount {
                // The difference between amounts of two units is no count.
                let counted = Movement(
                    count, new.unit == before.unit ? .count : .edit, of: new, delta: new.amount.less(before.amount),
                    note: note,
                    by: scope.actor.user.id, at: now, createdAt: now)
                try transaction.enqueue(counted.insert(of: id, scope))
            }
            let differences = Differences(old, new)
            if !differences.details.isEmpty {
                try Audit(scope.within, runtime).write(
                    .materialChanged, id, named: new.name, differences.details, in: transaction)
            }
            return new
        }
    }

    /// Archives a material: its movements stay.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound`,
    ///   `MaterialRefusal.notFound`, or `ChangeRefusal.stale` if the precondition doesn't hold.
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

    /// Takes from the amount or adds to it with one conditional UPDATE, and records the movement in the same transaction. A delta of 0
    /// changes and records nothing.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; a flaw of `at`, `.inFuture` or `.tooOld`. Making the
    ///   change throws `SiteRefusal.notFound`, `MaterialRefusal.notFound`, `.notEnough` or `.tooMuch` if the amount would leave the range
    ///   from 0 to `Quantity.max`, `.beforeMaterial` if something is taken before the material was made, `.unitChanged` if the
    ///   adjustment is in another unit, or `LimitRefusal.text` because of the note; a late report becomes a clarification instead.
    public func adjust(
        _ id: Material.ID, _ adjustment: Adjustment, on scope: SiteScope
    ) throws -> Change<Reported<Material>> {
        try scope.check(.adjustAmounts)
        let (now, lowStock) = (runtime.now(), lowStock)
        var content = Clarification.Content()
        (content.material, content.delta, content.unit) = (id, adjustment.delta, adjustment.unit)
        (content.note, content.isUndo) = (adjustment.note, adjustment.isUndo)
        let report = try Report(.adjust, at: adjustment.at, content, on: scope, runtime, now: now)
        let (movement, user): (Movement.ID, User.ID) = (runtime.newID(), scope.actor.user.id)
        return Change { transaction in
            guard adjustment.delta != .zero else { return try Self.find(id, scope, transaction) }
            try adjustment.check(now: now)
            if report.lateAt != nil {
                // Every writer of hours and material locks the person first.
                try transaction.enqueue(User.lock(user, in: scope.company))
                guard try !transaction.fetch(Site.record(scope, at: report.lateAt)).isEmpty else { throw Site.notFound }
                try Self.checkBefore(adjustment, of: id, scope, transaction)
                let changed = try transaction.fetch(Material.adjust(id, by: adjustment.delta, scope, now: now))
                return try Self.record(
                    changed.first, id, adjustment, as: movement, by: user, scope, transaction, lowStock, now: now)
            }
            let (sites, changed) = try transaction.fetch(
                Site.exists(scope), Material.adjust(id, by: adjustment.delta, scope, now: now))
            guard !sites.isEmpty else { throw Site.notFound }
            return try Self.record(
                changed.first, id, adjustment, as: movement, by: user, scope, transaction, lowStock, now: now)
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
        .clarifying(report, in: scope.company)
    }

    /// Checks what can be known of an adjustment before it is made, and holds the material.
    /// - Throws: `MaterialRefusal.notFound`, `.unitChanged` or `.beforeMaterial`.
    static func checkBefore(
        _ adjustment: Adjustment, of id: Material.ID, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws {
        try transaction.enqueue(Material.lock(id, scope))
        let (found, createdAt) = try transaction.fetch(Material.oneEver(id, scope), Material.createdAt(id, scope))
        guard let material = found.first, material.removedAt == nil, let createdAt = createdAt.first else {
            throw Material.notFound
        }
        try adjustment.check(unitOf: material)
        if adjustment.delta < .zero { try adjustment.check(against: material, createdAt: createdAt) }
    }

    /// Records the movement of an amount that was changed.
    /// - Parameter changed: the row that the change returned; nil if it was refused.
    /// - Throws: as `adjust`, except for the site.
    static func record(
        _ changed: (material: Material, lowSince: Instant?, createdAt: Instant)?, _ id: Material.ID,
        _ adjustment: Adjustment, as movement: Movement.ID, by user: User.ID, _ scope: SiteScope,
        _ transaction: borrowing Transaction, _ lowStock: LowStock, now: Instant
    ) throws -> Material {
        guard let (material, lowSince, createdAt) = changed else {
            guard let material = try transaction.fetch(Material.one(id, scope)).first else { throw Material.notFound }
            throw Self.outOfRange(material, adjustment.delta)
        }
        try adjustment.check(unitOf: material)
        if adjustment.delta < .zero { try adjustment.check(against: material, createdAt: createdAt) }
        try TextUse.add(adjustment.note.textBytes, of: id, in: scope.within, transaction)
        let moved = Movement(
            movement, adjustment.kind, of: material, delta: adjustment.delta,
            note: adjustment.note, by: user, at: adjustment.at ?? now, createdAt: now)
        try transaction.enqueue(moved.insert(of: id, scope))
        try lowStock.look(at: material, since: lowSince, scope, transaction)
        return scope.within.seesPrices ? material : material.withoutPrice
    }

    static func lock(
        _ id: Material.ID, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> Material {
        try transaction.enqueue(Material.lock(id, scope))
        return try find(id, scope, transaction)
    }

    static func find(
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
    /// The greatest age of work done offline.
    public static let oldest = Duration.seconds(30 * 24 * 3600)
    /// How far a phone's clock may be ahead of the server's.
    static let skew = Duration.seconds(60)

    /// - Throws: a flaw of `at`: `.inFuture` if it is more than `skew` ahead, `.tooOld` if it is more than `oldest` ago.
    func check(now: Instant) throws {
        guard let at else { return }
        if at > now + Self.skew { throw Refusal("at", .inFuture) }
        if at < now - Self.oldest { throw Refusal("at", .tooOld, ["days": .integer(30)]) }
    }

    /// - Throws: `MaterialRefusal.unitChanged` if it is in another unit.
    func check(unitOf material: Material) throws {
        guard let unit, unit != material.unit else { return }
        throw Refusal(MaterialRefusal.unitChanged, ["material": .text(material.name), "unit": .text(material.unit)])
    }

    /// - Throws: `MaterialRefusal.beforeMaterial` if it was done before the material was made.
    func check(against material: Material, createdAt: Instant) throws {
        guard let at, at < createdAt - Self.skew else { return }
        throw Refusal(
            MaterialRefusal.beforeMaterial,
            ["material": .text(material.name), "createdAt": .instant(createdAt)])
    }

    /// What it is recorded as.
    var kind: Movement.Kind { (delta < .zero) != isUndo ? .take : .add }
}
