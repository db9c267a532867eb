public import Storage

/// An authorised change that is still to be carried out: the body of its transaction. The code that carries it out may add writes that must
/// be committed or rolled back with it.
public struct Change<Result: Sendable>: Sendable {
    let body: @Sendable (borrowing Transaction) throws -> Result
    /// Reads the current result for a repeated request; nil if only the first answer can hold it.
    let reading: Reading?

    struct Reading: Sendable {
        /// The id of the created or changed row.
        let subject: @Sendable (Result) -> String
        let read: @Sendable (_ subject: String, borrowing Transaction) throws -> Result
    }

    /// - Parameter body: may run more than once, like the body of every transaction.
    init(reading: Reading? = nil, _ body: @escaping @Sendable (borrowing Transaction) throws -> Result) {
        (self.reading, self.body) = (reading, body)
    }

    /// The same change, with a result that can be read again by the id of the created or changed row.
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

    /// The same change, with results that can be read again one by one.
    func read<Item, Noun: Addressable & SendableMetatype>(
        byAll id: @escaping @Sendable (Item) -> ID<Noun>,
        _ read: @escaping @Sendable (ID<Noun>, borrowing Transaction) throws -> Item
    ) -> Change where Result == [Item] {
        let reading = Reading(
            subject: { $0.map { id($0).text }.joined(separator: " ") },
            read: { subject, transaction in
                var items: [Item] = []
                for text in subject.split(separator: " ") {
                    guard let id = ID<Noun>(String(text)) else { throw Noun.notFound }
                    items.append(try read(id, transaction))
                }
                return items
            })
        return Change(reading: reading, body)
    }

    /// The same change with its result transformed. The new result can't be read again.
    public func map<Other: Sendable>(_ transform: @escaping @Sendable (Result) -> Other) -> Change<Other> {
        Change<Other> { transform(try body($0)) }
    }
}

extension Database {
    /// Carries out a change.
    /// - Throws: `Refusal` if the body refuses, or if a rule that the database enforces is violated (`AccountRefusal.emailTaken`,
    ///   `TimeEntryRefusal.openMeanwhile`); otherwise the `StorageError`.
    public func make<Result>(_ change: Change<Result>) async throws -> Result {
        do {
            return try await transaction(change.body)
        } catch let error as StorageError {
            throw Refusal(error) ?? error
        }
    }
}

/// The versions of a row from which a change may start.
public enum Precondition: Sendable, Equatable {
    /// Any version.
    case none
    /// One of these; empty if the caller named something that can't be one of our versions.
    case versions([Int64])

    /// Checks a row's version.
    /// - Throws: `ChangeRefusal.stale` if it is none of the expected ones.
    func check(_ version: Int64) throws {
        if case .versions(let versions) = self, !versions.contains(version) { throw Refusal(ChangeRefusal.stale) }
    }
}
