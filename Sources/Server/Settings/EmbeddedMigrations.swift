import Core
import Embedded

extension Migration {
    /// The files of `migrations/` that travel in this binary.
    static func embedded() throws -> [Migration] {
        let files = polier_migrations()
        return try UnsafeBufferPointer(start: files.first, count: files.count).map { file in
            try Migration(
                file: String(cString: file.name),
                text: String(decoding: UnsafeBufferPointer(start: file.bytes, count: file.count), as: UTF8.self))
        }
    }
}
