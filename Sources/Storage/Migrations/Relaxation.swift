/// A rule of a table that is dropped or widened: a named CHECK constraint, or a column's NOT NULL.
///
/// It is parsed from the statement that PostgreSQL runs. SQLite's ALTER TABLE has no equivalent, so its driver achieves the same in its
/// own way (see `Transaction.relax`). Rows are neither changed nor moved.
public struct Relaxation: Sendable, Equatable {
    public enum Rule: Sendable, Equatable {
        /// A CHECK constraint by its name, and the `CHECK (…)` that replaces it; nil if it is dropped.
        case check(name: String, replacement: String?)
        /// The column's NOT NULL.
        case notNull(column: String)
    }

    public let table: String
    public let rule: Rule
    /// The whole statement, as PostgreSQL runs it.
    public let statement: SQL

    /// Parses one of
    /// - `ALTER TABLE t DROP CONSTRAINT c`,
    /// - `ALTER TABLE t DROP CONSTRAINT c, ADD CONSTRAINT c CHECK (…)`,
    /// - `ALTER TABLE t ALTER COLUMN c DROP NOT NULL`,
    /// with the keywords in capitals. Nil for anything else.
    init?(_ text: String) {
        let pattern =
            #/
            (?s)\s*ALTER\s+TABLE\s+([a-z0-9_]+)\s+
            (?:DROP\s+CONSTRAINT\s+([a-z0-9_]+)(?:\s*,\s*ADD\s+CONSTRAINT\s+([a-z0-9_]+)\s+(CHECK\s*\(.*\)))?
            |ALTER\s+COLUMN\s+([a-z0-9_]+)\s+DROP\s+NOT\s+NULL)\s*
            /#
        guard let match = text.wholeMatch(of: pattern) else { return nil }
        let (_, table, dropped, added, check, column) = match.output
        if let dropped {
            guard added == nil || added == dropped else { return nil }
            rule = .check(name: String(dropped), replacement: check.map(String.init))
        } else if let column {
            rule = .notNull(column: String(column))
        } else {
            return nil
        }
        self.table = String(table)
        statement = SQL(unchecked: text)
    }

    /// The error that a driver throws if the table has no such rule: a misspelt name must not count as done.
    public var missing: StorageError {
        switch rule {
        case .check(let name, _): StorageError(.failed, "the table \(table) has no CHECK constraint \(name)")
        case .notNull(let column): StorageError(.failed, "the table \(table) has no column \(column) with NOT NULL")
        }
    }
}
