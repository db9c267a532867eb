public import Storage

/// What a mail says about a person's days or their absence. One mail for each act and person, in the act's transaction, to people who have
/// an email address and want it (`HourMails`). What an absence is for is in none: it may be sickness.
public struct HourNews: Sendable, Equatable {
    let kind: Mail.Kind
    /// In order.
    public let days: [ClosedRange<Day>]
    /// Who did it: approved, reopened, answered, submitted or asked.
    public let byName: String
    /// Whether an absence was granted; nil in other mails.
    public let isGranted: Bool?
    /// Of a reopening or an answer.
    public let reason: String?

    init(_ kind: Mail.Kind, _ days: [ClosedRange<Day>], by name: String, isGranted: Bool? = nil, reason: String? = nil)
    {
        (self.kind, self.days, byName, self.isGranted, self.reason) = (kind, days, name, isGranted, reason)
    }

    /// Nil if these aren't the details of such a mail.
    init?(_ kind: Mail.Kind, _ details: [String]) {
        switch kind {
        case .daysApproved, .daysReopened, .daysSubmitted, .absenceAsked, .absenceAnswered: break
        default: return nil
        }
        guard details.count >= 3 else { return nil }
        let days = details[0].split(separator: " ").compactMap { run -> ClosedRange<Day>? in
            let ends = run.split(separator: "/").compactMap { Day(String($0)) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
        let granted: Bool? = details[2] == "OK" ? true : details[2] == "NO" ? false : nil
        self.init(kind, days, by: details[1], isGranted: granted, reason: details.count > 3 ? details[3] : nil)
    }

    /// The days as audit entries have them, the name, the answer, and the reason in one line.
    private var details: [String] {
        let answer = isGranted.map { $0 ? "OK" : "NO" } ?? "-"
        let line = reason.map { Self.oneLine($0) } ?? ""
        return [Self.text(of: days), Self.oneLine(byName), answer] + (line.isEmpty ? [] : [line])
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Runs of days: `2026-11-23/2026-11-27 2026-11-30`.
    static func text(of days: [ClosedRange<Day>]) -> String {
        days.map { $0.count == 1 ? $0.lowerBound.text : "\($0.lowerBound.text)/\($0.upperBound.text)" }
            .joined(separator: " ")
    }

    // MARK: Queueing

    /// How many people of the office one act tells at most.
    static let mostOffice = 50

    /// The least that a person must want to get such a mail.
    private var wanted: HourMails {
        switch kind {
        case .daysApproved, .daysSubmitted: .all
        default: .needed
        }
    }

    /// Queues the mail to a person, unless they did it themselves.
    func tell(
        _ user: User.ID, in scope: CompanyScope, _ transaction: borrowing Transaction, _ runtime: Runtime
    ) throws {
        guard user != scope.actor.user.id else { return }
        try transaction.enqueue(insert(runtime.newID(), to: user, in: scope.company, now: runtime.now()))
    }

    /// Queues the mail to those managers and bookkeepers who want it, without the caller and the person whom it is about.
    func tellOffice(
        about person: User.ID, in scope: CompanyScope, _ transaction: borrowing Transaction, _ runtime: Runtime
    ) throws {
        let office = try transaction.fetch(Self.office(of: scope.company, wanting: wanted))
        for user in office where user != person { try tell(user, in: scope, transaction, runtime) }
    }

    private static let officeOfCompany: SQL = """
        SELECT u.id FROM users u
        WHERE u.company_id = $1 AND u.removed_at IS NULL AND u.role IN ('MANAGER', 'BOOKKEEPER') AND u.status = 'ACTIVE'
            AND u.email IS NOT NULL AND u.hour_mails IN ('ALL', $2)
        ORDER BY u.company_id, u.removed_at, u.id LIMIT $3
        """

    private static func office(of company: Company.ID, wanting wanted: HourMails) -> Query<User.ID> {
        Query(officeOfCompany, company, wanted, Int64(mostOffice)) { try $0.next() }
    }

    private static let insertion: SQL = """
        INSERT INTO mails \(Mail.columns)
        SELECT u.company_id, $3, u.id, u.email, $4, $5, NULL, 'queued', $6, $6, $6
        FROM users u JOIN companies c ON c.id = u.company_id
        WHERE u.company_id = $1 AND u.id = $2 AND u.email IS NOT NULL AND u.status = 'ACTIVE' AND u.removed_at IS NULL
            AND u.hour_mails IN ('ALL', $7) AND c.suspended_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM unproven_founders f WHERE f.company_id = u.company_id)
        """

    /// Nothing for a person without an address, and for who doesn't want it.
    private func insert(_ id: Mail.ID, to user: User.ID, in company: Company.ID, now: Instant) -> Statement {
        Statement(
            Self.insertion, company, user, id, kind, details.joined(separator: "\n"), now, wanted)
    }
}
