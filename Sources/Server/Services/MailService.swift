import Core
import Logging
import ServiceLifecycle

/// Sends queued mail, a few at a time, as long as the server runs.
struct MailService: Service {
    let outbox: Outbox
    let writer: LetterWriter
    let transport: any LetterTransport
    let readiness: Readiness
    let logger: Logger
    /// Makes deliveries under way end soon.
    var hurry: @Sendable () -> Void = {}

    /// Between two looks at the queue.
    static let pause = Duration.seconds(1)
    /// The most mails that are sent at once.
    static let atOnce = 10

    /// Deliveries under way when the server stops are finished and recorded, so that no other server repeats them.
    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            while !Task.isCancelled && !Task.isShuttingDownGracefully {
                var sent = 0
                if readiness.schemaFits {
                    do {
                        sent = try await sendDue()
                    } catch {
                        logger.debug("mail waits", metadata: ["cause": .string("\(error)")])
                    }
                }
                if sent < Self.atOnce {
                    await cancelWhenGracefulShutdown { try? await Task.sleep(for: Self.pause) }
                }
            }
        } onCancelOrGracefulShutdown: {
            hurry()
        }
    }

    /// Sends the mails that are due, at most `atOnce`, and returns their number.
    @discardableResult
    func sendDue() async throws -> Int {
        let capacity = min(transport.capacity, Self.atOnce)
        readiness.sawMail(up: capacity == Self.atOnce)
        guard capacity > 0 else { return 0 }
        let mails = try await outbox.claim(atMost: capacity)
        let deadline = ContinuousClock.now + Outbox.attemptTimeout
        await withTaskGroup(of: Void.self) { group in
            for mail in mails { group.addTask { await send(mail, by: deadline) } }
        }
        return mails.count
    }

    private func send(_ mail: DueMail, by deadline: ContinuousClock.Instant) async {
        let outcome =
            if outbox.isTooLate(mail) {
                Outbox.Outcome.refused(MailReason(.linkExpired))
            } else if let reason = mail.needless {
                Outbox.Outcome.withdrawn(reason)
            } else if let letter = writer.write(mail) {
                await transport.send(letter, by: deadline)
            } else {
                Outbox.Outcome.refused(MailReason(.unmailableAddress))
            }
        if !outcome.isExpected {
            logger.warning(
                "a mail was not sent",
                metadata: ["mail": .string(mail.id.text), "cause": .string("\(outcome)")])
        }
        do {
            try await outbox.record(outcome, of: mail)
        } catch {
            logger.warning(
                "the outcome of a mail was not recorded: it will be sent again",
                metadata: ["mail": .string(mail.id.text), "cause": .string("\(error)")])
        }
    }
}

extension Outbox.Outcome {
    /// Whether it needs no operator's attention.
    fileprivate var isExpected: Bool {
        switch self {
        case .accepted, .withdrawn: true
        case .refused, .postponed, .unanswered, .down: false
        }
    }
}
