/// A mail as it is read: rendered for its receiver, ready to be carried.
public struct Letter: Sendable, Equatable {
    /// The same for every try of one mail, so that whoever carries it can tell a repetition.
    public let messageID: String
    public let to: String
    public let subject: String
    public let text: String
    public let html: String
    /// What kind of mail it is, for the provider's statistics.
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

/// A way for mail to leave.
public protocol LetterTransport: Sendable {
    /// How many letters it would take now: 0 while it is known to be down.
    var room: Int { get }

    /// Ends by the deadline, and doesn't block the calling thread.
    func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome
}

extension LetterTransport {
    public var room: Int { .max }
}
