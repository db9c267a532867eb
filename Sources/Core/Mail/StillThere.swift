public import Storage

extension TimeEntry {
    /// How long an entry is open before the person is asked whether they are still there. Nothing ends by itself.
    public static let askedAfter = Duration.seconds(10 * 3600)

    /// From when on the person is asked; nil for an entry that isn't open.
    public var askAt: Instant? { state == .open ? checkedInAt + Self.askedAfter : nil }
}

extension Overview.Presence {
    /// From when on the person is asked whether they are still there.
    public var askAt: Instant { checkedInAt + TimeEntry.askedAfter }
}

/// Asks people by mail whether they are still on a site, once for each time entry. Who has no email address is asked by the app only.
///
/// A mail stores no text: it refers to its entry, and isn't sent if that has ended since.
public struct StillThere: Sendable {
    let database: any Database
    let runtime: Runtime
    /// Whether a company sends no mail before its founder's email address is confirmed.
    let provesAddresses: Bool

    public init(_ database: any Database, provesAddresses: Bool, runtime: Runtime) {
        (self.database, self.provesAddresses, self.runtime) = (database, provesAddresses, runtime)
    }

    /// The most entries of one run.
    static let most = 500

    /// Queues a mail to each person whose entry has been open for long and who wasn't asked, at most `most` of them. Any number of servers
    /// may run it at the same time: the first to mark the entry asks.
    /// - Returns: the number of entries that were marked, also of people who get no mail.
    /// - Throws: `StorageError`; `CancellationError` between two entries. Entries that are marked stay so.
    @discardableResult
    public func run() async throws -> Int {
        let now = runtime.now()
        let due = try await database.fetch(
            OpenEntry.unasked(since: now - TimeEntry.askedAfter, atMost: Self.most))
        var asked = 0
        for entry in due {
            // One entry each, so that it holds no row that another change waits for.
            asked += try await database.transaction { try ask(entry, $0, now: now) }
            try Task.checkCancellation()
        }
        return asked
    }

    private func ask(_ entry: OpenEntry, _ transaction: borrowing Transaction, now: Instant) throws -> Int {
        guard let user = try transaction.fetch(entry.mark(now)).first else { return 0 }
        if provesAddresses, try !transaction.fetch(UnprovenFounder.since(entry.company)).isEmpty { return 1 }
        try transaction.enqueue(entry.insertMail(runtime.newID(), to: user, now: now))
        return 1
    }
}

/// A time entry that is open, as a mail refers to it.
struct OpenEntry: Sendable {
    let company: Company.ID
    let site: Site.ID
    let entry: TimeEntry.ID

    init(company: Company.ID, site: Site.ID, entry: TimeEntry.ID) {
        (self.company, self.site, self.entry) = (company, site, entry)
    }

    /// Nil if these aren't the details of a mail that asks.
    init?(_ details: [String], in company: Company.ID) {
        guard details.count == 2, let site = Site.ID(details[0]), let entry = TimeEntry.ID(details[1]) else {
            return nil
        }
        self.init(company: company, site: site, entry: entry)
    }

    private var details: String { "\(site.text)\n\(entry.text)" }

    /// Those that began before an instant and whose person wasn't asked, of all companies, the longest open first. It takes no scope: the
    /// server asks for all companies.
    static func unasked(since start: Instant, atMost limit: Int) -> Query<OpenEntry> {
        Query(
            """
            SELECT t.company_id, t.site_id, t.id FROM time_entries t
            WHERE t.checked_in_at < $1 AND t.checked_out_at IS NULL AND t.voided_at IS NULL AND t.asked_at IS NULL
            ORDER BY t.checked_in_at LIMIT $2
            """,
            start, Int64(limit)
        ) { OpenEntry(company: try $0.next(), site: try $0.next(), entry: try $0.next()) }
    }

    /// Notes that the person was asked, which is no change of the entry.
    /// - Returns: the person; nothing if the entry has ended, or they were asked already.
    func mark(_ now: Instant) -> Query<User.ID> {
        Query(
            """
            UPDATE time_entries SET asked_at = $4
            WHERE company_id = $1 AND site_id = $2 AND id = $3 AND checked_out_at IS NULL AND voided_at IS NULL
                AND asked_at IS NULL
            RETURNING user_id
            """,
            company, site, entry, now
        ) { try $0.next() }
    }

    /// Queues the mail, if the person has an address and their company isn't suspended.
    func insertMail(_ id: Mail.ID, to user: User.ID, now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO mails \(Mail.queued)
            SELECT u.company_id, $3, u.id, u.email, 'still-there', $4, NULL, 'queued', $5, $5, $5
            FROM users u JOIN companies c ON c.id = u.company_id
            WHERE u.company_id = $1 AND u.id = $2 AND u.email IS NOT NULL AND u.status = 'ACTIVE' AND u.removed_at IS NULL
                AND c.suspended_at IS NULL
            """,
            company, user, id, details, now)
    }

    /// What the mail says; nothing if the entry has ended.
    var stay: Query<Stay> {
        Query(
            """
            SELECT s.name, t.checked_in_at, c.time_zone
            FROM time_entries t JOIN sites s ON s.company_id = t.company_id AND s.id = t.site_id
                JOIN companies c ON c.id = t.company_id
            WHERE t.company_id = $1 AND t.site_id = $2 AND t.id = $3 AND t.checked_out_at IS NULL AND t.voided_at IS NULL
            """,
            company, site, entry
        ) { Stay(siteName: try $0.next(), since: try $0.next(), timeZone: try $0.next()) }
    }

    /// A person's time on a site that hasn't ended.
    struct Stay: Sendable {
        let siteName: String
        let since: Instant
        /// The company's.
        let timeZone: String

        /// When it began, by the company's clocks: `Montag, 23.11., 07:02 Uhr`, `Monday, 23 November, 07:02`.
        func moment(in language: Language) -> String {
            let (day, time) = (since.day(in: timeZone), since.clockTime(in: timeZone))
            let parts = day.text.split(separator: "-").compactMap { Int($0) }
            let (month, date) = (parts[1], parts[2])
            // 0 is a Monday; 1970-01-01 was a Thursday.
            let weekday = (day.daysSince1970 % 7 + 10) % 7
            return switch language {
            case .german:
                "\(Self.germanWeekdays[weekday]), \(date).\(month)., \(time) Uhr"
            case .english:
                "\(Self.englishWeekdays[weekday]), \(date) \(Self.englishMonths[month - 1]), \(time)"
            }
        }

        private static let germanWeekdays = [
            "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag",
        ]
        private static let englishWeekdays = [
            "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
        ]
        private static let englishMonths = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
    }
}
