#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// A folder of its own below TMPDIR, which only this user can read.
public enum ScratchFolder {
    /// Where it is made: TMPDIR, else /tmp.
    public static var place: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    /// - Returns: the path of a new, empty folder, which the caller removes.
    /// - Throws: `StorageError` of kind `.misconfigured` if none can be made.
    public static func make() throws -> String {
        // mkdtemp takes a name that no one else has, and creates the folder with mode 0700.
        var template = Array("\(place)/polier-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { name in
            name.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
        guard let made else {
            let cause = String(cString: strerror(errno))
            throw StorageError(
                .misconfigured, "No folder can be made in '\(place)' (\(cause)): TMPDIR can name another.")
        }
        return made
    }
}
