import Storage

/// What a mail says about people's days or absences. One mail for each act and recipient, in the act's transaction, to people who have
/// an email address and want it (`HourMails`). What an absence is for is in none: it may be sickness.
public struct HourNews: Sendable, Equatable {
    let kind: Mail.Kind
    /// In order. Of an absence that was removed, none.
    public let days: [ClosedRange<Day>]
    /// Who approved, reopened, answered or changed; who asked; or whose days were submitted: the first of them, with commas.
    public let byName: String
    /// Whether an absence was granted; nil in other mails.
    public var isGranted: Bool?
    /// Of a reopening or an answer.
    public var reason: String?
    /// What the days of an absence were before it was changed or removed.
    public var before: [ClosedRange<Day>] = []
    /// How many people's days were submitted.
    public var people = 1
    /// How many of these people aren't named, or how many periods of absence `days` leaves out.
    public var left = 0

    /// The most people, or periods of absence, that a mail names.
    private static let mostNamed = (people: 3, absences: 10)

    init(_ kind: Mail.Kind, _ days: [ClosedRange<Day>], by name: String, isGranted: Bool? = nil, reason: String? = nil)
    {
        (self.kind, self.days, byName, self.isGranted, self.reason) = (kind, days, name, isGranted, reason)
    }

    /// An absence that was changed; without days if it was removed.
    init(changed before: ClosedRange<Day>, to days: ClosedRange<Day>?, by name: String) {
        self.init(.absenceChanged, days.map { [$0] } ?? [], by: name)
        self.before = [before]
    }

    /// Days that were submitted of people: at least one.
    init(submitted days: [ClosedRange<Day>], of names: [String]) {
        // Removed people have none.
        let first = names.filter { !$0.isEmpty }.prefix(Self.mostNamed.people)
        self.init(.daysSubmitted, days, by: first.joined(separator: ", "))
        (people, left) = (names.count, names.count - first.count)
    }

    /// Nil if these aren't the details of such a mail.
    init?(_ kind: Mail.Kind, _ details: [String]) {
        switch kind {
        case .daysApproved, .daysReopened, .daysSubmitted, .absenceAnswered, .absenceChanged: break
        default: return nil
        }
        guard details.count >= 3 else { return nil }
        self.init(kind, Self.days(details[0]), by: details[1], reason: details.count > 3 ? details[3] : nil)
        switch kind {
        case .absenceAnswered: isGranted = details[2] == "OK"
        case .absenceChanged: before = Self.days(details[2])
        case .daysSubmitted:
            let numbers = details[2].split(separator: " ").compactMap { Int($0) }
            (people, left) = (numbers.first ?? 1, numbers.dropFirst().first ?? 0)
        default: break
        }
    }

    /// The days as audit entries have them, the name, what only this kind has, and the reason in one line. None is empty.
    private var details: [String] {
        let own =
            switch kind {
            case .absenceAnswered: isGranted == true ? "OK" : "NO"
            case .absenceChanged: Self.text(of: before)
            case .daysSubmitted: "\(people) \(left)"
            default: "-"
            }
        let lines = [Self.text(of: days), Self.oneLine(byName), own].map { $0.isEmpty ? "-" : $0 }
        return lines + [Self.oneLine(reason ?? "")].filter { !$0.isEmpty }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Runs of days: `2026-11-23/2026-11-27 2026-11-30`.
    static func text(of days: [ClosedRange<Day>]) -> String {
        days.map { $0.count == 1 ? $0.lowerBound.text : "\($0.lowerBound.text)/\($0.upperBound.text)" }
            .joined(separator: " ")
    }

    private static func days(_ text: String) -> [ClosedRange<Day>] {
        text.split(separator: " ").compactMap { run in
            let ends = run.split(separator: "/").compactMap { Day(String($0)) }
            guard let first = ends.first, let last = ends.last, first <= last else { return nil }
            return first...last
        }
    }

    // MARK: Queueing

    /// The most people of the office who get a mail about one act.
    static let mostOffice = 50

    /// The least that a person must want to get such a mail.
    private static func wanted(_ kind: Mail.Kind) -> HourMails {
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
        let now = runtime.now()
        try transaction.enqueue(
            Self.insert(kind, details, runtime.newID(), to: user, in: scope.company, now: now, due: now))
    }

    /// Queues the mail to those managers and bookkeepers who want it, without the caller, and without the person whose days alone it is
    /// about.
    func tellOffice(
        about people: [User.ID], in scope: CompanyScope, _ transaction: borrowing Transaction, _ runtime: Runtime
    ) throws {
        let office = try transaction.fetch(Self.office(of: scope.company, wanting: Self.wanted(kind)))
        for user in office where people != [user] { try tell(user, in: scope, transaction, runtime) }
    }

    /// How long a person's requests, or the days that they submit, are collected after a mail about them.
    private static let pause = Duration.seconds(600)
    /// How long the first request waits for others, and for being withdrawn.
    private static let firstPause = Duration.seconds(60)

    /// Queues a mail to those managers and bookkeepers who want it, but the caller and the person: the person asked for an absence, or days
    /// of theirs alone were submitted. Who is yet to get one about the same person gets no other. It names the person, and says what they
    /// are asking for when it is sent. The person is locked.
    static func tellOffice(
        _ kind: Mail.Kind, of person: User.ID, at now: Instant, in scope: CompanyScope,
        _ transaction: borrowing Transaction, _ runtime: Runtime
    ) throws {
        // A mail is due within the pause: what is older is of no account.
        let since = (now - (pause + pause)).milliseconds
        let first = Mail.ID(at: Instant(milliseconds: since), hash: Array(repeating: 0, count: 10))
        let (waiting, office) = try transaction.fetch(
            waiting(kind, about: person, since: first, in: scope.company),
            officeWithLast(kind, about: person, since: first, in: scope.company))
        for user in office where ![scope.actor.user.id, person].contains(user.id) && !waiting.contains(user.id) {
            let due = max(now + firstPause, user.last.map { $0 + pause } ?? now)
            try transaction.enqueue(
                insert(
                    kind, [person.text], runtime.newID(), to: user.id, in: scope.company, now: now, due: due))
        }
    }

    private static let inOffice: SQL = """
        u.company_id = $1 AND u.removed_at IS NULL AND u.role IN ('MANAGER', 'BOOKKEEPER') AND u.status = 'ACTIVE'
        """

    private static let officeOfCompany: SQL = """
        SELECT u.id FROM users u
        WHERE \(inOffice) AND u.email IS NOT NULL AND u.hour_mails IN ('ALL', $2)
        ORDER BY u.company_id, u.removed_at, u.id LIMIT $3
        """

    private static func office(of company: Company.ID, wanting wanted: HourMails) -> Query<User.ID> {
        Query(officeOfCompany, company, wanted, Int64(mostOffice)) { try $0.next() }
    }

    /// With when each last got, or is due to get, a mail about the person.
    private static let officeAndLast: SQL = """
        SELECT u.id, (
            SELECT MAX(COALESCE(l.due_at, l.updated_at)) FROM mails l
            WHERE l.company_id = u.company_id AND l.user_id = u.id AND l.kind = $5 AND l.id > $3
                AND l.details = $2)
        FROM users u
        WHERE \(inOffice) AND u.email IS NOT NULL AND u.hour_mails IN ('ALL', $6)
        ORDER BY u.company_id, u.removed_at, u.id LIMIT $4
        """

    private static func officeWithLast(
        _ kind: Mail.Kind, about person: User.ID, since first: Mail.ID, in company: Company.ID
    ) -> Query<(id: User.ID, last: Instant?)> {
        Query(officeAndLast, company, person, first, Int64(mostOffice), kind, wanted(kind)) {
            (try $0.next(), try $0.next())
        }
    }

    private static let stillWaiting: SQL = """
        UPDATE mails SET updated_at = updated_at
        WHERE company_id = $1 AND kind = $4 AND id > $3 AND details = $2 AND state = 'queued' AND attempts = 0
            AND owner IS NULL AND reason_code IS NULL AND user_id IN (SELECT u.id FROM users u WHERE \(inOffice))
        RETURNING user_id
        """

    /// Who is yet to get a mail about the person that no server has begun to send, locked so that none begins before the transaction ends.
    private static func waiting(
        _ kind: Mail.Kind, about person: User.ID, since first: Mail.ID, in company: Company.ID
    ) -> Query<User.ID> {
        Query(stillWaiting, company, person, first, kind) { try $0.next() }
    }

    private static let insertion: SQL = """
        INSERT INTO mails \(Mail.queued)
        SELECT u.company_id, $3, u.id, u.email, $4, $5, NULL, 'queued', $8, $6, $6
        FROM users u JOIN companies c ON c.id = u.company_id
        WHERE u.company_id = $1 AND u.id = $2 AND u.email IS NOT NULL AND u.status = 'ACTIVE' AND u.removed_at IS NULL
            AND u.hour_mails IN ('ALL', $7) AND c.suspended_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM unproven_founders f WHERE f.company_id = u.company_id)
        """

    /// Nothing for a person without an address, and for who doesn't want it.
    private static func insert(
        _ kind: Mail.Kind, _ details: [String], _ id: Mail.ID, to user: User.ID, in company: Company.ID, now: Instant,
        due: Instant
    ) -> Statement {
        Statement(
            insertion, company, user, id, kind, details.joined(separator: "\n"), now, wanted(kind), due)
    }

    // MARK: Requests

    private static let requested: SQL = """
        FROM absences a CROSS JOIN users u
        WHERE a.company_id = $1 AND a.user_id = $2 AND a.asked_by = a.user_id AND a.asked_at >= $3 AND a.decided_by IS NULL
            AND u.company_id = a.company_id AND u.id = a.user_id AND u.removed_at IS NULL
        """

    private static let firstRequested: SQL = """
        SELECT a.from_day, a.to_day, u.first_name, u.last_name \(requested)
        ORDER BY a.company_id, a.user_id, a.from_day, a.id LIMIT $4
        """

    private static let countingRequested: SQL = "SELECT COUNT(*) \(requested)"

    /// How long a request may have waited for another of the same person: its time is that of its beginning.
    private static let slack = Duration.seconds(30)

    private static let submittedDays: SQL = """
        SELECT a.day, u.first_name, u.last_name FROM day_approvals a CROSS JOIN users u
        WHERE a.company_id = $1 AND a.user_id = $2 AND a.submitted_at >= $3 AND a.approved_at IS NULL
            AND u.company_id = a.company_id AND u.id = a.user_id AND u.removed_at IS NULL
        ORDER BY a.company_id, a.user_id, a.day LIMIT $4
        """

    /// The most days of one person that a mail names.
    private static let mostDays = 100

    /// Whether such a mail says what a person asks for when it is sent. Of days of several people it says what was submitted.
    static func isGathered(_ kind: Mail.Kind, _ details: [String]) -> Bool {
        kind == .absenceAsked || kind == .daysSubmitted && details.count == 1
    }

    /// What a person has asked for since the mail was queued, and no one has answered; nil if it was withdrawn, answered or removed. It
    /// takes no scope: the server sends for all companies.
    static func requests(
        _ kind: Mail.Kind, _ details: [String], since queued: Instant, in company: Company.ID,
        _ transaction: borrowing Transaction
    ) throws -> HourNews? {
        guard let person = details.first.flatMap({ User.ID($0) }) else { return nil }
        let since = queued - slack
        if kind == .daysSubmitted {
            let rows = try transaction.fetch(
                Query(submittedDays, company, person, since, Int64(mostDays + 1)) { row in
                    (try row.next() as Day, "\(try row.next() as String) \(try row.next() as String)")
                })
            guard let name = rows.first?.1 else { return nil }
            var news = HourNews(submitted: DayApprovals.runs(rows.prefix(mostDays).map(\.0)), of: [name])
            if rows.count > mostDays { news.left = 1 }
            return news
        }
        let (rows, count) = try transaction.fetch(
            Query(firstRequested, company, person, since, Int64(mostNamed.absences)) { row in
                let (from, to): (Day, Day) = (try row.next(), try row.next())
                return (from...max(from, to), "\(try row.next() as String) \(try row.next() as String)")
            },
            Query(countingRequested, company, person, since) { try $0.next() as Int64 })
        guard let name = rows.first?.1 else { return nil }
        var news = HourNews(.absenceAsked, rows.map(\.0), by: name)
        news.left = count.first.map { Int($0) - rows.count } ?? 0
        return news
    }
}
