/// Something that happened on a site, as its history tells it: that material was taken or added, or that something was changed.
public struct SiteEvent: Sendable {
    /// The id of the movement or of the audit entry. They sort by when they were recorded.
    public typealias ID = Core.ID<SiteEvent>

    public enum Kind: String, Sendable, CaseIterable {
        case movement = "MOVEMENT"
        case change = "CHANGE"
    }

    public enum Content: Sendable {
        case movement(SiteMovement)
        case change(AuditEntry)
    }

    public let content: Content

    package init(_ content: Content) { self.content = content }

    public var id: ID {
        switch content {
        case .movement(let one): ID(one.movement.id)
        case .change(let entry): ID(entry.id)
        }
    }

    public var kind: Kind {
        switch content {
        case .movement: .movement
        case .change: .change
        }
    }

    /// How many changes of fields are nested in it.
    var changeCount: Int {
        switch content {
        case .movement: 0
        case .change(let entry): entry.changes.count
        }
    }

    /// When it happened.
    public var at: Instant {
        switch content {
        case .movement(let one): one.movement.at
        case .change(let entry): entry.at
        }
    }

    /// When it was recorded: later than `at` for work done offline.
    public var recordedAt: Instant {
        switch content {
        case .movement(let one): one.movement.createdAt
        case .change(let entry): entry.at
        }
    }
}

/// A movement with the material it is of.
public struct SiteMovement: Sendable {
    public let material: Material.ID
    public let materialName: String
    public let unit: String
    public let movement: Movement

    package init(material: Material.ID, materialName: String, unit: String, movement: Movement) {
        self.material = material
        self.materialName = materialName
        self.unit = unit
        self.movement = movement
    }
}

extension History {
    /// What happened on a site, the latest recorded first, also of material that was removed. Whoever may not read what was changed
    /// gets the movements only.
    ///
    /// Throws `Refusal` where the scope is for something else than reading sites or there is no such site, and `StorageError`.
    /// - Parameter kind: nil for all.
    public func events(
        _ kind: SiteEvent.Kind?, _ page: PageRequest<SiteEvent.ID>, on scope: SiteScope
    ) async throws -> Page<SiteEvent, SiteEvent.ID> {
        try scope.check(.readSites)
        return try await Page.read(page, nested: \.changeCount, key: \.id) { part in
            let events = try await latest(kind, part, on: scope)
            // Each of the two lists has one more than was asked for.
            return .init(Array(events.prefix(part.limit + 1)), of: part)
        }
    }

    private func latest(
        _ kind: SiteEvent.Kind?, _ page: PageRequest<SiteEvent.ID>, on scope: SiteScope
    ) async throws -> [PageRow<SiteEvent>] {
        let sites = Collector(Site.exists(scope))
        let movements = Collector(SiteMovement.list(scope, page).page)
        var readings: [any Reading] = [sites]
        if kind != .change { readings.append(movements) }
        var changes: Collector<PageRow<AuditEntry>>?
        if kind != .movement, let audit = try? scope.actor.scope(scope.company, scope.site, for: .readAudit) {
            let entries = PageRequest(limit: page.limit, after: page.after.map { AuditEntry.ID($0) })
            let collector = Collector(AuditEntry.list(audit, entries).page)
            changes = collector
            readings.append(collector)
        }
        try await database.read(readings)
        guard !sites.rows.isEmpty else { throw Site.notFound }
        let taken = movements.rows.map { $0.map { SiteEvent(.movement($0)) } }
        let changed = (changes?.rows ?? []).map { $0.map { SiteEvent(.change($0)) } }
        return (taken + changed).sorted { $0.item.id > $1.item.id }
    }
}

extension SiteMovement {
    private static let ofSite: SQL = """
        SELECT v.material_id, m.name, m.unit, \(Movement.columns)
        FROM movements v JOIN users u ON u.id = v.user_id
            JOIN materials m ON m.company_id = v.company_id AND m.site_id = v.site_id AND m.id = v.material_id
        WHERE v.company_id = $1 AND v.site_id = $2 AND v.id < $3
        ORDER BY v.company_id DESC, v.site_id DESC, v.id DESC LIMIT $4
        """

    /// The latest recorded first.
    fileprivate static func list(_ scope: SiteScope, _ page: PageRequest<SiteEvent.ID>) -> Query<SiteMovement> {
        // Behind every id, whose first character is a digit or one of a to f.
        Query(ofSite, scope.company, scope.site, page.after?.text ?? "g", page.fetchLimit) { row in
            SiteMovement(
                material: try row.next(), materialName: try row.next(), unit: try row.next(),
                movement: try Movement(&row))
        }
    }
}
