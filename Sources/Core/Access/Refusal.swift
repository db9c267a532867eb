/// Why a request is not carried out: something that the caller can understand and change.
public struct Refusal: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// What was sent breaks a rule; `fields` says where.
        case invalid
        /// No one is signed in, or the sign-in didn't succeed.
        case unauthenticated
        case forbidden
        /// Not there, or not the caller's to see.
        case notFound
        /// Conflicts with the current state.
        case conflict
        /// Changed since the caller last saw it.
        case stale
        /// The request repeats the idempotency key of another, but not its body.
        case keyReused
        /// Tried too often; `retryAfter` says when it may be tried again.
        case tooMany
        /// Too many requests wait for the same costly thing.
        case busy
    }

    /// One field of what was sent, by its name on the wire, and what is wrong with it.
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
    /// Where and what is wrong, for `.invalid`.
    public let fields: [Field]
    /// For `.tooMany`.
    public let retryAfter: Duration?

    /// - Parameter values: one for each name in the code's sentence.
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

    /// A rule that the database itself keeps. Nil for every other failure of storage.
    init?(_ error: StorageError) {
        switch error.kind {
        case .unique("users_email"): self.init(AccountRefusal.emailTaken)
        case .unique("time_entries_open"): self.init(TimeEntryRefusal.openMeanwhile)
        default: return nil
        }
    }
}

/// Why something is refused whatever it is about.
public enum AccessRefusal: String, RefusalCode {
    case roleForbids = "role-forbids"

    public var kind: Refusal.Kind { .forbidden }

    public var sentence: String {
        switch self {
        case .roleForbids: "Your role doesn't allow this."
        }
    }
}

/// Fields break rules: each has a `Flaw` of its own.
public enum InputRefusal: String, RefusalCode {
    case invalid

    public var kind: Refusal.Kind { .invalid }
    public var sentence: String { "Some fields aren't right: each says why." }
}

/// What an id in a path leads to.
public protocol Addressable {
    /// Why there is no answer where the id leads nowhere, or to what isn't the caller's to see.
    static var notFound: Refusal { get }
}
