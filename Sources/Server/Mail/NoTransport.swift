import Core

/// Refuses mail: where no way for mail is set, and the log isn't its readers' own.
struct NoTransport: LetterTransport {
    func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        .refused(MailReason(.noTransport))
    }
}
