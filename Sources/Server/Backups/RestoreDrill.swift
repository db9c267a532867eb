import Core
import Foundation
import Storage

/// A trial restore of a backup, into an SQLite file in a temporary folder, whichever engine the backup came from.
struct RestoreDrill {
    let settings: Settings
    let say: (String) -> Void

    /// Tries the newest backup of a folder, or one file.
    ///
    /// If backups also go to a store, the newest one's copy there is fetched and must hold the same.
    /// - Throws: `CopyRefusal` and `StorageError` if the backup can't be restored; `SchemaRefusal` if it can't be migrated to this
    ///   version's schema.
    func run(_ path: String) async throws {
        var there = stat()
        let isFolder = stat(path, &there) == 0 && there.st_mode & S_IFMT == S_IFDIR
        let file =
            isFolder ? try BackupFolder(path: path).newest(at: Runtime.live.now()) : BackupFile(path: path)
        let text = try await opened(file)
        let contents = try await restore(text)
        say("\(file.path) can be restored: \(contents.summary), as of \(text.head.takenAt).")
        guard isFolder, settings.backupStore != nil else { return }
        let stored = BackupFile(path: BackupFile.inStore + URL(fileURLWithPath: file.path).lastPathComponent)
        let copy = try await opened(stored)
        guard try await BlockingThread.run(name: "verify", { try copy.verify { _ in } }) == contents else {
            throw CopyRefusal("\(stored.path) is complete, but holds something other than \(file.path)")
        }
        say("Its copy in the store holds the same.")
    }

    private func opened(_ file: BackupFile) async throws -> BackupText {
        let store = settings.backupStore
        return try await BlockingThread.run(name: "fetch") { try file.opened(fetchedFrom: store) }
    }

    private func restore(_ text: BackupText) async throws -> [TableContents] {
        let path = try ScratchFolder.make()
        defer { try? FileManager.default.removeItem(atPath: path) }
        // It is deleted afterwards, so it needs no syncs.
        let url = "sqlite:\(path)/polier.sqlite?synchronous=off"
        let trial = try Stores.open(url, named: "the trial", settings, for: .making)
        var contents: [TableContents] = []
        try await closing(trial) { trial in
            let migrations = try Migration.embedded()
            let progress = ProgressLine()
            contents = try await Backup.restore(text, to: trial, migrations: migrations) { progress.show($0) }
            if let refusal = SchemaRefusal(try await Migrator(trial, migrations: migrations).state()) { throw refusal }
            try await compare(trial, asOf: text.head.takenAt)
        }
        return contents
    }

    /// Compares the restored database with the one that was backed up, if that can be reached.
    private func compare(_ trial: any BulkDatabase, asOf moment: String) async throws {
        guard let moment = Instant(moment) else { throw CopyRefusal("the backup doesn't say when it was taken") }
        let there: BackedUp
        do {
            let database = try Stores.open(settings, for: .using)
            var found: BackedUp?
            // The clocks of several servers differ slightly.
            try await closing(database) { found = try await BackedUp(in: $0, before: moment + .seconds(-120)) }
            guard let found else { return }
            there = found
        } catch {
            return say("It couldn't be compared with the database: \(error.told)")
        }
        try await BackedUp(in: trial, before: moment + .seconds(-120)).check(against: there)
    }
}
