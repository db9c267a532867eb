import Storage

/// Moves material from one site to others or to the skip, within a transaction that holds all these sites: so two transfers between the
/// same sites wait for each other, and a site's removal comes before the whole act or after it. A taking holds only its material's row:
/// it may come between two lines.
struct StockMoves {
    /// One line: a material of the site, and where it goes.
    struct Move: Sendable {
        /// What names it in the request's body.
        let fields: Fields
        let material: Material.ID
        let amount: Quantity
        let target: Target
    }

    /// The fields of a request that name a line's material and its amount: the same one if there is only one.
    struct Fields: Sendable {
        let material: String
        let amount: String
    }

    enum Target: Sendable {
        case site(Site.ID)
        /// Thrown away, for a reason.
        case scrap(String)
    }

    /// What is common to all movements of the act.
    struct Act: Sendable {
        let transfer: MaterialTransfer.ID
        let note: String?
        let at: Instant
        let now: Instant
        /// Two for each line.
        let ids: [Movement.ID]

        /// - Parameter lines: how many at most.
        init(note: String?, at: Instant?, lines: Int, _ runtime: Runtime) {
            (transfer, now) = (runtime.newID(), runtime.now())
            (self.note, self.at) = (note, at ?? now)
            // In order, so that a transfer's movements are read as they were written.
            ids = (0..<2 * lines).map { _ in runtime.newID(Movement.self) }.sorted()
        }
    }

    typealias StockLevel = (material: Material, lowSince: Instant?)
    typealias Adjusted = (material: Material, lowSince: Instant?, createdAt: Instant)

    let act: Act
    let source: SiteScope
    private let user: User
    /// The materials that were taken from and added to, as they are now, with since when they have been recorded as running low.
    private(set) var left: [StockLevel] = []
    private(set) var arrived: [(scope: SiteScope, stock: StockLevel)] = []
    /// What was recorded, in the order of the movements' ids.
    private(set) var recorded: [(site: Site.ID, material: Material.ID, movement: Movement)] = []

    init(_ act: Act, from source: SiteScope) {
        (self.act, self.source, user) = (act, source, source.actor.user)
    }

    /// The statements that take the lines' amounts, each of a line only if that much is there. No material is named twice.
    func takings(_ lines: [Move]) -> [Collector<Adjusted>] {
        Material.adjust(lines.map { ($0.material, -$0.amount) }, source, now: act.now).map { Collector($0) }
    }

    /// Records what was taken, and adds it where it goes.
    /// - Parameter taken: the materials after the taking, one for each line.
    /// - Throws: `TransferRefusal.otherUnit`, `MaterialRefusal.tooMuch`, `LimitRefusal.siteMaterials` or `.text`.
    mutating func move(_ lines: [Move], taken: [StockLevel], _ transaction: borrowing Transaction) throws {
        left = taken
        var arrivals: [Int: Arrival] = [:]
        for (site, indices) in Self.grouped(lines) {
            let target = source.within.site(site)
            let goods = indices.map { index in
                let material = taken[index].material
                return Good(line: lines[index], index: index, source: material, key: material.nameKey)
            }
            for arrival in try put(goods, on: target, transaction) { arrivals[arrival.index] = arrival }
        }
        var bytes: Int64 = 0
        var moved: [(movement: Movement, material: Material.ID, scope: SiteScope)] = []
        for (index, line) in lines.enumerated() {
            let material = taken[index].material
            let (first, second) = (act.ids[2 * index], act.ids[2 * index + 1])
            switch line.target {
            case .scrap(let reason):
                bytes += Optional(reason).textBytes
                let scrapped = movement(first, .scrap, of: material, delta: -line.amount, note: reason)
                moved.append((scrapped, material.id, source))
            case .site:
                guard let arrival = arrivals[index] else { throw StorageError(.failed, "a line has arrived nowhere") }
                bytes += 2 * act.note.textBytes
                let out = movement(first, .transferOut, of: material, delta: -line.amount, note: act.note)
                let into = movement(second, .transferIn, of: arrival.material, delta: line.amount, note: act.note)
                moved += [(out, material.id, source), (into, arrival.material.id, arrival.scope)]
            }
        }
        for statement in Movement.insert(moved) { try transaction.enqueue(statement) }
        recorded = moved.map { ($0.scope.site, $0.material, $0.movement) }
        try TextUse.add(bytes, of: act.transfer, in: source.within, transaction)
    }

    private func movement(
        _ id: Movement.ID, _ kind: Movement.Kind, of material: Material, delta: Quantity, note: String?
    ) -> Movement {
        Movement(
            id, kind, of: material, delta: delta, note: note, by: user.id, userName: user.name, at: act.at,
            createdAt: act.now, transfer: act.transfer)
    }

    /// The lines that go to a site, by the site.
    private static func grouped(_ lines: [Move]) -> [(Site.ID, [Int])] {
        var groups: [Site.ID: [Int]] = [:]
        for (index, line) in lines.enumerated() {
            if case .site(let site) = line.target { groups[site, default: []].append(index) }
        }
        return groups.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    // MARK: Arriving

    private struct Good {
        let line: Move
        let index: Int
        /// The material that it was taken from.
        let source: Material
        /// The folded name of it.
        let key: String
    }

    private typealias Match = (good: Good, target: Material.ID)

    private struct Arrival {
        let index: Int
        let scope: SiteScope
        /// As it was when this line had arrived.
        let material: Material
    }

    /// Adds goods to the site's materials of the same name and unit; makes those that aren't there.
    private mutating func put(
        _ goods: [Good], on scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> [Arrival] {
        try Material.foldNames(on: scope, transaction)
        var (arrivals, pending) = ([Arrival](), goods)
        while !pending.isEmpty {
            let (found, missing) = try matches(pending, on: scope, transaction)
            arrivals += try make(missing, on: scope, transaction)
            // What goes to the same material as goods before it waits for the next round.
            var (adding, again): ([Match], [Good]) = ([], [])
            var targets: Set<Material.ID> = []
            for match in found {
                if targets.insert(match.target).inserted { adding.append(match) } else { again.append(match.good) }
            }
            let added = Material.adjust(adding.map { ($0.target, $0.good.line.amount) }, scope, now: act.now)
                .map { Collector($0) }
            if !added.isEmpty { try transaction.read(added) }
            let stocks = Dictionary(uniqueKeysWithValues: added.flatMap(\.rows).map { ($0.material.id, $0) })
            pending = again
            var full: [Refusal] = []
            for match in adding {
                if let stock = stocks[match.target] {
                    arrived.append((scope, (stock.material, stock.lowSince)))
                    arrivals.append(Arrival(index: match.good.index, scope: scope, material: stock.material))
                } else if try !transaction.fetch(Material.one(match.target, scope)).isEmpty {
                    full.append(Self.tooMuch(match.good))
                } else {
                    // Removed since it was found.
                    pending.append(match.good)
                }
            }
            if let first = full.first { throw first.about(full.flatMap(\.fields)) }
        }
        return arrivals
    }

    /// The materials to which goods are added, the oldest of the same name and unit, and the goods for which there is none.
    /// - Throws: `TransferRefusal.otherUnit` if there is the name, but only with another unit.
    private func matches(
        _ goods: [Good], on scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> (found: [Match], missing: [Good]) {
        let keys = Set(goods.map(\.key)).sorted()
        let queries = Material.matches(keys, scope).map { Collector($0) }
        try transaction.read(queries)
        let known = Dictionary(grouping: queries.flatMap(\.rows), by: \.key)
        var (found, missing, wrong) = ([Match](), [Good](), [Refusal.Field]())
        var first: Refusal?
        // The units that are made for a name that isn't there.
        var made: [String: String] = [:]
        for good in goods {
            let (key, unit) = (good.key, good.source.unit)
            let materials = known[key] ?? []
            if let match = materials.first(where: { $0.unit == unit }) {
                found.append((good, match.id))
            } else if let other = materials.first?.unit ?? made[key], other != unit {
                let values: Values = [
                    "material": .text(good.source.name), "unit": .text(unit), "other": .text(other),
                ]
                first = first ?? Refusal(TransferRefusal.otherUnit, values)
                wrong.append(.init(good.line.fields.material, .otherUnit, values))
            } else {
                made[key] = unit
                missing.append(good)
            }
        }
        if let first { throw first.about(wrong) }
        return (found, missing)
    }

    private struct Article: Hashable {
        let key: String
        let unit: String
    }

    /// Makes the materials for goods: as the goods are described where they come from, without a threshold.
    private func make(
        _ goods: [Good], on scope: SiteScope, _ transaction: borrowing Transaction
    ) throws -> [Arrival] {
        guard !goods.isEmpty else { return [] }
        var (made, order, arrivals): ([Article: Material], [Article], [Arrival]) = ([:], [], [])
        for good in goods {
            let article = Article(key: good.key, unit: good.source.unit)
            var material: Material
            if let earlier = made[article] {
                material = earlier
                material.version += 1
            } else {
                material = good.source
                // Its first movement's id, in another role: as unique, and given before the transaction.
                material.id = Material.ID(act.ids[2 * good.index + 1])
                (material.amount, material.threshold) = (.zero, .zero)
                (material.version, material.updatedAt) = (1, act.now)
                order.append(article)
            }
            material.amount = Quantity(
                thousandths: material.amount.thousandths.adding(good.line.amount.thousandths))
            guard material.amount <= .max else { throw Self.tooMuch(good) }
            made[article] = material
            arrivals.append(Arrival(index: good.index, scope: scope, material: material))
        }
        try transaction.fetch(CompanyUse.materials(scope)).first?.check(.siteMaterials, adding: Int64(order.count))
        for article in order {
            if let material = made[article] { try transaction.enqueue(Material.insert(material, scope)) }
        }
        return arrivals
    }

    private static func tooMuch(_ good: Good) -> Refusal {
        let values: Values = [
            "max": .quantity(.max), "unit": .text(good.source.unit), "material": .text(good.source.name),
        ]
        return Refusal(MaterialRefusal.tooMuch, values).about([.init(good.line.fields.amount, .tooMuch, values)])
    }
}
