internal import CSQLite
internal import Storage
internal import Synchronization

/// Makes recovered commits durable before any caller sees them.
///
/// The engine recovers from its write-ahead log whatever it can read there, and that is what the system's page cache
/// holds, not what is on the disk. Frames are in the cache only where the last process was killed while it synced them,
/// and also where their sync failed: then the cache calls them clean, no further sync writes them, and on the disk they
/// are missing permanently. Later commits would be lost with them, and a checkpoint of them would
/// leave half of itself in the file. So each frame is overwritten with its own bytes, which makes the cache write it
/// again, and the log is synced.
///
/// This happens under the write lock, so the log neither grows nor starts again meanwhile. Readers and a checkpoint of
/// another process may go on: they read the same bytes before, during and after. A power cut in between leaves of each
/// sector the old bytes or the new ones, which are the same wherever the frame was durable before.
final class RecoveredLog: Sendable {
    let file: DatabaseFile
    private let isDurableNow: Atomic<Bool>

    /// - Parameter synchronous: where nothing is ever synced, durability isn't promised.
    init(_ file: DatabaseFile, _ synchronous: SQLiteDatabase.Options.Synchronous) {
        self.file = file
        isDurableNow = Atomic(synchronous == .off)
    }

    /// Whether statements may be served.
    var isDurable: Bool { isDurableNow.load(ordering: .acquiring) }

    /// Makes the log, the database file and their names durable, unless that was done before. Call it outside of any
    /// transaction, on a connection that may write.
    /// - Throws: `StorageError` with a whole sentence: `.unavailable` where another process holds the write lock,
    ///   `.diskFailure` or `.full` where the disk refuses the writes. It may then be called again.
    func makeDurable(on connection: Connection) throws {
        guard !isDurable else { return connection.checkpointsWhenClosed(true) }
        // Taking the lock runs the engine's own recovery, unless the file is open already.
        let begin = try connection.prepare(Array("BEGIN IMMEDIATE".utf8))
        let end = try connection.prepare(Array("ROLLBACK".utf8))
        try connection.run(begin)
        // Nothing was changed.
        defer { try? connection.run(end) }
        guard let database = EngineFile.database(of: connection), let log = EngineFile.log(of: connection),
            let memory = database.sharedMemory
        else { throw StorageError(.diskFailure, "The log of the database file '\(file.path)' cannot be read.") }
        try LogRewrite(LogHeader(memory), of: log, connection).run()
        // For a file that was just copied here, or written by a server with synchronous=off.
        try expect(database.sync(), connection)
        // The engine syncs the folder after creating the log, but ignores a failure.
        try file.disk.syncFolder(file.folder)
        isDurableNow.store(true, ordering: .releasing)
        connection.checkpointsWhenClosed(true)
    }

    /// Keeps a failed commit from coming back after a restart, as far as possible: its frames may be in
    /// the log whole, although their sync failed, and only this process knows that they don't count. The next commit
    /// takes their place, but it may never come.
    static func eraseFailedCommit(on connection: Connection) throws {
        let begin = try connection.prepare(Array("BEGIN IMMEDIATE".utf8))
        let rollBack = try connection.prepare(Array("ROLLBACK".utf8))
        try connection.run(begin)
        defer { try? connection.run(rollBack) }
        guard let log = EngineFile.log(of: connection),
            let memory = EngineFile.database(of: connection)?.sharedMemory
        else { return }
        let end = LogHeader(memory).end
        guard log.size >= end + Int64(LogHeader.frameHeaderSize) else { return }
        // Without its salts a frame is invalid, and so are those after it.
        let nothing = [UInt8](repeating: 0, count: LogHeader.frameHeaderSize)
        let code = nothing.withUnsafeBytes { log.write($0, at: end) }
        // Or a later error would be taken for this one.
        if code != SQLITE_OK { _ = log.takeSystemError() }
    }

    private func expect(_ code: Int32, _ connection: Connection) throws {
        guard code == SQLITE_OK else { throw connection.failureOfFile(code) }
    }
}
