import ArgumentParser
import Core
import Foundation

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts a backup into an empty database of either engine.",
        discussion: """
            Makes the schema that the backup was taken from, fills it in one transaction, reads it back and compares, and \
            only then keeps it; then runs the migrations that came later. Interrupted at any point before, the database \
            stays empty.

            With --replace an SQLite file need not be empty: the backup is restored beside it, and once that is whole it \
            takes the old one's place, with its owner and mode. The old one stays under a dated name. It is refused while a \
            server has the file open.

            With --drill nothing is kept: the backup is restored into an SQLite file in a temporary folder (TMPDIR), whatever \
            engine it is of, checked as 'polier check' does, compared with how many companies and people the database has from \
            before, and deleted. Of a directory the newest backup is tried, and where there is a store, its copy there must hold \
            the same. The database notes how it went: 'polier check' and the metrics tell it.
            """)

    @OptionGroup var database: DatabaseFlags
    @Argument(
        help: "The backup's file, - for standard input, or s3:NAME for one in the store; with --drill also a directory."
    )
    var file: String
    @Flag(help: "Only try: restore into a throw-away SQLite file, check that, and note it.") var drill = false
    @Flag(help: "Take the place of the SQLite file that is there, which is kept under a dated name.")
    var replace = false

    func validate() throws {
        if drill, replace { throw ValidationError("--drill keeps nothing, and so can't --replace anything") }
    }

    func run() async throws {
        let settings = try database.settings()
        if drill { return try await Self.drill(file, settings) }
        let file = BackupFile(path: file)
        // First, so that nothing is made where there is no backup.
        let text = try await BlockingThread.run(name: "fetch") { try file.opened(fetchedFrom: settings.backupStore) }
        guard replace, let replaced = try Self.replaced(settings) else {
            return try await withDatabase(settings) { try await Self.restore(text, to: $0) }
        }
        do {
            let url = "sqlite:\(replaced.unfinished)"
            let database = try Stores.open(url, named: Setting.databaseURL.rawValue, settings, for: .making)
            try await closing(database) { try await Self.restore(text, to: $0) }
        } catch {
            replaced.removeUnfinished()
            throw error
        }
        let old = try replaced.finish(at: Runtime.live.now())
        print("The old database is \(old): delete it once you don't need it any more.")
    }

    private static func drill(_ path: String, _ settings: Settings) async throws {
        do {
            try await RestoreDrill(settings: settings) { print($0) }.run(path)
        } catch {
            try? await note(.drillFailure, settings)
            throw error
        }
        do {
            try await note(.drill, settings)
        } catch {
            // Far from the database, or while it is down: a person reads on, a timer's failure is seen.
            print(
                "The backup is good, but the database couldn't note it, so servers will tell of an older trial: \(error)"
            )
            throw ExitCode.failure
        }
    }

    private static func note(_ kind: Upkeep.Kind, _ settings: Settings) async throws {
        try await withDatabase(settings, for: .using) { database in
            let now = Runtime.live.now()
            try await Upkeep(database).note(kind, of: now, at: now)
        }
    }

    private static func replaced(_ settings: Settings) throws -> ReplacedDatabase? {
        guard let path = try Stores.sqlitePath(settings.databaseURL, named: Setting.databaseURL.rawValue) else {
            throw SettingsError(
                "--replace is for SQLite files; on PostgreSQL, rename the database (ALTER DATABASE … RENAME TO …) and make an "
                    + "empty one of its name")
        }
        return try ReplacedDatabase(path)
    }

    private static func restore(_ text: BackupText, to database: any BulkDatabase) async throws {
        let progress = ProgressLine()
        let contents = try await Backup.restore(text, to: database, migrations: try Migration.embedded()) {
            progress.show($0)
        }
        for table in contents { print(table.line) }
        print("Restored \(contents.summary), as of \(text.head.takenAt).")
    }
}
