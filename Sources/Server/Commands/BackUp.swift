import ArgumentParser
import Core
import Foundation
import ObjectStore

struct BackUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes one picture of the whole database to a file, while servers go on serving.",
        discussion: """
            The file is compressed text that doesn't depend on the engine: 'polier restore' puts it into an empty database \
            of either. It has its name only once it is complete, and is for its owner alone (mode 0600): it holds all that \
            the database holds.

            For a timer: 'polier backup --keep 14 DIRECTORY' names the file by the time, and deletes all but the latest 14 \
            once it is complete. Where that fails the database notes it, and servers tell of it in their metrics.

            With POLIER_BACKUP_S3_URL and its keys the complete file is uploaded too, under its own name; 'polier backup \
            --verify s3:NAME' and 'polier restore s3:NAME' fetch it from there.
            """)

    @OptionGroup var database: DatabaseFlags
    @Argument(help: "The file, - for standard output, or with --keep a directory, which is made where it is missing.")
    var file: String
    @Option(help: "How many of the latest backups stay in the directory.") var keep: Int?
    @Flag(help: "Read a backup instead, and compare every count and hash in it; needs no database.") var verify = false

    func validate() throws {
        if let keep, keep < 1 { throw ValidationError("--keep \(keep): at least one backup stays") }
        if verify, keep != nil { throw ValidationError("--verify looks at one file, and --keep names a directory") }
    }

    func run() async throws {
        let settings = try database.settings()
        if verify { return try await Self.verify(BackupFile(path: file), settings) }
        try await withDatabase(settings, for: .reading) { database in
            do {
                try await back(up: database, settings)
            } catch  where keep != nil {
                // Servers tell of what a timer's backups do, and not of an operator's slip. Where the database is what failed, they can't.
                let now = Runtime.live.now()
                try? await Upkeep(database).note(.backupFailure, of: now, at: now)
                throw error
            }
        }
    }

    /// Runs `body` on a thread of its own. Where the database is damaged, says which of its tables can be read.
    private func tellingDamage<Result: Sendable>(
        of database: any BulkDatabase, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        do {
            return try await BlockingThread.run(name: "backup", body)
        } catch let error as StorageError where error.kind == .damaged {
            let tables = try? await BlockingThread.run(name: "backup") { try TableReading.all(of: database) }
            for table in tables ?? [] { say("  \(table)") }
            throw error
        }
    }

    private func back(up database: any BulkDatabase, _ settings: Settings) async throws {
        let now = Runtime.live.now()
        let folder = keep.map { _ in BackupFolder(path: file) }
        let target = try folder?.file(at: now) ?? BackupFile(path: file)
        let progress = ProgressLine()
        let contents = try await tellingDamage(of: database) {
            var contents: [TableContents] = []
            try target.write { write in
                try withoutActuallyEscaping(write) { write in
                    let gzip = try GzipWriter(write)
                    contents = try Backup.take(
                        from: database, polier: Release.version, at: now, tell: progress.show, to: gzip.add)
                    try gzip.finish()
                }
            }
            return contents
        }
        say("Backed up \(contents.summary) to \(target.path).")
        // Before the upload: a store that can't be reached shall not fill the disk.
        if let keep, let folder {
            let kept = try folder.keep(keep, with: target)
            for name in kept.deleted { say("Deleted the old \(name).") }
            for name in kept.future {
                say("\(name) has a date in the future: it stays, and doesn't count among the \(keep).")
            }
        }
        if let store = settings.backupStore, target.path != "-" {
            try await BlockingThread.run(name: "upload") { try target.upload(to: store) }
            say("Uploaded it to \(store.url).")
        }
        // What a program reads here may end anywhere.
        guard target.path != "-" else { return }
        do {
            try await Upkeep(database).note(.backup, of: now, at: Runtime.live.now())
        } catch {
            // A standby and a read-only disk take no note, and neither does a schema that is to be migrated after this backup.
            say("The database couldn't note it, so servers will tell of an older one: \(error)")
        }
    }

    private static func verify(_ file: BackupFile, _ settings: Settings) async throws {
        let progress = ProgressLine()
        let (head, contents) = try await BlockingThread.run(name: "verify") {
            let text = try file.opened(fetchedFrom: settings.backupStore)
            return (text.head, try text.verify(tell: progress.show))
        }
        for table in contents { print(table.line) }
        print("Whole: \(contents.summary), of \(head.takenAt) by polier \(head.polier), schema \(head.schema.title).")
    }

    /// Standard output may be the backup itself.
    private func say(_ sentence: String) {
        StandardError.write("\(sentence)\n")
    }
}
