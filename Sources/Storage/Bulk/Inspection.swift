/// One result of a thorough check.
public struct Inspection: Sendable {
    /// The subject, in a word or two.
    public let name: String
    /// Whether no action is needed.
    public let isGood: Bool
    /// The result, without a full stop.
    public let finding: String

    public init(_ name: String, isGood: Bool, _ finding: String) {
        (self.name, self.isGood, self.finding) = (name, isGood, finding)
    }

    /// Runs a check. An error that it throws becomes the finding of a failed inspection.
    public static func of(_ name: String, _ look: () throws -> Inspection) -> Inspection {
        do {
            return try look()
        } catch {
            return Inspection(name, isGood: false, (error as? StorageError)?.detail ?? "\(error)")
        }
    }
}
