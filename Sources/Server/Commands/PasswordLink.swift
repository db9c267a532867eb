import ArgumentParser
import Core

struct PasswordLink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password-link",
        abstract: "Prints a link with which a person sets a new password, where no mail reaches them.",
        discussion: "The link is good for an hour, and once. Whoever has it becomes the person: hand it to them alone.")

    @OptionGroup var database: DatabaseFlags
    @Argument(help: "The e-mail address that they sign in with.") var email: String

    func run() async throws {
        let settings = try database.settings()
        guard let address = EmailAddress(email) else { throw SettingsError("'\(email)' is not an e-mail address") }
        try await withDatabase(settings, for: .using) { database in
            let hasher = PasswordHasher(width: 1)
            let token = try await Accounts(database, hasher: hasher, runtime: .live).passwordLink(email: address)
            await hasher.close()
            guard let token else {
                throw SettingsError("no one who is active or invited signs in with \(address.text)")
            }
            print(settings.links.setPassword(token.text))
        }
    }
}
