import ArgumentParser
import Core
import Foundation

struct BackUp: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Writes one picture of the whole database to a file, while servers go on serving.",
        discussion: """
            The file is compressed text that doesn't depend on the engine: 'polier restore' puts it into an empty database \
            of either. It has its name only once it is complete, and is for its owner alone (mode 0600): it holds all that \
            the database holds.

            For a timer: 'polier backup --keep 14 DIRECTORY' names the file by the time, and deletes all but the latest 14 \
            once it is complete.
            """)

    @OptionGroup var database: DatabaseFlags
    @Argument(help: "The file, - for standard output, or with --keep a directory.") var file: String
    @Option(help: "How many of the latest backups stay in the directory.") var keep: Int?
    @Flag(help: "Read a backup instead, and compare every count and hash in it; needs no database.") var verify = false

    func validate() throws {
        if let keep, keep < 1 { throw ValidationError("--keep \(keep): at least one backup stays") }
        if verify, keep != nil { throw ValidationError("--verify looks at one file, and --keep names a directory") }
    }

    func run() async throws {
        if verify { return try await Self.verify(BackupFile(path: file)) }
        try await withDatabase(try database.settings(), existing: true) { database in
            let now = Runtime.live.now()
            let folder = keep.map { _ in BackupFolder(path: file) }
            let target = try folder?.file(at: now) ?? BackupFile(path: file)
            let progress = ProgressLine()
            let contents = try await BlockingThread.run(name: "backup") {
                var contents: [TableContents] = []
                try target.write { write in
                    try withoutActuallyEscaping(write) { write in
                        let gzip = GzipWriter(write)
                        contents = try Backup.take(
                            from: database, polier: Release.version, at: now, tell: progress.show, to: gzip.add)
                        try gzip.finish()
                    }
                }
                return contents
            }
            say("Backed up \(contents.summary) to \(target.path).")
            guard let keep, let folder else { return }
            for name in try folder.keep(keep) { say("Deleted the old \(name).") }
        }
    }

    private static func verify(_ file: BackupFile) async throws {
        let progress = ProgressLine()
        let (head, contents) = try await BlockingThread.run(name: "verify") {
            let text = try file.opened()
            return (text.head, try text.verify(tell: progress.show))
        }
        for table in contents { print(table.line) }
        print("Whole: \(contents.summary), of \(head.takenAt) by polier \(head.polier), schema \(head.schema.title).")
    }

    /// Standard output may be the backup itself.
    private func say(_ sentence: String) {
        FileHandle.standardError.write(Data("\(sentence)\n".utf8))
    }
}

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts a backup into an empty database of either engine.",
        discussion: """
            Makes the schema that the backup was taken from, fills it in one transaction, reads it back and compares, and \
            only then keeps it; then runs the migrations that came later. Interrupted at any point before, the database \
            stays empty.
            """)

    @OptionGroup var database: DatabaseFlags
    @Argument(help: "The backup's file, or - for standard input.") var file: String

    func run() async throws {
        // First, so that nothing is made where there is no backup.
        let text = try BackupFile(path: file).opened()
        try await withDatabase(try database.settings()) { database in
            let progress = ProgressLine()
            let contents = try await Backup.restore(text, to: database, migrations: try Migration.embedded()) {
                progress.show($0)
            }
            for table in contents { print(table.line) }
            print("Restored \(contents.summary), as of \(text.head.takenAt).")
        }
    }
}
