/// One result of a thorough check.
public struct Inspection: Sendable {
    /// What was looked at, in a word or two.
    public let name: String
    /// Whether nothing must be done.
    public let isGood: Bool
    /// What was found, without a period.
    public let finding: String

    public init(_ name: String, isGood: Bool, _ finding: String) {
        (self.name, self.isGood, self.finding) = (name, isGood, finding)
    }

    /// Where looking fails, that is the finding.
    public static func of(_ name: String, _ look: () throws -> Inspection) -> Inspection {
        do {
            return try look()
        } catch {
            return Inspection(name, isGood: false, (error as? StorageError)?.detail ?? "\(error)")
        }
    }
}
