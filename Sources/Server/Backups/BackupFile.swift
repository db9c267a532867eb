import Core
import Foundation
import ObjectStore

/// A backup on the disk: it has its name only once it is complete and durable. `-` is standard output or input.
struct BackupFile {
    let path: String

    /// What it is called until then.
    private var unfinished: String { path + Self.unfinishedEnding }
    static let unfinishedEnding = ".unfinished"

    /// Writes the file, mode 0600, in the place of one of the same name. It and its name are durable when this returns.
    /// - Parameter body: is given what writes.
    /// - Throws: `CopyRefusal` with a whole sentence. Where only the folder's sync failed, the file is there and may lose its
    ///   name with the power.
    func write(_ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        if path == "-" {
            guard isatty(STDOUT_FILENO) == 0 else {
                throw CopyRefusal("a backup isn't for a terminal: send standard output to a file or a program")
            }
            return try body { try Self.write($0, to: STDOUT_FILENO, called: "standard output") }
        }
        var there = stat()
        if lstat(path, &there) == 0, there.st_mode & S_IFMT != S_IFREG {
            throw CopyRefusal("\(path) is there and isn't a file: name another, or - for standard output")
        }
        // First, so that a folder that can't be synced costs no backup.
        let folder = open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("written") }
        defer { close(folder) }
        let file = open(unfinished, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("written") }
        defer { close(file) }
        // What root makes belongs to whom the folder belongs to, so that a trial by the service can read it.
        var owner = stat()
        if geteuid() == 0, fstat(folder, &owner) == 0 { _ = fchown(file, owner.st_uid, owner.st_gid) }
        // One that lies there already may have other rights.
        guard fchmod(file, 0o600) == 0 else { throw failure("written") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw CopyRefusal("another backup to \(path) is under way")
        }
        do {
            guard ftruncate(file, 0) == 0 else { throw failure("written") }
            try body { try Self.write($0, to: file, called: path) }
            guard fsync(file) == 0, rename(unfinished, path) == 0 else { throw failure("written") }
        } catch {
            unlink(unfinished)
            throw error
        }
        // The name is durable once its folder is. Some network file systems know no sync of a folder.
        guard fsync(folder) == 0 || [EINVAL, ENOTSUP].contains(errno) else {
            throw failure("relied on, because its folder can't be synced")
        }
    }

    /// Opens the file to be read from its start.
    /// - Parameter store: where a file `s3:NAME` is fetched from first.
    func opened(fetchedFrom store: ObjectStore? = nil) throws -> BackupText {
        let file =
            switch path {
            case "-": STDIN_FILENO
            case _ where path.hasPrefix(Self.inStore): try fetched(from: store)
            default: open(path, O_RDONLY | O_CLOEXEC)
            }
        guard file >= 0 else { throw failure("read") }
        let handle = FileHandle(fileDescriptor: file, closeOnDealloc: path != "-")
        let reader = GzipReader { memory in
            while true {
                let count = read(handle.fileDescriptor, memory.baseAddress, memory.count)
                if count >= 0 { return count }
                if errno != EINTR { throw failure("read") }
            }
        }
        return try BackupText { try reader.next() }
    }

    /// What a name in the store begins with.
    static let inStore = "s3:"

    /// A file without a name, which is gone when it is closed.
    private func fetched(from store: ObjectStore?) throws -> Int32 {
        guard let store else { throw CopyRefusal("\(path) lies in a store, and POLIER_BACKUP_S3_URL names none") }
        var name = Array("\(FileManager.default.temporaryDirectory.path)/polier-XXXXXX".utf8CString)
        let file = mkstemp(&name)
        guard file >= 0 else { throw failure("fetched") }
        unlink(name)
        do {
            try store.get(String(path.dropFirst(Self.inStore.count)), into: file)
        } catch {
            close(file)
            throw error
        }
        return file
    }

    /// Uploads the file to the store. Blocks.
    func upload(to store: ObjectStore) throws {
        try store.put(path, as: URL(fileURLWithPath: path).lastPathComponent)
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32, called name: String) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Foundation.write(file, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CopyRefusal("the backup can't be written to \(name): \(String(cString: strerror(errno)))")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private func failure(_ what: String) -> CopyRefusal {
        CopyRefusal("the backup \(path) can't be \(what): \(String(cString: strerror(errno)))")
    }
}
