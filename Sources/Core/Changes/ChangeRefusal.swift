/// Refusals of changes: the row has changed since it was read, or the idempotency key was used for another body.
public enum ChangeRefusal: String, RefusalCode {
    case stale
    case keyReused = "key-reused"

    public var kind: Refusal.Kind {
        switch self {
        case .stale: .stale
        case .keyReused: .keyReused
        }
    }

    public var sentence: String {
        switch self {
        case .stale: "This was changed in the meantime: load it again, then decide."
        case .keyReused: "This Idempotency-Key was used for another body: choose a new key."
        }
    }
}
