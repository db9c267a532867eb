/// How much one page of a list holds, whatever was asked for. A page ends before the item that would go beyond, and the next one begins
/// with it; the first item of a page always has room.
struct PageRoom {
    /// How many nested items: a site's materials and people, an entry's corrections.
    static let mostNested = 2_000
    /// How many bytes of text.
    static let mostBytes = 1 << 20

    private let limit: Int
    private var items = 0
    private var nested = 0
    private var bytes = 0

    /// - Parameter limit: how many items at most.
    init(_ limit: Int) { self.limit = limit }

    /// Whether there is room for one more item, which then has it.
    mutating func takes(nested: Int = 0, bytes: Int) -> Bool {
        let fits = self.nested + nested <= Self.mostNested && self.bytes + bytes <= Self.mostBytes
        guard items < limit && (items == 0 || fits) else { return false }
        items += 1
        self.nested += nested
        self.bytes += bytes
        return true
    }
}

/// One row of a list, and how many bytes of text it has.
struct PageRow<Item: Sendable>: Sendable {
    let item: Item
    let bytes: Int
    /// With the rows before it.
    fileprivate let total: Int

    init(_ item: Item, bytes: Int, total: Int = 0) { (self.item, self.bytes, self.total) = (item, bytes, total) }

    func map<Other>(_ transform: (Item) -> Other) -> PageRow<Other> {
        PageRow<Other>(transform(item), bytes: bytes, total: total)
    }
}

extension Query {
    /// The same rows, as far as a page has room for their texts, and one more that says that there are others. Only these are kept in
    /// memory.
    var page: Query<PageRow<Value>> {
        let decode = decode
        let read = { @Sendable (row: inout Row, before: Int) throws in
            let item = try decode(&row)
            return PageRow(item, bytes: row.textBytes, total: before + row.textBytes)
        }
        return Query<PageRow<Value>>(statement, row: { try read(&$0, 0) }) { row, rows in
            if rows.count > 1, rows[rows.count - 1].total > PageRoom.mostBytes { return }
            rows.append(try read(&row, rows.last?.total ?? 0))
        }
    }
}

extension Page {
    /// - Parameters:
    ///   - rows: of the query for the request, `page`.
    ///   - nested: how many items are nested in one.
    init(
        _ rows: [PageRow<Item>], of request: PageRequest<Key>, nested: (Item) -> Int = { _ in 0 }, key: (Item) -> Key
    ) {
        var room = PageRoom(request.limit)
        let shown = rows.prefix { room.takes(nested: nested($0.item), bytes: $0.bytes) }
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

        /// - Parameter rows: of the query for the request, `page`.
        init(_ rows: [PageRow<Item>], of request: PageRequest<Key>) {
            self.init(rows, hasMore: rows.count > request.limit)
        }
    }

    /// A page of rows that may be long: they are read a few at a time, so that little more than a page of them is ever in memory.
    /// - Parameters:
    ///   - atOnce: how many rows are read at a time.
    ///   - nested: how many items are nested in one.
    ///   - read: one row at least, where there is one.
    static func read(
        _ request: PageRequest<Key>, atOnce: Int = 50, nested: (Item) -> Int, key: (Item) -> Key,
        _ read: (PageRequest<Key>) async throws -> Part
    ) async throws -> Page {
        var room = PageRoom(request.limit)
        var items: [Item] = []
        while true {
            let limit = min(request.limit - items.count, atOnce)
            let part = try await read(PageRequest(limit: limit, after: items.last.map(key) ?? request.after))
            for row in part.rows {
                guard room.takes(nested: nested(row.item), bytes: row.bytes) else {
                    return Page(items: items, next: items.last.map(key))
                }
                items.append(row.item)
            }
            guard part.hasMore, !part.rows.isEmpty else { return Page(items: items, next: nil) }
        }
    }
}
