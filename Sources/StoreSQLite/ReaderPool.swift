internal import CSQLite
internal import Storage
internal import Synchronization

/// The connections that read. A call takes one, or opens one where all are taken, and puts it back: readers never wait.
final class ReaderPool: Sendable {
    private struct State {
        var idle: [Connection] = []
        var busy = 0
        var isClosed = false
    }

    private let file: DatabaseFile
    private let options: SQLiteDatabase.Options
    private let state = Mutex(State())

    /// How many stay open when idle.
    private static let mostIdle = 16

    init(_ file: DatabaseFile, _ options: SQLiteDatabase.Options) {
        self.file = file
        self.options = options
    }

    /// Runs the readings on one connection, on the calling thread. Several run in one transaction: not for a snapshot,
    /// which isn't promised, but because each read outside of one acquires and releases a lock with two system calls.
    func read(_ readings: [any Reading]) throws {
        let reader = try take()
        defer { putBack(reader) }
        guard readings.count > 1 else { return try run(readings, on: reader) }
        try reader.inReadTransaction { try run(readings, on: reader) }
    }

    private func run(_ readings: [any Reading], on connection: Connection) throws {
        for reading in readings { try connection.run(reading.statement) { row in try reading.take(row) } }
    }

    /// Closes the idle connections now, and those in use when they come back.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle
        }
        // They are released only here, with their statements, and not while the lock is held.
        withExtendedLifetime(idle) {}
    }

    /// What is wrong with the header of the file that is open; nil where nothing is, or it can't be read now.
    func faultOfHeader() -> String? {
        guard file.disk.vfs == nil, let reader = try? take() else { return nil }
        defer { putBack(reader) }
        return withUnsafeTemporaryAllocation(byteCount: 100, alignment: 8) { header in
            guard let open = EngineFile.database(of: reader) else { return nil }
            guard open.read(into: header, at: 0) == SQLITE_OK else {
                // Otherwise a later error would be taken for this one.
                _ = open.takeSystemError()
                return nil
            }
            return file.watch.look(atHeader: UnsafeRawBufferPointer(header), of: file)
        }
    }

    /// How many are in use, and how many are idle.
    var count: (busy: Int, idle: Int) { state.withLock { ($0.busy, $0.idle.count) } }

    private func take() throws -> Connection {
        let idle: Connection? = try state.withLock { state in
            if state.isClosed { throw StorageError(.unavailable, "the database is closed") }
            state.busy += 1
            return state.idle.popLast()
        }
        do {
            return try idle ?? Connection.reader(file, options)
        } catch {
            state.withLock { $0.busy -= 1 }
            throw error
        }
    }

    private func putBack(_ reader: Connection) {
        state.withLock { state in
            state.busy -= 1
            if !state.isClosed, state.idle.count < Self.mostIdle { state.idle.append(reader) }
        }
    }
}
