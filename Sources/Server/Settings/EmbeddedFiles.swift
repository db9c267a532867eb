import Core
import Embedded
import Storage

extension Migration {
    /// The files of `migrations/` that are embedded in this binary.
    /// - Throws: `StorageError` if one isn't a migration.
    static func embedded() throws -> [Migration] {
        let files = polier_migrations()
        return try UnsafeBufferPointer(start: files.first, count: files.count).map { file in
            try Migration(file: String(cString: file.name), text: file.text)
        }
    }
}

extension CommonPasswords {
    /// The lists that are embedded in this binary.
    static let embedded = CommonPasswords(polier_common_passwords().text, words: polier_common_words().text)
}

extension polier_file {
    var text: String { String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self) }
}
