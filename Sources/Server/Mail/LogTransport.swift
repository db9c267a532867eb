import Core
import Logging

/// Writes mail with its links to the log: if no mail transport is set and the server is for its own machine only.
struct LogTransport: LetterTransport {
    let logger: Logger

    func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        // Whatever the log's level: there is no other way to see this mail.
        logger.log(level: max(.notice, logger.logLevel), "mail to \(letter.to): \(letter.subject)\n\n\(letter.text)")
        return .accepted
    }
}
