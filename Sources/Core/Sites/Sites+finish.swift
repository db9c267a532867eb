public import Storage

/// What becomes of the material that is left when a site is finished.
public struct Finish: Sendable {
    public struct Item: Sendable {
        public enum Destination: Sendable {
            case site(Site.ID)
            /// Thrown away, for a reason.
            case scrap(String)
        }

        public let material: Material.ID
        public let destination: Destination

        public init(material: Material.ID, destination: Destination) {
            (self.material, self.destination) = (material, destination)
        }
    }

    /// Where all goes that no line names; nil for the depot.
    public let rest: Site.ID?
    public let lines: [Item]
    public let note: String?
    /// The time of the act; nil for now.
    public let at: Instant?

    public init(rest: Site.ID?, lines: [Item], note: String?, at: Instant?) {
        (self.rest, self.lines, self.note, self.at) = (rest, lines, note, at)
    }

    /// The most materials that are moved in one act.
    public static let mostMaterials = 500
}

extension Sites {
    /// Finishes a site: moves all material that is left, or scraps it, and makes its status FINISHED, in one act. No one gets a mail about
    /// what is running low because of it. Of a site that is finished already, only what is left is moved.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; flaws of `restTo` and of lines, `.sameSite` and
    ///   `.namedTwice`; a flaw of `at`, `.inFuture` or `.tooOld`. Making the change throws `SiteRefusal.notFound` or `.depotStays`;
    ///   `MaterialRefusal.notFound` or `.tooMuch`, `TransferRefusal.otherUnit` or `.tooMuchLeft`; `LimitRefusal.siteMaterials` or `.text`.
    public func finish(_ finish: Finish, on scope: SiteScope) throws -> Change<Site> {
        try scope.check(.changeSites)
        let (now, runtime) = (runtime.now(), runtime)
        try finish.check(scope.site, now: now)
        let act = StockMoves.Act(note: finish.note, at: finish.at, lines: Finish.mostMaterials, runtime)
        let rest = finish.rest ?? Site.depot(of: scope.company)
        let targets = Set(finish.lines.compactMap(\.target) + [rest]).sorted()
        return Change { transaction in
            for site in (targets + [scope.site]).sorted() {
                try transaction.enqueue(Site.lock(scope.within.site(site)))
            }
            let old = try Self.record(scope, transaction)
            guard old.kind == .site else { throw Refusal(SiteRefusal.depotStays) }
            try finish.check(targets: targets, rest: rest, scope, transaction)
            let stocks = try transaction.fetch(Material.lockStock(scope)).sorted { $0.material.id < $1.material.id }
            try finish.checkLines(stocks, scope, transaction)
            guard stocks.count <= Finish.mostMaterials else {
                throw Refusal(TransferRefusal.tooMuchLeft, ["max": .integer(Finish.mostMaterials)])
            }
            let moved = finish.moves(of: stocks, rest: rest)
            var moves = StockMoves(act, from: scope)
            let takings = moves.takings(moved)
            if !takings.isEmpty { try transaction.read(takings) }
            // In the order of `moved`, which is that of the ids.
            let taken = takings.flatMap(\.rows).map { ($0.material, $0.lowSince) as StockMoves.StockLevel }
                .sorted { $0.material.id < $1.material.id }
            // Nothing is left of material whose row this transaction holds, unless more was taken than it held.
            guard taken.count == moved.count else { throw StorageError(.failed, "held material was taken") }
            try moves.move(moved, taken: taken, transaction)
            for (target, stock) in moves.arrived { try LowStock.record([stock], target, now: now, transaction) }
            try LowStock.record(moves.left, scope, now: now, transaction)
            var new = old
            (new.status, new.version, new.updatedAt) = (.finished, old.version &+ 1, now)
            try transaction.enqueue(Site.update(new, scope.within))
            let differences = Differences(old, new)
            if !differences.details.isEmpty {
                try Audit(scope.within, runtime).write(
                    .siteChanged, scope.site, named: new.name, differences.details, in: transaction)
            }
            return try Self.read(scope, transaction, now: now)
        }
        .read(by: \.record.id) { _, transaction in try Self.read(scope, transaction, now: now) }
    }
}

extension Finish.Item {
    fileprivate var target: Site.ID? {
        if case .site(let site) = destination { site } else { nil }
    }
}

extension Finish {
    /// - Throws: flaws of `restTo` and of lines, `.sameSite` and `.namedTwice`; of `at`, `.inFuture` or `.tooOld`.
    fileprivate func check(_ site: Site.ID, now: Instant) throws {
        var wrong: [Refusal.Field] = rest == site ? [.init("restTo", .sameSite)] : []
        var seen: Set<Material.ID> = []
        for (index, line) in lines.enumerated() {
            if !seen.insert(line.material).inserted {
                wrong.append(.init("lines[\(index)].materialId", .namedTwice))
            }
            if line.target == site { wrong.append(.init("lines[\(index)].toSiteId", .sameSite)) }
        }
        guard wrong.isEmpty else { throw Refusal(fields: wrong) }
        try Adjustment(delta: .zero, note: nil, at: at).check(now: now)
    }

    /// - Throws: `SiteRefusal.notFound` that names the targets that aren't there.
    fileprivate func check(
        targets: [Site.ID], rest: Site.ID, _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws {
        let found = targets.map { Collector(Site.exists(scope.within.site($0))) }
        try transaction.read(found)
        let missing = Set(zip(targets, found).filter { $1.rows.isEmpty }.map(\.0))
        guard !missing.isEmpty else { return }
        var wrong = lines.enumerated().filter { $1.target.map(missing.contains) ?? false }.map {
            Refusal.Field("lines[\($0.offset)].toSiteId", .notThere)
        }
        if missing.contains(rest) { wrong.append(.init("restTo", .notThere)) }
        throw Site.notFound.about(wrong)
    }

    /// A line about material of which nothing is left is right, and does nothing.
    /// - Throws: `MaterialRefusal.notFound` that names the lines about material that isn't there.
    fileprivate func checkLines(
        _ stocks: [StockMoves.StockLevel], _ scope: SiteScope, _ transaction: borrowing Transaction
    ) throws {
        let there = Set(stocks.map(\.material.id))
        let others = lines.enumerated().filter { !there.contains($1.material) }
        guard !others.isEmpty else { return }
        let found = others.map { Collector(Material.one($0.element.material, scope)) }
        try transaction.read(found)
        let wrong = zip(others, found).filter { $1.rows.isEmpty }.map {
            Refusal.Field("lines[\($0.0.offset)].materialId", .notThere)
        }
        if !wrong.isEmpty { throw Material.notFound.about(wrong) }
    }

    /// A line for each material of which something is left.
    fileprivate func moves(of stocks: [StockMoves.StockLevel], rest: Site.ID) -> [StockMoves.Move] {
        var named: [Material.ID: (field: String, target: StockMoves.Target)] = [:]
        for (index, line) in lines.enumerated() {
            switch line.destination {
            case .site(let site): named[line.material] = ("lines[\(index)].materialId", .site(site))
            case .scrap(let reason): named[line.material] = ("lines[\(index)].materialId", .scrap(reason))
            }
        }
        return stocks.map { stock in
            let (field, target) = named[stock.material.id] ?? ("restTo", .site(rest))
            let fields = StockMoves.Fields(material: field, amount: field)
            return StockMoves.Move(
                fields: fields, material: stock.material.id, amount: stock.material.amount, target: target)
        }
    }
}
