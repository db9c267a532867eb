import ArgumentParser
import Core

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings the database's schema up to date.", subcommands: [Run.self, Status.self],
        defaultSubcommand: Run.self)

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Runs the pending migrations.")
        @OptionGroup var database: DatabaseFlags

        func run() async throws {
            try await withDatabase(try database.settings()) { database in
                let migrator = Migrator(database, migrations: try Migration.embedded())
                for name in try await migrator.migrate() { print("migrated: \(name)") }
                if let refusal = SchemaRefusal(try await migrator.state()) { throw refusal }
                print("The schema is up to date.")
            }
        }
    }

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows what was migrated, and what is pending.")
        @OptionGroup var database: DatabaseFlags

        func run() async throws {
            try await withDatabase(try database.settings(), for: .using) { database in
                let migrator = Migrator(database, migrations: try Migration.embedded())
                for row in try await migrator.history() {
                    print("\(row.name)  \(row.appliedAt.map { "applied \($0.text)" } ?? "being applied")")
                }
                switch try await migrator.state() {
                case .older(let pending): for name in pending { print("\(name)  pending") }
                case let state: print(SchemaRefusal(state)?.description ?? "The schema is up to date.")
                }
            }
        }
    }
}

/// Opens the database for one command, and closes it.
func withDatabase(
    _ settings: Settings, for use: DatabaseUse = .making, _ body: (any BulkDatabase) async throws -> Void
) async throws {
    try await closing(try Stores.open(settings, for: use), body)
}

/// Closes a database behind a command, whatever happens.
func closing(_ database: any BulkDatabase, _ body: (any BulkDatabase) async throws -> Void) async throws {
    do {
        try await body(database)
    } catch {
        await database.close()
        throw error
    }
    await database.close()
}
