import CSQLite
import Foundation

/// Locks and shared memory, of the processes that live.
extension PowerDisk {
    func take(_ opened: Opened, _ level: Int32) -> Int32 {
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

    func giveBack(_ opened: Opened, _ level: Int32) {
        locked {
            guard opened.life == life else { return }
            locks[opened.path, default: [:]][ObjectIdentifier(opened)] = level == SQLITE_LOCK_NONE ? nil : level
        }
    }

    func isReserved(_ opened: Opened) -> Bool {
        locked { locks[opened.path, default: [:]].values.contains { $0 >= SQLITE_LOCK_RESERVED } }
    }

    func map(
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

    func lockShared(_ opened: Opened, _ slots: Range<Int>, _ flags: Int32) -> Int32 {
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

    func unmap(_ opened: Opened, deletes: Bool) {
        locked {
            guard opened.life == life, let own = shared[opened.path] else { return }
            for slot in own.locks.indices { own.locks[slot][ObjectIdentifier(opened)] = nil }
            own.users.remove(ObjectIdentifier(opened))
            // The first to open it finds it empty.
            if deletes || own.users.isEmpty { shared[opened.path] = nil }
        }
    }

    func barrier() { locked {} }
}
