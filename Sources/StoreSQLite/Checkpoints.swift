internal import CSQLite

/// Moves what was committed from the write-ahead log into the database file, on the writer's thread and between groups:
/// the engine's automatic checkpoint would run within the COMMIT, while the callers of that group wait.
final class Checkpoints {
    /// A checkpoint costs two fsyncs and writes each changed page once, however often the log holds it, so they are not
    /// too often. In pages of 4 KiB.
    static let usualInterval: Int32 = 4000

    private let connection: Connection
    private let interval: Int32
    private var framesInLog: Int32 = 0
    private var next: Int32

    init(_ connection: Connection, interval: Int32) {
        self.connection = connection
        self.interval = interval
        next = interval
        sqlite3_wal_hook(
            connection.handle,
            { context, _, _, frames in
                if let context { Unmanaged<Checkpoints>.fromOpaque(context).takeUnretainedValue().committed(frames) }
                return SQLITE_OK
            },
            Unmanaged.passUnretained(self).toOpaque())
    }

    deinit { sqlite3_wal_hook(connection.handle, nil, nil) }

    private func committed(_ frames: Int32) {
        // Fewer than before: the log starts again.
        if frames < framesInLog { next = interval }
        framesInLog = frames
    }

    /// Moves the pages once there are enough. Never waits: where a reader still needs the old pages, the log
    /// grows, and the next attempt comes an interval later. An error is left to the next attempt too: the log holds
    /// everything.
    func moveIfDue() {
        guard framesInLog >= next else { return }
        move(SQLITE_CHECKPOINT_PASSIVE)
        next = framesInLog + interval
    }

    /// Makes an attempt due even if there are not enough pages: the disk is full, and after a checkpoint the log can
    /// be written again from its start.
    func hurry() { next = 0 }

    /// Moves all of it and empties the log, as far as readers of other processes let it.
    func moveAll() {
        move(SQLITE_CHECKPOINT_TRUNCATE)
    }

    private func move(_ mode: Int32) {
        let code = sqlite3_wal_checkpoint_v2(connection.handle, "main", mode, nil, nil)
        // Otherwise a later error that the system didn't cause would be taken for this one.
        if code != SQLITE_OK { _ = connection.takeSystemError() }
    }
}
