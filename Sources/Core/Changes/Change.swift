/// A change that was authorised and decided, and waits to be made: what is to happen in its transaction. Whoever makes it may
/// add what must be kept or lost together with it.
public struct Change<Result: Sendable>: Sendable {
    let body: @Sendable (borrowing Transaction) throws -> Result
    /// How a repetition of a request finds the result as it is by then; nil where only the first answer can say it.
    let reading: Reading?

    struct Reading: Sendable {
        /// The id of what was made or changed.
        let subject: @Sendable (Result) -> String
        let read: @Sendable (_ subject: String, borrowing Transaction) throws -> Result
    }

    /// - Parameter body: may run again, like the body of every transaction.
    init(
        reading: Reading? = nil, _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) {
        (self.reading, self.body) = (reading, body)
    }

    /// The same change, whose result can be read again by the id of what it made or changed.
    func read<Noun: Addressable & SendableMetatype>(
        by id: @escaping @Sendable (Result) -> ID<Noun>,
        _ read: @escaping @Sendable (ID<Noun>, borrowing Transaction) throws -> Result
    ) -> Change {
        let reading = Reading(
            subject: { id($0).text },
            read: { subject, transaction in
                guard let id = ID<Noun>(subject) else { throw Noun.notFound }
                return try read(id, transaction)
            })
        return Change(reading: reading, body)
    }

    /// The same change, with another view of its result, which can't be read again.
    public func map<Other: Sendable>(_ transform: @escaping @Sendable (Result) -> Other) -> Change<Other> {
        Change<Other> { transform(try body($0)) }
    }
}

extension Database {
    /// Makes a change. A rule that the database keeps is thrown as a `Refusal`.
    public func make<Result>(_ change: Change<Result>) async throws -> Result {
        do {
            return try await transaction(change.body)
        } catch let error as StorageError {
            throw Refusal(error) ?? error
        }
    }
}

/// Which versions of a row a change may begin from.
public enum Precondition: Sendable, Equatable {
    /// Whatever is there.
    case none
    /// One of these; none of them where the caller named what can't be a version of ours.
    case versions([Int64])

    /// Throws a `Refusal` of kind `.stale` where the row isn't as the caller saw it.
    func check(_ version: Int64) throws {
        if case .versions(let versions) = self, !versions.contains(version) { throw Refusal(ChangeRefusal.stale) }
    }
}
