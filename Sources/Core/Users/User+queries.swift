extension User {
    static let columns: SQL = """
        u.id, u.company_id, u.email, u.first_name, u.last_name, u.role, u.status, u.language, u.version, u.created_at, u.updated_at
        """

    init(_ row: inout Row) throws {
        self.init(
            id: try row.next(), companyID: try row.next(), email: try row.next(), firstName: try row.next(),
            lastName: try row.next(), role: try row.next(), status: try row.next(), language: try row.next(),
            version: try row.next(), createdAt: try row.next(), updatedAt: try row.next())
    }

    private static let byEmail: SQL = "SELECT \(columns), u.password_hash FROM users u WHERE u.email_folded = $1"

    /// Who signs in with an address, and the hash of their password if they have one. No scope: nobody is signed in yet.
    static func signingIn(_ email: EmailAddress) -> Query<(user: User, passwordHash: String?)> {
        Query(byEmail, email.folded) { row in (try User(&row), try row.next()) }
    }

    func insert(email: EmailAddress, passwordHash: String?) -> Statement {
        Statement(
            """
            INSERT INTO users (company_id, id, email, email_folded, first_name, last_name, role, status, language,
                password_hash, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)
            """,
            companyID, id, email.text, email.folded, firstName, lastName, role, status, language, passwordHash,
            createdAt)
    }
}
