import Core
import Logging
import Synchronization

@testable import Server

extension TestServer {
    /// The mail service of this server, or of another one on the same database, which sends when the test says so.
    func mailService(
        by transport: any LetterTransport, url: String = "https://polier.example.de"
    ) throws -> MailService {
        let readiness = Readiness()
        readiness.schemaWasSeenToFit()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return MailService(
            outbox: Outbox(database, runtime: runtime), writer: try LetterWriter(Links(publicURL: url)),
            transport: transport,
            readiness: readiness, logger: logger)
    }
}

extension TestCompany {
    /// Invites a person to the crew.
    func invite(
        _ email: String, firstName: String = "Lena", lastName: String = "Vogt", language: String = "de",
        by client: Client? = nil
    ) async throws -> Reply {
        try await (client ?? manager).post(
            path + "/users",
            """
            {"email": \(email.json), "firstName": \(firstName.json), "lastName": \(lastName.json), "role": "WORKER",
             "language": "\(language)"}
            """)
    }
}

extension TestCompany {
    /// A person of the company, as in the manager's list.
    func person(_ email: String) async throws -> JSON? {
        try await manager.get(path + "/users").json.list.first { $0["email"]?.text == email }
    }
}

extension Letter {
    /// The token of its link.
    var token: String? { text.firstMatch(of: /token=([0-9a-f]+)/).map { String($0.output.1) } }
}

/// A mail transport that responds as told, and keeps the mails.
final class Postbox: LetterTransport {
    private let state = Mutex((outcome: Outbox.Outcome.accepted, letters: [Letter]()))

    /// All mails it received, whatever its response.
    var letters: [Letter] { state.withLock { $0.letters } }

    func answer(_ outcome: Outbox.Outcome) { state.withLock { $0.outcome = outcome } }

    func send(_ letter: Letter, by deadline: ContinuousClock.Instant) async -> Outbox.Outcome {
        state.withLock {
            $0.letters.append(letter)
            return $0.outcome
        }
    }
}

extension String {
    /// As a JSON text, in quotes.
    var json: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
