import ArgumentParser
import Core
import Storage

struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator",
        abstract: "Lists and removes operators, sets their passwords, and ends anyone's sessions or lock.",
        subcommands: [List.self, Remove.self, SetPassword.self, Sessions.self, Unlock.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists the operators, and when each last used a session.")
        @OptionGroup var database: DatabaseFlags

        func run() async throws {
            try await OperatorsHand.run(database) { hand in
                let all = try await hand.operators.list()
                if all.isEmpty { return print("There is no operator: 'polier create-admin' creates one.") }
                for (user, lastUsedAt) in all {
                    print(
                        "\(user.id.text)  since \(Instant?.some(user.createdAt).shown)  last here \(lastUsedAt.shown.column(17))  \(user.label)  \(user.name)"
                    )
                }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes an operator: their sessions end, and their address becomes free.",
            discussion: "The last one can't be removed: create another with 'polier create-admin' first.")
        @OptionGroup var database: DatabaseFlags
        @OptionGroup var acting: ActingFlags
        @Argument(help: "The operator's email address or id.") var who: String

        func run() async throws {
            try await OperatorsHand.run(database) { hand in
                let person = try await hand.operatorNamed(who, else: "a company's people are removed in the app")
                if try await hand.operators.list().count == 1 { throw Refusal(UserRefusal.lastOperator) }
                let actor = try await hand.actor(acting.name, besides: person.id)
                try await hand.operators.remove(person.id, as: actor)
                print("\(person.label) is no operator any more.")
            }
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "password", abstract: "Sets an operator's password: their sessions end, and so does a lock.",
            discussion: """
                The password comes from POLIER_ADMIN_PASSWORD, from the file POLIER_ADMIN_PASSWORD_FILE, from standard input, or you \
                are asked for it.
                """)
        @OptionGroup var database: DatabaseFlags
        @Argument(help: "The operator's email address or id.") var who: String

        func run() async throws {
            let settings = try database.settings()
            let password = try AskedPassword.read(settings)
            try await OperatorsHand.run(database) { hand in
                let person = try await hand.operatorNamed(
                    who, else: "'polier password-link' makes a link with which they set one themselves")
                guard let address = person.address else { throw User.notFound }
                let hasher = PasswordHasher(width: 1)
                let accounts = Accounts(hand.database, hasher: hasher, runtime: .live)
                do {
                    guard let token = try await accounts.passwordLink(email: address) else { throw User.notFound }
                    _ = try await accounts.setPassword(password, token: Substring(token.text))
                } catch {
                    await hasher.close()
                    throw error
                }
                await hasher.close()
                print("\(person.label) has a new password; all their sessions ended.")
            }
        }
    }

    struct Sessions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists where a person, operator or not, is signed in, and ends the sessions that --end names.")
        @OptionGroup var database: DatabaseFlags
        @Option(help: "Ends the session with this id, or 'all'.") var end: String?
        @Argument(help: "The person's email address or id.") var who: String

        func run() async throws {
            try await OperatorsHand.run(database) { hand in
                let person = try await hand.person(who)
                if let end {
                    let id = Session.ID(end)
                    guard end == "all" || id != nil else {
                        throw SettingsError("--end", is: end, must: "be the id of a session, or all")
                    }
                    let ended = try await hand.operators.endSessions(of: person, only: id)
                    guard ended > 0 || end == "all" else { throw Session.notFound }
                    return print("\(person.label): \(ended) \(ended == 1 ? "session" : "sessions") ended.")
                }
                let sessions = try await hand.operators.sessions(of: person)
                if sessions.isEmpty { return print("\(person.label) is signed in nowhere.") }
                for session in sessions {
                    let agent = Line.clean(session.userAgent ?? "-", max: 100)
                    print(
                        "\(session.id.text)  since \(Instant?.some(session.createdAt).shown)  last used \(Instant?.some(session.lastUsedAt).shown)  \(agent)"
                    )
                }
            }
        }
    }

    struct Unlock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Unlocks an account after too many wrong passwords.",
            discussion:
                "An operator, or anyone else. What counts against a whole network stays: it ends after 15 minutes.")
        @OptionGroup var database: DatabaseFlags
        @Argument(help: "The person's email address or id.") var who: String

        func run() async throws {
            try await OperatorsHand.run(database) { hand in
                let person = try await hand.person(who)
                try await hand.operators.unlock(person)
                print("\(person.label) can sign in again.")
            }
        }
    }
}
