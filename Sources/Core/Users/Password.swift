/// A new password that somebody chose: 8 to 128 characters, anything goes. What was chosen long ago is never measured again.
public struct Password: Sendable {
    public static let length = 8...128

    let text: String

    /// Nil where it is too short or too long.
    public init?(_ text: String) {
        guard Self.length.contains(text.count), text.utf8.count <= 1024 else { return nil }
        self.text = text
    }
}
