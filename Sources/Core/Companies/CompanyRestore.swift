import Foundation
public import Storage
import Synchronization

/// Restores a company from its export, into a database that no longer has it.
///
/// An export doesn't contain passwords, second factors, sessions, API tokens, links, undelivered mail, pending email addresses and the founder's pending confirmation,
/// so they aren't restored. Everyone signs in again by a link for a forgotten password, as after an operator's reset.
public struct CompanyRestore: Sendable {
    /// The result of restoring a company.
    public struct Report: Sendable {
        public let company: Company.ID
        public let name: String
        /// In RFC 3339.
        public let exportedAt: String
        /// The number of rows of each exported table, in the order of the export.
        public let tables: [(name: String, rows: Int)]
    }

    private let database: any Database
    private let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// Restores the company in one transaction: if it fails, nothing is kept.
    /// - Parameters:
    ///   - actor: the operator whom the restoration's security event names.
    ///   - open: opens the export at its start. The function it returns reads the next line, without its line feed, and returns nil after
    ///     the last. It may be called more than once.
    /// - Throws: `CopyRefusal` if the export is incomplete or invalid, the company exists, or others have its people's email addresses or
    ///   ids; `StorageError` of the database; the errors of reading.
    public func run(as actor: Actor, _ open: @escaping @Sendable () throws -> () throws -> [UInt8]?) async throws
        -> Report
    {
        let now = runtime.now()
        let place = Place()
        do {
            return try await database.transaction { transaction in
                try transaction.liftTimeLimit()
                var restoring = Restoring(next: try open(), place: place, now: now)
                let report = try restoring.run(transaction)
                let record = SecurityRecord(of: actor.user.id, in: report.company, .none, runtime)
                try record.write(.companyRestored, in: transaction)
                return report
            }
        } catch let error as StorageError {
            let rule: String
            switch error.kind {
            case .unique(let name): rule = "what it holds is there already (\(name))"
            case .foreignKey: rule = "it refers to something that neither the export nor the database has"
            case .check(let name): rule = "its values can't be (\(name))"
            case .notNull: rule = "a value is missing"
            case .unstorable: rule = "a text holds a character 0"
            default: throw error
            }
            throw CopyRefusal("the export's line \(place.line) can't be restored: \(rule)")
        }
    }

    /// The line that is being read, for errors that surface later.
    fileprivate final class Place: Sendable {
        private let count = Atomic<Int>(0)
        var line: Int { count.load(ordering: .relaxed) }
        func begin() { count.store(0, ordering: .relaxed) }
        func advance() { count.add(1, ordering: .relaxed) }
    }
}

/// One pass through an export.
private struct Restoring {
    let next: () throws -> [UInt8]?
    let place: CompanyRestore.Place
    let now: Instant

    private let decoder = JSONDecoder()
    private var company = Company.platform
    private var counts: [String: Int] = [:]
    /// The people that rows may name: the company's own, and operators.
    private var known: Set<String> = []
    private var textBytes: Int64 = 0
    private var restored = Company()
    /// The unit and the name of the material whose movements are being read.
    private var moved: (material: String, unit: String, name: String)?
    private var taken: [String] = []

    /// How many addresses a refusal lists.
    private static let named = 10
    /// In bytes. The lines of an export are shorter, because a row holds a few kilobytes.
    private static let longestLine = 16 << 20

    init(next: @escaping () throws -> [UInt8]?, place: CompanyRestore.Place, now: Instant) {
        (self.next, self.place, self.now) = (next, place, now)
    }

    mutating func run(_ transaction: borrowing Transaction) throws -> CompanyRestore.Report {
        place.begin()
        let head = try begin(transaction)
        var tables = CompanyData.tables.filter(\.isExported)[...]
        while true {
            guard let line = try nextLine() else { throw Self.isCutOff }
            guard let archived = try? decoder.decode(ArchiveLine.self, from: line) else {
                guard let end = try? decoder.decode(ArchiveEnd.self, from: line) else {
                    throw wrong("it is no row of a table")
                }
                try refuseTaken()
                try finish(end, transaction)
                break
            }
            // The tables come in their order, in which each row follows the rows it refers to.
            while let table = tables.first, table.name != archived.table {
                if table.name == "users" { try refuseTaken() }
                tables.removeFirst()
            }
            guard let table = tables.first else {
                throw wrong("the table \(Line.clean(archived.table, max: 60)) isn't known, or belongs elsewhere")
            }
            try add(archived.row, to: table, transaction)
        }
        let counted = CompanyData.tables.filter(\.isExported).map { (name: $0.name, rows: counts[$0.name] ?? 0) }
        return .init(company: company, name: head.name, exportedAt: head.exportedAt, tables: counted)
    }

    // MARK: The company

    private mutating func begin(_ transaction: borrowing Transaction) throws -> ArchiveHead {
        guard let line = try nextLine(), let head = try? decoder.decode(ArchiveHead.self, from: line),
            head.format == ArchiveHead.format
        else { throw CopyRefusal("this isn't a company's export, or one of a later format") }
        guard let id = Company.ID(head.id), id != Company.platform, let language = Language(rawValue: head.language),
            TimeZone(identifier: head.timeZone) != nil, let createdAt = Instant(head.createdAt),
            let updatedAt = Instant(head.updatedAt ?? head.createdAt), head.version ?? 1 >= 1,
            (try? Line(head.name, max: 1000)) != nil,
            let breakRule = BreakRule(rawValue: head.breakRule ?? BreakRule.none.rawValue),
            let localHolidays = LocalHolidays(stored: head.localHolidays ?? ""),
            let secondFactorFor = SecondFactorFor(rawValue: head.secondFactorFor ?? SecondFactorFor.none.rawValue),
            head.hoursKeptYears.map({ HourErasures.years.contains(Int(clamping: $0)) }) ?? true,
            head.hoursFrom.map({ Day($0) != nil }) ?? true,
            head.region == nil || head.region.flatMap({ Region(rawValue: $0) }) != nil
        else { throw wrong("it doesn't describe a company") }
        company = id
        let there = Query<String>("SELECT c.name FROM companies c WHERE c.id = $1", id) { try $0.next() }
        if let name = try transaction.fetch(there).first {
            throw CopyRefusal("the company \(name) (\(id.text)) exists already: erase it before restoring it")
        }
        (restored.id, restored.name, restored.address) = (id, head.name, head.parsedAddress)
        (restored.timeZone, restored.language, restored.breakRule) = (head.timeZone, language, breakRule)
        (restored.region, restored.localHolidays) = (head.region.flatMap { Region(rawValue: $0) }, localHolidays)
        restored.secondFactorFor = secondFactorFor
        (restored.hoursKeptYears, restored.hoursFrom) = (head.hoursKeptYears, head.hoursFrom.flatMap { Day($0) })
        (restored.version, restored.createdAt, restored.updatedAt) = (head.version ?? 1, createdAt, updatedAt)
        restored.suspendedAt = head.suspendedAt.flatMap { Instant($0) }
        try transaction.execute(restored.insertion)
        return head
    }

    private mutating func finish(_ end: ArchiveEnd, _ transaction: borrowing Transaction) throws {
        guard try next() == nil else { throw CopyRefusal("something stands behind the export's end") }
        for table in CompanyData.tables where table.isExported {
            let (said, came) = (end.rows[table.name] ?? 0, counts[table.name] ?? 0)
            let there = try transaction.fetch(table.count(company))
            guard said == came, there == [Int64(came)] else {
                throw CopyRefusal(
                    "the export isn't whole: it says that it holds \(said) rows of \(table.name), and \(came) came")
            }
        }
        if textBytes > 0 { try transaction.execute(TextUse.restored(textBytes, company)) }
        // An export from before companies had depots.
        let depot = Query<Site.ID>(
            "SELECT s.id FROM sites s WHERE s.company_id = $1 AND s.kind = 'DEPOT'", company
        ) { try $0.next() }
        if try transaction.fetch(depot).isEmpty { try transaction.execute(Site.insertDepot(of: restored)) }
        // An export from before hours had a chain: the next housekeeping gives them their links.
        try transaction.execute(HourHead.insert(of: company, openedAt: nil, now: now))
        // An export from before companies had owners.
        try transaction.execute(User.ownCompanyWithoutOwner(company))
    }

    // MARK: Rows

    /// Checks numbers that are added to.
    private func checkCounts(_ values: [String: SQLValue], _ names: [String]) throws {
        for name in names {
            guard case .integer(0...1 << 40) = values[name] else { throw wrong("its \(name) is no count") }
        }
    }

    private mutating func add(_ row: [String: Cell], to table: CompanyData, _ transaction: borrowing Transaction) throws
    {
        let columns = Set(table.columns.map(\.name))
        if let strange = row.keys.sorted().first(where: { !columns.contains($0) }) {
            throw wrong(
                "\(table.name) has no column \(Line.clean(strange, max: 60)): the export may be of a later polier")
        }
        var values: [String: SQLValue] = [:]
        for (name, type) in table.columns { values[name] = try value(row[name], type, name) }
        if table.name == "sites", row["erased_minutes"] == nil { values["erased_minutes"] = .integer(0) }
        if table.name == "sites" { try checkCounts(values, ["erased_minutes"]) }
        if table.name == "hour_erasures" {
            guard Day(values["done_day"]?.text ?? "") != nil else { throw wrong("it has no day") }
            try checkCounts(values, ["entries", "days", "absences", "clarifications", "files"])
            // Who restores hours may do so because the rule erased them.
            values["done_day"] = now.day(in: restored.timeZone).sqlValue
        }
        if table.name == "sites", row["kind"] == nil { values["kind"] = .text(Site.Kind.site.rawValue) }
        if table.name == "time_entries" || table.name == "time_corrections" { try completeHours(&values) }
        if table.name == "movements", row["kind"] == nil { try complete(&values, transaction) }
        if table.name == "clarifications" { try checkClarification(values) }
        if table.name == "day_approvals", Day(values["day"]?.text ?? "") == nil { throw wrong("it has no day") }
        if table.name == "absences" { try checkAbsence(values) }
        if table.name.hasPrefix("wage_") { try checkWages(table.name, values) }
        for name in ["from_day", "youth_until"] where values[name]?.text.map({ Day($0) == nil }) == true {
            throw wrong("its \(name) is no day")
        }
        if table.name == "sites", let region = values["region"]?.text, Region(rawValue: region) == nil {
            throw wrong("its region isn't known")
        }
        // A person that a row names belongs to the company, or is an operator.
        for column in PersonColumn.all where column.table == table.name && column.table != "users" {
            guard let user = values[column.name]?.text, !known.contains(user) else { continue }
            try know(operator: user, column.name, transaction)
        }
        switch table.name {
        case "users":
            // An export from before people chose.
            if values["hour_mails"]?.text == nil { values["hour_mails"] = .text(HourMails.needed.rawValue) }
            guard HourMails(rawValue: values["hour_mails"]?.text ?? "") != nil else {
                throw wrong("its hour_mails isn't known")
            }
            guard try isFree(values, transaction) else { return }
            // The link to confirm it isn't in the export.
            values["pending_email"] = .null(.text)
        case "mails" where values["state"] == .text(Mail.State.queued.rawValue):
            values["state"] = .text(Mail.State.cancelled.rawValue)
        default: break
        }
        for name in table.freeTexts { textBytes = textBytes.adding((values[name]?.text).textBytes) }
        try transaction.execute(table.insertion(company, table.columns.map { values[$0.name] ?? .null($0.type) }))
        if table.name == "users" { try transaction.execute(access(values)) }
        counts[table.name, default: 0] += 1
    }

    /// Completes hours of an export from before they had kinds, sources and breaks, and checks those that they have.
    private func completeHours(_ values: inout [String: SQLValue]) throws {
        let source: TimeEntry.Source = values["entered_by"]?.text == nil ? .clock : .manual
        if values["kind"]?.text == nil { values["kind"] = .text(TimeEntry.Kind.work.rawValue) }
        if values["source"]?.text == nil, values["source"] != nil { values["source"] = .text(source.rawValue) }
        if values["breaks"]?.text == nil { values["breaks"] = Breaks().sqlValue }
        if values["salt"] != nil, values["salt"]?.text == nil { values["salt"] = .text("") }
        guard TimeEntry.Kind(rawValue: values["kind"]?.text ?? "") != nil else { throw wrong("it has no known kind") }
        if let source = values["source"]?.text, TimeEntry.Source(rawValue: source) == nil {
            throw wrong("it has no known source")
        }
        guard Breaks(stored: values["breaks"]?.text ?? "") != nil else { throw wrong("its breaks can't be") }
    }

    /// Checks what is stored as text of its own form.
    private func checkClarification(_ values: [String: SQLValue]) throws {
        guard Clarification.Act(rawValue: values["act"]?.text ?? "") != nil else { throw wrong("it has no known act") }
        guard Clarification.State(rawValue: values["state"]?.text ?? "") != nil else {
            throw wrong("it has no known state")
        }
        guard Clarification.Content(stored: values["body"]?.text ?? "") != nil,
            Values(stored: values["params"]?.text ?? "") != nil
        else { throw wrong("it holds no act") }
    }

    private func checkAbsence(_ values: [String: SQLValue]) throws {
        guard Absence.Kind(rawValue: values["kind"]?.text ?? "") != nil,
            Absence.State(rawValue: values["state"]?.text ?? "") != nil,
            Absence.Part(stored: values["part"]?.text ?? "") != nil
        else { throw wrong("it is no absence") }
        guard let from = Day(values["from_day"]?.text ?? ""), let to = Day(values["to_day"]?.text ?? ""), from <= to,
            (from...to).count <= Absence.mostDays
        else { throw wrong("its days can't be") }
    }

    /// What is computed with, and written into files: the server could read nothing else.
    private func checkWages(_ table: String, _ values: [String: SQLValue]) throws {
        func text(_ name: String) -> String { values[name]?.text ?? "" }
        let isRight =
            switch table {
            case "wage_settings": WageSettings.isReadable(types: text("wage_types"), lodas: text("lodas"))
            case "wage_exports":
                Month(text("month")) != nil && WageExport.Format(rawValue: text("format")) != nil
                    && WageExport.isReadable(amounts: text("amounts"))
            default: WageSettings.isCostCentre(text("cost_centre"))
            }
        guard isRight else { throw wrong("it isn't what payroll has") }
    }

    /// Completes a movement of an export from before movements kept what they were recorded with.
    private mutating func complete(_ values: inout [String: SQLValue], _ transaction: borrowing Transaction) throws {
        let (site, material) = (values["site_id"]?.text ?? "", values["material_id"]?.text ?? "")
        // Movements come in the order of their material.
        if moved?.material != material {
            let found = Query<(unit: String, name: String)>(
                "SELECT m.unit, m.name FROM materials m WHERE m.company_id = $1 AND m.site_id = $2 AND m.id = $3",
                company, site, material
            ) { (try $0.next(), try $0.next()) }
            moved = try transaction.fetch(found).first.map { (material, $0.unit, $0.name) }
        }
        guard let moved else { throw wrong("there is no material for it") }
        let kind: Movement.Kind = values["delta"]?.integer ?? 0 < 0 ? .take : .add
        values["kind"] = .text(kind.rawValue)
        (values["unit"], values["material_name"]) = (.text(moved.unit), .text(moved.name))
    }

    private func value(_ cell: Cell?, _ type: SQLType, _ name: String) throws -> SQLValue {
        switch (cell?.value, type) {
        case (nil, _), (.null, _): return .null(type)
        case (.text(let text), .text): return .text(text)
        case (.integer(let integer), .integer): return .integer(integer)
        default: throw wrong("its \(name) isn't \(type == .text ? "a text" : "a whole number")")
        }
    }

    // MARK: People

    /// Whether a person can be added. An email address that another account has is noted, so that one refusal lists several.
    private mutating func isFree(_ values: [String: SQLValue], _ transaction: borrowing Transaction) throws -> Bool {
        guard let text = values["id"]?.text, let id = User.ID(text),
            let role = Role(rawValue: values["role"]?.text ?? ""),
            role != .admin
        else { throw wrong("it isn't a person of a company") }
        let sameID = Query<Company.ID>("SELECT u.company_id FROM users u WHERE u.id = $1", id) { try $0.next() }
        guard try transaction.fetch(sameID).isEmpty else {
            throw wrong("the person \(text) is there already")
        }
        known.insert(text)
        let address = values["email"]?.text ?? ""
        guard values["removed_at"]?.integer == nil else { return true }
        // A person without an address signs in by card.
        if values["email"]?.text == nil, role == .worker { return true }
        guard let email = EmailAddress(address) else {
            throw wrong("'\(Line.clean(address, max: 254))' is no email address")
        }
        let sameAddress = Query<Company.ID>("SELECT u.company_id FROM users u WHERE u.email_folded = $1", email.folded)
        {
            try $0.next()
        }
        if let owner = try transaction.fetch(sameAddress).first {
            guard owner != company else { throw wrong("the address \(email.text) is in it twice") }
            taken.append(email.text)
            return false
        }
        do {
            try FormerEmail.checkFree(email, for: id, transaction, now: now)
        } catch is Refusal {
            taken.append(email.text)
            return false
        }
        return true
    }

    /// The columns of a person's row that exports leave out. The void password shows that they had one, so that their links go by mail
    /// only.
    private func access(_ values: [String: SQLValue]) -> Statement {
        let isThere = values["removed_at"]?.integer == nil
        let folded = isThere ? EmailAddress(values["email"]?.text ?? "")?.folded : nil
        return Statement(
            "UPDATE users SET email_folded = $3, password_hash = $4 WHERE company_id = $1 AND id = $2", company,
            values["id"]?.text ?? "", folded, isThere ? PasswordHasher.void : nil)
    }

    private func refuseTaken() throws {
        guard !taken.isEmpty else { return }
        let more = taken.count > Self.named ? " and \(taken.count - Self.named) more" : ""
        throw CopyRefusal(
            """
            others have email addresses of this company's people: \
            \(taken.prefix(Self.named).joined(separator: ", "))\(more); they must get another one or be removed first
            """)
    }

    /// Accepts an operator whom a row names. One who isn't in this database, because the export comes from another, is added as a removed
    /// one.
    private mutating func know(
        operator user: String, _ column: String, _ transaction: borrowing Transaction
    ) throws {
        guard let id = User.ID(user) else { throw wrong("its \(column) is no id") }
        let company = Query<Company.ID>("SELECT u.company_id FROM users u WHERE u.id = $1", id) { try $0.next() }
        if let company = try transaction.fetch(company).first {
            guard company == Company.platform else { throw wrong("it names a person of another company") }
        } else {
            try transaction.execute(
                Statement(
                    """
                    INSERT INTO users (company_id, id, email, first_name, last_name, role, status, language, created_at,
                        updated_at, removed_at)
                    VALUES ($1, $2, '', '', '', 'ADMIN', 'INACTIVE', 'de', $3, $3, $3)
                    """,
                    Company.platform, id, now))
        }
        known.insert(user)
    }

    // MARK: Lines

    private func nextLine() throws -> Data? {
        guard let line = try next() else { return nil }
        place.advance()
        guard line.count <= Self.longestLine else { throw wrong("it is too long") }
        return Data(line)
    }

    private func wrong(_ how: String) -> CopyRefusal {
        CopyRefusal("the export's line \(place.line) can't be restored: \(how)")
    }

    private static let isCutOff = CopyRefusal(
        "the export is incomplete: its last line, which counts the rows, is missing")
}

extension SQLValue {
    fileprivate var text: String? {
        if case .text(let text) = self { text } else { nil }
    }
    fileprivate var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }
}
