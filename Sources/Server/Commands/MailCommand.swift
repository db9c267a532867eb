import ArgumentParser
import Core
import Storage

struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Shows the state of mails, and retries one.",
        subcommands: [List.self, Show.self, Retry.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the latest mails of all companies.")
        @OptionGroup var database: DatabaseFlags
        @Option(help: "The most to show.") var limit = 50

        func run() async throws {
            try await withDatabase(try database.settings(), for: .using) { database in
                for mail in try await Mails(database).latest(min(max(limit, 1), 10_000)) { print(mail.line) }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one mail, without its text and link.")
        @OptionGroup var database: DatabaseFlags
        @Argument(help: "The mail's id.") var id: String

        func run() async throws {
            try await withDatabase(try database.settings(), for: .using) { database in
                guard let id = Mail.ID(id), let mail = try await Mails(database).get(id) else {
                    throw SettingsError("there is no mail \(id)")
                }
                print(mail.line)
                print("  user \(mail.user.text), tried \(mail.attempts) times, last changed \(mail.updatedAt.text)")
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Puts a failed mail back into the queue.")
        @OptionGroup var database: DatabaseFlags
        @Argument(help: "The mail's id.") var id: String

        func run() async throws {
            try await withDatabase(try database.settings(), for: .using) { database in
                guard let id = Mail.ID(id), try await Mails(database).retry(id, now: Runtime.live.now()) else {
                    throw SettingsError("there is no mail \(id) that failed and can still be sent")
                }
                print("The mail waits to be sent again.")
            }
        }
    }
}

extension Mail {
    /// One line, without secrets.
    fileprivate var line: String {
        "\(id.text)  \(createdAt.text)  \(kind.rawValue)  \(address)  \(state.rawValue)\(reason.map { ": \($0.message)" } ?? "")"
    }
}
