import Core
import Embedded
import Foundation
import Mustache

/// Writes mails in the recipient's language, as text and as HTML.
///
/// A template's first line is the subject. Paragraphs follow, with blank lines between; one whose first line is only a `>` is a button
/// with the mail's link. A name that is filled in can't produce one, because names have no line breaks.
struct LetterWriter: Sendable {
    private let templates: [String: MustacheTemplate]
    private let links: Links

    /// - Throws: if an embedded template can't be parsed.
    init(_ links: Links) throws {
        self.links = links
        let files = polier_mails()
        templates = Dictionary(
            uniqueKeysWithValues: try UnsafeBufferPointer(start: files.first, count: files.count).map { file in
                (String(cString: file.name), try MustacheTemplate(string: file.text))
            })
    }

    /// Nil if no mail can be sent to the address.
    func write(_ mail: DueMail) -> Letter? {
        guard let address = EmailAddress(mail.address)?.mailable else { return nil }
        let company = mail.companyName ?? "Polier"
        let link: String? =
            switch mail.kind {
            case .stillThere, .daysApproved, .daysReopened, .daysSubmitted: links.start
            case .hoursKept: links.company
            case .absenceAsked, .absenceAnswered, .absenceChanged: links.absences
            case .verify: mail.token.map(links.verify)
            case .emailConfirm: mail.token.map(links.confirmEmail)
            case .emailChanging: mail.token.map(links.restoreEmail)
            default: mail.token.map(links.setPassword)
            }
        var values: [String: Any] = [
            "company": company, "firstName": mail.firstName, "inviter": mail.inviter ?? "", "items": mail.lowStock,
            "newAddress": mail.newAddress ?? "",
        ]
        if let news = mail.factorNews { values[news.rawValue] = true }
        if let head = mail.hoursHead {
            (values["headNumber"], values["headHash"]) = (head.number, head.hash)
            values["headDay"] = head.day.text(in: mail.language)
        }
        if let kept = mail.hoursKept {
            (values["by"], values["yearsBefore"], values["years"]) = (kept.by, kept.before, kept.years)
        }
        if let news = mail.hourNews {
            // To the template an empty text would be present.
            func text(_ days: [ClosedRange<Day>]) -> String? {
                days.isEmpty ? nil : days.map { $0.text(in: mail.language) }.joined(separator: ", ")
            }
            values["days"] = text(news.days)
            values["before"] = news.before == news.days ? nil : text(news.before)
            (values["by"], values["reason"]) = (news.byName, news.reason)
            values["granted"] = news.isGranted
            if news.people > 1 { values["people"] = "\(news.people)" }
            if news.left > 0 { values["left"] = "\(news.left)" }
        }
        // To the template an empty text would be present.
        values["changer"] = mail.changer
        values["site"] = mail.siteName
        values["since"] = mail.presentSince
        let words = render("\(mail.kind.rawValue).\(mail.language.rawValue)", values)
        let lines = words.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
        let subject = lines.first.map(String.init) ?? ""
        let paragraphs = (lines.dropFirst().first ?? "").split(separator: "\n\n").map {
            $0.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let parts: [[String: Any]] = paragraphs.filter { !$0.isEmpty }.map { paragraph in
            guard paragraph.hasPrefix(">\n"), let link else {
                return ["text": paragraph, "lines": paragraph.split(separator: "\n").map(String.init)]
            }
            return ["text": String(paragraph.dropFirst(2)), "link": link]
        }
        let content: [String: Any] = [
            "parts": parts, "company": company, "subject": subject, "language": mail.language.rawValue,
            "sentBy": mail.language == .german ? "verschickt von Polier" : "sent by Polier",
        ]
        return Letter(
            messageID: "<\(mail.id.text)@\(links.host)>", to: address, subject: subject,
            text: render("layout.txt", content), html: render("layout.html", content), tag: mail.kind.rawValue)
    }

    private func render(_ name: String, _ content: [String: Any]) -> String {
        guard let template = templates[name] else { preconditionFailure("there is no mail template \(name)") }
        return template.render(content)
    }
}

extension Day {
    /// As 29.11.2026 in German, and as 2026-11-29 in English.
    fileprivate func text(in language: Language) -> String {
        language == .german ? text.split(separator: "-").reversed().joined(separator: ".") : text
    }
}

extension ClosedRange<Day> {
    /// As 23.11.2026 – 27.11.2026, or the one day.
    fileprivate func text(in language: Language) -> String {
        let (first, last) = (lowerBound.text(in: language), upperBound.text(in: language))
        return first == last ? first : "\(first) – \(last)"
    }
}
