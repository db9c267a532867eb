import ArgumentParser
import Core
import Storage

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
        static let configuration = CommandConfiguration(
            abstract: "Shows which migrations were applied, which are pending, and which servers run on the schema.",
            discussion: """
                'runs-with N' belongs to a migration: servers from schema version N on run on the schema that it makes. 'polier version' \
                shows a server's.
                """)
        @OptionGroup var database: DatabaseFlags

        func run() async throws {
            let migrations = try Migration.embedded()
            try await withDatabase(try database.settings(), for: .using) { database in
                let migrator = Migrator(database, migrations: migrations)
                let applied = try await migrator.history()
                for row in applied {
                    let state = row.appliedAt.map { "applied \($0.text)" } ?? "being applied"
                    print("\(row.name)  \(state)  runs-with \(row.runsWith)")
                }
                switch try await migrator.state() {
                case .older(let pending):
                    for migration in migrations where pending.contains(migration.name) {
                        print("\(migration.name)  pending  runs-with \(migration.runsWith)")
                    }
                case let state: print(SchemaRefusal(state)?.description ?? "The schema is up to date.")
                }
                if let oldest = applied.filter({ $0.appliedAt != nil }).map(\.runsWith).max() {
                    print("Servers of schema version \(oldest) and later run on it.")
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

/// Closes the database after a command, also when it throws.
func closing(_ database: any BulkDatabase, _ body: (any BulkDatabase) async throws -> Void) async throws {
    do {
        try await body(database)
    } catch {
        await database.close()
        throw error
    }
    await database.close()
}
