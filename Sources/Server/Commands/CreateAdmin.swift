import ArgumentParser
import Core
import Foundation
import Storage

struct CreateAdmin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Creates an operator of the platform, who may act in every company.",
        discussion: """
            The password comes from POLIER_ADMIN_PASSWORD, from the file POLIER_ADMIN_PASSWORD_FILE, from standard input, or you are \
            asked for it.
            """)

    @OptionGroup var database: DatabaseFlags
    @Option(help: "The email address to sign in with.") var email: String
    @Option(help: "The first name.") var firstName: String
    @Option(help: "The last name.") var lastName: String

    func run() async throws {
        let settings = try database.settings()
        guard let email = EmailAddress(email), email.mailable != nil else {
            throw SettingsError("'\(email)' is not an email address that mail can be sent to")
        }
        let password = try AskedPassword.read(settings)
        let person = Accounts.NewPerson(
            email: email, password: password, firstName: try Self.name(firstName, of: "--first-name"),
            lastName: try Self.name(lastName, of: "--last-name"))
        try await withDatabase(settings) { database in
            let migrations = try Migration.embedded()
            let migrator = Migrator(database, migrations: migrations)
            let made = settings.migrates ? try await migrator.migrate() : []
            if let refusal = SchemaRefusal(try await migrator.state()) { throw refusal }
            let hasher = PasswordHasher(width: 1)
            let accounts = Accounts(database, hasher: hasher, runtime: .live)
            let user = try await accounts.createAdmin(person, language: .german)
            await hasher.close()
            print("\(user.label) is an operator now.")
            if made.first == migrations.first?.name { print(try Self.madeDatabase(settings)) }
        }
    }

    /// Where a server serves another database already, its settings were forgotten here.
    private static func madeDatabase(_ settings: Settings) throws -> String {
        let path = try Stores.sqlitePath(settings.databaseURL, named: SettingTable.rows.databaseURL.name)
        let place = path.map { "'\(URL(fileURLWithPath: $0).path)' was made" } ?? "the PostgreSQL database was empty"
        return
            "There were no tables yet: \(place). A server with another database doesn't know this operator: name its settings with --config."
    }

    private static func name(_ text: String, of flag: String) throws -> String {
        do throws(Flaw) {
            return try Name(text, max: 100, of: .sender).text
        } catch {
            throw SettingsError("\(flag) \(error.message)")
        }
    }
}
