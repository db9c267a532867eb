import Core
import HTTPTypes
import Storage

struct MailRoutes {
    let mails: Mails
    let runtime: Runtime
    let signedIn: SignedInRoutes
    /// The key that Mailgun signs with; nil if it isn't set, and then every signature is refused.
    let signingKey: @Sendable () -> String?

    var routes: [Route] {
        let (mails, runtime, signingKey) = (mails, runtime, signingKey)
        return [
            signedIn.list(
                "/api/v1/companies/{companyId}/mails", in: .mail, .may(.readMails),
                .init("List mails", "Every mail to the company's people with its state, newest first."), by: .id()
            ) { (_, company: InCompany, page) in try await mails.list(page, in: company.scope) },
            .open(
                .post, "/api/v1/mail/webhooks/mailgun", in: .mail, by: .mailgun,
                .init(
                    "Receive delivery events",
                    """
                    Called by Mailgun when a mail was delivered, failed or was reported as spam. Each signature is accepted once, \
                    within an hour.
                    """),
                result: .one(EventReceipt.self, .ok, "The event was recorded."),
                refusals: [
                    .of(
                        RequestProblem.wrongSignature,
                        "The signature is wrong, too old or already used; Mailgun doesn't try again.")
                ]
            ) { (_, fields: WebhookFields) in
                guard let signingKey = signingKey(),
                    try await mails.hear(fields.event, signed: fields.signature, key: signingKey, runtime: runtime)
                else { throw Problem(.wrongSignature) }
                return .one(EventReceipt())
            },
        ]
    }
}

extension Mail: Wire {
    static let example = Mail(
        id: Example.id(10), user: Example.id(1), address: "lena.vogt@fliesen-brandt.example", kind: .invitation,
        state: .sent, attempts: 1, createdAt: Example.morning, updatedAt: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.choice("kind", kind, "What the mail is about.")
        fields.id("userId", user, "The id of the person it is for.")
        fields.text("address", address, "The email address it is sent to.")
        fields.choice(
            "state", state,
            """
            `queued` waits to be sent, `sent` was accepted for delivery, `delivered` reached the mailbox, `failed` won't arrive, \
            `complained` was reported as spam, `cancelled` wasn't sent because its reason no longer applied.
            """
        )
        fields.text("reason", reason?.message, .reason)
        fields.text("reasonCode", reason?.code.rawValue, .reasonCode)
        fields.values("reasonParams", reason?.values ?? [:], .params)
        fields.integer("attempts", attempts, "Number of attempts to send it, without those while all mail was down.")
        fields.instant("createdAt", createdAt, .createdAt)
        fields.instant("updatedAt", updatedAt, "When its state last changed.")
    }
}

private struct EventReceipt: Wire {
    static let example = EventReceipt()

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("message", "The event was recorded.", "A sentence for people, in English.")
    }
}

private struct WebhookFields: BodyFields {
    let signature: WebhookSignature
    /// Nil if it is about a mail of another server.
    let event: DeliveryEvent?

    /// Mailgun sends more than is read here.
    static let allowsOthers = true

    init?(_ fields: inout FieldReader) {
        let signature = fields.object("signature", "Proves that Mailgun sent this.") { part -> WebhookSignature? in
            let timestamp = part.line(
                "timestamp", "When it was signed, in seconds since 1970 UTC.", example: "1764057600")
            let token = part.line(
                "token", "A random text that is signed too.",
                example: "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0")
            let signature = part.line(
                "signature", "HMAC-SHA256 of timestamp and token, in hexadecimal.",
                example: "d2271d12299f6592d9d44cd9d250f0704e4674c30d79d07c47a66f95ce71cf55")
            guard let timestamp, let token, let signature else { return nil }
            return WebhookSignature(timestamp: timestamp, token: token, signature: signature)
        }
        event = fields.object("event-data", "The event.") { part -> DeliveryEvent? in
            let name = part.line(
                "event", "What happened: `delivered`, `failed` or `complained`; others are ignored.",
                example: "delivered")
            let severity = part.optional("severity") {
                $0.line("severity", "For a failure, `permanent` or `temporary`.", example: "permanent")
            }
            let reason = part.remark("reason", "Why it failed.", example: "bounce")
            let status = part.optional("delivery-status") { part in
                part.object("delivery-status", "The receiving mail server's answer.") {
                    $0.remark("message", "Its text.", example: "No such mailbox")
                }
            }
            let message = part.optional("message") { part in
                part.object("message", "The mail.") { message in
                    message.optional("headers") { message in
                        message.object("headers", "Its headers.") {
                            $0.remark(
                                "message-id", "Identifies the mail: its id at this server's domain.",
                                example: "01936b7e-5c2a-7d41-9f3e-00000000000a@polier.example.de")
                        }
                    }
                }
            }
            let id = message?.drop { $0 == "<" }.prefix { $0 != "@" }
            guard let name, let mail = id.flatMap({ Mail.ID(String($0)) }) else { return nil }
            let words = [reason, status].compactMap(\.self).joined(separator: ": ").prefix(500)
            return DeliveryEvent(
                mail: mail, kind: .init(name, severity),
                reason: words.isEmpty || name == "delivered" ? nil : String(words))
        }
        guard let signature else { return nil }
        self.signature = signature
    }
}

extension DeliveryEvent.Kind {
    fileprivate init(_ name: String, _ severity: String?) {
        switch name {
        case "delivered": self = .delivered
        case "failed": self = .failed(isPermanent: severity != "temporary")
        case "complained": self = .complained
        default: self = .other
        }
    }
}
