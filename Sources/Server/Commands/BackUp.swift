import ArgumentParser
import Core
import Foundation
import ObjectStore
import Storage

struct BackUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes a snapshot of the whole database to a file, while servers keep running.",
        discussion: """
            The file is compressed text that doesn't depend on the engine: 'polier restore' loads it into an empty database \
            of either. It gets its name only once it is complete, and only its owner can read it (mode 0600), because it holds \
            everything in the database.

            For timers: 'polier backup --keep 14 DIRECTORY' names the file after the time, and deletes all but the latest 14 \
            once it is complete. A failure is recorded in the database, and servers report it in their metrics.

            With POLIER_BACKUP_S3_URL and its keys the complete file is also uploaded, under the same name; 'polier backup \
            --verify s3:NAME' and 'polier restore s3:NAME' fetch it from there.
            """)

    @OptionGroup var database: DatabaseFlags
    @Argument(help: "The file, - for standard output, or with --keep a directory, which is created if it is missing.")
    var file: String
    @Option(help: "How many of the latest backups to keep in the directory.") var keep: Int?
    @Flag(help: "Read a backup instead, and compare every count and hash in it; no database is needed.") var verify =
        false

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
                // Servers report how a timer's backups go, not an operator's typing error. If the database itself failed, they can't.
                let now = Runtime.live.now()
                try? await Upkeep(database).note(.backupFailure, of: now, at: now)
                throw error
            }
        }
    }

    /// Runs `body` on its own thread. If the database is damaged, prints which of its tables can be read.
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
        // Before the upload, so that an unreachable store doesn't fill the disk.
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
        // A program that reads standard output may stop at any point.
        guard target.path != "-" else { return }
        do {
            try await Upkeep(database).note(.backup, of: now, at: Runtime.live.now())
        } catch {
            // Standbys and read-only disks can't record it, nor can a schema that will be migrated after this backup.
            say("The database couldn't note it, so servers will tell of an older one: \(error.told)")
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

    /// Standard output may carry the backup itself.
    private func say(_ sentence: String) {
        StandardError.write("\(sentence)\n")
    }
}
