import Storage

extension MaterialTransfer {
    /// The movements of a transfer, with their places.
    struct Part: Sendable {
        let place: Place
        let material: Material.ID
        let movement: Movement
    }

    private static let movements: SQL = """
        SELECT v.site_id, s.name, v.material_id, \(Movement.columns)
        FROM movements v CROSS JOIN users u CROSS JOIN sites s
        WHERE u.id = v.user_id AND s.company_id = v.company_id AND s.id = v.site_id AND v.company_id = $1 AND v.ref_id = $2
        ORDER BY v.company_id, v.ref_id, v.id
        """

    /// In the order of their ids: each movement into a place follows the one that it came from.
    static func parts(_ id: ID, in company: Company.ID) -> Query<Part> {
        Query(movements, company, id) { row in
            Part(
                place: Place(site: try row.next(), name: try row.next()), material: try row.next(),
                movement: try Movement(named: &row))
        }
    }

    /// - Parameter parts: as the query returns them; nil if there are none.
    init?(_ id: ID, _ parts: [Part]) {
        guard let first = parts.first else { return nil }
        var lines: [Item] = []
        for part in parts {
            let movement = part.movement
            if movement.kind != .transferIn {
                lines.append(
                    Item(
                        material: part.material, name: movement.materialName, unit: movement.unit,
                        amount: -movement.delta, left: movement.amountAfter, arrival: nil))
            } else if let left = lines.popLast() {
                lines.append(
                    Item(
                        material: left.material, name: left.name, unit: left.unit, amount: left.amount, left: left.left,
                        arrival: Arrival(part.place, material: part.material, amount: movement.amountAfter)))
            }
        }
        let places = Set(lines.map { $0.arrival?.place.site })
        // What was thrown away has its own note: the reason.
        let about = (parts.first { $0.movement.kind == .transferOut } ?? first).movement
        self.init(
            id: id, from: first.place, to: places.count == 1 ? lines.first?.arrival?.place : nil, note: about.note,
            user: about.user, userName: about.userName, at: about.at, createdAt: about.createdAt, lines: lines)
    }
}

extension Material {
    /// How many names one statement looks for.
    private static let keysAtOnce = 20
    private static let keyPlaces = SQL(unchecked: (0..<keysAtOnce).map { "$\($0 + 3)" }.joined(separator: ", "))

    private static let withKeys: SQL = """
        SELECT m.name_key, m.id, m.unit FROM materials m
        WHERE m.company_id = $1 AND m.site_id = $2 AND m.name_key IN (\(keyPlaces)) AND m.removed_at IS NULL
        ORDER BY m.name_key, m.unit, m.id
        """

    private static let locked = columns()

    private static let lockingStock: SQL = """
        UPDATE materials SET version = version
        WHERE company_id = $1 AND site_id = $2 AND removed_at IS NULL AND amount > 0
        RETURNING \(locked), low_since
        """

    /// The site's materials of these names, for each name by unit, the oldest of each unit first.
    static func matches(
        _ keys: [String], _ scope: SiteScope
    ) -> [Query<(key: String, id: Material.ID, unit: String)>] {
        stride(from: 0, to: keys.count, by: keysAtOnce).map { start in
            let some = keys.dropFirst(start).prefix(keysAtOnce)
            let padding = Array(repeating: some.last ?? "", count: keysAtOnce - some.count)
            let values = [scope.company.sqlValue, scope.site.sqlValue] + (some + padding).map(\.sqlValue)
            return Query(Statement(withKeys, values: values)) { (try $0.next(), try $0.next(), try $0.next()) }
        }
    }

    /// All of which something is there, locked until the transaction ends.
    static func lockStock(_ scope: SiteScope) -> Query<(material: Material, lowSince: Instant?)> {
        Query(lockingStock, scope.company, scope.site) { (try Material(&$0), try $0.next()) }
    }
}
