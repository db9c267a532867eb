/// Why a request is not carried out: something the caller can understand and change. Each message is one sentence for people.
public struct Refusal: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// What was sent breaks a rule; `fields` says where.
        case invalid
        /// Nobody is signed in, or the sign-in didn't succeed.
        case unauthenticated
        case forbidden
        /// Not there, or not the caller's to see.
        case notFound
        /// What is asked for doesn't go together with how things stand.
        case conflict
        /// It was changed since the caller last saw it.
        case stale
        /// The request repeats another one's key, but not its body.
        case keyReused
        /// Tried too often; from then on it may be tried again.
        case tooMany(retryAfter: Duration)
        /// Too many ask for the same costly thing at once; in a moment it may go.
        case busy
    }

    /// One field of what was sent, by its name on the wire, and what is wrong with it.
    public struct Field: Sendable, Equatable {
        public let field: String
        public let message: String

        public init(_ field: String, _ message: String) { (self.field, self.message) = (field, message) }
    }

    public let kind: Kind
    public let message: String
    public let fields: [Field]

    public init(_ kind: Kind, _ message: String, fields: [Field] = []) {
        (self.kind, self.message, self.fields) = (kind, message, fields)
    }

    /// - Parameter noun: what isn't there, as in "site".
    public static func notFound(_ noun: String) -> Refusal { Refusal(.notFound, "There is no such \(noun).") }
    public static func forbidden(_ message: String) -> Refusal { Refusal(.forbidden, message) }
    static let stale = Refusal(.stale, "This was changed in the meantime: load it again, then decide.")
    public static func conflict(_ message: String) -> Refusal { Refusal(.conflict, message) }

    /// A rule that the database itself keeps, said to people. Nil for every other failure of storage.
    init?(_ error: StorageError) {
        switch error.kind {
        case .unique("users_email"): self = .emailTaken
        case .unique("time_entries_open"): self = .conflict("This person is checked in already.")
        default: return nil
        }
    }

    /// - Parameter fields: at least one.
    public static func invalid(_ fields: [Field]) -> Refusal {
        let sentences = fields.map { "\($0.field) \($0.message)" }
        return Refusal(.invalid, sentences.joined(separator: "; ") + ".", fields: fields)
    }
}
