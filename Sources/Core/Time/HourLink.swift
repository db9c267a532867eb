import Crypto
import Storage

/// A link of a company's chain of hours: what an entry or a correction looked like after a write.
struct HourLink: Stored {
    /// What a link is of.
    enum Kind: String, Column {
        case entry = "ENTRY"
        case correction = "CORRECTION"
        /// From here on every entry of the company has a link.
        case opening = "OPENING"
        /// The entry and its corrections were erased, because the company keeps hours no longer than that.
        case erased = "ERASED"
    }

    /// From 1, without gaps; 0 before the link is stored.
    private(set) var number: Int64 = 0
    /// A `Kind`'s text; any other shows that the link was changed.
    private(set) var kind = ""
    /// Empty for an opening, as is `entry`.
    private(set) var site = ""
    private(set) var entry = ""
    /// The entry's version (the last one of an erased entry), the correction's number, or how many entries there were at the opening.
    private(set) var version: Int64 = 0
    /// The `HourContent` of the row, in hexadecimal.
    private(set) var content = ""
    /// The link's own hash, in hexadecimal; empty before the link is stored.
    private(set) var hash = ""
    private(set) var createdAt = Instant(milliseconds: 0)

    package init() {}

    /// A link that is to be stored.
    init(kind: Kind, site: String, entry: String, version: Int64, content: String, createdAt: Instant) {
        (self.kind, self.site, self.entry, self.version) = (kind.rawValue, site, entry, version)
        (self.content, self.createdAt) = (content, createdAt)
    }

    package static let table = "hour_links"

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("number", .key, &number)
        try columns.column("kind", .fixed, &kind)
        try columns.column("site_id", .fixed, &site)
        try columns.column("entry_id", .fixed, &entry)
        try columns.column("version", .fixed, &version)
        try columns.column("content", .fixed, &content)
        try columns.column("hash", .fixed, &hash)
        try columns.column("created_at", .fixed, &createdAt)
    }

    /// What the link attests whatever its place in the chain, in hexadecimal: the SHA-256 of `polier-link-v1`, company, kind, site,
    /// entry, version, content and instant of creation, in the form of `HourContent`.
    func attested(in company: Company.ID) -> String {
        var content = HourContent("polier-link-v1")
        for text in [company.text, kind, site, entry] { content.add(text) }
        content.add(version)
        content.add(self.content)
        content.add(createdAt.milliseconds)
        return content.sha256
    }

    /// The hash of the link, in hexadecimal: the SHA-256 of the hash of the link before (empty before the first), the number, and what the
    /// link attests, with a space between each.
    func hash(after before: String, in company: Company.ID) -> String {
        SHA256.hash(data: Array("\(before) \(number) \(attested(in: company))".utf8)).hexadecimal
    }
}

/// What is hashed, in a form that depends neither on the engine nor on a library, and that can be read in one way only: each value as
/// UTF-8 after its length in bytes (four bytes, the highest first), integers in decimal. A value that is null is the length FFFFFFFF.
///
/// A row's content, version 1, is the SHA-256 of these values: `polier-hours-v1`, the link's kind, the entry's salt, company, site, entry,
/// version; then for an entry user_id, checked_in_at, checked_out_at, kind, source, breaks, entered_by, reason, voided_at, voided_by,
/// void_reason, moved_from, created_at; for a correction checked_in_at, checked_out_at, kind, breaks, reason, reason_code, user_id,
/// created_at; for an opening nothing more, and its salt, site and entry are empty; for an erased entry nothing more, and its salt is empty. Instants are milliseconds, breaks the text as it is
/// stored. No names: they may change.
struct HourContent {
    private var hash = SHA256()

    init(_ form: String) { add(form) }

    /// The content of a row.
    init(
        _ kind: HourLink.Kind, salt: String, _ company: Company.ID, site: String, entry: String, version: Int64,
        _ values: [SQLValue]
    ) {
        self.init("polier-hours-v1")
        for text in [kind.rawValue, salt, company.text, site, entry] { add(text) }
        add(version)
        for value in values {
            switch value {
            case .text(let text): add(text)
            case .integer(let integer): add(integer)
            case .boolean, .bytes, .null: addNull()
            }
        }
    }

    mutating func add(_ text: String) {
        let bytes = Array(text.utf8)
        let count = UInt32(clamping: bytes.count)
        hash.update(data: [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) })
        hash.update(data: bytes)
    }

    mutating func add(_ integer: Int64) { add(String(integer)) }

    private mutating func addNull() { hash.update(data: [UInt8](repeating: 0xff, count: 4)) }

    var sha256: String { hash.finalize().hexadecimal }
}
