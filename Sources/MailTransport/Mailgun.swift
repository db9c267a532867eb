public import Core
import Curl
import Storage

/// Mail by Mailgun's messages API over HTTPS
/// (https://documentation.mailgun.com/docs/mailgun/api-reference/send/mailgun/messages).
public struct Mailgun: LetterTransport {
    private let transfers: MailTransfers
    private let url: String
    private let key: String
    private let from: Mailbox
    private let isTest: Bool

    /// - Parameters:
    ///   - baseURL: the region's: `https://api.mailgun.net` or `https://api.eu.mailgun.net`.
    ///   - isTest: whether Mailgun accepts mail without delivering it.
    public init(_ transfers: MailTransfers, baseURL: String, domain: String, key: String, from: Mailbox, isTest: Bool) {
        self.transfers = transfers
        url = "\(baseURL)/v3/\(domain)/messages"
        (self.key, self.from, self.isTest) = (key, from, isTest)
    }

    public func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        await transfers.run(url, by: deadline) { deliver(letter, by: $0) }
    }

    private func deliver(_ letter: Letter, by transfer: Transfer) -> Outbox.Outcome {
        transfer.authenticate(user: "api", password: key)
        var fields: [(name: String, value: String)] = [
            ("from", from.text), ("to", letter.to), ("subject", letter.subject), ("text", letter.text),
            ("html", letter.html), ("h:Message-Id", letter.messageID), ("o:tag", letter.tag),
            // Links hold secret tokens; with tracking, every click would go through Mailgun's servers.
            ("o:tracking-clicks", "no"),
        ]
        if isTest { fields.append(("o:testmode", "yes")) }
        transfer.setForm(fields)
        do throws(Transfer.Failure) {
            return outcome(try transfer.perform())
        } catch {
            return .unanswered(MailReason(.unreachable, "Mailgun: \(error.reason)"))
        }
    }

    private func outcome(_ reply: Transfer.Reply) -> Outbox.Outcome {
        let words = "Mailgun answered \(reply.status): \(reply.body.prefix(300))"
        switch reply.status {
        case 200..<300: return .accepted
        case 429: return .postponed(MailReason(.postponed, words), retryAfter: reply.retryAfter ?? .seconds(60))
        case 400, 401, 403, 404, 413, 415, 422: return .refused(MailReason(.refused, words))
        default:
            let reason = MailReason(.postponed, words)
            return reply.retryAfter.map { .postponed(reason, retryAfter: $0) } ?? .unanswered(reason)
        }
    }
}

extension Transfer.Reply {
    /// The time to wait before another attempt: `Retry-After` in seconds, or until the instant of `X-RateLimit-Reset`, in milliseconds or
    /// seconds since 1970.
    fileprivate var retryAfter: Duration? {
        for header in headers {
            let parts = header.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, let number = Int64(parts[1].drop { $0 == " " }) else { continue }
            switch parts[0].lowercased() {
            case "retry-after": return .seconds(min(max(number, 1), 86_400))
            case "x-ratelimit-reset":
                // As seconds, the smallest such number of milliseconds is in the year 5138.
                let reset = number < 100_000_000_000 ? max(number, 0) * 1000 : number
                return .milliseconds(min(max(reset - Runtime.live.now().milliseconds, 1000), 86_400_000))
            default: continue
            }
        }
        return nil
    }
}
