import ArgumentParser
import Core
import Foundation
import Storage

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Restores a backup into an empty database of either engine.",
        discussion: """
            Creates the schema that the backup was taken from, fills it in one transaction, reads it back and compares, and \
            only then commits; then runs later migrations. Interrupted at any point before that, the database stays empty.

            With --replace an SQLite file need not be empty: the backup is restored beside it, and once complete it takes the \
            old file's place, with its owner and mode. The old file is kept under a dated name. This is refused while a server \
            has the file open.

            With --drill nothing is kept: the backup is restored into an SQLite file in a temporary folder (TMPDIR), whichever \
            engine it came from, checked like 'polier check', compared with the number of companies and people that the \
            database has from that time, and deleted. For a directory, the newest backup is tried, and if there is a store, its \
            copy there must hold the same. The result is recorded in the database; 'polier check' and the metrics show it.
            """)

    @OptionGroup var database: DatabaseFlags
    @Argument(
        help: "The backup's file, - for standard input, or s3:NAME for one in the store; with --drill also a directory."
    )
    var file: String
    @Flag(help: "Trial only: restore into a temporary SQLite file, check that, and record the result.") var drill =
        false
    @Flag(help: "Replace the existing SQLite file, which is kept under a dated name.")
    var replace = false

    func validate() throws {
        if drill, replace { throw ValidationError("--drill keeps nothing, and so can't --replace anything") }
    }

    func run() async throws {
        let settings = try database.settings()
        if drill {
            // A name that was mistyped says nothing about the backups, and so isn't noted.
            let isElsewhere = file == "-" || file.hasPrefix(BackupFile.inStore)
            guard isElsewhere || FileManager.default.fileExists(atPath: file) else {
                throw CopyRefusal("there is no file or directory \(file) to try")
            }
            return try await Self.drill(file, settings)
        }
        let file = BackupFile(path: file)
        // First, so that nothing is created if there is no backup.
        let text = try await BlockingThread.run(name: "fetch") { try file.opened(fetchedFrom: settings.backupStore) }
        try refuseServed(settings)
        guard replace, let replaced = try Self.replaced(settings) else {
            return try await withDatabase(settings) { try await Self.restore(text, to: $0) }
        }
        do {
            let url = "sqlite:\(replaced.unfinished)"
            let database = try Stores.open(url, named: SettingTable.rows.databaseURL.name, settings, for: .making)
            try await closing(database) { try await Self.restore(text, to: $0) }
        } catch {
            replaced.removeUnfinished()
            throw error
        }
        let old = try replaced.finish(at: Runtime.live.now())
        print("The old database is \(old): delete it once you don't need it any more.")
    }

    /// A server goes on with the file that it has, also where that was moved away: it would never see what is restored in its place.
    private func refuseServed(_ settings: Settings) throws {
        guard let path = try Stores.sqlitePath(settings.databaseURL, named: SettingTable.rows.databaseURL.name) else {
            return
        }
        guard replace || !FileManager.default.fileExists(atPath: path), let holder = ServingLock.holder(of: path)
        else { return }
        throw CopyRefusal("\(path) is in use by a server (\(holder)): stop that first")
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
            // The database may be unreachable here: a person reads the sentence, and a timer's failure is noticed.
            print(
                "The backup is good, but the database couldn't record it, so servers will report an older trial: \(error.told)"
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
        guard let path = try Stores.sqlitePath(settings.databaseURL, named: SettingTable.rows.databaseURL.name) else {
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
        try await HourErasures(database, runtime: .live).postpone()
        for table in contents { print(table.line) }
        print("Restored \(contents.summary), as of \(text.head.takenAt).")
    }
}
