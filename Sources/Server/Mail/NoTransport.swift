import Core

/// Refuses mail: where no way for mail is set, and the log isn't its readers' own.
struct NoTransport: LetterTransport {
    /// What whoever waits for a mail is told.
    static let reason = "this server has no way to send mail"

    func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome { .refused(Self.reason) }
}
