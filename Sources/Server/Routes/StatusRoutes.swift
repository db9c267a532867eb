import Core
import HTTPTypes

/// What operators see of the server, and what they tell everyone who uses it.
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
                "/api/v1/operator/status", .may(.operate),
                .init("See how the server is doing", "For operators: version, database, last backup, mail, disk.")
            ) { (_, _: AsThemselves) in try await status },
            signedIn.list(
                "/api/v1/operator/companies", .may(.listCompanies),
                .init(
                    "List companies by their use",
                    "For operators: how large each is and when it was last used, in the order in which they came."),
                by: .id()
            ) { (_, caller: AsThemselves, page) in try await companies.summaries(page, as: caller.actor) },
            signedIn.one(
                "/api/v1/notice", .signedIn,
                .init(
                    "Read the notice to all",
                    "What the operators of this server tell everyone now, such as when it will be away. Nulls where it is nothing."
                )
            ) { (_, _: AsThemselves) in NoticeAnswer(notice: try await notices.current) },
            signedIn.other(
                .put, "/api/v1/notice", .may(.operate),
                .init(
                    "Tell everyone something",
                    """
                    For operators: a sentence that the app shows to everyone who is signed in, until a time that is 31 days ahead \
                    at most. It takes the place of the one before; a `text` of null takes that back.
                    """),
                request: RequestDescription(body: NoticeFields.description),
                result: .one(NoticeAnswer.self, .ok, "What everyone is told now.")
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
            let room = disk?.room
            return ServerStatus(
                schema: readiness.schemaVersion, startedAt: startedAt, engine: database.dialect,
                databaseBytes: Int(try await database.size),
                lastBackupAt: try await Upkeep(database).moments[.backup], mail: readiness.mailState,
                mailsWaiting: backlog.count,
                mailsWaitingSince: backlog.count > 0 ? runtime.now() - backlog.age : nil, diskFree: room?.free,
                diskTotal: room?.total)
        }
    }
}

private struct NoticeFields: BodyFields {
    let text: String?
    let until: Instant

    init?(_ fields: inout FieldReader) {
        text = fields.optional("text") {
            $0.line("text", max: Notice.longest, example: NoticeAnswer.example.notice?.text ?? "")
        }
        let until = fields.optional("until") { $0.instant("until", example: Example.evening) }
        if text != nil, until == nil { fields.report("until", .missing) }
        self.until = until ?? Example.evening
    }
}

private struct NoticeAnswer: Wire {
    static let schemaName = "Notice"
    static let example = NoticeAnswer(
        notice: Notice(text: "Am Samstag von 6 bis 8 Uhr ist Polier nicht zu erreichen.", until: Example.evening))
    static let fieldDetails = [
        "text": "What the operators tell everyone; null where it is nothing.", "until": "How long it is shown.",
    ]

    let notice: Notice?

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("text", notice?.text)
        fields.instant("until", notice?.until)
    }
}

private struct ServerStatus: Wire {
    static let example = ServerStatus(
        schema: 17, startedAt: Example.morning, engine: .sqlite, databaseBytes: 8_388_608,
        lastBackupAt: Example.morning, mail: "up", mailsWaiting: 0, mailsWaitingSince: nil, diskFree: 20_000_000_000,
        diskTotal: 50_000_000_000)
    static let fieldDetails = [
        "version": "Of this server.", "schema": "The number of the last migration that the database has.",
        "startedAt": "When this server started.", "database": "The engine: sqlite or postgres.",
        "databaseBytes": "How large the database is, in bytes.",
        "lastBackupAt": "Of which moment the last complete backup is; null where there was none.",
        "mail": "up, down, or off where no way for mail is set.",
        "mailsWaiting": "Mails that are still to be sent.", "mailsWaitingSince": "Since when the first of them waits.",
        "diskFreeBytes": "Room left on the disk of the database file; null for a database on another machine.",
        "diskBytes": "The size of that disk.",
    ]

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
        fields.text("version", Release.version)
        fields.integer("schema", schema)
        fields.instant("startedAt", startedAt)
        fields.text("database", engine.rawValue)
        fields.integer("databaseBytes", databaseBytes)
        fields.instant("lastBackupAt", lastBackupAt)
        fields.text("mail", mail)
        fields.integer("mailsWaiting", mailsWaiting)
        fields.instant("mailsWaitingSince", mailsWaitingSince)
        fields.integer("diskFreeBytes", diskFree)
        fields.integer("diskBytes", diskTotal)
    }
}

extension CompanySummary: Wire {
    static let example = CompanySummary(
        id: Example.id(4), name: "Fliesen Brandt GmbH", siteCount: 3, userCount: 6, createdAt: Example.morning,
        suspendedAt: nil, lastActiveAt: Example.evening)
    static let fieldDetails = [
        "lastActiveAt":
            "When someone of it signed in or went on with a session (to the hour), or something of it was changed.",
        "suspendedAt": "Since when its people are refused; null where they aren't.",
    ]

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id)
        fields.text("name", name)
        fields.integer("siteCount", siteCount)
        fields.integer("userCount", userCount)
        fields.instant("createdAt", createdAt)
        fields.instant("lastActiveAt", lastActiveAt)
        fields.instant("suspendedAt", suspendedAt)
    }
}
