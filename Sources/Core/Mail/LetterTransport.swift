/// A mail rendered for its recipient, ready to be delivered.
public struct Letter: Sendable, Equatable {
    /// The same for every attempt to send one mail, so that the mail transport can recognise a repetition.
    public let messageID: String
    public let to: String
    public let subject: String
    public let text: String
    public let html: String
    /// The kind of mail, for the provider's statistics.
    public let tag: String

    package init(messageID: String, to: String, subject: String, text: String, html: String, tag: String) {
        self.messageID = messageID
        self.to = to
        self.subject = subject
        self.text = text
        self.html = html
        self.tag = tag
    }
}

/// A mail transport: Mailgun, SMTP or the log.
public protocol LetterTransport: Sendable {
    /// How many mails it would accept now: 0 while it is known to be down.
    var capacity: Int { get }

    /// Sends a mail. Returns by the deadline, and doesn't block the calling thread.
    func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome
}

extension LetterTransport {
    public var capacity: Int { .max }
}
