/// The part of a list that is requested.
public struct PageRequest<Key: Sendable>: Sendable {
    /// The most items, 1 to 500.
    public let limit: Int
    /// The key of the last item already seen; nil for the first page.
    public let after: Key?

    /// The largest `limit`.
    public static var largest: Int { 500 }

    public init(limit: Int, after: Key?) { (self.limit, self.after) = (limit, after) }

    /// One more than the page shows: its presence shows that there is a next page.
    var fetchLimit: Int64 { Int64(limit) + 1 }
}

/// A part of a list, and where the next part begins. It may be shorter than requested, see `PageCapacity`.
public struct Page<Item: Sendable, Key: Sendable>: Sendable {
    public let items: [Item]
    /// The key to request the next page with; nil on the last page.
    public let next: Key?

    public init(items: [Item], next: Key?) { (self.items, self.next) = (items, next) }
}
