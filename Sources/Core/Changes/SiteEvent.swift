public import Storage

/// An event in a site's history: a movement or a change.
public struct SiteEvent: Sendable {
    /// The id of the movement or of the audit entry. Ids sort by the time of recording.
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

    /// The number of changed fields nested in it.
    var changeCount: Int {
        switch content {
        case .movement: 0
        case .change(let entry): entry.changes.count
        }
    }

    /// The instant of the event.
    public var at: Instant {
        switch content {
        case .movement(let one): one.movement.at
        case .change(let entry): entry.at
        }
    }

    /// The instant of recording: later than `at` for work done offline.
    public var recordedAt: Instant {
        switch content {
        case .movement(let one): one.movement.createdAt
        case .change(let entry): entry.at
        }
    }
}

/// A movement with its material.
public struct SiteMovement: Sendable {
    public let material: Material.ID
    public let movement: Movement

    package init(material: Material.ID, movement: Movement) { (self.material, self.movement) = (material, movement) }
}

extension History {
    /// A site's history, latest recorded first, including movements of removed material. Callers who may not read audit entries get the
    /// movements only.
    /// - Parameter kind: nil for both kinds.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.readSites`; `SiteRefusal.notFound`; `StorageError`.
    public func events(
        _ kind: SiteEvent.Kind?, _ page: PageRequest<SiteEvent.ID>, on scope: SiteScope
    ) async throws -> Page<SiteEvent, SiteEvent.ID> {
        try scope.check(.readSites)
        return try await Page.read(page, nested: \.changeCount, key: \.id) { part in
            let events = try await latest(kind, part, on: scope)
            // Each of the two lists has one row more than requested.
            return .init(Array(events.prefix(part.limit + 1)), of: part)
        }
    }

    private func latest(
        _ kind: SiteEvent.Kind?, _ page: PageRequest<SiteEvent.ID>, on scope: SiteScope
    ) async throws -> [PageRow<SiteEvent>] {
        let sites = Collector(Site.isReadable(scope))
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
        SELECT v.material_id, \(Movement.columns)
        FROM movements v CROSS JOIN users u
        WHERE u.id = v.user_id AND v.company_id = $1 AND v.site_id = $2 AND v.id < $3
        ORDER BY v.company_id DESC, v.site_id DESC, v.id DESC LIMIT $4
        """

    /// Latest recorded first.
    fileprivate static func list(_ scope: SiteScope, _ page: PageRequest<SiteEvent.ID>) -> Query<SiteMovement> {
        let movement = Movement.reader(scope.within)
        // "g" sorts after every id, because ids begin with a hexadecimal digit.
        return Query(ofSite, scope.company, scope.site, page.after?.text ?? "g", page.fetchLimit) { row in
            SiteMovement(material: try row.next(), movement: try movement(&row))
        }
    }
}
