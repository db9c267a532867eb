package import Storage

/// The columns of a noun, collected from its description.
package struct ColumnList: ColumnVisitor {
    package typealias Failure = Never

    package struct Named: Sendable {
        package let name: String
        package let type: SQLType
        package let use: ColumnUse
    }

    package struct Unread: Sendable {
        package let name: String
        package let type: SQLType
        package let use: UnreadUse
    }

    /// The columns that the noun holds, in reading order.
    package private(set) var held: [Named] = []
    package private(set) var unread: [Unread] = []
    /// The editable fields, by their names in the API.
    package private(set) var fields: [String] = []

    private init() {}

    package static func of<Noun: Stored>(_: Noun.Type) -> ColumnList {
        var (list, noun) = (ColumnList(), Noun())
        noun.visit(&list)
        return list
    }

    package mutating func column<Value: Column>(_ name: String, _ use: ColumnUse, _ value: inout Value) {
        held.append(Named(name: name, type: Value.sqlType, use: use))
    }

    package mutating func edited<Value: Edited>(
        _ name: String, _ value: inout Value, as field: String, audit: AuditedAs
    ) {
        fields.append(field)
        column(name, .changing, &value)
    }

    package mutating func edited(_ address: inout Address, as field: String) {
        fields.append(field)
        address.visit(&self)
    }

    package mutating func unread(_ name: String, _ type: SQLType, _ use: UnreadUse) {
        unread.append(Unread(name: name, type: type, use: use))
    }
}

/// The statements that write a noun's row. Create one per noun: `static let writes = StoredWrites<Site>()`.
struct StoredWrites<Noun: Stored>: Sendable {
    private let insertion: SQL
    /// By the number of rows that one inserts, the greatest first.
    private let insertions: [(rows: Int, sql: SQL)]
    private let update: SQL

    /// - Parameters:
    ///   - ignoresConflicts: whether a row is skipped without an error if its key or a unique value is taken.
    ///   - also: columns that the noun doesn't hold. Both statements take their values too, and a null in an update keeps the current
    ///     value.
    ///   - atOnce: how many rows one statement can insert, besides one; the greatest number first.
    init(ignoresConflicts: Bool = false, also: [String] = [], atOnce: [Int] = []) {
        let list = ColumnList.of(Noun.self)
        let names = Noun.scopeColumns + list.held.map(\.name) + also
        func places(_ range: Range<Int>) -> [String] { range.map { "$\($0 + 1)" } }
        func inserting(_ rows: Int) -> SQL {
            let values = (0..<rows).map { row in
                places(row * names.count..<(row + 1) * names.count).joined(separator: ", ")
            }
            return SQL(
                unchecked: """
                    INSERT INTO \(Noun.table) (\(names.joined(separator: ", ")))
                    VALUES (\(values.joined(separator: SQL.nextRow)))\(ignoresConflicts ? " ON CONFLICT DO NOTHING" : "")
                    """)
        }
        insertion = inserting(1)
        insertions = atOnce.map { ($0, inserting($0)) }
        let keys = Noun.scopeColumns + list.held.filter { $0.use == .key }.map(\.name)
        let counted = list.held.filter { $0.use == .counted }.map { "\($0.name) = \($0.name) + 1" }
        let changing = list.held.filter { $0.use == .changing }.map(\.name)
        let sets =
            zip(changing, places(keys.count..<keys.count + changing.count)).map { "\($0) = \($1)" }
            + zip(also, places(keys.count + changing.count..<keys.count + changing.count + also.count)).map {
                "\($0) = COALESCE(\($1), \($0))"
            } + counted
        update = SQL(
            unchecked: """
                UPDATE \(Noun.table) SET \(sets.joined(separator: ", "))
                WHERE \(zip(keys, places(keys.indices)).map { "\($0) = \($1)" }.joined(separator: " AND "))
                """)
    }

    /// - Parameters:
    ///   - scope: the values of `scopeColumns`.
    ///   - also: the values of the additional columns.
    func insert(_ noun: Noun, in scope: [SQLValue], also: [SQLValue] = []) -> Statement {
        Statement(insertion, values: scope + ColumnValues.of(noun) { _ in true } + also)
    }

    /// Inserts nouns without additional columns, each in its scope, with as few statements as there are numbers of rows for.
    func insert(_ nouns: [(noun: Noun, scope: [SQLValue])]) -> [Statement] {
        var (statements, rest): ([Statement], ArraySlice<(noun: Noun, scope: [SQLValue])>) = ([], nouns[...])
        while let first = rest.first {
            guard let (rows, sql) = insertions.first(where: { $0.rows <= rest.count }) else {
                statements.append(insert(first.noun, in: first.scope))
                rest.removeFirst()
                continue
            }
            var values: [SQLValue] = []
            for one in rest.prefix(rows) { values += one.scope + ColumnValues.of(one.noun) { _ in true } }
            statements.append(Statement(sql, values: values))
            rest.removeFirst(rows)
        }
        return statements
    }

    /// Updates all columns that can change.
    func update(_ noun: Noun, in scope: [SQLValue], also: [SQLValue] = []) -> Statement {
        let keys = ColumnValues.of(noun) { $0 == .key }
        return Statement(update, values: scope + keys + ColumnValues.of(noun) { $0 == .changing } + also)
    }
}

/// Collects the values of a noun's columns.
private struct ColumnValues: ColumnVisitor {
    typealias Failure = Never

    let isWanted: (ColumnUse) -> Bool
    var values: [SQLValue] = []

    static func of<Noun: Stored>(_ noun: Noun, _ isWanted: (ColumnUse) -> Bool) -> [SQLValue] {
        withoutActuallyEscaping(isWanted) { isWanted in
            var (noun, visitor) = (noun, ColumnValues(isWanted: isWanted))
            // Collecting values can't fail.
            noun.visit(&visitor)
            return visitor.values
        }
    }

    mutating func column<Value: Column>(_ name: String, _ use: ColumnUse, _ value: inout Value) {
        if isWanted(use) { values.append(value.sqlValue) }
    }
}
