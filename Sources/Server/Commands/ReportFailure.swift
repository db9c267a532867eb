import ArgumentParser
import Core
import Foundation
import MailTransport

struct ReportFailure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report-failure",
        abstract: "Tells the operator that something failed: in the log, and by mail where that is set.",
        discussion: """
            For timers: systemd runs it by OnFailure=, cron by ||. It needs no database, which may be what failed: the mail \
            goes straight to the relay or to Mailgun, and to POLIER_OPERATOR_EMAIL. It is tried three times within a minute \
            and a half; where it can't go, the command ends with 1.
            """)

    @Option(help: "A file of NAME=VALUE settings. [POLIER_CONFIG]") var config: String?
    @Argument(help: "What failed, such as polier-backup.service.") var what: String

    /// The pauses between the tries.
    private static let pauses: [Duration] = [.seconds(5), .seconds(20)]
    private static let patience = Duration.seconds(20)

    func run() async throws {
        let report = FailureReport(
            Line.clean(what, max: 200), on: ProcessInfo.processInfo.hostName, at: Runtime.live.now(),
            environment: ProcessInfo.processInfo.environment)
        // First, and also where the settings are what is wrong.
        StandardError.write(report.logLine)
        var flags: [Setting: String] = [:]
        flags[.config] = config
        let settings = try Self.settings(flags, ProcessInfo.processInfo.environment)
        guard let email = settings.operatedBy.email else {
            return print("No mail goes out: POLIER_OPERATOR_EMAIL names no one.")
        }
        guard settings.mail.hasWay else {
            return print("No mail goes out: neither POLIER_SMTP_URL nor POLIER_MAILGUN_API_KEY is set.")
        }
        guard let address = EmailAddress(email)?.mailable else {
            throw SettingsError(.operatorEmail, is: email, must: "be an e-mail address that mail can be sent to")
        }
        try await Self.send(report.letter(to: address, host: settings.links.host), settings.mail)
        print("Mailed \(address).")
    }

    /// A wrong setting is what units fail by most: it doesn't keep the mail from going, where those that it needs are right.
    private static func settings(_ flags: [Setting: String], _ environment: [String: String]) throws -> Settings {
        do {
            return try Settings(flags: flags, environment: environment)
        } catch {
            guard let rest = try? Settings(forMail: flags, environment: environment), rest.mail.hasWay,
                rest.operatedBy.email != nil
            else { throw error }
            StandardError.write("polier: \(error)\n")
            return rest
        }
    }

    private static func send(_ letter: Letter, _ mail: MailSettings) async throws {
        let postroom = Postroom(width: 1, authorities: mail.authorities)
        var outcome = Outbox.Outcome.refused(MailReason(.noTransport))
        for pause in pauses.map(Optional.some) + [nil] {
            // Another chain each time: one that has failed rests for a while.
            guard let chain = mail.chain(postroom, runtime: .live) else { break }
            outcome = await chain.send(letter, by: .now + patience)
            switch outcome {
            case .accepted, .refused, .withdrawn: break
            case .postponed, .unanswered, .down:
                guard let pause else { break }
                try await Task.sleep(for: pause)
                continue
            }
            break
        }
        await postroom.close()
        switch outcome {
        case .accepted: return
        case .refused(let reason), .withdrawn(let reason), .postponed(let reason, _), .unanswered(let reason),
            .down(let reason):
            throw SettingsError("the mail to \(letter.to) can't be sent: \(reason.message)")
        }
    }
}

/// What an operator is told of something that failed.
struct FailureReport {
    private let what: String
    private let host: String
    private let now: Instant
    /// How it ended, as systemd says (systemd.exec(5), "MONITOR_…").
    private let ending: String?
    private let isInJournal: Bool

    /// - Parameter environment: systemd tells a unit of `OnFailure=` by it how the other one ended, and everything that it runs
    ///   whether what is written goes to the journal.
    init(_ what: String, on host: String, at now: Instant, environment: [String: String]) {
        (self.what, self.host, self.now) = (what, host, now)
        ending = environment["MONITOR_SERVICE_RESULT"].map { result in
            Line.clean("\(result) \(environment["MONITOR_EXIT_STATUS"] ?? "")", max: 100)
        }
        isInJournal = environment["JOURNAL_STREAM"] != nil
    }

    private var sentence: String { "\(what) failed on \(host)\(ending.map { " (\($0))" } ?? "")" }

    /// In the journal as an error (sd-daemon(3)).
    var logLine: String { "\(isInJournal ? "<3>" : "")polier: \(sentence)\n" }

    /// - Parameter host: of the server's public address.
    func letter(to address: String, host site: String) -> Letter {
        var paragraphs = ["\(sentence) at \(now.text)."]
        if what.hasSuffix(".service") || what.hasSuffix(".timer") {
            paragraphs.append("What it said: journalctl --unit \(what) --since today")
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
