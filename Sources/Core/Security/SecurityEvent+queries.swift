import Crypto
import Foundation
import Storage

extension SecurityEvent {
    private static let insertedColumns = columns()

    /// `x` is the last entry that the hour may have of its own. If it exists, the event goes into the hour's entry for the rest.
    fileprivate static let insertion: SQL = """
        INSERT INTO security_events (company_id, \(insertedColumns))
        SELECT c.id, CASE WHEN x.id IS NULL THEN $2 ELSE $3 END, $4, $5, $6, $7, u.id,
            CASE WHEN x.id IS NULL THEN $9 END, CASE WHEN x.id IS NULL THEN $10 END, $11,
            CASE WHEN x.id IS NULL THEN $12 END, CASE WHEN x.id IS NULL THEN $13 END,
            CASE WHEN x.id IS NULL THEN $16 END
        FROM companies c JOIN users u ON u.id = $8 LEFT JOIN security_events x ON x.company_id = $1 AND x.id = (
            SELECT o.id FROM security_events o
            WHERE o.user_id = $8 AND o.company_id = $1 AND o.kind = $4 AND o.at >= $15 AND o.id <> $2 AND o.id <> $3
            ORDER BY o.at LIMIT 1 OFFSET $14)
        WHERE c.id = $1
        ON CONFLICT (company_id, id) DO UPDATE SET times = security_events.times + excluded.times,
            last_at = CASE WHEN excluded.last_at > security_events.last_at THEN excluded.last_at
                ELSE security_events.last_at END
        """

    private static let columns = columns(of: "e")

    private static let selection: SQL = """
        SELECT \(columns), u.first_name, u.last_name, s.first_name || ' ' || s.last_name
        FROM security_events e JOIN users u ON u.id = e.user_id
            LEFT JOIN users s ON s.company_id = e.company_id AND s.id = e.subject_id
        """

    private static let page: SQL = """
        \(selection) WHERE e.company_id = $1 AND e.id < $3
        ORDER BY e.company_id DESC, e.id DESC LIMIT $2
        """

    /// Each half of the union uses its own index.
    private static let aboutUser: SQL = """
        \(selection) WHERE e.user_id = $2 AND e.id > $3
        UNION
        \(selection) WHERE e.company_id = $1 AND e.subject_id = $2 AND e.id > $3
        ORDER BY 1 LIMIT $4
        """

    /// Newest first. An added-up event is listed at the beginning of its hour.
    static func list(_ scope: CompanyScope, _ page: PageRequest<ID>) -> Query<SecurityEvent> {
        Query(Self.page, scope.company, page.fetchLimit, page.after?.text ?? "g", row: SecurityEvent.init(named:))
    }

    /// Events caused by a person and events on their account, oldest first.
    static func some(about user: User, after: ID?, atMost limit: Int) -> Query<SecurityEvent> {
        Query(aboutUser, user.companyID, user.id, after?.text ?? "", Int64(limit), row: SecurityEvent.init(named:))
    }

    /// Reads `columns`, and the names of the person and of the subject.
    private init(named row: inout Row) throws {
        try self.init(&row)
        userName = "\(try row.next() as String) \(try row.next() as String)"
        subjectName = try row.next()
    }

    /// Erases the networks from which a person's requests came.
    static func forgetNetworks(of user: User.ID, in company: Company.ID) -> Statement {
        Statement(
            "UPDATE security_events SET network = NULL WHERE user_id = $2 AND company_id = $1 AND network IS NOT NULL",
            company, user)
    }

    /// Erases the networks of old events, a few hundred at a time.
    static let sweep = Sweep { transaction, now in
        guard let last = try transaction.fetch(oldNetworks(now: now)).last else { return 0 }
        return try transaction.execute(forgetNetworks(until: last))
    }

    /// The times of the oldest few hundred events whose network is due to be erased.
    private static func oldNetworks(now: Instant) -> Query<Instant> {
        Query(
            """
            SELECT e.last_at FROM security_events e WHERE e.network IS NOT NULL AND e.last_at <= $1
            ORDER BY e.last_at LIMIT 500
            """,
            now - networkLifetime
        ) { try $0.next() }
    }

    private static func forgetNetworks(until last: Instant) -> Statement {
        Statement("UPDATE security_events SET network = NULL WHERE network IS NOT NULL AND last_at <= $1", last)
    }

    static func deleteAll(in company: Company.ID) -> Statement {
        Statement("DELETE FROM security_events WHERE company_id = $1", company)
    }
}

extension SecurityEvent.Sighting {
    /// Inserts the event, as a row of its own or added to its hour's row. Inserts nothing if the company or the person doesn't exist.
    /// - Parameters:
    ///   - id: the row's, if it gets one of its own.
    ///   - first: the instant of the first of `times` events, which are all of one hour.
    func insertion(
        _ id: SecurityEvent.ID, first: Instant, last: Instant, times: Int64, requestID: String?
    ) -> Statement {
        let hour = first.hour
        return Statement(
            SecurityEvent.insertion, company, kind.isAddedUp ? derivedID(hour) : id, rest.derivedID(hour), kind, first,
            last, times, user, session, network, requestID, subject, detail, SecurityEvent.mostAnHour - 1, hour, token)
    }

    /// The hour's entry for events beyond its limit.
    private var rest: Self { Self(kind, in: company, by: user, network: nil) }

    /// The same id for equal events of an hour, on every server.
    private func derivedID(_ hour: Instant) -> SecurityEvent.ID {
        var hasher = SHA256()
        let parts = [kind.rawValue, user?.text, session?.text, network, subject?.text, detail]
        // Without a token the id is that of servers that know none.
        for part in parts + (token.map { [$0] } ?? []) { hasher.update(data: Data("\(part ?? "")\n".utf8)) }
        return SecurityEvent.ID(at: hour, hash: Array(hasher.finalize()))
    }
}

extension Instant {
    /// The beginning of the UTC hour that contains the instant.
    var hour: Instant {
        Instant(
            milliseconds: floorDivide(milliseconds, 3_600_000).multipliedReportingOverflow(by: 3_600_000).partialValue)
    }
}
