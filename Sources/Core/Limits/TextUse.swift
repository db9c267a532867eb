/// How many bytes of free text a company has. The number is kept in parts, each with its own row, so that people who take material
/// with a note don't wait for each other; it is exact all the same.
enum TextUse {
    /// How many rows a company's number is kept in.
    private static let parts: Int64 = 8
    /// The longest text: 10,000 characters, which may be twice as many scalars of four bytes each (`PlainText.checked`).
    private static let longest: Int64 = 80_000

    /// Counts what a change adds to the texts, or takes from them. Throws `LimitRefusal.text` where it would be too much.
    ///
    /// The row of one part is held to the transaction's end, so that at most one transaction for each part has counted and isn't
    /// seen. While even these together can't reach the limit, nothing else has to wait; closer to it all parts are held, and the sum
    /// is exact.
    /// - Parameters:
    ///   - bytes: what is added; negative where it becomes less.
    ///   - subject: what the text belongs to: always the same part for one.
    static func add<Noun>(
        _ bytes: Int64, of subject: ID<Noun>, in scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws {
        guard bytes != 0 else { return }
        let part = subject.lastByte % parts
        guard bytes > 0 else { return try transaction.enqueue(adding(bytes, to: part, scope.company)) }
        let margin = parts * longest
        let before = try transaction.fetch(sum(scope.company))
        if let before = before.first, before.used.adding(bytes) <= before.most - margin {
            let (_, after) = try transaction.fetch(added(bytes, to: part, scope.company), sum(scope.company))
            if let after = after.first, after.used <= after.most - margin { return }
            // Others came between. What two who hold a part here wait for from each other is run again.
            try holdParts(scope.company, transaction)
        } else {
            try holdParts(scope.company, transaction)
            try transaction.enqueue(adding(bytes, to: part, scope.company))
        }
        guard let use = try transaction.fetch(sum(scope.company)).first else { return }
        guard use.used <= use.most else { throw LimitRefusal.text.refusal(use.most / megabyte) }
    }

    /// Makes the rows that are missing, so that none is made meanwhile, and holds all, in one order.
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

    /// Counts all that a company has which is restored.
    static func restored(_ bytes: Int64, _ company: Company.ID) -> Statement { adding(bytes, to: 0, company) }

    private static func added(_ bytes: Int64, to part: Int64, _ company: Company.ID) -> Query<Int64> {
        Query(additionWithAnswer, company, part, bytes) { try $0.next() }
    }

    /// In bytes.
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

extension String? {
    /// How much a company's texts take.
    var textBytes: Int64 { Int64(clamping: self?.utf8.count ?? 0) }
}
