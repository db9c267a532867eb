import Core
import HTTPTypes

struct MailRoutes {
    let mails: Mails
    let runtime: Runtime
    let signedIn: SignedInRoutes
    /// What Mailgun signs with; nil where it isn't set, so that nothing is believed.
    let signingKey: @Sendable () -> String?

    var routes: [Route] {
        let (mails, runtime, signingKey) = (mails, runtime, signingKey)
        return [
            signedIn.list(
                "/api/v1/companies/{companyId}/mails", .may(.readMails),
                .init("List mails", "What became of every mail to the company's people, the newest first."), by: .id()
            ) { (_, company: InCompany, page) in try await mails.list(page, in: company.scope) },
            .open(
                .post, "/api/v1/mail/webhooks/mailgun", by: .mailgun,
                .init(
                    "Hear of deliveries",
                    """
                    Mailgun tells what became of a mail: delivered, failed, complained. Each signature is believed once, \
                    within an hour.
                    """),
                result: .one(Heard.self, .ok, "Written down."),
                refusals: [
                    .of(RequestProblem.wrongSignature, "The signature is wrong, old, or was used: don't send it again.")
                ]
            ) { (_, fields: WebhookFields) in
                guard let signingKey = signingKey(),
                    try await mails.hear(fields.event, signed: fields.signature, key: signingKey, runtime: runtime)
                else { throw Problem(.wrongSignature) }
                return .one(Heard())
            },
        ]
    }
}

extension Mail: Wire {
    static let example = Mail(
        id: Example.id(10), user: Example.id(1), address: "lena.vogt@fliesen-brandt.example", kind: .invitation,
        state: .sent, reason: nil, attempts: 1, createdAt: Example.morning, updatedAt: Example.evening)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id)
        fields.choice("kind", kind)
        fields.id("userId", user)
        fields.text("address", address)
        fields.choice("state", state)
        fields.text("reason", reason?.message)
        fields.text("reasonCode", reason?.code.rawValue)
        fields.values("reasonParams", reason?.values ?? [:])
        fields.integer("attempts", attempts)
        fields.instant("createdAt", createdAt)
        fields.instant("updatedAt", updatedAt)
    }
}

private struct Heard: Wire {
    static let example = Heard()

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) { fields.text("message", "Written down.") }
}

private struct WebhookFields: BodyFields {
    let signature: WebhookSignature
    /// Nil where it is about no mail of ours.
    let event: DeliveryEvent?

    /// Mailgun says more than is read here.
    static let allowsOthers = true

    init?(_ fields: inout FieldReader) {
        let signature = fields.object("signature") { part -> WebhookSignature? in
            let timestamp = part.line("timestamp", example: "1764057600")
            let token = part.line("token", example: "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0")
            let signature = part.line(
                "signature", example: "d2271d12299f6592d9d44cd9d250f0704e4674c30d79d07c47a66f95ce71cf55")
            guard let timestamp, let token, let signature else { return nil }
            return WebhookSignature(timestamp: timestamp, token: token, signature: signature)
        }
        event = fields.object("event-data") { part -> DeliveryEvent? in
            let name = part.line("event", example: "delivered")
            let severity = part.optional("severity") { $0.line("severity", example: "permanent") }
            let reason = part.remark("reason", example: "bounce")
            let status = part.optional("delivery-status") { part in
                part.object("delivery-status") { $0.remark("message", example: "No such mailbox") }
            }
            let message = part.optional("message") { part in
                part.object("message") { message in
                    message.optional("headers") { message in
                        message.object("headers") {
                            $0.remark(
                                "message-id", example: "01936b7e-5c2a-7d41-9f3e-00000000000a@polier.example.de")
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
