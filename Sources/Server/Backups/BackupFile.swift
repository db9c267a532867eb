import Core
import Foundation
import Storage
import ObjectStore

/// A backup's file. It gets its name only once it is complete and durable. `-` is standard output or input.
struct BackupFile {
    let path: String

    /// Its name until then.
    private var unfinished: String { path + Self.unfinishedEnding }
    static let unfinishedEnding = ".unfinished"

    /// Writes the file, mode 0600, and replaces one of the same name. The file and its name are durable when this returns.
    /// - Parameter body: is given a function that appends bytes.
    /// - Throws: `CopyRefusal` if it can't be written. If only the folder's sync failed, the file exists, and a power cut may undo its
    ///   name.
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
        // Opened first, so that a folder that can't be synced doesn't waste a backup.
        let folder = open(
            URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw failure("written") }
        defer { close(folder) }
        let file = open(unfinished, O_CREAT | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure("written") }
        defer { close(file) }
        // Root gives the file to the folder's owner, so that the service can read it for a trial.
        var owner = stat()
        if geteuid() == 0, fstat(folder, &owner) == 0 { _ = fchown(file, owner.st_uid, owner.st_gid) }
        // A file that exists already may have another mode.
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
        // The name is durable once the folder is synced. Some network file systems can't sync folders.
        guard fsync(folder) == 0 || [EINVAL, ENOTSUP].contains(errno) else {
            throw failure("relied on, because its folder can't be synced")
        }
    }

    /// Opens the file for reading from its start. Blocks while a file is fetched.
    /// - Parameter store: the store from which a file `s3:NAME` is fetched first.
    /// - Throws: `CopyRefusal` if it can't be read or isn't a backup.
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

    /// The prefix of a name in the store.
    static let inStore = "s3:"

    /// A file without a name, which disappears when it is closed.
    private func fetched(from store: ObjectStore?) throws -> Int32 {
        guard let store else { throw CopyRefusal("\(path) is in a store, and POLIER_BACKUP_S3_URL is not set") }
        // mkstemp takes a name that no one else has, and creates the file with mode 0600, never through a link.
        var name = Array("\(ScratchFolder.place)/polier-XXXXXX".utf8CString)
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
    /// - Throws: `CopyRefusal`.
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
