import Storage

/// The differences between two versions of a row, for its audit entry.
struct Differences {
    private(set) var details: [AuditEntry.Detail] = []

    /// Starts empty, for a noun that is being created.
    init() {}

    /// The differences that edits have made.
    init<Noun: Stored>(_ old: Noun, _ new: Noun) {
        for (old, new) in zip(EditedFields.of(old), EditedFields.of(new)) {
            switch old.audit {
            case .values: note(old.name, old.text, new.text)
            case .nameOnly: note(only: old.name, old.text, new.text)
            }
        }
    }

    mutating func note(_ field: String, _ old: String?, _ new: String?) {
        if old != new { details.append(.init(field: field, from: old, to: new)) }
    }

    /// Notes a field without its values: for personal values, and long ones.
    mutating func note<Value: Equatable>(only field: String, _ old: Value, _ new: Value) {
        if old != new { details.append(.init(field: field, from: nil, to: nil)) }
    }
}

/// Collects the editable fields with their values.
private struct EditedFields: ColumnVisitor {
    typealias Failure = Never

    var fields: [(name: String, text: String?, audit: AuditedAs)] = []

    static func of<Noun: Stored>(_ noun: Noun) -> [(name: String, text: String?, audit: AuditedAs)] {
        var (noun, visitor) = (noun, EditedFields())
        noun.visit(&visitor)
        return visitor.fields
    }

    mutating func column<Value: Column>(_ name: String, _ use: ColumnUse, _ value: inout Value) {}

    mutating func edited<Value: Edited>(
        _ name: String, _ value: inout Value, as field: String, audit: AuditedAs
    ) {
        fields.append((field, value.auditText, audit))
    }

    mutating func edited(_ address: inout Address, as field: String) {
        fields.append((field, address.auditText, .values))
    }
}
