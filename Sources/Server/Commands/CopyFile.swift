import Foundation

/// A new file that only its owner can read, or standard output (`-`).
struct CopyFile {
    private let path: String
    private let file: Int32
    private var isOutput: Bool { path == "-" }

    init(_ path: String) throws {
        self.path = path
        guard path != "-" else {
            file = STDOUT_FILENO
            return
        }
        file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            let cause = errno == EEXIST ? "it exists; choose another name" : String(cString: strerror(errno))
            throw SettingsError("\(path) can't be written: \(cause)")
        }
        _ = fchmod(file, 0o600)
    }

    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure }
            rest = rest.dropFirst(count)
        }
    }

    /// Syncs it to the disk.
    func finish() throws {
        guard !isOutput else { return }
        guard fsync(file) == 0 else { throw failure }
        close(file)
    }

    /// Deletes an incomplete copy.
    func discard() {
        guard !isOutput else { return }
        close(file)
        unlink(path)
    }

    private var failure: SettingsError {
        SettingsError("\(isOutput ? "standard output" : path) can't be written: \(String(cString: strerror(errno)))")
    }
}
