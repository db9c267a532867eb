import Core

/// Refuses mail: if no mail transport is set and others than the recipient read the log.
struct NoTransport: LetterTransport {
    func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        .refused(MailReason(.noTransport))
    }
}
