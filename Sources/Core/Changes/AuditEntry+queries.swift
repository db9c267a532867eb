import Foundation
import Storage

extension AuditEntry {
    private static let columns = columns(of: "a")

    private static let selection: SQL = """
        SELECT \(columns), u.first_name, u.last_name, p.first_name || ' ' || p.last_name, (
                SELECT f.first_name || ' ' || f.last_name FROM former_names f
                WHERE f.company_id = u.company_id AND f.user_id = u.id AND f.until_at > a.at
                ORDER BY f.company_id, f.user_id, f.number LIMIT 1), (
                SELECT f.first_name || ' ' || f.last_name FROM former_names f
                WHERE f.company_id = a.company_id AND f.user_id = a.subject_id AND f.until_at > a.at
                ORDER BY f.company_id, f.user_id, f.number LIMIT 1)
        FROM audit_entries a CROSS JOIN users u
            LEFT JOIN users p ON p.company_id = a.company_id AND p.id = a.subject_id
        WHERE u.id = a.user_id
        """

    /// Each half of the union uses its own index.
    private static let aboutUser: SQL = """
        \(selection) AND a.user_id = $2 AND a.id > $3
        UNION
        \(selection) AND a.company_id = $1 AND a.subject_id = $2 AND a.id > $3
        ORDER BY 1 LIMIT $4
        """

    private static let page: SQL = """
        \(selection) AND a.company_id = $1 AND a.id < $3
        ORDER BY a.company_id DESC, a.id DESC LIMIT $2
        """

    private static let ofSite: SQL = """
        \(selection) AND a.company_id = $1 AND a.id < $3 AND a.subject_id IN (
            SELECT $4
            UNION SELECT m.id FROM materials m WHERE m.company_id = $1 AND m.site_id = $4
            UNION SELECT c.entry_id FROM time_corrections c WHERE c.company_id = $1 AND c.site_id = $4
            UNION SELECT t.id FROM time_entries t WHERE t.company_id = $1 AND t.site_id = $4 AND t.voided_at IS NOT NULL
            UNION SELECT d.id FROM clarifications d WHERE d.company_id = $1 AND d.site_id = $4)
        ORDER BY a.company_id DESC, a.id DESC LIMIT $2
        """

    /// Newest first.
    static func list(_ scope: CompanyScope, _ page: PageRequest<ID>) -> Query<AuditEntry> {
        Query(Self.page, scope.company, page.fetchLimit, page.after?.text ?? "g", row: AuditEntry.init(named:))
    }

    /// Changes of a site, its material and its time entries, newest first.
    static func list(_ scope: SiteScope, _ page: PageRequest<ID>) -> Query<AuditEntry> {
        Query(
            ofSite, scope.company, page.fetchLimit, page.after?.text ?? "g", scope.site, row: AuditEntry.init(named:))
    }

    /// Changes by a person and changes about them, oldest first.
    static func some(about user: User, after: ID?, atMost limit: Int) -> Query<AuditEntry> {
        Query(aboutUser, user.companyID, user.id, after?.text ?? "", Int64(limit), row: AuditEntry.init(named:))
    }

    /// Reads `columns`, the name of who made the change, the subject's if it is a person, and both as they were at the time.
    private init(named row: inout Row) throws {
        try self.init(&row)
        userName = "\(try row.next() as String) \(try row.next() as String)"
        let person: String? = try row.next()
        subjectName = subjectName ?? person
        (userNameThen, subjectNameThen) = (try row.next(), try row.next())
        changes = try JSONDecoder().decode([Detail].self, from: Data(storedChanges.utf8))
    }

    private static let writes = StoredWrites<AuditEntry>()

    func insert(in company: Company.ID) throws -> Statement {
        var entry = self
        entry.storedChanges = String(decoding: try JSONEncoder().encode(changes), as: UTF8.self)
        return Self.writes.insert(entry, in: [company.sqlValue])
    }
}
