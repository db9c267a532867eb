import Storage

/// Why a request is refused: something that the caller can understand and change.
public struct Refusal: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// The input breaks a rule; `fields` says where.
        case invalid
        /// No one is signed in, or the sign-in failed.
        case unauthenticated
        case forbidden
        /// It doesn't exist, or the caller may not see it.
        case notFound
        /// The request conflicts with the current state.
        case conflict
        /// The target has changed since the caller last read it.
        case stale
        /// The request repeats another's idempotency key, but not its body.
        case keyReused
        /// Too many attempts; `retryAfter` is the time until the next one is allowed.
        case tooMany
        /// Too many requests are waiting for the same costly resource.
        case busy
    }

    /// One field of the input, by its name in the API, and what is wrong with it.
    public struct Field: Sendable, Equatable {
        public let field: String
        public let flaw: Flaw

        public init(_ field: String, _ flaw: Flaw) { (self.field, self.flaw) = (field, flaw) }

        public init(_ field: String, _ code: Flaw.Code, _ values: Values = [:]) {
            self.init(field, Flaw(code, values))
        }
    }

    public let kind: Kind
    /// The raw value of a `RefusalCode`.
    public let code: String
    public let values: Values
    /// One English sentence for people.
    public let message: String
    /// The fields that are wrong: for `.invalid`, and where one act has several lines.
    public let fields: [Field]
    /// The time until the next attempt is allowed, for `.tooMany`.
    public let retryAfter: Duration?

    /// - Parameter values: one for each placeholder in the code's sentence.
    public init(_ code: some RefusalCode, _ values: Values = [:], retryAfter: Duration? = nil) {
        (kind, self.code, self.values, self.retryAfter) = (code.kind, code.rawValue, values, retryAfter)
        message = values.filled(into: code.sentence)
        fields = []
    }

    /// - Parameter fields: at least one.
    public init(fields: [Field]) {
        (kind, code, values, retryAfter) = (.invalid, InputRefusal.invalid.rawValue, [:], nil)
        message = fields.map { "\($0.field) \($0.flaw.message)" }.joined(separator: "; ") + "."
        self.fields = fields
    }

    public init(_ field: String, _ code: Flaw.Code, _ values: Values = [:]) {
        self.init(fields: [Field(field, code, values)])
    }

    private init(_ refusal: Refusal, about fields: [Field]) {
        (kind, code, values, message) = (refusal.kind, refusal.code, refusal.values, refusal.message)
        (self.fields, retryAfter) = (fields, refusal.retryAfter)
    }

    /// The same refusal, with the fields that it is about.
    func about(_ fields: [Field]) -> Refusal { Refusal(self, about: fields) }

    /// Translates the violation of a rule that the database enforces. Nil for every other storage failure.
    init?(_ error: StorageError) {
        switch error.kind {
        case .unique("users_email"): self.init(AccountRefusal.emailTaken)
        case .unique("time_entries_open"): self.init(TimeEntryRefusal.openMeanwhile)
        case .unique("factors_credential"): self.init("credential", .wrongPasskey)
        default: return nil
        }
    }
}

/// Refusals that don't depend on what the request is about.
public enum AccessRefusal: String, RefusalCode {
    case roleForbids = "role-forbids"

    public var kind: Refusal.Kind { .forbidden }

    public var sentence: String {
        switch self {
        case .roleForbids: "Your role doesn't allow this."
        }
    }
}

/// The refusal of input whose fields break rules. Each field has a `Flaw` of its own.
public enum InputRefusal: String, RefusalCode {
    case invalid

    public var kind: Refusal.Kind { .invalid }
    public var sentence: String { "Some fields aren't right: each says why." }
}

/// A noun that a path addresses by its id.
public protocol Addressable {
    /// The refusal if the id belongs to nothing, or to something that the caller may not see.
    static var notFound: Refusal { get }
}
