/// Which part of a list is asked for.
public struct PageRequest<Key: Sendable>: Sendable {
    /// How many at most, 1 to 500.
    public let limit: Int
    /// The key of the last one already seen; nil for the first page.
    public let after: Key?

    public static var largest: Int { 500 }

    public init(limit: Int, after: Key?) { (self.limit, self.after) = (limit, after) }

    /// One more than the page shows: whether it comes tells whether there is a next page.
    var fetchLimit: Int64 { Int64(limit) + 1 }
}

/// A part of a list, and where the next part begins. It ends early where `PageRoom` does.
public struct Page<Item: Sendable, Key: Sendable>: Sendable {
    public let items: [Item]
    /// The key to ask the next page with; nil on the last page.
    public let next: Key?

    public init(items: [Item], next: Key?) { (self.items, self.next) = (items, next) }
}
