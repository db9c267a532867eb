/// An edit of a noun: new values for the fields that a request body names. All others keep their values.
public struct Edit<Noun>: Sendable {
    private var changes: [@Sendable (inout Noun) -> Void] = []
    private var fields: [any (PartialKeyPath<Noun> & Sendable)] = []

    public init() {}

    /// Sets a field.
    /// - Parameter value: nil if the body doesn't name the field.
    public mutating func set<Value: Sendable>(_ field: any WritableKeyPath<Noun, Value> & Sendable, _ value: Value?) {
        guard let value else { return }
        fields.append(field)
        changes.append { $0[keyPath: field] = value }
    }

    /// Whether the body names the field.
    func sets(_ field: PartialKeyPath<Noun>) -> Bool { fields.contains { $0 == field } }

    /// Whether the body names this field and no other.
    func sets(only field: PartialKeyPath<Noun>) -> Bool { fields.count == 1 && sets(field) }

    /// The noun with the new values.
    public func applied(to noun: Noun) -> Noun {
        var noun = noun
        for change in changes { change(&noun) }
        return noun
    }
}
