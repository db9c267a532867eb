import Storage

/// What is kept of an assignment that ended: who worked on which site, from when to when, and whether as a foreman.
enum FormerAssignment {
    private static let keeping: SQL = """
        INSERT INTO former_assignments (company_id, site_id, user_id, began_at, ended_at, foreman_since)
        SELECT a.company_id, a.site_id, a.user_id, a.created_at, $2, a.foreman_since FROM assignments a
        WHERE a.company_id = $1
        """

    /// An assignment that began in the same millisecond is one with it.
    private static let merging: SQL = """
        ON CONFLICT (company_id, site_id, user_id, began_at)
            DO UPDATE SET ended_at = excluded.ended_at, foreman_since = excluded.foreman_since
        """

    private static let keepingOne: SQL = "\(keeping) AND a.site_id = $3 AND a.user_id = $4 \(merging)"
    private static let keepingSite: SQL = "\(keeping) AND a.site_id = $3 \(merging)"
    private static let keepingPerson: SQL = "\(keeping) AND a.user_id = $3 \(merging)"

    /// To be made before the assignment is removed, as the next two.
    static func keep(_ user: User.ID, _ scope: SiteScope, now: Instant) -> Statement {
        Statement(keepingOne, scope.company, now, scope.site, user)
    }

    /// Of everyone on a site that is being removed.
    static func keepAll(_ scope: SiteScope, now: Instant) -> Statement {
        Statement(keepingSite, scope.company, now, scope.site)
    }

    /// Of a person who is being removed.
    static func keepAll(of user: User.ID, _ scope: CompanyScope, now: Instant) -> Statement {
        Statement(keepingPerson, scope.company, now, user)
    }

    /// The people whose assignments to the site ended at an instant, and who are still in the company.
    static func ended(at instant: Instant, on scope: SiteScope) -> Query<(user: User.ID, wasForeman: Bool)> {
        Query(
            """
            SELECT f.user_id, f.foreman_since FROM former_assignments f
                JOIN users u ON u.company_id = f.company_id AND u.id = f.user_id
            WHERE f.company_id = $1 AND f.site_id = $2 AND f.ended_at = $3 AND u.removed_at IS NULL
            ORDER BY f.user_id
            """,
            scope.company, scope.site, instant
        ) { (try $0.next(), try $0.next() as Instant? != nil) }
    }

    /// The name of the site, even if it was removed, if the person works or worked there, or may work on any site.
    static func siteName(_ scope: SiteScope) -> Query<String> {
        Query(everOnSite, scope.company, scope.assignee, scope.site) { try $0.next() }
    }

    private static let everOnSite: SQL = """
        SELECT s.name FROM sites s
        WHERE s.company_id = $1 AND s.id = $3 AND (\(Site.isVisible) OR EXISTS (
            SELECT 1 FROM former_assignments f
            WHERE f.company_id = s.company_id AND f.site_id = s.id AND f.user_id = $2))
        """

    private static let foreman: SQL = """
        SELECT a.user_id FROM assignments a
        WHERE a.company_id = $1 AND a.site_id = $2 AND a.user_id = $3 AND a.foreman_since IS NOT NULL
        UNION ALL
        SELECT f.user_id FROM former_assignments f
        WHERE f.company_id = $1 AND f.site_id = $2 AND f.user_id = $3 AND f.foreman_since IS NOT NULL
        """

    /// The person of the scope, if they are a foreman of the site, or were one when their assignment ended.
    static func everLed(_ scope: SiteScope) -> Query<User.ID> {
        Query(foreman, scope.company, scope.site, scope.actor.user.id) { try $0.next() }
    }

    /// Of a person who is being removed, and whom no record names.
    static func forget(of user: User.ID, in company: Company.ID) -> Statement {
        Statement("DELETE FROM former_assignments WHERE company_id = $1 AND user_id = $2", company, user)
    }
}
