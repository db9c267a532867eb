import ArgumentParser
import Core

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks settings, database and schema, says what is wrong, and tells the last backup.")

    @OptionGroup var database: DatabaseFlags
    @OptionGroup var address: AddressFlags
    @Flag(help: "Ask the server that runs here with these settings instead, whether it is ready; for containers.")
    var ready = false

    func run() async throws {
        let settings = try database.settings(address.values)
        if ready {
            try ReadyProbe(host: settings.httpHost, port: settings.httpPort).run()
            return print("The server is ready.")
        }
        _ = try settings.webFolder.map { try WebPages.folder($0) }
        try await withDatabase(settings, for: .using) { database in
            let engine = database.dialect == .sqlite ? "SQLite" : "PostgreSQL"
            let state = try await Migrator(database, migrations: try Migration.embedded()).state()
            if let refusal = SchemaRefusal(state) { throw refusal }
            print("The settings are right, \(engine) answers, and its schema fits.")
            if !settings.carriesMail {
                print("No way for mail is set: invitations go only by the link that the app shows.")
            }
            if let moment = try await LastBackup(database).moment {
                print("The last backup is of \(moment.text).")
            } else {
                print("There was no backup yet: 'polier backup FILE' takes one.")
            }
        }
    }
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows the version, and the schema version it knows.")

    func run() throws {
        let schema = try Migration.embedded().map(\.version).max() ?? 0
        print("polier \(Release.version) (schema \(schema))")
    }
}
