import Foundation
import Storage

extension AnswerPieces {
    /// Reads a file that was made for an answer.
    /// - Parameter take: takes the next piece, of at most `length` bytes.
    /// - Throws: `StorageError` of kind `.failed` if the file isn't there; the errors of reading and of `take`.
    static func read(fileAt path: String, _ take: (ArraySlice<UInt8>) async throws -> Void) async throws {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw StorageError(.failed, "a file that was made for an answer can't be read")
        }
        while let piece = try file.read(upToCount: length), !piece.isEmpty {
            try await take(Array(piece)[...])
        }
    }
}
