import ArgumentParser
import Core
import Storage

struct CreateKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create-key",
        abstract: "Prints a new key for POLIER_SECRET_KEY, under which second factors are sealed.",
        discussion: """
            Keep it beside the settings, and a copy where backups aren't: without it no authenticator app that was added works any more, and \
            people need a recovery code.
            """)

    func run() { print(SecretKey.newText(.live)) }
}

struct ResetFactor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset-factor",
        abstract: "Removes the second factors of a person, operator or not, who lost theirs; a mail tells them.",
        discussion: "Their sessions end. Make sure that it is really them who ask: the password alone then signs in.")
    @OptionGroup var database: DatabaseFlags
    @Argument(help: "The person's email address or id.") var who: String

    func run() async throws {
        try await OperatorsHand.run(database) { hand in
            let person = try await hand.person(who)
            try await Factors(hand.database, policy: .none, runtime: .live).resetAtCommandLine(of: person)
            print("\(person.label) has no second factor any more; their sessions ended.")
        }
    }
}
