import Core
import Foundation

/// A backup on the disk: it has its name only once it is complete and durable. `-` is standard output or input.
struct BackupFile {
    let path: String

    /// What it is called until then.
    private var unfinished: String { path + Self.unfinishedEnding }
    static let unfinishedEnding = ".unfinished"

    /// Writes the file, mode 0600, in the place of one of the same name.
    /// - Parameter body: is given what writes.
    func write(_ body: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void) throws {
        if path == "-" {
            guard isatty(STDOUT_FILENO) == 0 else {
                throw CopyRefusal("a backup isn't for a terminal: send standard output to a file or a program")
            }
            return try body { try Self.write($0, to: STDOUT_FILENO, called: "standard output") }
        }
        let file = open(unfinished, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("written") }
        defer { close(file) }
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
        // The name is durable once its folder is.
        let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    /// Opens the file to be read from its start.
    func opened() throws -> BackupText {
        let file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
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
