import Crypto
import Foundation
import Storage

/// A code that is used once in place of a second factor that was lost: 16 characters that are hard to confuse, as on cards.
///
/// They are 76 random bits, so that a plain hash keeps them: even from a stolen database none can be guessed.
struct RecoveryCode: Sendable {
    /// How many a person gets.
    static let count = 10
    private static let length = 16

    private let characters: String
    /// Four groups of four, with hyphens between them.
    var text: String {
        stride(from: 0, to: Self.length, by: 4).map { String(characters.dropFirst($0).prefix(4)) }
            .joined(separator: "-")
    }

    init(_ runtime: Runtime) { characters = CardCode.characters(Self.length, runtime) }

    /// Reads a typed code, without regard to case, blanks and hyphens. Nil if it can't be one of ours.
    init?(typed text: String) {
        guard let characters = CardCode.read(text, length: Self.length) else { return nil }
        self.characters = characters
    }

    /// What the database keeps of it.
    var hash: [UInt8] { Array(SHA256.hash(data: Data("recovery code\n\(characters)".utf8))) }
}
