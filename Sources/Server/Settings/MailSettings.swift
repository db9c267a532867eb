import Core
import Foundation
import MailTransport
import Storage

/// The mail transports: Mailgun, an SMTP relay, both in this order, or none.
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
    /// The key with which Mailgun signs its webhooks.
    let signingKey: String?
    /// A file of certificates to trust besides the system's.
    let authorities: String?

    /// Whether mail can be sent at all.
    var hasTransport: Bool { mailgun != nil || smtp != nil }

    /// - Throws: `SettingsError` for settings that are invalid or contradict each other.
    init(_ values: SettingValues) throws {
        let domain = values.mailgunDomain
        switch (values.mailgunKey, domain) {
        case (let key?, let domain?):
            guard EmailAddress("polier@\(domain)") != nil else {
                throw SettingsError(\.mailgunDomain, is: domain, must: "be like mg.example.de")
            }
            mailgun = MailgunAccount(
                key: key, domain: domain, baseURL: try Self.base(values.mailgunBaseURL), isTest: values.mailgunTestMode)
        case (nil, nil): mailgun = nil
        case (nil, _): throw SettingsError("POLIER_MAILGUN_DOMAIN is set, and POLIER_MAILGUN_API_KEY is missing")
        case (_, nil): throw SettingsError("POLIER_MAILGUN_API_KEY is set, and POLIER_MAILGUN_DOMAIN is missing")
        }
        if let smtpURL = values.smtpURL {
            guard let address = SMTP.Address(smtpURL) else {
                throw SettingsError(
                    "POLIER_SMTP_URL must be like smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST:587")
            }
            smtp = address
        } else {
            smtp = nil
        }
        signingKey = values.mailgunSigningKey
        authorities = try values.caFile.map(Self.certificates)
        // Mail may come from Mailgun's domain.
        let from = values.mailFrom ?? domain.map { "Polier <polier@\($0)>" }
        self.from = from.flatMap(Mailbox.init)
        guard self.from != nil || (from == nil && !hasTransport) else {
            throw SettingsError("POLIER_MAIL_FROM must say whom mail comes from, like Polier <polier@example.de>")
        }
        guard values.publicURL != nil || !hasTransport else {
            throw SettingsError("POLIER_PUBLIC_URL is missing: the links in mails begin with it")
        }
    }

    /// The URL without a slash at its end. Plain http is allowed for this machine only.
    private static func base(_ text: String) throws -> String {
        let parts = URLComponents(string: text)
        let isLocal = ["127.0.0.1", "localhost", "::1", "[::1]"].contains(parts?.host ?? "")
        guard let parts, parts.scheme == "https" || (parts.scheme == "http" && isLocal), parts.host?.isEmpty == false,
            parts.path.isEmpty || parts.path == "/", parts.query == nil
        else {
            throw SettingsError(\.mailgunBaseURL, is: text, must: "be like https://api.eu.mailgun.net, without /v3")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// Checks that a file holds certificates; libcurl would only say so when it sends.
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

    /// The transports that are set, in the order in which they are tried; nil if there is none.
    func chain(_ transfers: MailTransfers, runtime: Runtime) -> LetterChain? {
        guard let from else { return nil }
        var transports: [(name: String, transport: any LetterTransport)] = []
        if let mailgun {
            let transport = Mailgun(
                transfers, baseURL: mailgun.baseURL, domain: mailgun.domain, key: mailgun.key, from: from,
                isTest: mailgun.isTest)
            transports.append(("mailgun", transport))
        }
        if let smtp { transports.append(("smtp", SMTP(transfers, smtp, from: from))) }
        guard !transports.isEmpty else { return nil }
        return LetterChain(transports.map { Breaker($0.transport, name: $0.name, runtime: runtime) })
    }
}
