import ArgumentParser
import Core
import Storage

struct SeedDemo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fills an empty database with the demo company, a tiling firm.",
        discussion: "Everyone knows its passwords: don't use it on a server that others can reach.")

    @OptionGroup var database: DatabaseFlags

    @Flag(help: "Do nothing if there is a company already; without this flag that is an error.")
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
                "  \(person.hasCard ? "" : person.email + "  ")\(person.firstName) \(person.lastName), \(person.title)")
        }
    }
}
