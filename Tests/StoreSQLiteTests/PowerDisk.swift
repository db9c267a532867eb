import CSQLite
import Foundation
import Synchronization

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

    fileprivate final class File {
        var cache: [UInt8] = []
        var disk: [UInt8] = []
        fileprivate var pending: [Change] = []
    }

    fileprivate enum Change {
        /// Whole pages of the cache, as the system writes them, and the file's size by then.
        case pages(at: Int, [UInt8])
        case size(Int)
    }

    fileprivate final class Opened {
        let disk: PowerDisk
        fileprivate let file: File
        let path: String
        /// The process that opened it.
        let life: Int
        /// Whether its first sync also syncs the folder, as the engine does with a log that it has created.
        var syncsFolder: Bool
        var lastError: Int32 = 0

        fileprivate init(_ disk: PowerDisk, _ file: File, _ path: String, _ life: Int, syncsFolder: Bool) {
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
    private var random: Seeded
    private var names: [String: File] = [:]
    private var durableNames: [String: File] = [:]
    private var nameChanges: [(name: String, file: File?)] = []
    private var life = 0
    private var locks: [String: [ObjectIdentifier: Int32]] = [:]
    private var shared: [String: SharedMemory] = [:]
    private var memory: [UnsafeMutableRawPointer] = []
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

    fileprivate final class SharedMemory {
        var regions: [UnsafeMutableRawPointer] = []
        var users: Set<ObjectIdentifier> = []
        var locks: [[ObjectIdentifier: Bool]] = Array(repeating: [:], count: 8)
    }

    init(seed: UInt64) {
        random = Seeded(seed)
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

    private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
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

    fileprivate func open(_ path: String, _ flags: Int32) -> Opened? {
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

    fileprivate func delete(_ path: String, syncsFolder: Bool) -> Int32 {
        locked {
            if begin(.delete) != nil { return IOError.delete }
            guard names[path] != nil else { return IOError.noEntry }
            names[path] = nil
            nameChanges.append((path, nil))
            return syncsFolder && engineSyncsFolders && syncFolder() != 0 ? IOError.syncFolder : SQLITE_OK
        }
    }

    fileprivate func exists(_ path: String) -> Bool { locked { names[path] != nil } }

    fileprivate func read(_ opened: Opened, _ memory: UnsafeMutableRawBufferPointer, _ offset: Int) -> Int32 {
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

    fileprivate func write(_ opened: Opened, _ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int32 {
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

    fileprivate func truncate(_ opened: Opened, _ size: Int) -> Int32 {
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

    fileprivate func sync(_ opened: Opened) -> Int32 {
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

    fileprivate func size(_ opened: Opened) -> Int { locked { opened.file.cache.count } }

    // MARK: Locks and shared memory, of the processes that live

    fileprivate func take(_ opened: Opened, _ level: Int32) -> Int32 {
        locked {
            guard opened.life == life else { return IOError.lock }
            let own = ObjectIdentifier(opened)
            let held = locks[opened.path, default: [:]].filter { $0.key != own }
            let others = held.values.max() ?? SQLITE_LOCK_NONE
            let isFree =
                switch level {
                case SQLITE_LOCK_SHARED: others < SQLITE_LOCK_PENDING
                case SQLITE_LOCK_RESERVED: others < SQLITE_LOCK_RESERVED
                default: others == SQLITE_LOCK_NONE
                }
            guard isFree else { return SQLITE_BUSY }
            let now = locks[opened.path]?[own] ?? SQLITE_LOCK_NONE
            locks[opened.path, default: [:]][own] = max(level, now)
            return SQLITE_OK
        }
    }

    fileprivate func giveBack(_ opened: Opened, _ level: Int32) {
        locked {
            guard opened.life == life else { return }
            locks[opened.path, default: [:]][ObjectIdentifier(opened)] = level == SQLITE_LOCK_NONE ? nil : level
        }
    }

    fileprivate func isReserved(_ opened: Opened) -> Bool {
        locked { locks[opened.path, default: [:]].values.contains { $0 >= SQLITE_LOCK_RESERVED } }
    }

    fileprivate func map(
        _ opened: Opened, _ region: Int, _ size: Int, _ extends: Bool
    ) -> (Int32, UnsafeMutableRawPointer?) {
        locked {
            guard opened.life == life else { return (IOError.shmMap, nil) }
            let own = shared[opened.path] ?? SharedMemory()
            shared[opened.path] = own
            own.users.insert(ObjectIdentifier(opened))
            while own.regions.count <= region {
                guard extends else { return (SQLITE_OK, nil) }
                let made = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
                made.initializeMemory(as: UInt8.self, repeating: 0, count: size)
                memory.append(made)
                own.regions.append(made)
            }
            return (SQLITE_OK, own.regions[region])
        }
    }

    fileprivate func lockShared(_ opened: Opened, _ slots: Range<Int>, _ flags: Int32) -> Int32 {
        locked {
            guard opened.life == life, let own = shared[opened.path] else { return IOError.shmLock }
            let key = ObjectIdentifier(opened)
            if flags & SQLITE_SHM_UNLOCK != 0 {
                for slot in slots { own.locks[slot][key] = nil }
                return SQLITE_OK
            }
            let isExclusive = flags & SQLITE_SHM_EXCLUSIVE != 0
            for slot in slots {
                let others = own.locks[slot].filter { $0.key != key }
                guard isExclusive ? others.isEmpty : !others.values.contains(true) else { return SQLITE_BUSY }
            }
            for slot in slots { own.locks[slot][key] = isExclusive }
            return SQLITE_OK
        }
    }

    fileprivate func unmap(_ opened: Opened, deletes: Bool) {
        locked {
            guard opened.life == life, let own = shared[opened.path] else { return }
            for slot in own.locks.indices { own.locks[slot][ObjectIdentifier(opened)] = nil }
            own.users.remove(ObjectIdentifier(opened))
            // Whoever opens it first finds it empty.
            if deletes || own.users.isEmpty { shared[opened.path] = nil }
        }
    }

    fileprivate func barrier() { locked {} }
}

/// The engine's extended codes, which are macros that Swift doesn't see (https://sqlite.org/rescode.html).
private enum IOError {
    static let read = code(1), shortRead = code(2), write = code(3), sync = code(4), syncFolder = code(5)
    static let truncate = code(6), delete = code(10), access = code(13), lock = code(15), shmLock = code(20)
    static let shmMap = code(21), noEntry = code(23), corruptFileSystem = code(33)

    private static func code(_ number: Int32) -> Int32 { SQLITE_IOERR | number << 8 }
}

/// Chance that comes out the same each time (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    mutating func below(_ limit: Int) -> Int { limit < 1 ? 0 : Int(next() % UInt64(limit)) }
    var isHeads: Bool { mutating get { next() & 1 == 0 } }
}

// MARK: - The engine's tables of functions

extension PowerDisk {
    /// What the engine keeps for an open file: its own part comes first.
    private struct Slot {
        var base: sqlite3_file
        var opened: Unmanaged<Opened>?
    }

    private static func opened(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Opened? {
        guard let file else { return nil }
        return UnsafeMutableRawPointer(file).assumingMemoryBound(to: Slot.self).pointee.opened?.takeUnretainedValue()
    }

    private static func disk(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> PowerDisk? {
        vfs?.pointee.pAppData.map { Unmanaged<PowerDisk>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Never changed, and there as long as the process.
    nonisolated(unsafe) private static let methods: UnsafeMutablePointer<sqlite3_io_methods> = {
        var table = sqlite3_io_methods()
        table.iVersion = 2
        table.xClose = { file in
            guard let opened = PowerDisk.opened(file), let file else { return SQLITE_OK }
            opened.disk.giveBack(opened, SQLITE_LOCK_NONE)
            UnsafeMutableRawPointer(file).assumingMemoryBound(to: Slot.self).pointee.opened?.release()
            UnsafeMutableRawPointer(file).assumingMemoryBound(to: Slot.self).pointee.opened = nil
            return SQLITE_OK
        }
        table.xRead = { file, memory, count, offset in
            guard let opened = PowerDisk.opened(file) else { return SQLITE_IOERR }
            let memory = UnsafeMutableRawBufferPointer(start: memory, count: Int(count))
            return opened.disk.read(opened, memory, Int(offset))
        }
        table.xWrite = { file, bytes, count, offset in
            guard let opened = PowerDisk.opened(file) else { return SQLITE_IOERR }
            return opened.disk.write(opened, UnsafeRawBufferPointer(start: bytes, count: Int(count)), Int(offset))
        }
        table.xTruncate = { file, size in
            PowerDisk.opened(file).map { $0.disk.truncate($0, Int(size)) } ?? SQLITE_IOERR
        }
        table.xSync = { file, _ in PowerDisk.opened(file).map { $0.disk.sync($0) } ?? SQLITE_IOERR }
        table.xFileSize = { file, size in
            guard let opened = PowerDisk.opened(file) else { return SQLITE_IOERR }
            size?.pointee = Int64(opened.disk.size(opened))
            return SQLITE_OK
        }
        table.xLock = { file, level in PowerDisk.opened(file).map { $0.disk.take($0, level) } ?? SQLITE_IOERR }
        table.xUnlock = { file, level in
            if let opened = PowerDisk.opened(file) { opened.disk.giveBack(opened, level) }
            return SQLITE_OK
        }
        table.xCheckReservedLock = { file, answer in
            answer?.pointee = PowerDisk.opened(file).map { $0.disk.isReserved($0) } == true ? 1 : 0
            return SQLITE_OK
        }
        table.xFileControl = { file, operation, argument in
            guard operation == SQLITE_FCNTL_LAST_ERRNO, let opened = PowerDisk.opened(file) else {
                return SQLITE_NOTFOUND
            }
            argument?.assumingMemoryBound(to: Int32.self).pointee = opened.lastError
            return SQLITE_OK
        }
        table.xSectorSize = { _ in Int32(PowerDisk.page) }
        table.xDeviceCharacteristics = { _ in SQLITE_IOCAP_POWERSAFE_OVERWRITE }
        table.xShmMap = { file, region, size, extends, memory in
            guard let opened = PowerDisk.opened(file) else { return SQLITE_IOERR }
            let (code, found) = opened.disk.map(opened, Int(region), Int(size), extends != 0)
            memory?.pointee = found
            return code
        }
        table.xShmLock = { file, first, count, flags in
            guard let opened = PowerDisk.opened(file) else { return SQLITE_IOERR }
            return opened.disk.lockShared(opened, Int(first)..<Int(first + count), flags)
        }
        table.xShmBarrier = { file in PowerDisk.opened(file)?.disk.barrier() }
        table.xShmUnmap = { file, deletes in
            if let opened = PowerDisk.opened(file) { opened.disk.unmap(opened, deletes: deletes != 0) }
            return SQLITE_OK
        }
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: table)
        return methods
    }()

    private static func table(_ name: UnsafeMutablePointer<CChar>) -> sqlite3_vfs {
        var table = sqlite3_vfs()
        table.iVersion = 2
        table.szOsFile = Int32(MemoryLayout<Slot>.size)
        table.mxPathname = 512
        table.zName = UnsafePointer(name)
        table.xOpen = { vfs, path, file, flags, outFlags in
            guard let disk = PowerDisk.disk(vfs), let file else { return SQLITE_CANTOPEN }
            let slot = UnsafeMutableRawPointer(file).assumingMemoryBound(to: Slot.self)
            slot.pointee.base.pMethods = nil
            guard let path, let opened = disk.open(String(cString: path), flags) else { return SQLITE_CANTOPEN }
            slot.pointee.opened = .passRetained(opened)
            slot.pointee.base.pMethods = UnsafePointer(PowerDisk.methods)
            outFlags?.pointee = flags
            return SQLITE_OK
        }
        table.xDelete = { vfs, path, syncsFolder in
            guard let disk = PowerDisk.disk(vfs), let path else { return IOError.delete }
            return disk.delete(String(cString: path), syncsFolder: syncsFolder != 0)
        }
        table.xAccess = { vfs, path, _, answer in
            guard let disk = PowerDisk.disk(vfs), let path else { return IOError.access }
            answer?.pointee = disk.exists(String(cString: path)) ? 1 : 0
            return SQLITE_OK
        }
        table.xFullPathname = { _, path, size, out in
            guard let path, let out, strlen(path) < Int(size) else { return SQLITE_CANTOPEN }
            strcpy(out, path)
            return SQLITE_OK
        }
        table.xRandomness = { _, count, bytes in
            for place in 0..<Int(count) { bytes?[place] = CChar.random(in: .min ... .max) }
            return count
        }
        table.xSleep = { _, time in
            usleep(UInt32(max(0, time)))
            return time
        }
        table.xCurrentTime = { _, day in
            day?.pointee = 2_460_000
            return SQLITE_OK
        }
        table.xCurrentTimeInt64 = { _, time in
            time?.pointee = 2_460_000 * 86_400_000
            return SQLITE_OK
        }
        table.xGetLastError = { _, _, _ in 0 }
        return table
    }
}
