public import Storage

/// The use cases of material that moves between a company's sites.
public struct Transfers: Sendable {
    let database: any Database
    let runtime: Runtime
    private let lowStock: LowStock

    /// - Parameters: as those of `Materials`.
    public init(
        _ database: any Database, runtime: Runtime, collecting: Duration = .seconds(600),
        provesAddresses: Bool = false
    ) {
        (self.database, self.runtime) = (database, runtime)
        lowStock = LowStock(pause: collecting, runtime: runtime, provesAddresses: provesAddresses)
    }

    /// A transfer, or what was moved when a site was finished. Managers and bookkeepers read it even if a site was removed since, others
    /// if they see all its places.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `TransferRefusal.notFound`; the database's
    ///   `StorageError`.
    public func get(_ id: MaterialTransfer.ID, in scope: CompanyScope) async throws -> MaterialTransfer {
        try scope.check(.readSites)
        let parts = try await database.fetch(MaterialTransfer.parts(id, in: scope.company))
        guard let transfer = MaterialTransfer(id, parts) else { throw MaterialTransfer.notFound }
        if scope.assignee != nil {
            let places = Set(parts.map(\.place.site)).sorted().map { Collector(Site.exists(scope.site($0))) }
            try await database.read(places)
            guard places.allSatisfy({ !$0.rows.isEmpty }) else { throw MaterialTransfer.notFound }
        }
        return transfer
    }

    /// Moves material from one site to another: both sides or neither. It arrives as the material of the same name and unit; one that
    /// isn't there is made. The movements are the record of it, so there is no audit entry.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; a flaw of `toSiteId`, `.sameSite`; flaws of lines,
    ///   `.namedTwice`; a flaw of `at`, `.inFuture` or `.tooOld`. Making the change throws `SiteRefusal.notFound` or `.foremenOnly`;
    ///   `MaterialRefusal.beforeMaterial`; `.notFound`, `.unitChanged`, `.notEnough` or `.tooMuch`, `TransferRefusal.otherUnit`, with a flaw
    ///   for each such line;
    ///   `LimitRefusal.siteMaterials` or `.text`.
    public func create(_ new: NewTransfer, in scope: CompanyScope) throws -> Change<MaterialTransfer> {
        try scope.check(.moveMaterial)
        try new.check(now: runtime.now())
        let (from, to) = (scope.site(new.from), scope.site(new.to))
        let act = StockMoves.Act(note: new.note, at: new.at, lines: new.lines.count, runtime)
        let lines = new.lines.enumerated().map { index, line in
            StockMoves.Move(
                fields: .init(material: "lines[\(index)].materialId", amount: "lines[\(index)].amount"),
                material: line.material, amount: line.amount, target: .site(new.to))
        }
        // In the order of the rows' ids, so that those who change several wait for each other in one order.
        let inOrder = lines.sorted { $0.material < $1.material }
        let lowStock = lowStock
        return Change { transaction in
            for site in [from, to].sorted(by: { $0.site < $1.site }) { try transaction.enqueue(Site.lock(site)) }
            var moves = StockMoves(act, from: from)
            let places = [from, to].map { Collector(Site.record($0)) }
            let leads = scope.isForLeaders ? [from, to].map { Collector(Site.ownAssignment($0)) } : []
            let takings = moves.takings(inOrder)
            try transaction.read(places + leads + takings)
            try Self.check(
                places.map(\.rows.first?.record), leads.map { $0.rows.first ?? nil }, leaders: scope.isForLeaders)
            let moment = Adjustment(delta: .zero, note: nil, at: new.at)
            let adjusted = takings.flatMap(\.rows).sorted { $0.material.id < $1.material.id }
            for stock in adjusted { try moment.check(against: stock.material, createdAt: stock.createdAt) }
            let taken = adjusted.map { ($0.material, $0.lowSince) as StockMoves.StockLevel }
            try new.check(unitsOf: taken.map(\.material))
            guard taken.count == inOrder.count else {
                let found = Set(taken.map(\.material.id))
                throw try Self.notThere(
                    lines.filter { !found.contains($0.material) }, of: new, from, transaction)
            }
            let stocks = Dictionary(uniqueKeysWithValues: taken.map { ($0.material.id, $0) })
            let inTurn = lines.compactMap { stocks[$0.material] }
            try moves.move(lines, taken: inTurn, transaction)
            for (scope, stock) in moves.arrived {
                try lowStock.look(at: stock.material, since: stock.lowSince, scope, transaction)
            }
            try lowStock.look(at: moves.left, from, transaction)
            let names = places.compactMap(\.rows.first).map {
                MaterialTransfer.Place(site: $0.record.id, name: $0.record.name)
            }
            let parts = moves.recorded.compactMap { recorded in
                names.first { $0.site == recorded.site }.map {
                    MaterialTransfer.Part(place: $0, material: recorded.material, movement: recorded.movement)
                }
            }
            guard let transfer = MaterialTransfer(act.transfer, parts) else { throw MaterialTransfer.notFound }
            return transfer
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }

    private static func find(
        _ id: MaterialTransfer.ID, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws -> MaterialTransfer {
        let parts = try transaction.fetch(MaterialTransfer.parts(id, in: scope.company))
        guard let transfer = MaterialTransfer(id, parts) else { throw MaterialTransfer.notFound }
        return transfer
    }

    /// - Parameters:
    ///   - places: where it comes from and goes to; nil for one that isn't there, or that the person doesn't see.
    ///   - leads: since when the person has led them.
    private static func check(_ places: [SiteRecord?], _ leads: [Instant?], leaders: Bool) throws {
        let wrong = zip(["fromSiteId", "toSiteId"], places).filter { $1 == nil }.map { Refusal.Field($0.0, .notThere) }
        guard wrong.isEmpty else { throw Site.notFound.about(wrong) }
        guard leaders else { return }
        let isDepot = places.map { $0?.kind == .depot }
        guard leads[0] != nil, leads[1] != nil || isDepot[1] else { throw Refusal(SiteRefusal.foremenOnly) }
    }

    /// Why lines couldn't be taken.
    private static func notThere(
        _ lines: [StockMoves.Move], of new: NewTransfer, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> Refusal {
        let queries = lines.map { Collector(Material.one($0.material, scope)) }
        try transaction.read(queries)
        // An amount in another unit isn't too much, it is another amount.
        try new.check(unitsOf: queries.flatMap(\.rows))
        let refusals = zip(lines, queries).map { line, query -> Refusal in
            guard let material = query.rows.first else {
                return Material.notFound.about([.init(line.fields.material, .notThere)])
            }
            let values: Values = [
                "amount": .quantity(material.amount), "unit": .text(material.unit), "material": .text(material.name),
            ]
            return Refusal(MaterialRefusal.notEnough, values).about([.init(line.fields.amount, .notEnough, values)])
        }
        return refusals[0].about(refusals.flatMap(\.fields))
    }
}

extension NewTransfer {
    /// - Throws: flaws of `toSiteId`, `.sameSite`; of lines, `.namedTwice`; of `at`, `.inFuture` or `.tooOld`.
    fileprivate func check(now: Instant) throws {
        var wrong: [Refusal.Field] = from == to ? [.init("toSiteId", .sameSite)] : []
        var seen: Set<Material.ID> = []
        for (index, line) in lines.enumerated() where !seen.insert(line.material).inserted {
            wrong.append(.init("lines[\(index)].materialId", .namedTwice))
        }
        guard wrong.isEmpty else { throw Refusal(fields: wrong) }
        try Adjustment(delta: .zero, note: nil, at: at).check(now: now)
    }

    /// - Throws: `MaterialRefusal.unitChanged` with a flaw for each line that is in another unit than its material.
    fileprivate func check(unitsOf materials: [Material]) throws {
        let known = Dictionary(materials.map { ($0.id, $0) }) { first, _ in first }
        var (first, wrong): (Refusal?, [Refusal.Field]) = (nil, [])
        for (index, line) in lines.enumerated() {
            guard let unit = line.unit, let material = known[line.material], unit != material.unit else { continue }
            let values: Values = ["material": .text(material.name), "unit": .text(material.unit)]
            first = first ?? Refusal(MaterialRefusal.unitChanged, values)
            wrong.append(.init("lines[\(index)].unit", .unitChanged, values))
        }
        if let first { throw first.about(wrong) }
    }
}
