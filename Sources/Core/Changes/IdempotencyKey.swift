import Crypto
import Foundation

/// What makes a request the repetition of another: who sent it where, under which key, with which body.
public struct IdempotencyKey: Sendable {
    /// How long a key is kept, and its answer while it is among the latest 10,000 of a person's.
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

    /// An answer may hold a secret (the link of an invitation), and secrets aren't kept readable: it is sealed under the key,
    /// of which the database has a hash only.
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
    /// The same change, made at most once for a key: with it, in one transaction, goes the answer that a repetition gets. A
    /// repetition that comes while the first is still under way waits for its end. Where the answer isn't kept any more, a repetition
    /// gets what it would say now.
    /// - Parameters:
    ///   - dropsAnswers: whether the person's answers beyond the latest 10,000 are dropped on this occasion.
    ///   - answer: what the caller is told, as bytes.
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
        // No row was there to claim: there is no such company.
        guard let found else { throw Company.notFound }
        guard found.bodyHash == bodyHash else {
            throw Refusal(ChangeRefusal.keyReused)
        }
        return found
    }

    /// Drops what is kept of the person's older requests, but for their keys and what they made. Of what was dropped before, only the
    /// latest thousand are looked at again.
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

    /// Takes the key where nobody has. On PostgreSQL this waits for another transaction that is taking it.
    fileprivate func claim(now: Instant) -> Statement {
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
}
