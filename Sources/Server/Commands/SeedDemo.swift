import ArgumentParser
import Core

struct SeedDemo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fills an empty database with a tiling company to try things with.",
        discussion: "Its passwords are known to everybody: not for a server that others can reach.")

    @OptionGroup var database: DatabaseFlags

    @Flag(help: "Do nothing where there is a company already; without this, that is an error.")
    var ifEmpty = false

    func run() async throws {
        let settings = try database.settings()
        try await withDatabase(settings) { database in
            let migrator = Migrator(database, migrations: try Migration.embedded())
            if settings.migrates { _ = try await migrator.migrate() }
            if let refusal = SchemaRefusal(try await migrator.state()) { throw refusal }
            let hasher = PasswordHasher(width: 2)
            let accounts = Accounts(database, hasher: hasher, runtime: .live)
            if try await Companies(database, runtime: .live).areNone() {
                try await DemoSeed(database, hasher: hasher).run()
                printLogins()
            } else if !ifEmpty {
                throw SettingsError("the database has companies already: the demo is for an empty one")
            } else if try await accounts.isKnown(email: DemoCompany.people[0].email) {
                printLogins()
            }
            await hasher.close()
        }
    }

    private func printLogins() {
        print("\(DemoCompany.name), the demo company. Everyone's password is '\(DemoCompany.password)':")
        for person in DemoCompany.people {
            print(
                "  \(person.email)  \(person.firstName) \(person.lastName), \(person.isManager ? "manager" : "worker")")
        }
    }
}
