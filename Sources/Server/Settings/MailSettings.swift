import Core
import Foundation
import MailTransport

/// How mail leaves: by Mailgun, by an SMTP relay, by both in this order, or not at all.
struct MailSettings: Sendable {
    struct MailgunAccount: Sendable {
        let key: String
        let domain: String
        let baseURL: String
        let isTest: Bool
    }

    let from: Mailbox?
    let mailgun: MailgunAccount?
    let smtp: SMTP.Address?
    /// What Mailgun signs its messages to us with.
    let signingKey: String?
    /// A file of certificates that are trusted besides the system's.
    let authorities: String?

    /// Whether mail can leave at all.
    var hasWay: Bool { mailgun != nil || smtp != nil }

    /// Throws `SettingsError` for what can't work together.
    init(
        from: String?, mailgunKey: String?, domain: String?, baseURL: String?, signingKey: String?, isTest: Bool,
        smtpURL: String?, authorities: String?, publicURL: String?
    ) throws {
        switch (mailgunKey, domain) {
        case (let key?, let domain?):
            guard EmailAddress("polier@\(domain)") != nil else {
                throw SettingsError(.mailgunDomain, is: domain, must: "be like mg.example.de")
            }
            mailgun = MailgunAccount(key: key, domain: domain, baseURL: try Self.base(baseURL), isTest: isTest)
        case (nil, nil): mailgun = nil
        case (nil, _): throw SettingsError("POLIER_MAILGUN_DOMAIN is set, and POLIER_MAILGUN_API_KEY is missing")
        case (_, nil): throw SettingsError("POLIER_MAILGUN_API_KEY is set, and POLIER_MAILGUN_DOMAIN is missing")
        }
        if let smtpURL {
            guard let address = SMTP.Address(smtpURL) else {
                throw SettingsError(
                    "POLIER_SMTP_URL must be like smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587")
            }
            smtp = address
        } else {
            smtp = nil
        }
        self.signingKey = signingKey
        self.authorities = try authorities.map(Self.certificates)
        // Mailgun's domain is one that mail may come from.
        let from = from ?? domain.map { "Polier <polier@\($0)>" }
        self.from = from.flatMap(Mailbox.init)
        guard self.from != nil || (from == nil && !hasWay) else {
            throw SettingsError("POLIER_MAIL_FROM must say whom mail comes from, like Polier <polier@example.de>")
        }
        guard publicURL != nil || !hasWay else {
            throw SettingsError("POLIER_PUBLIC_URL is missing: the links in mails begin with it")
        }
    }

    /// The setting's URL without a slash or `/v3` at its end. Plain http is for this machine only.
    private static func base(_ text: String?) throws -> String {
        guard let text else { return "https://api.mailgun.net" }
        let parts = URLComponents(string: text)
        let isLocal = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(parts?.host ?? "")
        guard let parts, parts.scheme == "https" || (parts.scheme == "http" && isLocal), parts.host?.isEmpty == false,
            parts.path.isEmpty || parts.path == "/", parts.query == nil
        else {
            throw SettingsError(.mailgunBaseURL, is: text, must: "be like https://api.eu.mailgun.net, without /v3")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// Checks that a file holds certificates, because libcurl says so only when it sends.
    private static func certificates(_ path: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SettingsError("POLIER_CA_FILE names \(path), which can't be read")
        }
        let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----")
        let blocks = text.components(separatedBy: begin).dropFirst()
        let isGood = blocks.allSatisfy { block in
            let parts = block.components(separatedBy: end)
            // A certificate is a DER sequence.
            return parts.count == 2 && Data(base64Encoded: parts[0], options: .ignoreUnknownCharacters)?.first == 0x30
        }
        guard !blocks.isEmpty, isGood else {
            throw SettingsError("POLIER_CA_FILE names \(path), which must hold certificates as PEM")
        }
        return path
    }

    /// The ways that are set, the first first; nil where there is none.
    func chain(_ postroom: Postroom, runtime: Runtime) -> LetterChain? {
        guard let from else { return nil }
        var ways: [(name: String, transport: any LetterTransport)] = []
        if let mailgun {
            ways.append(
                (
                    "mailgun",
                    Mailgun(
                        postroom, baseURL: mailgun.baseURL, domain: mailgun.domain, key: mailgun.key, from: from,
                        isTest: mailgun.isTest)
                ))
        }
        if let smtp { ways.append(("smtp", SMTP(postroom, smtp, from: from))) }
        return ways.isEmpty ? nil : LetterChain(ways.map { Breaker($0.transport, name: $0.name, runtime: runtime) })
    }
}
