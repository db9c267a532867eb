public import Storage

#if canImport(Glibc)
internal import Glibc
#else
internal import Musl
#endif

extension SQLiteDatabase {
    /// How many findings are shown.
    private static let most = 3
    /// Bytes. With less room, a growing log or a checkpoint may fail soon.
    private static let scarce: UInt64 = 200 << 20

    public func inspect() throws -> [Inspection] { [.of("file", checkFile), .of("disk", checkDisk)] }

    /// Checks every page and the order of every table and index, but not whether an index has every row (that is
    /// `integrity_check`, which takes several times as long). https://sqlite.org/pragma.html#pragma_quick_check
    private func checkFile() throws -> Inspection {
        let connection = try Connection.reader(file, options)
        var found: [String] = []
        try connection.run(Statement("PRAGMA quick_check(100)")) { row in
            found.append(contentsOf: try row.string(0).split(separator: "\n").map(String.init))
        }
        guard found != ["ok"] else {
            return Inspection("file", isGood: true, "SQLite's quick_check finds every page in order")
        }
        let more = found.count > Self.most ? "; and \(found.count - Self.most) more" : ""
        return Inspection(
            "file", isGood: false,
            "SQLite's quick_check says: " + found.prefix(Self.most).joined(separator: "; ") + more)
    }

    private func checkDisk() throws -> Inspection {
        var disk = statvfs()
        guard statvfs(file.enginePath, &disk) == 0 else {
            return Inspection("disk", isGood: false, "its free room can't be seen: \(String(cString: strerror(errno)))")
        }
        let unit = UInt64(disk.f_frsize)
        let (free, all) = (UInt64(disk.f_bavail) * unit, UInt64(disk.f_blocks) * unit)
        let finding = "\(free >> 20) MiB of \(all >> 20) are free where the database file is"
        return free >= Self.scarce
            ? Inspection("disk", isGood: true, finding)
            : Inspection("disk", isGood: false, finding + ": make room, or writing ends")
    }
}
