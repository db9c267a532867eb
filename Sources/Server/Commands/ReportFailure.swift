import ArgumentParser
import Core
import Foundation
import MailTransport
import Storage

struct ReportFailure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report-failure",
        abstract: "Reports a failure to the operator: in the log, and by mail if that is set.",
        discussion: """
            For timers: systemd runs it by OnFailure=, cron by ||. It needs no database, which may be what failed: the mail \
            to POLIER_OPERATOR_EMAIL goes straight to the relay or to Mailgun. It is tried three times within a minute and a \
            half; if it can't be sent, the exit code is 1.
            """)

    @OptionGroup var flags: ConfigFlags
    @Argument(help: "What failed, such as polier-backup.service.") var what: String

    /// Between the attempts.
    private static let pauses: [Duration] = [.seconds(5), .seconds(20)]
    private static let timeLimit = Duration.seconds(20)

    func run() async throws {
        let report = FailureReport(
            Line.clean(what, max: 200), on: ProcessInfo.processInfo.hostName, at: Runtime.live.now(),
            environment: ProcessInfo.processInfo.environment)
        // First, so that it is logged even if the settings are wrong.
        StandardError.write(report.logLine)
        let settings = try Self.settings(flags.values, ProcessInfo.processInfo.environment)
        guard let email = settings.operatedBy.email else {
            return print("No mail is sent: POLIER_OPERATOR_EMAIL is not set.")
        }
        guard settings.mail.hasTransport else {
            return print("No mail is sent: neither POLIER_SMTP_URL nor POLIER_MAILGUN_API_KEY is set.")
        }
        guard let address = EmailAddress(email)?.mailable else {
            throw SettingsError(\.operatorEmail, is: email, must: "be an email address that mail can be sent to")
        }
        try await Self.send(report.letter(to: address, host: settings.links.host), settings.mail)
        print("Mailed \(address).")
    }

    /// Units fail by wrong settings most often: as long as the settings for mail are right, the mail is still sent.
    private static func settings(_ flags: [String: String], _ environment: [String: String]) throws -> Settings {
        do {
            return try Settings(flags: flags, environment: environment)
        } catch {
            guard let rest = try? Settings(forMail: flags, environment: environment), rest.mail.hasTransport,
                rest.operatedBy.email != nil
            else { throw error }
            StandardError.write("polier: \(error)\n")
            return rest
        }
    }

    private static func send(_ letter: Letter, _ mail: MailSettings) async throws {
        let transfers = MailTransfers(width: 1, authorities: mail.authorities)
        var outcome = Outbox.Outcome.refused(MailReason(.noTransport))
        for pause in pauses.map(Optional.some) + [nil] {
            // A new chain each time, because one that has failed pauses.
            guard let chain = mail.chain(transfers, runtime: .live) else { break }
            outcome = await chain.send(letter, by: .now + timeLimit)
            switch outcome {
            case .accepted, .refused, .withdrawn: break
            case .postponed, .unanswered, .down:
                guard let pause else { break }
                try await Task.sleep(for: pause)
                continue
            }
            break
        }
        await transfers.close()
        switch outcome {
        case .accepted: return
        case .refused(let reason), .withdrawn(let reason), .postponed(let reason, _), .unanswered(let reason),
            .down(let reason):
            throw SettingsError("the mail to \(letter.to) can't be sent: \(reason.message)")
        }
    }
}

/// The text of a report about a failure.
struct FailureReport {
    private let what: String
    private let host: String
    private let now: Instant
    /// The unit's result as systemd reports it (systemd.exec(5), "MONITOR_…").
    private let ending: String?
    private let isInJournal: Bool

    /// - Parameter environment: systemd sets variables with the result of the unit that failed, and one that says whether output goes to
    ///   the journal.
    init(_ what: String, on host: String, at now: Instant, environment: [String: String]) {
        (self.what, self.host, self.now) = (what, host, now)
        ending = environment["MONITOR_SERVICE_RESULT"].map { result in
            Line.clean("\(result) \(environment["MONITOR_EXIT_STATUS"] ?? "")", max: 100)
        }
        isInJournal = environment["JOURNAL_STREAM"] != nil
    }

    private var sentence: String { "\(what) failed on \(host)\(ending.map { " (\($0))" } ?? "")" }

    /// With the journal's prefix for errors (sd-daemon(3)) if it goes there.
    var logLine: String { "\(isInJournal ? "<3>" : "")polier: \(sentence)\n" }

    /// - Parameter host: the host of the server's public address.
    func letter(to address: String, host site: String) -> Letter {
        var paragraphs = ["\(sentence) at \(now.text)."]
        if what.hasSuffix(".service") || what.hasSuffix(".timer") {
            paragraphs.append("Its log: journalctl --unit \(what) --since today")
        }
        paragraphs.append("This mail was sent by 'polier report-failure' on that machine, for \(site).")
        let html = paragraphs.map { paragraph in
            let escaped = paragraph.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            return "<p>\(escaped)</p>\n"
        }
        return Letter(
            messageID: "<\(Runtime.live.newID(Letter.self).text)@\(site)>", to: address, subject: "Polier: \(sentence)",
            text: paragraphs.joined(separator: "\n\n") + "\n",
            html:
                "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Polier</title>\n\(html.joined())</html>\n",
            tag: "failure")
    }
}
