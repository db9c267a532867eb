import Storage

extension WageExport {
    private static let own = columns(of: "w")

    private static let selection: SQL = """
        SELECT \(own), m.first_name, m.last_name,
            (SELECT p.first_name FROM users p WHERE p.id = w.user_id),
            (SELECT p.last_name FROM users p WHERE p.id = w.user_id)
        FROM wage_exports w CROSS JOIN users m WHERE m.id = w.made_by AND w.company_id = $1
        """

    private static let page: SQL = "\(selection) AND w.id < $2 ORDER BY w.company_id DESC, w.id DESC LIMIT $3"
    private static let byID: SQL = "\(selection) AND w.id = $2"
    private static let latest: SQL = """
        \(selection) AND w.month = $2 AND w.format = $3 AND w.user_id IS NULL
        ORDER BY w.company_id DESC, w.month DESC, w.id DESC LIMIT 1
        """

    private static let writes = StoredWrites<WageExport>(also: ["amounts", "file"])

    /// Newest first.
    static func list(_ scope: CompanyScope, _ page: PageRequest<ID>) -> Query<WageExport> {
        // "g" sorts after every id, because ids begin with a hexadecimal digit.
        Query(Self.page, scope.company, page.after?.text ?? "g", page.fetchLimit, row: WageExport.init(named:))
    }

    static func one(_ id: ID, _ scope: CompanyScope) -> Query<WageExport> {
        Query(byID, scope.company, id, row: WageExport.init(named:))
    }

    /// The last one with everyone's hours.
    static func last(_ month: Month, _ format: Format, _ scope: CompanyScope) -> Query<WageExport> {
        Query(latest, scope.company, month, format, row: WageExport.init(named:))
    }

    static func file(_ id: ID, _ scope: CompanyScope) -> Query<String> {
        Query("SELECT w.file FROM wage_exports w WHERE w.company_id = $1 AND w.id = $2", scope.company, id) {
            try $0.next()
        }
    }

    static func amounts(_ id: ID, _ scope: CompanyScope) -> Query<[WageAmount]> {
        Query("SELECT w.amounts FROM wage_exports w WHERE w.company_id = $1 AND w.id = $2", scope.company, id) {
            let kept: [KeptAmount] = try WageSettings.decode(try $0.next())
            return kept.compactMap { one in
                // Others come from a changed backup.
                guard KeptAmount.range.contains(one.hundredths) else { return nil }
                return User.ID(one.user).map { WageAmount(user: $0, wageType: one.type, hundredths: one.hundredths) }
            }
        }
    }

    /// A person's name, even after they were removed.
    static func name(of user: User.ID, _ scope: CompanyScope) -> Query<String> {
        Query(
            "SELECT u.first_name, u.last_name FROM users u WHERE u.company_id = $1 AND u.id = $2", scope.company, user
        ) {
            "\(try $0.next() as String) \(try $0.next() as String)"
        }
    }

    /// How many were made for a month, trials too.
    static func count(_ month: Month, _ scope: CompanyScope) -> Query<Int64> {
        Query(
            "SELECT COUNT(*) FROM wage_exports w WHERE w.company_id = $1 AND w.month = $2", scope.company, month
        ) { try $0.next() }
    }

    /// Whether a text is the stored amounts of a file.
    static func isReadable(amounts: String) -> Bool {
        guard let kept: [KeptAmount] = try? WageSettings.decode(amounts) else { return false }
        return kept.allSatisfy { User.ID($0.user) != nil }
    }

    func insert(_ amounts: [WageAmount], _ file: String, _ scope: CompanyScope) throws -> Statement {
        let kept = amounts.map { KeptAmount(user: $0.user.text, type: $0.wageType, hundredths: $0.hundredths) }
        return Self.writes.insert(
            self, in: [scope.company.sqlValue], also: [try WageSettings.encode(kept).sqlValue, file.sqlValue])
    }

    /// Reads `selection`.
    private init(named row: inout Row) throws {
        try self.init(&row)
        madeByName = "\(try row.next() as String) \(try row.next() as String)"
        let (first, last): (String?, String?) = (try row.next(), try row.next())
        if let first, let last { userName = "\(first) \(last)" }
    }
}

/// An amount as it is stored.
private struct KeptAmount: Codable {
    let user: String
    let type: Int
    let hundredths: Int

    /// More than a month has for everyone.
    static let range = 0...1_000_000_000
}
