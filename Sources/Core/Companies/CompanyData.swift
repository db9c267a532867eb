import Storage

/// A table of a company's data, for exporting, restoring and erasing the company. The SQL is built from the names and keys of the tables
/// listed here.
struct CompanyData: Sendable {
    let name: String
    let columns: [(name: String, type: SQLType)]
    /// Whether exports include the rows. Rows that would grant access are left out.
    let isExported: Bool
    /// Columns of an exported table that exports leave out: they would grant access, or are created anew.
    let secrets: Set<String>
    /// Columns whose text counts towards the company's limit.
    let freeTexts: Set<String>
    /// How many rows are deleted at once: other transactions get their turn in between.
    static let batch: Int64 = 500
    /// How many rows of an export are in memory at once: each may have long notes.
    static let rowsAtOnce: Int64 = 50

    /// The places in `columns` of the primary key without `company_id`.
    private let key: Range<Int>
    private let firstPage: SQL
    private let laterPage: SQL
    private let insertion: SQL
    private let deletion: SQL
    private let counting: SQL

    /// - Parameters:
    ///   - key: the primary key after `company_id`; these columns come first.
    ///   - columns: the other exported columns; nil for a table that isn't exported.
    ///   - secrets: the remaining columns of an exported table.
    private init(
        _ name: String, key: [(name: String, type: SQLType)], _ columns: [(name: String, type: SQLType)]?,
        secrets: Set<String> = [], freeTexts: Set<String> = []
    ) {
        (self.name, self.secrets, self.freeTexts) = (name, secrets, freeTexts)
        self.columns = key + (columns ?? [])
        self.key = 0..<key.count
        isExported = columns != nil
        let (keys, all) = (key.map(\.name).joined(separator: ", "), self.columns.map(\.name).joined(separator: ", "))
        let places = key.indices.map { "$\($0 + 3)" }.joined(separator: ", ")
        firstPage = SQL(
            unchecked: "SELECT \(all) FROM \(name) WHERE company_id = $1 ORDER BY company_id, \(keys) LIMIT $2")
        laterPage = SQL(
            unchecked: """
                SELECT \(all) FROM \(name) WHERE company_id = $1 AND (\(keys)) > (\(places))
                ORDER BY company_id, \(keys) LIMIT $2
                """)
        let values = self.columns.indices.map { "$\($0 + 2)" }.joined(separator: ", ")
        insertion = SQL(unchecked: "INSERT INTO \(name) (company_id, \(all)) VALUES ($1, \(values))")
        deletion = SQL(
            unchecked: """
                DELETE FROM \(name) WHERE company_id = $1 AND (\(keys)) IN (
                    SELECT \(keys) FROM \(name) WHERE company_id = $1 ORDER BY company_id, \(keys) LIMIT $2)
                """)
        counting = SQL(unchecked: "SELECT COUNT(*) FROM \(name) WHERE company_id = $1")
    }

    /// A noun's own table: its key and columns follow from the noun's description.
    private init<Noun: Stored>(_: Noun.Type) {
        let list = ColumnList.of(Noun.self)
        // The columns of a scope hold ids.
        let scope = Noun.scopeColumns.map { (name: $0, type: SQLType.text) }
        let keys = list.held.filter { $0.use == .key }.map { ($0.name, $0.type) }
        let others = list.held.filter { $0.use != .key }.map { ($0.name, $0.type) }
        let unread = list.unread.filter { $0.use == .exported }.map { ($0.name, $0.type) }
        self.init(
            Noun.table, key: (scope + keys).filter { $0.name != "company_id" }, others + unread,
            secrets: Set(list.unread.filter { $0.use == .secret }.map(\.name)), freeTexts: Noun.freeTexts)
    }

    /// Ordered so that each row follows the rows it refers to. The company's own row comes before all.
    static let tables: [CompanyData] = [
        unproven,
        CompanyData("company_limits", key: texts("name"), integers("value")),
        CompanyData("company_texts", key: integers("part"), nil),
        // One row.
        CompanyData("low_stock_turns", key: integers("last_at"), nil),
        CompanyData("company_rows", key: texts("day"), nil),
        CompanyData(User.self),
        CompanyData(FormerName.self),
        CompanyData("former_emails", key: texts("user_id") + integers("number"), nil),
        CompanyData("sessions", key: texts("id"), nil),
        CompanyData("known_browsers", key: texts("user_id") + [("token_hash", .bytes)], nil),
        CompanyData("cards", key: texts("user_id"), nil),
        CompanyData("factors", key: texts("user_id", "id"), nil),
        CompanyData("recovery_codes", key: texts("user_id") + [("code_hash", .bytes)], nil),
        CompanyData("sign_in_challenges", key: texts("user_id") + [("token_hash", .bytes)], nil),
        CompanyData("phones", key: texts("id"), nil),
        CompanyData("api_tokens", key: texts("id"), nil),
        CompanyData("one_time_tokens", key: texts("user_id", "purpose"), nil),
        CompanyData("spent_links", key: [("token_hash", .bytes)], nil),
        CompanyData(Mail.self),
        CompanyData("idempotency_keys", key: texts("user_id") + [("key_hash", .bytes)], nil),
        CompanyData(SiteRecord.self),
        CompanyData("assignments", key: texts("site_id", "user_id"), integers("created_at", "foreman_since")),
        CompanyData(
            "former_assignments", key: texts("site_id", "user_id") + integers("began_at"),
            integers("ended_at", "foreman_since")),
        CompanyData(Material.self),
        CompanyData(Movement.self),
        CompanyData(TimeEntry.self),
        CompanyData(TimeEntry.Correction.self),
        CompanyData(Clarification.self),
        CompanyData(DayApproval.self),
        CompanyData(Absence.self),
        CompanyData(WorkTarget.self),
        // One row.
        CompanyData(
            "wage_settings", key: integers("version"),
            texts("wage_types", "lodas") + integers("consultant_number", "client_number", "updated_at")),
        // One row.
        CompanyData(
            "hour_erasures", key: texts("done_day"),
            texts("set_by") + integers("entries", "days", "absences", "clarifications", "files")),
        CompanyData("wage_cost_centres", key: texts("site_id"), texts("cost_centre")),
        CompanyData(WageExport.self),
        CompanyData(HourLink.self),
        // One row. Erased before the links, so that no one compares a chain that is being erased.
        CompanyData(
            "hour_heads", key: integers("number"),
            texts("hash", "checkpoint_hash", "broken_reason", "broken_entry", "mailed_month")
                + integers("opened_at", "checked_at", "checkpoint_number", "checkpoint_at", "broken_number")),
        CompanyData(AuditEntry.self),
        CompanyData(SecurityEvent.self),
    ]

    /// The last table to be emptied when a company is erased: its row lets an interrupted erasure be found again.
    static let unproven = CompanyData("unproven_founders", key: texts("user_id"), nil)

    private static func texts(_ names: String...) -> [(name: String, type: SQLType)] { names.map { ($0, .text) } }
    private static func integers(_ names: String...) -> [(name: String, type: SQLType)] {
        names.map { ($0, .integer) }
    }

    // MARK: Statements

    /// The next rows, in the order of the key.
    /// - Parameter last: the last row of the previous page; nil for the first page.
    func rows(_ company: Company.ID, after last: [SQLValue]?) -> Query<[SQLValue]> {
        let columns = columns
        let head = [company.sqlValue, Self.rowsAtOnce.sqlValue]
        let statement = last.map { Statement(laterPage, values: head + $0[key]) } ?? Statement(firstPage, values: head)
        return Query(statement) { row in
            try columns.map { column in
                switch column.type {
                case .text: (try row.next() as String?).sqlValue
                case .integer: (try row.next() as Int64?).sqlValue
                case .boolean: (try row.next() as Bool?).sqlValue
                case .bytes: (try row.next() as [UInt8]?).sqlValue
                }
            }
        }
    }

    /// Inserts a row of a company that is being restored.
    /// - Parameter values: one for each of `columns`.
    func insertion(_ company: Company.ID, _ values: [SQLValue]) -> Statement {
        Statement(insertion, values: [company.sqlValue] + values)
    }

    /// Deletes at most `batch` rows.
    func deletion(_ company: Company.ID) -> Statement { Statement(deletion, company, Self.batch) }

    func count(_ company: Company.ID) -> Query<Int64> { Query(counting, company) { try $0.next() } }
}
