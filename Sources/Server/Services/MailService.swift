import Core
import Logging
import ServiceLifecycle

/// Sends what waits in the outbox, a few at a time, as long as the server runs.
struct MailService: Service {
    let outbox: Outbox
    let writer: LetterWriter
    let transport: any LetterTransport
    let readiness: Readiness
    let logger: Logger

    /// How often it is asked whether anything is due.
    private static let pause = Duration.seconds(1)
    private static let atOnce = 10

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var sent = 0
                if readiness.schemaFits {
                    do {
                        sent = try await sendDue()
                    } catch {
                        logger.debug("mail waits", metadata: ["cause": .string("\(error)")])
                    }
                }
                if sent < Self.atOnce { try? await Task.sleep(for: Self.pause) }
            }
        }
    }

    /// Sends the mails that are due now, `atOnce` at most, and returns how many they were.
    @discardableResult
    func sendDue() async throws -> Int {
        let room = min(transport.room, Self.atOnce)
        readiness.sawMail(up: room == Self.atOnce)
        guard room > 0 else { return 0 }
        let mails = try await outbox.claim(atMost: room)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for mail in mails {
                group.addTask {
                    let outcome = await transport.send(writer.write(mail))
                    if outcome != .accepted {
                        logger.warning(
                            "a mail was not sent",
                            metadata: ["mail": .string(mail.id.text), "cause": .string("\(outcome)")])
                    }
                    try await outbox.record(outcome, of: mail)
                }
            }
            try await group.waitForAll()
        }
        return mails.count
    }
}
