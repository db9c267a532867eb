import ArgumentParser
import Core
import Storage

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Checks settings, database and schema, and shows when the last backup was taken and whether it can be restored.",
        discussion: """
            With --deep one line per result, ok or WRONG, and exit code 1 if anything is wrong. It checks the file (SQLite's \
            quick_check), reads every row of every table, checks every foreign key against the rows, and shows the encoding, the \
            clock, free disk space, and on PostgreSQL whether the pool fits the server's connection limits. Indexes are \
            checked on SQLite only. Servers may keep running; it takes as long as reading everything, and on SQLite the write-ahead \
            log keeps growing meanwhile.
            """)

    @OptionGroup var database: DatabaseFlags
    @OptionGroup var address: AddressFlags
    @Flag(help: "Ask the server that runs here with these settings whether it is ready; for containers.")
    var ready = false

    @Flag(
        help: "Check the whole database too: every page, row and foreign key, encoding, connections, clock and disk.")
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
                // Only the deep check shows what can still be read.
                try await lookDeep(into: database)
                throw error
            }
            if deep { try await lookDeep(into: database) }
            print("The settings are right, \(engine) answers, and its schema fits.")
            if !settings.carriesMail {
                print("No mail transport is set: people get invitations only as a link that the app shows.")
            }
            if let missingKey = settings.missingKey { print(missingKey) }
            let factors = Factors(database, policy: settings.factorPolicy(), runtime: .live)
            if try await factors.areUnreadable() { print(Settings.unreadableFactors) }
            let moments = try await Upkeep(database).moments
            if let moment = moments[.backup] {
                print("The last backup was taken at \(moment.text).")
            } else {
                print("There is no backup yet: 'polier backup FILE' takes one.")
            }
            if let failure = moments[.backupFailure], failure > moments[.backup] ?? failure + .seconds(-1) {
                print("A backup failed at \(failure.text), and none has succeeded since.")
            }
            if let failure = moments[.drillFailure], failure > moments[.drill] ?? failure + .seconds(-1) {
                print("A trial restore of a backup failed at \(failure.text).")
            } else if let drill = moments[.drill] {
                print("The last trial restore of a backup succeeded at \(drill.text).")
            } else {
                print("No backup has been restored on trial yet: 'polier restore --drill FILE' does that.")
            }
        }
    }

    /// Prints one line per result.
    /// - Throws: `SettingsError` if any of them is wrong.
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
    static let configuration = CommandConfiguration(
        abstract: "Shows the version, and the schema version that it knows.")

    func run() throws {
        let schema = try Migration.embedded().map(\.version).max() ?? 0
        print("polier \(Release.version) (schema \(schema))")
    }
}
