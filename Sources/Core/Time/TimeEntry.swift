/// One visit of a person to a site: when they came and when they left.
package struct TimeEntry: Sendable {
    package typealias ID = Core.ID<TimeEntry>

    package let id: ID
    package let user: User.ID
    package let checkedInAt: Instant
    /// Nil while the person is on the site.
    package let checkedOutAt: Instant?

    package init(id: ID, user: User.ID, checkedInAt: Instant, checkedOutAt: Instant?) {
        (self.id, self.user, self.checkedInAt, self.checkedOutAt) = (id, user, checkedInAt, checkedOutAt)
    }

    package func insert(_ scope: SiteScope, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO time_entries (company_id, site_id, id, user_id, checked_in_at, checked_out_at, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
            """,
            scope.company, scope.site, id, user, checkedInAt, checkedOutAt, now)
    }
}
