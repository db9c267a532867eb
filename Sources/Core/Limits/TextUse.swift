import Storage

/// Counts the bytes of free text that a company has. The number is split into parts, each in its own row, so that people who take
/// material with a note don't wait for each other; it is exact all the same.
enum TextUse {
    /// The number of rows that a company's number is split into.
    private static let parts: Int64 = 8
    /// The longest text in bytes: 10,000 characters of up to two scalars on average, of four bytes each (`PlainText.checked`).
    private static let longest: Int64 = 80_000

    /// Counts what a change adds to the texts or removes from them.
    ///
    /// The row of one part is locked until the transaction ends, so at most one transaction per part has counted text that others don't
    /// see yet. As long as all of these together can't reach the limit, no other row has to be locked; nearer to it all parts are locked,
    /// and the sum is exact.
    /// - Parameters:
    ///   - bytes: the bytes added; negative if text is removed.
    ///   - subject: the row that the text belongs to; it always maps to the same part. Only one in a transaction: parts are locked in no
    ///     order.
    /// - Throws: `LimitRefusal.text` if the text would exceed the limit.
    static func add<Noun>(
        _ bytes: Int64, of subject: ID<Noun>, in scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws {
        guard bytes != 0 else { return }
        let part = subject.lastByte % parts
        guard bytes > 0 else { return try transaction.enqueue(adding(bytes, to: part, scope.company)) }
        let margin = parts * longest
        // Others count on no more than `longest` that they don't see.
        let before = bytes <= longest ? try transaction.fetch(sum(scope.company)) : []
        if let before = before.first, before.used.adding(bytes) <= before.most - margin {
            let (_, after) = try transaction.fetch(added(bytes, to: part, scope.company), sum(scope.company))
            if let after = after.first, after.used <= after.most - margin { return }
            // Other transactions came in between. If two that each hold a part deadlock here, one of them is run again.
            try holdParts(scope.company, transaction)
        } else {
            try holdParts(scope.company, transaction)
            try transaction.enqueue(adding(bytes, to: part, scope.company))
        }
        guard let use = try transaction.fetch(sum(scope.company)).first else { return }
        guard use.used <= use.most else { throw LimitRefusal.text.refusal(use.most / megabyte) }
    }

    /// Holds the part of a subject until the transaction ends, so that a `sum` that is read from now on is one that `add` can build on.
    static func hold<Noun>(_ subject: ID<Noun>, in scope: CompanyScope, _ transaction: borrowing Transaction) throws {
        try transaction.enqueue(Statement(holding, scope.company, subject.lastByte % parts))
    }

    /// Nothing for a company that isn't there: an operator may name one.
    private static let holding: SQL = """
        INSERT INTO company_texts (company_id, part, bytes) SELECT c.id, $2, 0 FROM companies c WHERE c.id = $1
        ON CONFLICT (company_id, part) DO UPDATE SET bytes = company_texts.bytes
        """

    /// The same as `add` without a round trip of its own, unless the limit is near.
    /// - Parameter held: the `sum`, read after the part of the subject was held: it has all that others who held it before have added.
    static func add<Noun>(
        _ bytes: Int64, of subject: ID<Noun>, held: (used: Int64, most: Int64)?, in scope: CompanyScope,
        _ transaction: borrowing Transaction
    ) throws {
        if let held, bytes <= longest, held.used.adding(bytes) <= held.most - parts * longest {
            try transaction.enqueue(adding(bytes, to: subject.lastByte % parts, scope.company))
        } else {
            try add(bytes, of: subject, in: scope, transaction)
        }
    }

    /// Creates missing rows, so that no other transaction creates one in the meantime, and locks all parts, always in the same order.
    private static func holdParts(_ company: Company.ID, _ transaction: borrowing Transaction) throws {
        for part in 0..<parts { try transaction.enqueue(adding(0, to: part, company)) }
    }

    static let megabyte: Int64 = 1_000_000

    private static let addition: SQL = """
        INSERT INTO company_texts (company_id, part, bytes) VALUES ($1, $2, $3)
        ON CONFLICT (company_id, part) DO UPDATE SET bytes = company_texts.bytes + excluded.bytes
        """

    private static let additionWithAnswer: SQL = "\(addition) RETURNING bytes"

    private static func adding(_ bytes: Int64, to part: Int64, _ company: Company.ID) -> Statement {
        Statement(addition, company, part, bytes)
    }

    /// Counts what is erased without a scope: the server does it by a rule of the company.
    static func remove<Noun>(_ bytes: Int64, of subject: ID<Noun>, _ company: Company.ID) -> Statement {
        adding(Int64(0).subtracting(bytes), to: subject.lastByte % parts, company)
    }

    /// Counts all text of a company that is being restored.
    static func restored(_ bytes: Int64, _ company: Company.ID) -> Statement { adding(bytes, to: 0, company) }

    private static func added(_ bytes: Int64, to part: Int64, _ company: Company.ID) -> Query<Int64> {
        Query(additionWithAnswer, company, part, bytes) { try $0.next() }
    }

    /// Both in bytes.
    static func sum(_ company: Company.ID) -> Query<(used: Int64, most: Int64)> {
        Query(
            """
            SELECT CAST(COALESCE((SELECT SUM(t.bytes) FROM company_texts t WHERE t.company_id = $1), 0) AS BIGINT),
                (SELECT l.value FROM company_limits l WHERE l.company_id = $1 AND l.name = $2)
            """,
            company, Limit.text
        ) { row in
            let (used, value): (Int64, Int64?) = (try row.next(), try row.next())
            return (used, Limit.text.value(value) * megabyte)
        }
    }
}

extension Stored {
    /// The bytes of its free texts.
    var freeTextBytes: Int64 { FreeTextBytes.of(self) }
}

/// Adds up the bytes of a noun's free texts.
private struct FreeTextBytes: ColumnVisitor {
    typealias Failure = Never

    let columns: Set<String>
    var sum: Int64 = 0

    static func of<Noun: Stored>(_ noun: Noun) -> Int64 {
        var (noun, visitor) = (noun, FreeTextBytes(columns: Noun.freeTexts))
        noun.visit(&visitor)
        return visitor.sum
    }

    mutating func column<Value: Column>(_ name: String, _ use: ColumnUse, _ value: inout Value) {
        if columns.contains(name), case .text(let text) = value.sqlValue { sum = sum.adding(Optional(text).textBytes) }
    }
}

extension String? {
    /// The bytes that count towards a company's text.
    var textBytes: Int64 { Int64(clamping: self?.utf8.count ?? 0) }
}
