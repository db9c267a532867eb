public import Storage

/// A person's name until they were renamed. It is kept as long as their name is, so that records show who it was.
public struct FormerName: Stored {
    /// Orders the names of one person: their version until they were renamed.
    public internal(set) var number: Int64 = 0
    public internal(set) var firstName = ""
    public internal(set) var lastName = ""
    public internal(set) var until = Instant(milliseconds: 0)

    package init() {}

    package init(number: Int64, firstName: String, lastName: String, until: Instant) {
        (self.number, self.firstName, self.lastName, self.until) = (number, firstName, lastName, until)
    }

    package static let table = "former_names"
    package static let scopeColumns = ["company_id", "user_id"]

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("number", .key, &number)
        try columns.column("first_name", .fixed, &firstName)
        try columns.column("last_name", .fixed, &lastName)
        try columns.column("until_at", .fixed, &until)
    }

    private static let writes = StoredWrites<FormerName>()

    /// Keeps the name of a person who is being renamed. The caller holds the lock on the person's row.
    /// - Throws: `AccountRefusal.tooManyTries` if the person was renamed too often.
    static func keep(of old: User, renamed new: User, _ transaction: borrowing Transaction, now: Instant) throws {
        guard old.firstName != new.firstName || old.lastName != new.lastName else { return }
        try Attempts(.renamings, of: old.id.text).record(transaction, now: now)
        let name = FormerName(number: old.version, firstName: old.firstName, lastName: old.lastName, until: now)
        try transaction.enqueue(writes.insert(name, in: [old.companyID.sqlValue, old.id.sqlValue]))
    }

    static func forget(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM former_names WHERE company_id = $1 AND user_id = $2", company, user)
    }

    private static let columns = columns(of: "f")

    private static let selection: SQL = """
        SELECT \(columns) FROM former_names f WHERE f.company_id = $1 AND f.user_id = $2
        """

    private static let page: SQL = """
        \(selection) AND f.number < $4 ORDER BY f.company_id DESC, f.user_id DESC, f.number DESC LIMIT $3
        """

    /// Latest first.
    static func list(_ user: User.ID, _ scope: CompanyScope, _ page: PageRequest<Int64>) -> Query<FormerName> {
        Query(Self.page, scope.company, user, page.fetchLimit, page.after ?? .max, row: FormerName.init)
    }

    /// Oldest first.
    static func all(of user: User) -> Query<FormerName> {
        Query(
            "\(selection) ORDER BY f.company_id, f.user_id, f.number", user.companyID, user.id, row: FormerName.init)
    }
}
