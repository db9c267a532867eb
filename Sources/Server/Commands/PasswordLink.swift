import ArgumentParser
import Core
import Storage

struct PasswordLink: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "password-link",
        abstract: "Prints a link with which a person sets a new password, for those whom no mail reaches.",
        discussion: "The link works once, within an hour. It gives access to the account: hand it to the person only.")

    @OptionGroup var database: DatabaseFlags
    @Argument(help: "The email address with which they sign in.") var email: String

    func run() async throws {
        let settings = try database.settings()
        guard let address = EmailAddress(email) else { throw SettingsError("'\(email)' is not an email address") }
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
