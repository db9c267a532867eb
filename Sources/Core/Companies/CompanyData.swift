/// The tables that hold what belongs to a company, for taking all of it along and for erasing it. The SQL is made from the
/// tables' names and keys as they stand here.
struct CompanyData: Sendable {
    let name: String
    let columns: [(name: String, type: SQLType)]
    /// Whether the rows go into a copy that leaves the house: not what lets somebody in.
    let isExported: Bool
    /// How many rows are deleted at once, so that others get their turn in between.
    static let batch: Int64 = 500
    /// How many rows of a copy are in memory at once: each may have long notes.
    static let rowsAtOnce: Int64 = 50

    /// Which columns make the primary key after `company_id`, by their places in `columns`.
    private let key: Range<Int>
    private let firstPage: SQL
    private let laterPage: SQL
    private let insertion: SQL
    private let deletion: SQL
    private let counting: SQL

    /// - Parameters:
    ///   - key: the primary key after `company_id`; these columns come first.
    ///   - columns: those that are exported besides; nil for a table that isn't.
    private init(_ name: String, key: [(name: String, type: SQLType)], _ columns: [(name: String, type: SQLType)]?) {
        self.name = name
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

    /// In an order in which each row comes after those it refers to; the company's own row comes before all.
    static let tables: [CompanyData] = [
        unproven,
        CompanyData("company_limits", key: texts("name"), integers("value")),
        CompanyData("company_texts", key: integers("part"), nil),
        CompanyData("company_rows", key: texts("day"), nil),
        CompanyData(
            "users", key: texts("id"),
            texts("email", "pending_email", "first_name", "last_name", "role", "status", "language") + versioned
                + integers("removed_at")),
        CompanyData(
            "former_names", key: texts("user_id") + integers("number"),
            texts("first_name", "last_name") + integers("until_at")),
        CompanyData("former_emails", key: texts("user_id") + integers("number"), nil),
        CompanyData("sessions", key: texts("id"), nil),
        CompanyData("known_browsers", key: texts("user_id") + [("token_hash", .bytes)], nil),
        CompanyData("one_time_tokens", key: texts("user_id", "purpose"), nil),
        CompanyData("spent_links", key: [("token_hash", .bytes)], nil),
        CompanyData(
            "mails", key: texts("id"),
            texts("user_id", "address", "kind", "details", "state", "reason_code", "reason")
                + integers("attempts", "created_at", "updated_at")),
        CompanyData("idempotency_keys", key: texts("user_id") + [("key_hash", .bytes)], nil),
        CompanyData(
            "sites", key: texts("id"),
            texts("name", "street_number", "street", "city", "postal_code", "country", "priority", "status")
                + texts("start_date", "end_date", "notes") + versioned + integers("removed_at")),
        CompanyData("assignments", key: texts("site_id", "user_id"), integers("created_at")),
        CompanyData(
            "materials", key: texts("site_id", "id"),
            texts("name", "unit") + integers("amount", "threshold", "low_since") + texts("low_batch") + versioned
                + integers("removed_at")),
        CompanyData(
            "movements", key: texts("site_id", "material_id") + integers("number"),
            texts("id") + integers("delta", "amount_after") + texts("note", "user_id") + integers("at", "created_at")),
        CompanyData(
            "time_entries", key: texts("site_id", "id"),
            texts("user_id") + integers("checked_in_at", "checked_out_at") + versioned),
        CompanyData(
            "time_corrections", key: texts("site_id", "entry_id") + integers("number"),
            integers("checked_in_at", "checked_out_at") + texts("reason_code", "reason", "user_id")
                + integers("created_at")),
        CompanyData(
            "audit_entries", key: texts("id"),
            integers("at") + texts("user_id", "session_id", "action", "subject_id", "subject_name", "changes")),
        CompanyData(
            "security_events", key: texts("id"),
            texts("kind") + integers("at", "last_at", "times") + texts("user_id", "session_id", "network", "request_id")
                + texts("subject_id", "detail")),
    ]

    /// The last to go when a company is erased: by it an erasure that was interrupted is found again.
    static let unproven = CompanyData("unproven_founders", key: texts("user_id"), nil)

    private static let versioned = integers("version", "created_at", "updated_at")
    private static func texts(_ names: String...) -> [(name: String, type: SQLType)] { names.map { ($0, .text) } }
    private static func integers(_ names: String...) -> [(name: String, type: SQLType)] {
        names.map { ($0, .integer) }
    }

    // MARK: Statements

    /// The next rows, in the order of the key.
    /// - Parameter last: the row that the page before ended with.
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

    /// Adds a row of a company that is restored.
    /// - Parameter values: one for each of `columns`.
    func insertion(_ company: Company.ID, _ values: [SQLValue]) -> Statement {
        Statement(insertion, values: [company.sqlValue] + values)
    }

    /// Deletes at most `batch` rows.
    func deletion(_ company: Company.ID) -> Statement { Statement(deletion, company, Self.batch) }

    func count(_ company: Company.ID) -> Query<Int64> { Query(counting, company) { try $0.next() } }
}
