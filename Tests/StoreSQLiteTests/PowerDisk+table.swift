import CSQLite
import Foundation

/// The engine's tables of functions.
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

    static func table(_ name: UnsafeMutablePointer<CChar>) -> sqlite3_vfs {
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
