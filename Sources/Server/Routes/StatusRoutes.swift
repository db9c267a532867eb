import Core
import HTTPTypes
import Storage

/// The status of the server for operators, and their notice to everyone who uses it.
struct StatusRoutes {
    let database: any Database
    let companies: Companies
    let notices: Notices
    let readiness: Readiness
    let runtime: Runtime
    let disk: Disk?
    let startedAt: Instant
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let (companies, notices) = (companies, notices)
        return [
            signedIn.one(
                "/api/v1/operator/status", in: .server, .may(.operate),
                .init("Read the server's status", "For operators: version, database, last backup, mail and disk.")
            ) { (_, _: AsThemselves) in try await status },
            signedIn.list(
                "/api/v1/operator/companies", in: .companies, .may(.listCompanies),
                .init(
                    "List companies with their use",
                    "For operators: the size of each company and when it was last used, oldest company first."),
                by: .id()
            ) { (_, caller: AsThemselves, page) in try await companies.summaries(page, as: caller.actor) },
            signedIn.one(
                "/api/v1/notice", in: .server, .signedIn,
                .init(
                    "Read the notice",
                    "What the operators of this server currently tell everyone, such as planned maintenance; nulls if there is none."
                )
            ) { (_, _: AsThemselves) in NoticeAnswer(notice: try await notices.current) },
            signedIn.custom(
                .put, "/api/v1/notice", in: .server, .may(.operate),
                .init(
                    "Set the notice",
                    """
                    For operators: a sentence that the app shows to everyone who is signed in. It replaces the one before; a `text` \
                    of null removes it.
                    """),
                request: RequestDescription(body: NoticeFields.description),
                result: .one(NoticeAnswer.self, .ok, "The current notice.")
            ) { (call, caller: AsThemselves) in
                let fields: NoticeFields = try await RequestBody(of: call.request).read()
                return .one(
                    NoticeAnswer(
                        notice: try await notices.tell(fields.text, until: fields.until, as: caller.actor)))
            },
        ]
    }

    private var status: ServerStatus {
        get async throws {
            let backlog = try await Outbox(database, runtime: runtime).backlog
            let space = disk?.space
            return ServerStatus(
                schema: readiness.schemaVersion, startedAt: startedAt, engine: database.dialect,
                databaseBytes: Int(try await database.size),
                lastBackupAt: try await Upkeep(database).moments[.backup], mail: readiness.mailState,
                mailsWaiting: backlog.count,
                mailsWaitingSince: backlog.count > 0 ? runtime.now() - backlog.age : nil, diskFree: space?.free,
                diskTotal: space?.total)
        }
    }
}

private struct NoticeFields: BodyFields {
    let text: String?
    let until: Instant

    init?(_ fields: inout FieldReader) {
        text = fields.optional("text") {
            $0.line("text", .noticeText, max: Notice.longest, example: NoticeAnswer.example.notice?.text ?? "")
        }
        let until = fields.optional("until") {
            $0.instant(
                "until", "Until when it is shown, at most 31 days ahead; required with a text.",
                example: Example.evening)
        }
        if text != nil, until == nil, fields.isAbsent("until") { fields.report("until", .missing) }
        self.until = until ?? Example.evening
    }
}

extension Meaning {
    fileprivate static var noticeText: Meaning { "What the operators tell everyone; null for nothing." }
}

private struct NoticeAnswer: Wire {
    static let schemaName = "Notice"
    static let example = NoticeAnswer(
        notice: Notice(text: "Am Samstag von 6 bis 8 Uhr ist Polier nicht zu erreichen.", until: Example.evening))

    let notice: Notice?

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("text", notice?.text, .noticeText)
        fields.instant("until", notice?.until, "Until when it is shown; null if there is none.")
    }
}

private struct ServerStatus: Wire {
    static let example = ServerStatus(
        schema: 17, startedAt: Example.morning, engine: .sqlite, databaseBytes: 8_388_608,
        lastBackupAt: Example.morning, mail: "up", mailsWaiting: 0, mailsWaitingSince: nil, diskFree: 20_000_000_000,
        diskTotal: 50_000_000_000)

    let schema: Int
    let startedAt: Instant
    let engine: Dialect
    let databaseBytes: Int
    let lastBackupAt: Instant?
    let mail: String
    let mailsWaiting: Int
    let mailsWaitingSince: Instant?
    let diskFree: Int?
    let diskTotal: Int?

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("version", Release.version, "This server's version.")
        fields.integer("schema", schema, "The number of the last migration that was applied to the database.")
        fields.instant("startedAt", startedAt, "When this server started.")
        fields.text("database", engine.rawValue, "The database engine: `sqlite` or `postgres`.")
        fields.integer("databaseBytes", databaseBytes, "Size of the database in bytes.")
        fields.instant("lastBackupAt", lastBackupAt, "Time of the last complete backup; null if there was none.")
        fields.text("mail", mail, "`up`, `down`, or `off` if no mail transport is configured.")
        fields.integer("mailsWaiting", mailsWaiting, "Number of mails that are still to be sent.")
        fields.instant(
            "mailsWaitingSince", mailsWaitingSince,
            "Since when the oldest of them has been waiting; null if there is none.")
        fields.integer(
            "diskFreeBytes", diskFree,
            "Free space on the disk of the database file, in bytes; null if the database is on another machine.")
        fields.integer(
            "diskBytes", diskTotal,
            "Size of the disk of the database file, in bytes; null if the database is on another machine.")
    }
}

extension CompanySummary: Wire {
    static let example = CompanySummary(
        id: Example.id(4), name: "Fliesen Brandt GmbH", siteCount: 3, userCount: 6, createdAt: Example.morning,
        suspendedAt: nil, lastActiveAt: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.text("name", name, "The company's name.")
        fields.integer("siteCount", siteCount, "Number of sites, without removed ones.")
        fields.integer("userCount", userCount, "Number of people, without removed ones.")
        fields.instant("createdAt", createdAt, .createdAt)
        fields.instant(
            "lastActiveAt", lastActiveAt,
            "When one of its people last signed in or used a session, to the hour, or something in it was last changed; null if never."
        )
        fields.instant("suspendedAt", suspendedAt, "Since when the company is suspended; null if it isn't.")
    }
}
