import CSQLite
import Foundation
import Synchronization
import TestSupport

@testable import StoreSQLite

/// A disk in memory, behind a page cache, that can lose its power: a file system for SQLite (`sqlite3_vfs`) that keeps what
/// was synced apart from what was only written.
///
/// The model is ext4's and XFS's. Writes go to the cache and may reach the disk at any moment, in any order, in whole
/// calls or torn into sectors of 512 bytes; a file's size may arrive before its bytes; names are durable once their folder
/// is synced, and before that in their order. A sync that fails writes what it happens to write, and calls all of it
/// clean: only a page that is written again will ever be tried again. A process that ends leaves the cache as it is.
///
/// `@unchecked Sendable`: everything that changes is behind the one lock.
final class PowerDisk: @unchecked Sendable {
    /// What can fail, be counted, or be where the process ends.
    enum Call: CaseIterable { case sync, write, read, open, truncate, delete, syncFolder }

    /// How the cache stood when the power went.
    enum Loss: CaseIterable {
        /// Nothing but what was synced is left, nothing is lost, the first calls are left, some calls, or some sectors.
        case everything, nothing, allButTheFirst, calls, sectors
    }

    final class File {
        var cache: [UInt8] = []
        var disk: [UInt8] = []
        var pending: [Change] = []
    }

    enum Change {
        /// Whole pages of the cache, as the system writes them, and the file's size by then.
        case pages(at: Int, [UInt8])
        case size(Int)
    }

    final class Opened {
        let disk: PowerDisk
        let file: File
        let path: String
        /// The process that opened it.
        let life: Int
        /// Whether its first sync also syncs the folder, as the engine does with a log that it has created.
        var syncsFolder: Bool
        var lastError: Int32 = 0

        init(_ disk: PowerDisk, _ file: File, _ path: String, _ life: Int, syncsFolder: Bool) {
            (self.disk, self.file, self.path, self.life, self.syncsFolder) = (disk, file, path, life, syncsFolder)
        }
    }

    private struct Fault {
        let call: Call
        var countdown: Int
        let code: Int32
    }

    static let sector = 512
    static let page = 4096

    private let lock = NSRecursiveLock()
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let vfsName: UnsafeMutablePointer<CChar>
    private var random: Chance
    private var names: [String: File] = [:]
    private var durableNames: [String: File] = [:]
    private var nameChanges: [(name: String, file: File?)] = []
    var life = 0
    var locks: [String: [ObjectIdentifier: Int32]] = [:]
    var shared: [String: SharedMemory] = [:]
    var memory: [UnsafeMutableRawPointer] = []
    private var fault: Fault?
    private var faultMet = false
    private var diesOfFault = false
    private var forgetsAtWrite = false
    private var callsUntilDeath: Int?
    private var deathIn: (call: Call, countdown: Int)?
    private var counts: [Call: Int] = [:]
    /// Whether a sync says that it is done and does nothing.
    var lies = false
    /// Whether the folder is synced where the engine wants it; it doesn't notice where that fails.
    var engineSyncsFolders = true

    final class SharedMemory {
        var regions: [UnsafeMutableRawPointer] = []
        var users: Set<ObjectIdentifier> = []
        var locks: [[ObjectIdentifier: Bool]] = Array(repeating: [:], count: 8)
    }

    init(seed: UInt64) {
        random = Chance(seed)
        vfs = .allocate(capacity: 1)
        vfsName = strdup("power-\(UUID().uuidString)")
        vfs.initialize(to: PowerDisk.table(vfsName))
        vfs.pointee.pAppData = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_vfs_register(vfs, 0)
    }

    deinit {
        sqlite3_vfs_unregister(vfs)
        for region in memory { region.deallocate() }
        vfs.deallocate()
        free(vfsName)
    }

    /// For the driver's options.
    var asDisk: Disk {
        Disk(
            vfs: String(cString: vfsName), prepare: { self.create($0.path) },
            syncFolder: { _ in
                let code = self.locked { self.syncFolder() }
                if code != 0 { throw Failed(code: code) }
            })
    }

    struct Failed: Error { let code: Int32 }

    func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
        lock.lock()
        defer { lock.unlock() }
        return try body()
    }

    // MARK: What a test does to it

    /// Lets the n-th call of a kind from now on fail, and those after it go well.
    /// - Parameter dies: whether the process dies of it before it changes anything else.
    func fail(_ call: Call, at count: Int, with code: Int32, dies: Bool = false) {
        locked { (fault, faultMet, diesOfFault) = (Fault(call: call, countdown: count, code: code), false, dies) }
    }

    /// Whether the fault was met; there is none any more.
    func mend() -> Bool {
        locked {
            fault = nil
            return faultMet
        }
    }

    /// Ends the process before its n-th call that changes anything.
    func die(after calls: Int) { locked { callsUntilDeath = calls } }

    /// Ends the process within its n-th call of a kind: in a sync everything is written, and nothing yet synced.
    func die(in call: Call, at count: Int) { locked { deathIn = (call, count) } }

    /// Ends the process: all that it has open is dead, and the cache stays.
    func kill() {
        locked {
            life += 1
            (locks, shared, fault, callsUntilDeath, deathIn, diesOfFault) = ([:], [:], nil, nil, nil, false)
        }
    }

    /// Lets the cache forget what it holds clean: what is read from now on comes from the disk.
    func forget() {
        locked {
            for file in names.values where file.pending.isEmpty { file.cache = file.disk }
        }
    }

    /// Does `forget` at the next write.
    func forgetAtWrite() { locked { forgetsAtWrite = true } }

    /// How many processes have ended.
    var deaths: Int { locked { life } }
    func count(_ call: Call) -> Int { locked { counts[call] ?? 0 } }

    /// Cuts the power: what was synced is left, and of the rest what happened to be on the disk.
    func cutPower(losing loss: Loss) {
        locked {
            kill()
            let kept =
                switch loss {
                case .everything: 0
                case .nothing: nameChanges.count
                default: random.below(nameChanges.count + 1)
                }
            for (name, file) in nameChanges.prefix(kept) { durableNames[name] = file }
            nameChanges = []
            for file in Set(durableNames.values.map(ObjectIdentifier.init)) {
                guard let file = durableNames.values.first(where: { ObjectIdentifier($0) == file }) else { continue }
                settle(file, losing: loss)
                file.cache = file.disk
            }
            names = durableNames
        }
    }

    // MARK: Between the cache and the disk

    /// Lets of what waits for the disk reach it what the loss leaves.
    private func settle(_ file: File, losing loss: Loss) {
        let size = file.cache.count
        switch loss {
        case .everything: break
        case .nothing: for change in file.pending { apply(change, to: file) }
        case .allButTheFirst:
            for change in file.pending.prefix(random.below(file.pending.count + 1)) { apply(change, to: file) }
        case .calls: for change in file.pending where random.isHeads { apply(change, to: file) }
        case .sectors: for change in file.pending { apply(change, to: file) { self.random.isHeads } }
        }
        if loss != .everything, loss != .nothing, random.isHeads, file.disk.count < size {
            file.disk += [UInt8](repeating: 0, count: size - file.disk.count)
        }
        file.pending = []
    }

    private func apply(_ change: Change, to file: File, where isWritten: () -> Bool = { true }) {
        switch change {
        case .size(let size):
            guard isWritten() else { return }
            if size < file.disk.count { file.disk.removeLast(file.disk.count - size) }
            if size > file.disk.count { file.disk += [UInt8](repeating: 0, count: size - file.disk.count) }
        case .pages(let offset, let bytes):
            for start in stride(from: 0, to: bytes.count, by: Self.sector) where isWritten() {
                Self.copy(bytes[start..<min(start + Self.sector, bytes.count)], to: offset + start, in: &file.disk)
            }
        }
    }

    private static func copy(_ bytes: ArraySlice<UInt8>, to offset: Int, in content: inout [UInt8]) {
        let end = offset + bytes.count
        if end > content.count { content += [UInt8](repeating: 0, count: end - content.count) }
        content.withUnsafeMutableBytes { content in
            bytes.withUnsafeBytes { _ = memcpy(content.baseAddress! + offset, $0.baseAddress!, $0.count) }
        }
    }

    // MARK: What the engine does

    /// Counts a call. Nil where it may go on, else what it fails with.
    private func begin(_ call: Call, life callers: Int? = nil, changes: Bool = true) -> Int32? {
        if let callers, callers != life { return EIO }
        counts[call, default: 0] += 1
        if changes, let left = callsUntilDeath {
            if left <= 0 {
                kill()
                return EIO
            }
            callsUntilDeath = left - 1
        }
        if changes, faultMet, diesOfFault {
            kill()
            return EIO
        }
        if let death = deathIn, death.call == call {
            if death.countdown <= 1 {
                kill()
                return EIO
            }
            deathIn?.countdown -= 1
        }
        if var met = fault, met.call == call {
            met.countdown -= 1
            fault = met.countdown > 0 ? met : nil
            if met.countdown <= 0 {
                faultMet = true
                return met.code
            }
        }
        return nil
    }

    private func create(_ path: String) {
        locked {
            guard names[path] == nil else { return }
            let file = File()
            names[path] = file
            nameChanges.append((path, file))
        }
    }

    private func syncFolder() -> Int32 {
        if let code = begin(.syncFolder) { return code }
        if lies { return 0 }
        for (name, file) in nameChanges { durableNames[name] = file }
        nameChanges = []
        return 0
    }

    func open(_ path: String, _ flags: Int32) -> Opened? {
        locked {
            if begin(.open, changes: false) != nil { return nil }
            var isNew = false
            if names[path] == nil {
                guard flags & SQLITE_OPEN_CREATE != 0 else { return nil }
                create(path)
                isNew = true
            }
            return names[path].map { Opened(self, $0, path, life, syncsFolder: isNew) }
        }
    }

    func delete(_ path: String, syncsFolder: Bool) -> Int32 {
        locked {
            if begin(.delete) != nil { return IOError.delete }
            guard names[path] != nil else { return IOError.noEntry }
            names[path] = nil
            nameChanges.append((path, nil))
            return syncsFolder && engineSyncsFolders && syncFolder() != 0 ? IOError.syncFolder : SQLITE_OK
        }
    }

    func exists(_ path: String) -> Bool { locked { names[path] != nil } }

    func read(_ opened: Opened, _ memory: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int32 {
        locked {
            if let code = begin(.read, life: opened.life, changes: false) {
                opened.lastError = code
                // As the engine's own driver does, so that the rest of the engine speaks of a malformed file.
                return code == EIO ? IOError.corruptFileSystem : IOError.read
            }
            return opened.file.cache.withUnsafeBytes { cache in
                let there = max(0, min(memory.count, cache.count - offset))
                if there > 0 { memcpy(memory.baseAddress!, cache.baseAddress! + offset, there) }
                if there == memory.count { return SQLITE_OK }
                memset(memory.baseAddress! + there, 0, memory.count - there)
                opened.lastError = 0
                return IOError.shortRead
            }
        }
    }

    func write(_ opened: Opened, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int32 {
        locked {
            guard opened.life == life else { return IOError.write }
            if forgetsAtWrite { forget() }
            forgetsAtWrite = false
            let file = opened.file
            let failure = begin(.write)
            // A write that fails may have written its beginning.
            let count = failure == nil ? bytes.count : random.below(bytes.count)
            if count > 0 {
                Self.copy([UInt8](bytes.prefix(count))[...], to: offset, in: &file.cache)
                let start = offset / Self.page * Self.page
                let end = min((offset + count + Self.page - 1) / Self.page * Self.page, file.cache.count)
                file.pending.append(.pages(at: start, [UInt8](file.cache[start..<end])))
            }
            guard let failure else { return SQLITE_OK }
            opened.lastError = failure == ENOSPC ? 0 : failure
            return failure == ENOSPC ? SQLITE_FULL : IOError.write
        }
    }

    func truncate(_ opened: Opened, _ size: Int) -> Int32 {
        locked {
            if let code = begin(.truncate, life: opened.life) {
                opened.lastError = code
                return IOError.truncate
            }
            let file = opened.file
            if size < file.cache.count { file.cache.removeLast(file.cache.count - size) }
            if size > file.cache.count { file.cache += [UInt8](repeating: 0, count: size - file.cache.count) }
            file.pending.append(.size(size))
            return SQLITE_OK
        }
    }

    func sync(_ opened: Opened) -> Int32 {
        locked {
            if let code = begin(.sync, life: opened.life) {
                // Where the process only died, the cache still knows what is to be written.
                let losses: [Loss] = [.everything, .calls, .sectors]
                if opened.life == life { settle(opened.file, losing: losses[random.below(losses.count)]) }
                opened.lastError = code
                return IOError.sync
            }
            if lies { return SQLITE_OK }
            settle(opened.file, losing: .nothing)
            if opened.syncsFolder, engineSyncsFolders { _ = syncFolder() }
            opened.syncsFolder = false
            return SQLITE_OK
        }
    }

    func size(_ opened: Opened) -> Int { locked { opened.file.cache.count } }
}

/// The engine's extended codes, which are macros that Swift doesn't see (https://sqlite.org/rescode.html).
enum IOError {
    static let read = code(1), shortRead = code(2), write = code(3), sync = code(4), syncFolder = code(5)
    static let truncate = code(6), delete = code(10), access = code(13), lock = code(15), shmLock = code(20)
    static let shmMap = code(21), noEntry = code(23), corruptFileSystem = code(33)

    private static func code(_ number: Int32) -> Int32 { SQLITE_IOERR | number << 8 }
}
