import Foundation
@testable import MailTransport
import Storage
import Testing

@testable import Core
@testable import Server

/// Names and addresses that would break a header arrive unchanged, or are refused with a sentence.
@Suite struct HostileMailTests {
    /// The names of a company, its founder, and the person invited.
    private struct Names {
        var company = "Fliesen Nord"
        var inviter = "Ada"
        var invitee = "Lena"
        var address = "lena@vogt.example"
        /// The expected recipient, if it is written differently.
        var receiver: String?
    }

    private static let arriving = [
        Names(
            company: #"Kern, "Söhne"; <Köln> \ Co: 'Fliesen' & mehr"#, inviter: #"A"d,a"#, invitee: #"<b>"Le\na"</b>, "#
        ),
        Names(company: "👷🏽‍♀️ Bäder 🛁", inviter: "アダ", invitee: "👩‍👩‍👧‍👦"),
        Names(company: String(repeating: "👷🏽", count: 200), inviter: String(repeating: "ü", count: 100)),
        Names(company: String(repeating: "W", count: 200), invitee: String(repeating: "x", count: 100)),
        Names(company: "=?utf-8?q?Nicht_das?= =?x", inviter: "=?utf-8?b?QQ==?=", invitee: "{{company}} {{{link}}}"),
        Names(company: "> Klick hier", inviter: "> Klick hier", invitee: ">"),
        Names(company: "Subject: Bcc: x@y.example", inviter: ".", invitee: "--"),
        Names(address: "lena@Müller-Fliesen.example", receiver: "lena@xn--mller-fliesen-wob.example"),
        Names(address: "o'neil+bau/2=!#$%&*?^_`{|}~@vogt.example"),
        Names(address: String(repeating: "l", count: 64) + "@vogt.example"),
    ]

    @Test(arguments: Engine.allCases, ["Mailgun", "SMTP"])
    func whatIsTakenArrivesAsItWasWritten(_ engine: Engine, _ way: String) async throws {
        try await TestServer.run(on: engine) { server in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let (part, transfers) = (try Self.part(way, folder), MailTransfers(width: 2))
            let service = try server.mailService(by: try Self.transport(way, transfers, part))
            for (number, names) in Self.arriving.enumerated() {
                let company = try await TestCompany.register(server.client, name: "x")
                _ = try await company.manager.patch(company.path, "{\"name\": \(names.company.json)}")
                _ = try await company.manager.put("/api/v1/users/me", "{\"firstName\": \(names.inviter.json)}")
                let invited = try await company.invite(names.address, firstName: names.invitee)
                #expect(invited.status == 201, "\(invited.text)")
                #expect(try await service.sendDue() == 1)
                #expect(part.heard.count == number + 1, "\(names)")
                let letter = try #require(part.heard.last.map(Self.read))
                let invitee = names.invitee.trimmingCharacters(in: .whitespaces)
                #expect(letter.receivers == [names.receiver ?? names.address])
                #expect(letter.subject == "\(names.company): deine Einladung")
                #expect(letter.text.hasPrefix("Hallo \(invitee),\n\n"))
                #expect(letter.text.contains("\n\(names.inviter) Kern hat dich bei \(names.company) eingeladen."))
                #expect(letter.text.matches(of: /set-password#token=/).count == 1, "one button")
                #expect(letter.html.contains("<p style=\"margin:0 0 16px\">Hallo \(Self.escaped(invitee)),</p>"))
                #expect(letter.html.contains(">\(Self.escaped(names.inviter)) Kern hat dich bei "))
                if way == "SMTP" {
                    let mail = try #require(part.heard.last)
                    #expect(mail["defects"] == [] && mail["headIsASCII"] == true)
                    #expect((mail["longestLine"]?.number ?? 999) <= 200)
                    let names = [
                        "Auto-Submitted", "Content-Type", "Date", "From", "Message-ID", "Mime-Version", "Subject", "To",
                    ]
                    #expect(mail["names"]?.list.compactMap(\.text).sorted() == names)
                }
                _ = try await company.manager.delete(company.path + "/users/" + (invited.json["id"]?.text ?? ""))
            }
            #expect(try await Self.leavesUnmailable(server, service) == "failed no mail can be sent to this address")
            #expect(part.heard.count == Self.arriving.count)
            await transfers.close()
        }
    }

    /// An address from before the rule.
    private static func leavesUnmailable(_ server: TestServer, _ service: MailService) async throws -> String {
        let company = try await TestCompany.register(server.client)
        _ = try await company.invite("mueller@vogt.example")
        let change = Statement("UPDATE mails SET address = $2 WHERE company_id = $1", company.id, "müller@vogt.example")
        try await server.database.transaction { try $0.enqueue(change) }
        #expect(try await service.sendDue() == 1)
        let mail = try await company.manager.get(company.path + "/mails").json[0]
        return [mail?["state"]?.text, mail?["reason"]?.text].compactMap(\.self).joined(separator: " ")
    }

    @Test(arguments: Engine.allCases)
    func whatCantBeSentIsRefused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let control = "must not contain control characters"
            let address = "must not contain a web address, as in "
            for (name, sentence) in [
                ("Lena\r\nBcc: x@y.example", control), ("Le\nna", control), ("Le\rna", control),
                ("Lena\u{0}", control), ("\u{1B}aneL", control), ("\r\n", "must not be empty"),
                ("\u{202E}", "must not be empty"), ("https://evil.example/x", "\(address)https://evil.example/x"),
                (String(repeating: "x", count: 300), "must have at most 100 characters"),
            ] {
                let reply = try await company.invite("lena@vogt.example", firstName: name)
                #expect(reply.status == 400 && reply.json["error"]?.text == "firstName \(sentence).", "\(reply.text)")
                let renamed = try await company.manager.put("/api/v1/users/me", "{\"lastName\": \(name.json)}")
                #expect(renamed.status == 400, "\(renamed.text)")
            }
            let none = "must be an email address"
            for (address, sentence) in [
                ("lena@vogt.example\r\nBcc: x@y.example", control), ("lena\n@vogt.example", control),
                ("lena@vogt.example,x@y.example", none), ("lena@vogt.example x@y.example", none),
                ("Lena <lena@vogt.example>", none), ("\"le na\"@vogt.example", none), ("lena@[127.0.0.1]", none),
                ("lena@vogt.example%0d%0abcc:x@y.example", none), ("lena@vogt_fliesen.example", none),
                ("lena@\(String(repeating: "ü", count: 64)).example", none),
                (
                    "müller@vogt.example",
                    "must have only unaccented letters, digits and signs before the @: not every mail server takes more"
                ),
                (String(repeating: "l", count: 300) + "@vogt.example", "must have at most 254 characters"),
            ] {
                let reply = try await company.invite(address)
                #expect(reply.status == 400 && reply.json["error"]?.text == "email \(sentence).", "\(reply.text)")
                #expect(try await company.manager.put("/api/v1/users/me", "{\"email\": \(address.json)}").status == 400)
            }
            #expect(try await company.manager.get(company.path + "/mails").json.list.isEmpty)
        }
    }

    /// The sender is set by the operator, and can't break a header either.
    @Test func theSenderIsWrittenRight() throws {
        for (text, header, field) in [
            ("polier@example.de", "<polier@example.de>", "polier@example.de"),
            ("Kern, Ada <p@example.de>", "\"Kern, Ada\" <p@example.de>", "\"Kern, Ada\" <p@example.de>"),
            (#""A "B" \ C" <p@example.de>"#, #""A \"B\" \\ C" <p@example.de>"#, #""A \"B\" \\ C" <p@example.de>"#),
            ("Süd <p@süd.de>", "=?utf-8?B?U8O8ZA==?= <p@xn--sd-xka.de>", "\"Süd\" <p@xn--sd-xka.de>"),
        ] {
            let mailbox = try #require(Mailbox(text), "\(text)")
            #expect(mailbox.header == header && mailbox.text == field)
        }
        for text in ["", "Polier", "A\r\nBcc: x@y.example <p@example.de>", "A <p@example.de", "A <ä@example.de>"] {
            #expect(Mailbox(text) == nil)
        }
    }

    // MARK: Both ways

    private static func part(_ way: String, _ folder: TemporaryFolder) throws -> Part {
        way == "SMTP"
            ? try Part("smtp_relay.py", ["127.0.0.1", "polier", "geheim"], folder: folder)
            : try Part("fake_mailgun.py", folder: folder)
    }

    private static func transport(_ way: String, _ transfers: MailTransfers, _ part: Part) throws -> any LetterTransport
    {
        let from = try #require(Mailbox("Polier <polier@example.de>"))
        guard way == "SMTP" else {
            return Mailgun(
                transfers, baseURL: "http://127.0.0.1:\(part.port)", domain: "mg.example.de", key: "key", from: from,
                isTest: false)
        }
        let address = try #require(SMTP.Address("smtp://polier:geheim@127.0.0.1:\(part.port)"))
        return SMTP(transfers, address, from: from)
    }

    private static func read(_ heard: JSON) -> (receivers: [String], subject: String, text: String, html: String) {
        if let fields = heard["fields"] {
            return (
                [fields["to"]?.text ?? ""], fields["subject"]?.text ?? "", fields["text"]?.text ?? "",
                fields["html"]?.text ?? ""
            )
        }
        let receivers = heard["receivers"] == heard["to"] ? heard["to"]?.list.compactMap(\.text) ?? [] : []
        return (
            receivers, heard["headers"]?["subject"]?.text ?? "", heard["parts"]?["text/plain"]?.text ?? "",
            heard["parts"]?["text/html"]?.text ?? ""
        )
    }

    private static func escaped(_ text: String) -> String {
        [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")].reduce(text) {
            $0.replacingOccurrences(of: $1.0, with: $1.1)
        }
    }
}
