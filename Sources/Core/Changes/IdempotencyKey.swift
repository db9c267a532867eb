import Crypto
import Foundation
public import Storage

/// Identifies repetitions of a request: by person, method, path, key and body.
public struct IdempotencyKey: Sendable {
    /// How long a key is kept. Its answer is kept as long, while it is among the person's latest 10,000.
    public static let lifetime = Duration.seconds(30 * 24 * 3600)

    let company: Company.ID
    let user: User.ID
    let keyHash: [UInt8]
    let bodyHash: [UInt8]
    private let seal: SymmetricKey

    /// - Parameters:
    ///   - key: as the caller chose it, 1 to 255 visible ASCII characters.
    ///   - target: method and path.
    public init(_ key: String, target: String, body: [UInt8], scope: CompanyScope) {
        company = scope.company
        user = scope.actor.user.id
        keyHash = Array(SHA256.hash(data: Data("\(target)\n\(key)".utf8)))
        bodyHash = Array(SHA256.hash(data: body))
        seal = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Data(key.utf8)), salt: Data(target.utf8), outputByteCount: 32)
    }

    /// An answer may contain a secret (the link of an invitation), and secrets aren't stored in plain text: the answer is encrypted with
    /// the idempotency key, of which the database has only a hash.
    fileprivate func sealed(_ answer: [UInt8]) throws -> [UInt8] {
        guard let box = try AES.GCM.seal(answer, using: seal).combined else {
            throw StorageError(.failed, "an answer can't be sealed")
        }
        return Array(box)
    }

    fileprivate func opened(_ answer: [UInt8]) throws -> [UInt8] {
        Array(try AES.GCM.open(AES.GCM.SealedBox(combined: answer), using: seal))
    }
}

extension Change {
    /// The same change, carried out at most once for a key. The answer for repetitions is stored in the same transaction. A repetition that
    /// arrives while the first request is running waits for its end. If the answer is no longer kept, a repetition gets the answer of the
    /// current state.
    ///
    /// The change throws `ChangeRefusal.keyReused` if the key was used for another body, `CompanyRefusal.notFound` if there is no such
    /// company, `StorageError`, and the errors of this change.
    /// - Parameters:
    ///   - dropsAnswers: whether the person's answers beyond the latest 10,000 are dropped on this occasion.
    ///   - answer: the caller's answer, as bytes.
    public func once(
        _ key: IdempotencyKey, now: Instant, dropsAnswers: Bool,
        answer: @escaping @Sendable (Result) throws -> [UInt8]
    ) -> Change<[UInt8]> {
        Change<[UInt8]> { transaction in
            try transaction.enqueue(key.forgetExpired(now: now))
            guard try transaction.execute(key.claim(now: now)) == 1 else {
                let found = try key.earlier(try transaction.fetch(key.find()).first)
                if let kept = found.answer { return try key.opened(kept) }
                guard let subject = found.subject, let reading else {
                    throw StorageError(.failed, "a kept request has no answer")
                }
                return try answer(try reading.read(subject, transaction))
            }
            if dropsAnswers { try transaction.enqueue(key.dropAnswers()) }
            let result = try body(transaction)
            let bytes = try answer(result)
            try transaction.enqueue(key.keep(try key.sealed(bytes), subject: reading?.subject(result)))
            return bytes
        }
    }
}

extension IdempotencyKey {
    fileprivate typealias Found = (bodyHash: [UInt8], answer: [UInt8]?, subject: String?)

    fileprivate func earlier(_ found: Found?) throws -> Found {
        // The claim found no row to insert from: there is no such company.
        guard let found else { throw Company.notFound }
        guard found.bodyHash == bodyHash else {
            throw Refusal(ChangeRefusal.keyReused)
        }
        return found
    }

    /// Drops the answers of the person's older requests. Their keys and subjects stay. Of the answers dropped before, only the latest
    /// thousand are scanned again.
    fileprivate func dropAnswers() -> Statement {
        Statement(Self.dropping, company, user, Limit.keptAnswers.standard - 1, Limit.keptAnswers.standard + 1000)
    }

    private static let expiryOfNewer: SQL = """
        SELECT k.expires_at FROM idempotency_keys k WHERE k.company_id = $1 AND k.user_id = $2
        ORDER BY k.company_id DESC, k.user_id DESC, k.expires_at DESC LIMIT 1 OFFSET
        """

    private static let dropping: SQL = """
        UPDATE idempotency_keys SET answer = NULL
        WHERE company_id = $1 AND user_id = $2 AND subject IS NOT NULL AND answer IS NOT NULL
            AND expires_at < (\(expiryOfNewer) $3) AND expires_at >= COALESCE((\(expiryOfNewer) $4), 0)
        """

    fileprivate func forgetExpired(now: Instant) -> Statement {
        Statement(
            "DELETE FROM idempotency_keys WHERE company_id = $1 AND user_id = $2 AND key_hash = $3 AND expires_at <= $4",
            company, user, keyHash, now)
    }

    /// Takes the key if it is free. On PostgreSQL this waits for another transaction that is taking it.
    func claim(now: Instant) -> Statement {
        Statement(
            """
            INSERT INTO idempotency_keys (company_id, user_id, key_hash, body_hash, expires_at)
            SELECT c.id, $2, $3, $4, $5 FROM companies c WHERE c.id = $1
            ON CONFLICT DO NOTHING
            """,
            company, user, keyHash, bodyHash, now + Self.lifetime)
    }

    fileprivate func find() -> Query<Found> {
        Query(
            """
            SELECT k.body_hash, k.answer, k.subject FROM idempotency_keys k
            WHERE k.company_id = $1 AND k.user_id = $2 AND k.key_hash = $3
            """,
            company, user, keyHash
        ) { (try $0.next(), try $0.next(), try $0.next()) }
    }

    fileprivate func keep(_ answer: [UInt8], subject: String?) -> Statement {
        Statement(
            """
            UPDATE idempotency_keys SET answer = $4, subject = $5 WHERE company_id = $1 AND user_id = $2 AND key_hash = $3
            """,
            company, user, keyHash, answer, subject)
    }

    /// Deletes up to the expiry of the oldest few hundred rows, so that one index finds all of them.
    static let sweep = Sweep(
        """
        DELETE FROM idempotency_keys WHERE expires_at <= (SELECT MAX(o.expires_at) FROM (
            SELECT expires_at FROM idempotency_keys WHERE expires_at <= $1 ORDER BY expires_at LIMIT 500) AS o)
        """)
}
