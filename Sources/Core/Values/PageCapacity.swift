import Storage

/// The capacity of one page of a list, whatever was requested. A page ends before the item that would exceed it, and the next page begins
/// with that item; the first item of a page always fits.
struct PageCapacity {
    /// The most nested items: a site's materials and people, an entry's corrections.
    static let mostNested = 2_000
    /// The most bytes of text.
    static let mostBytes = 1 << 20

    private let limit: Int
    private var items = 0
    private var nested = 0
    private var bytes = 0

    /// - Parameter limit: the most items.
    init(_ limit: Int) { self.limit = limit }

    /// Adds an item if the page has capacity for it, and returns whether it had.
    mutating func takes(nested: Int = 0, bytes: Int) -> Bool {
        let fits = self.nested + nested <= Self.mostNested && self.bytes + bytes <= Self.mostBytes
        guard items < limit && (items == 0 || fits) else { return false }
        items += 1
        self.nested += nested
        self.bytes += bytes
        return true
    }
}

/// One row of a list, with the bytes of text that it has.
struct PageRow<Item: Sendable>: Sendable {
    let item: Item
    let bytes: Int
    /// Including the rows before it.
    fileprivate let total: Int

    init(_ item: Item, bytes: Int, total: Int = 0) { (self.item, self.bytes, self.total) = (item, bytes, total) }

    func map<Other>(_ transform: (Item) -> Other) -> PageRow<Other> {
        PageRow<Other>(transform(item), bytes: bytes, total: total)
    }
}

extension Query {
    /// The same rows, as many as fit on a page by their text, and one more if there are others. Only these are kept in memory.
    var page: Query<PageRow<Value>> {
        let decode = decode
        let read = { @Sendable (row: inout Row, before: Int) throws in
            let item = try decode(&row)
            return PageRow(item, bytes: row.textBytes, total: before + row.textBytes)
        }
        return Query<PageRow<Value>>(statement, row: { try read(&$0, 0) }) { row, rows in
            if rows.count > 1, rows[rows.count - 1].total > PageCapacity.mostBytes { return }
            rows.append(try read(&row, rows.last?.total ?? 0))
        }
    }
}

extension Page {
    /// - Parameters:
    ///   - rows: the rows of the `page` query for the request.
    ///   - nested: the number of items nested in an item.
    init(
        _ rows: [PageRow<Item>], of request: PageRequest<Key>, nested: (Item) -> Int = { _ in 0 }, key: (Item) -> Key
    ) {
        var capacity = PageCapacity(request.limit)
        let shown = rows.prefix { capacity.takes(nested: nested($0.item), bytes: $0.bytes) }
        items = shown.map(\.item)
        next = shown.count < rows.count ? items.last.map(key) : nil
    }
}

extension Page {
    /// Some rows of a page that is read a few at a time.
    struct Part {
        let rows: [PageRow<Item>]
        let hasMore: Bool

        init(_ rows: [PageRow<Item>], hasMore: Bool) { (self.rows, self.hasMore) = (rows, hasMore) }

        /// - Parameter rows: the rows of the `page` query for the request.
        init(_ rows: [PageRow<Item>], of request: PageRequest<Key>) {
            self.init(rows, hasMore: rows.count > request.limit)
        }
    }

    /// A page of rows that may be long: they are read a few at a time, so that little more than a page of them is ever in memory.
    /// - Parameters:
    ///   - atOnce: the number of rows to read at a time.
    ///   - nested: the number of items nested in an item.
    ///   - read: returns at least one row, if there is one.
    /// - Throws: what `read` throws.
    static func read(
        _ request: PageRequest<Key>, atOnce: Int = 50, nested: (Item) -> Int, key: (Item) -> Key,
        _ read: (PageRequest<Key>) async throws -> Part
    ) async throws -> Page {
        var capacity = PageCapacity(request.limit)
        var items: [Item] = []
        while true {
            let limit = min(request.limit - items.count, atOnce)
            let part = try await read(PageRequest(limit: limit, after: items.last.map(key) ?? request.after))
            for row in part.rows {
                guard capacity.takes(nested: nested(row.item), bytes: row.bytes) else {
                    return Page(items: items, next: items.last.map(key))
                }
                items.append(row.item)
            }
            guard part.hasMore, !part.rows.isEmpty else { return Page(items: items, next: nil) }
        }
    }
}
