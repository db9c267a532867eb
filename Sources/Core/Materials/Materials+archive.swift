import Storage

/// Removed material: reading and restoring it.
extension Materials {
    /// A material, even if it was removed; for workers only if it is present.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission; `SiteRefusal.notFound`; `MaterialRefusal.notFound`;
    ///   the database's `StorageError`.
    public func get(_ id: Material.ID, on scope: SiteScope) async throws -> Material {
        try scope.check(.readSites)
        let (sites, materials) = try await database.fetch(
            Site.isReadable(scope),
            scope.within.readsArchive ? Material.oneEver(id, scope) : Material.one(id, scope))
        guard !sites.isEmpty else { throw Site.notFound }
        guard let material = materials.first else { throw Material.notFound }
        return material
    }

    /// Brings a removed material back, with the amount that it had. One that wasn't removed stays as it is.
    /// - Parameter name: its name from then on; nil for the one that it had.
    /// - Throws: `AccessRefusal.roleForbids` if the scope is for another permission. Making the change throws `SiteRefusal.notFound`;
    ///   `MaterialRefusal.notFound`; `.nameTaken` if another material of the site has the name; `LimitRefusal.siteMaterials`.
    public func restore(_ id: Material.ID, named name: String?, on scope: SiteScope) throws -> Change<Material> {
        try scope.check(.changeMaterials)
        let (now, runtime, lowStock) = (runtime.now(), runtime, lowStock)
        return Change { transaction in
            // Material is added and restored one at a time, so that the last place and a name are taken once.
            try transaction.enqueue(Site.lock(scope))
            try transaction.enqueue(Material.lockEver(id, scope))
            let (sites, materials, use, lowSince) = try transaction.fetch(
                Site.exists(scope), Material.oneEver(id, scope), CompanyUse.materials(scope),
                Material.lowSince(id, scope))
            guard !sites.isEmpty else { throw Site.notFound }
            guard let old = materials.first else { throw Material.notFound }
            guard old.removedAt != nil else { return old }
            try use.first?.check(.siteMaterials)
            var material = old
            if let name { material.name = name }
            (material.version, material.updatedAt, material.removedAt) = (old.version &+ 1, now, nil)
            try Material.foldNames(on: scope, transaction)
            if let other = try transaction.fetch(Material.named(material.nameKey, scope)).first {
                throw Refusal(
                    MaterialRefusal.nameTaken,
                    ["material": .text(other.name), "amount": .quantity(other.amount), "unit": .text(other.unit)])
            }
            try transaction.enqueue(Material.restore(id, scope))
            try transaction.enqueue(Material.update(material, scope))
            try lowStock.look(at: material, since: lowSince.first ?? nil, scope, transaction)
            try Audit(scope.within, runtime).write(
                .materialRestored, id, named: material.name, Differences(old, material).details, in: transaction)
            return material
        }
        .read(by: \.id) { try Self.find($0, scope, $1) }
    }
}

extension Material {
    /// Locks the row until the transaction ends, even if the material was removed.
    fileprivate static func lockEver(_ id: Material.ID, _ scope: SiteScope) -> Statement {
        Statement(
            "UPDATE materials SET version = version WHERE company_id = $1 AND site_id = $2 AND id = $3",
            scope.company, scope.site, id)
    }

    fileprivate static func restore(_ id: Material.ID, _ scope: SiteScope) -> Statement {
        Statement(
            "UPDATE materials SET removed_at = NULL WHERE company_id = $1 AND site_id = $2 AND id = $3",
            scope.company, scope.site, id)
    }

    private static let named = columns(of: "m")
    private static let presentByKey: SQL = """
        SELECT \(named) FROM materials m
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.name_key = $3 AND m.removed_at IS NULL
        ORDER BY m.company_id, m.site_id, m.name_key, m.unit, m.id LIMIT 1
        """

    /// A present material with a folded name, in any unit.
    fileprivate static func named(_ key: String, _ scope: SiteScope) -> Query<Material> {
        Query(presentByKey, scope.company, scope.site, key) { try Material(&$0) }
    }
}

// MARK: Names from before they were folded

extension Material {
    private struct Unfolded: Sendable {
        let company: Company.ID
        let site: Site.ID
        let id: Material.ID
        let name: String

        init(_ row: inout Row) throws {
            (company, site, id, name) = (try row.next(), try row.next(), try row.next(), try row.next())
        }
    }

    private static func setKey(_ row: Unfolded) -> Statement {
        Statement(
            "UPDATE materials SET name_key = $4 WHERE company_id = $1 AND site_id = $2 AND id = $3 AND name = $5",
            row.company, row.site, row.id, SearchWords.folded(row.name), row.name)
    }

    /// Folds the names of a site's material that no server has folded yet, so that they can be compared. The transaction holds the site.
    static func foldNames(on scope: SiteScope, _ transaction: borrowing Transaction) throws {
        let rows = Query(
            """
            SELECT m.company_id, m.site_id, m.id, m.name FROM materials m
            WHERE m.company_id = $1 AND m.site_id = $2 AND m.name_key IS NULL ORDER BY m.company_id, m.site_id, m.id
            """,
            scope.company, scope.site, row: Unfolded.init)
        let unfolded = try transaction.fetch(rows)
        for row in unfolded { try transaction.enqueue(setKey(row)) }
    }

    /// Folds the names of a few hundred materials of all companies at a time.
    static let sweep = Sweep(step: { try foldSome($0, now: $1) })

    private static func foldSome(_ transaction: borrowing Transaction, now: Instant) throws -> Int {
        let rows = Query(
            """
            SELECT m.company_id, m.site_id, m.id, m.name FROM materials m
            WHERE m.name_key IS NULL AND m.company_id >= $1
            ORDER BY m.company_id, m.site_id, m.id LIMIT 500
            """,
            "", row: Unfolded.init)
        let unfolded = try transaction.fetch(rows)
        var folded = 0
        for row in unfolded { folded += try transaction.execute(setKey(row)) }
        return folded
    }
}
