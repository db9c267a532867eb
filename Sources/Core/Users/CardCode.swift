import Storage

/// The code of a card, for typing: eight characters that are hard to confuse. 0, O, 1, I and L aren't among them; Z, S and B are read as 2, 5
/// and 8.
public struct CardCode: Sendable {
    private static let alphabet = Array("23456789ACDEFGHJKMNPQRTUVWXY".utf8)
    private static let lookAlikes: [UInt8: UInt8] = [
        UInt8(ascii: "Z"): UInt8(ascii: "2"), UInt8(ascii: "S"): UInt8(ascii: "5"),
        UInt8(ascii: "B"): UInt8(ascii: "8"),
    ]
    private static let length = 8

    /// Without its hyphen.
    let characters: String
    /// Two groups of four, with a hyphen between them.
    public var text: String { "\(characters.prefix(4))-\(characters.suffix(4))" }

    init(_ runtime: Runtime) { characters = Self.characters(Self.length, runtime) }

    /// Random characters of the alphabet.
    static func characters(_ length: Int, _ runtime: Runtime) -> String {
        // Bytes beyond the last whole multiple of the alphabet would make its first characters more frequent.
        let fair = 256 - 256 % Self.alphabet.count
        var characters: [UInt8] = []
        while characters.count < length {
            let usable = runtime.randomBytes(length).filter { Int($0) < fair }
            characters += usable.map { Self.alphabet[Int($0) % Self.alphabet.count] }
        }
        return String(decoding: characters.prefix(length), as: UTF8.self)
    }

    /// Reads a typed code, without regard to case, blanks and hyphens. Nil if it can't be one of ours.
    init?(typed text: String) {
        guard let characters = Self.read(text, length: Self.length) else { return nil }
        self.characters = characters
    }

    /// So many characters of the alphabet as they were typed.
    static func read(_ text: String, length: Int) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let kept = text.uppercased().utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
        let characters = kept.map { lookAlikes[$0] ?? $0 }
        guard characters.count == length, characters.allSatisfy(alphabet.contains) else { return nil }
        return String(decoding: characters, as: UTF8.self)
    }

    /// What the database keeps of it. Because the code is short, guessing it from its hash costs as much as guessing a password.
    func hash(by hasher: PasswordHasher, turn account: String) async throws -> [UInt8] {
        try await hasher.fixedHash(characters, purpose: "card code", of: account)
    }
}
