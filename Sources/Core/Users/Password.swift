/// A new password that somebody chose: 8 to 128 characters, anything goes but what everybody chooses (NIST SP 800-63B,
/// section 5.1.1.2). What was chosen long ago is never measured again.
public struct Password: Sendable {
    public static let length = 8...128

    let text: String

    public init(_ text: String, refusing common: CommonPasswords) throws(Flaw) {
        guard text.utf8.count <= 1024, Self.length.contains(text.count) else {
            throw Flaw(
                .wrongLength, ["min": .integer(Self.length.lowerBound), "max": .integer(Self.length.upperBound)])
        }
        guard !common.contains(text) else {
            throw Flaw(.commonPassword)
        }
        self.text = text
    }
}

/// Passwords that are guessed first, whatever their case.
public struct CommonPasswords: Sendable {
    private let folded: Set<String>

    /// - Parameter text: one a line; lines that begin with `#` are remarks.
    public init(_ text: String) {
        folded = Set(text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }.map { $0.lowercased() })
    }

    func contains(_ password: String) -> Bool { folded.contains(password.lowercased()) }
}
