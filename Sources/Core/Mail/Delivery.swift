import Crypto
import Foundation
public import Storage

/// A delivery event that Mailgun reports for a mail it accepted.
public struct DeliveryEvent: Sendable {
    public enum Kind: Sendable {
        case delivered
        /// A failed delivery. Mailgun itself retries one that isn't permanent.
        case failed(isPermanent: Bool)
        case complained
        /// An event that isn't recorded.
        case other
    }

    public let mail: Mail.ID
    public let kind: Kind
    public let reason: String?

    public init(mail: Mail.ID, kind: Kind, reason: String?) {
        (self.mail, self.kind, self.reason) = (mail, kind, reason)
    }
}

/// Proof that a webhook call comes from Mailgun: an HMAC over a timestamp and a token
/// (https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks).
public struct WebhookSignature: Sendable {
    public let timestamp: String
    public let token: String
    public let signature: String

    public init(timestamp: String, token: String, signature: String) {
        (self.timestamp, self.token, self.signature) = (timestamp, token, signature)
    }

    /// How far the timestamp may differ from the server's clock.
    private static let skew = Duration.seconds(3600)

    func isGood(key: String, now: Instant) -> Bool {
        guard let seconds = Int64(timestamp), (0..<1 << 40).contains(seconds) else { return false }
        let at = Instant(milliseconds: seconds * 1000)
        guard at > now - Self.skew, at < now + Self.skew else { return false }
        let bytes = stride(from: 0, to: signature.utf8.count, by: 2).compactMap { start -> UInt8? in
            let pair = signature.dropFirst(start).prefix(2)
            return pair.utf8.count == 2 ? UInt8(pair, radix: 16) : nil
        }
        // The comparison takes constant time.
        return HMAC<SHA256>.isValidAuthenticationCode(
            bytes, authenticating: Data((timestamp + token).utf8), using: SymmetricKey(data: Data(key.utf8)))
    }
}

extension Mails {
    /// Records a delivery event. Returns false if the signature is invalid, its timestamp is more than an hour off, or its token was used
    /// before.
    /// - Throws: the database's `StorageError`.
    public func hear(
        _ event: DeliveryEvent?, signed signature: WebhookSignature, key: String, runtime: Runtime
    ) async throws -> Bool {
        let now = runtime.now()
        guard signature.isGood(key: key, now: now) else { return false }
        let token = Attempts(.webhookTokens, of: signature.token)
        do {
            try await database.transaction { transaction in
                try token.record(transaction, now: now)
                if let event, let statement = Mail.happened(event, now: now) { try transaction.enqueue(statement) }
            }
            return true
        } catch let refusal as Refusal {
            guard case .tooMany = refusal.kind else { throw refusal }
            return false
        }
    }
}

extension Mail {
    /// Takes no scope, because Mailgun knows no companies. A final state stays, except that a complaint may follow a delivery.
    fileprivate static func happened(_ event: DeliveryEvent, now: Instant) -> Statement? {
        let state: State
        switch event.kind {
        case .delivered: state = .delivered
        case .failed(isPermanent: true): state = .failed
        case .complained: state = .complained
        case .failed(isPermanent: false):
            return Statement(
                "UPDATE mails SET reason = $2, reason_code = $3, updated_at = $4 WHERE id = $1 AND state = 'sent'",
                event.mail, event.reason, MailReason.Code.postponed.rawValue, now)
        case .other: return nil
        }
        // Also for a queued mail: its response was lost, but it was accepted.
        return Statement(
            """
            UPDATE mails SET state = $2, reason = $3, reason_code = $5, updated_at = $4, token = NULL, due_at = NULL, owner = NULL
            WHERE id = $1 AND (state IN ('queued', 'sent') OR (state = 'delivered' AND $2 = 'complained'))
            """,
            event.mail, state, event.reason, now, event.reason == nil ? nil : MailReason.Code.refused.rawValue)
    }
}
