public import Storage

/// A person's name until they were renamed. It is kept as long as their name is, so that records show who it was.
public struct FormerName: Sendable {
    /// Orders the names of one person.
    public let number: Int64
    public let firstName: String
    public let lastName: String
    public let until: Instant

    package init(number: Int64, firstName: String, lastName: String, until: Instant) {
        (self.number, self.firstName, self.lastName, self.until) = (number, firstName, lastName, until)
    }

    /// Keeps the name of a person who is being renamed. The caller holds the lock on the person's row.
    /// - Throws: `AccountRefusal.tooManyTries` if the person was renamed too often.
    static func keep(of old: User, renamed new: User, _ transaction: borrowing Transaction, now: Instant) throws {
        guard old.firstName != new.firstName || old.lastName != new.lastName else { return }
        try Attempts(.renamings, of: old.id.text).record(transaction, now: now)
        try transaction.enqueue(
            Statement(
                """
                INSERT INTO former_names (company_id, user_id, number, first_name, last_name, until_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                old.companyID, old.id, old.version, old.firstName, old.lastName, now))
    }

    static func forget(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM former_names WHERE company_id = $1 AND user_id = $2", company, user)
    }

    private static let selection: SQL = """
        SELECT f.number, f.first_name, f.last_name, f.until_at FROM former_names f
        WHERE f.company_id = $1 AND f.user_id = $2
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

    init(_ row: inout Row) throws {
        self.init(number: try row.next(), firstName: try row.next(), lastName: try row.next(), until: try row.next())
    }
}
