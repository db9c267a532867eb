import ArgumentParser
import Core

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Checks settings, database and schema, says what is wrong, and tells the last backup and whether it can be restored.",
        discussion: """
            With --deep a line for each result, ok or WRONG, and exit code 1 where anything is wrong. It looks at the file (SQLite's \
            quick_check), reads every row of every table, holds every foreign key against the rows, and tells the encoding, the \
            clock, free disk space, and on PostgreSQL whether the pool fits into what the server gives. Indexes are \
            looked at on SQLite only. Servers may go on working; it takes as long as reading everything, and on SQLite the write-ahead \
            log only grows meanwhile.
            """)

    @OptionGroup var database: DatabaseFlags
    @OptionGroup var address: AddressFlags
    @Flag(help: "Ask the server that runs here with these settings instead, whether it is ready; for containers.")
    var ready = false

    @Flag(
        help: "Look at the whole database too: every page, row and foreign key, encoding, connections, clock and disk.")
    var deep = false

    func validate() throws {
        if ready, deep { throw ValidationError("--ready asks the server, and --deep looks at the database") }
    }

    func run() async throws {
        let settings = try database.settings(address.values)
        if ready {
            try ReadyProbe(host: settings.httpHost, port: settings.httpPort).run()
            return print("The server is ready.")
        }
        _ = try settings.webFolder.map { try WebPages.folder($0) }
        try await withDatabase(settings, for: .using) { database in
            let engine = database.dialect == .sqlite ? "SQLite" : "PostgreSQL"
            let migrator = Migrator(database, migrations: try Migration.embedded())
            do {
                if let refusal = SchemaRefusal(try await migrator.state()) { throw refusal }
            } catch let error as StorageError where deep && error.kind == .damaged {
                // What can be read shows only there.
                try await lookDeep(into: database)
                throw error
            }
            if deep { try await lookDeep(into: database) }
            print("The settings are right, \(engine) answers, and its schema fits.")
            if !settings.carriesMail {
                print("No way for mail is set: invitations go only by the link that the app shows.")
            }
            let moments = try await Upkeep(database).moments
            if let moment = moments[.backup] {
                print("The last backup is of \(moment.text).")
            } else {
                print("There was no backup yet: 'polier backup FILE' takes one.")
            }
            if let failure = moments[.backupFailure], failure > moments[.backup] ?? failure + .seconds(-1) {
                print("A backup failed at \(failure.text), and none has succeeded since.")
            }
            if let failure = moments[.drillFailure], failure > moments[.drill] ?? failure + .seconds(-1) {
                print("A backup couldn't be restored when that was tried at \(failure.text).")
            } else if let drill = moments[.drill] {
                print("A backup was restored on trial at \(drill.text).")
            } else {
                print("No backup was restored on trial yet: 'polier restore --drill FILE' does that.")
            }
        }
    }

    /// One line for each result. Throws `SettingsError` where one of them is wrong.
    private func lookDeep(into database: any BulkDatabase) async throws {
        let results = try await BlockingThread.run(name: "check") { try DeepCheck(database).run() }
        for result in results { print("\(result.isGood ? "ok   " : "WRONG") \(result.name): \(result.finding)") }
        let wrong = results.filter { !$0.isGood }
        guard wrong.isEmpty else {
            throw SettingsError("the database isn't as it should be: see \(wrong.map(\.name).joined(separator: ", "))")
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
