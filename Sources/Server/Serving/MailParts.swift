import Core
import Logging
import MailTransport
import Storage

/// The parts that send mail: through Mailgun or SMTP, into the log of a server that only its own machine can reach, or not at all.
struct MailParts {
    let transfers: MailTransfers
    let transport: CurrentTransport
    let outbox: Outbox
    let service: MailService

    /// - Throws: if an embedded mail template can't be parsed.
    init(_ settings: Settings, _ database: any Database, _ readiness: Readiness, _ logger: Logger) throws {
        transfers = MailTransfers(width: MailService.atOnce, authorities: settings.mail.authorities)
        let fallback: any LetterTransport = settings.carriesMail ? LogTransport(logger: logger) : NoTransport()
        transport = CurrentTransport(settings.mail.chain(transfers, runtime: .live) ?? fallback)
        outbox = Outbox(database, runtime: .live)
        service = MailService(
            outbox: outbox, writer: try LetterWriter(settings.links), transport: transport, readiness: readiness,
            logger: logger, hurry: transfers.hurry)
    }
}
