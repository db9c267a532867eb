import Core
import Foundation

/// Reads a file line by line.
final class LineFile {
    private let path: String
    private let file: UnsafeMutablePointer<FILE>
    private var line: UnsafeMutablePointer<CChar>?
    private var capacity = 0

    /// - Throws: `CopyRefusal` if it can't be opened.
    init(_ path: String) throws {
        guard let file = fopen(path, "re") else { throw Self.failure(path) }
        (self.path, self.file) = (path, file)
    }

    deinit {
        free(line)
        fclose(file)
    }

    /// The next line without its end; nil after the last.
    /// - Throws: `CopyRefusal` if it can't be read.
    func next() throws -> [UInt8]? {
        errno = 0
        let count = getline(&line, &capacity, file)
        guard count >= 0, let line else {
            guard ferror(file) == 0 else { throw Self.failure(path) }
            return nil
        }
        let bytes = UnsafeRawBufferPointer(start: line, count: count)
        return Array(bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...])
    }

    private static func failure(_ path: String) -> CopyRefusal {
        CopyRefusal("\(path) can't be read: \(String(cString: strerror(errno)))")
    }
}
