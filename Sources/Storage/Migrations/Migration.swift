/// One file of `migrations/`: portable SQL that takes the schema from one version to the next.
///
/// Placeholders stand for what the engines spell differently: `{text}`, `{bytes}`, and `{keyed}` after a table that is stored by its
/// primary key. Comment lines that begin with `-- polier:` are instructions to the migrator:
/// - `only sqlite` or `only postgres`: the next statement is for that engine alone (never a table or a column);
/// - `runs-with 3`: a server of schema version 3 still runs on the schema that this file creates. Without it, only a server that knows
///   this file does;
/// - `alone, undo STATEMENT`: the file's only statement runs outside a transaction; `undo` removes the remains of an interrupted attempt
///   before the statement is tried again;
/// - `widen`: the next statement drops a named CHECK constraint, replaces it with a wider one of the same name, or drops a column's NOT
///   NULL (`Relaxation` lists the three forms). Both engines do it in place, in the migration's transaction, whatever the rows: SQLite,
///   whose ALTER TABLE can't, by its documented procedure for such changes. It is an error if the table has no such rule. Only rules that
///   an earlier file created may be named, as that file wrote them: names unquoted, keywords in capitals.
public struct Migration: Sendable {
    public let version: Int
    public let name: String
    public let text: String
    /// The oldest schema version whose server runs on the schema that this migration creates.
    public let runsWith: Int
    /// Removes the remains of an interrupted attempt; set if the statement runs outside a transaction.
    public let undo: SQL?
    private let parts: [Part]

    private struct Part {
        let dialect: Dialect?
        let template: String
        let relaxation: Relaxation?
    }

    /// One step of the migration's transaction.
    enum Step {
        case execute(SQL)
        case relax(Relaxation)
    }

    /// Parses a file.
    /// - Parameter file: the file's name, `NNNN_name.sql`.
    /// - Throws: `StorageError` of kind `.failed` if the name, an instruction, a placeholder or the end of a statement is invalid.
    public init(file: String, text: String) throws {
        let stem = file.hasSuffix(".sql") ? String(file.dropLast(4)) : ""
        guard let underscore = stem.firstIndex(of: "_"), let version = Int(stem[..<underscore]), version > 0 else {
            throw StorageError(.failed, "the migration file '\(file)' is not named NNNN_name.sql")
        }
        self.version = version
        self.name = stem
        self.text = text

        var runsWith = version
        var undo: SQL?
        var dialect: Dialect?
        var widens = false
        var statement = ""
        var parts: [Part] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.drop(while: \.isWhitespace)
            if content.hasPrefix("--") {
                let remark = content.dropFirst(2).drop(while: \.isWhitespace)
                guard remark.hasPrefix("polier:") else { continue }
                let words = remark.dropFirst(7).split(separator: " ", maxSplits: 2).map(String.init)
                switch (words.first, words.count) {
                case ("only", 2) where Dialect(rawValue: words[1]) != nil: dialect = Dialect(rawValue: words[1])
                case ("runs-with", 2) where (1...version).contains(Int(words[1]) ?? 0):
                    runsWith = Int(words[1]) ?? version
                case ("alone,", 3) where words[1] == "undo": undo = SQL(unchecked: words[2])
                case ("widen", 1): widens = true
                default: throw StorageError(.failed, "\(file): unknown instruction '\(line)'")
                }
            } else {
                statement += line + "\n"
                if line.last == ";" {
                    let template = String(statement.dropLast(2))
                    let relaxation = widens ? Relaxation(template) : nil
                    guard widens == (relaxation != nil), dialect == nil || !widens else {
                        throw StorageError(.failed, "\(file): this can't be widened: '\(template)'")
                    }
                    parts.append(Part(dialect: dialect, template: template, relaxation: relaxation))
                    statement = ""
                    dialect = nil
                    widens = false
                }
            }
        }
        if let unknown = parts.compactMap({ Self.unknownPlaceholder(in: $0.template) }).first {
            throw StorageError(.failed, "\(file): unknown placeholder '\(unknown)'")
        }
        guard dialect == nil, !widens else {
            throw StorageError(.failed, "\(file): no statement follows the last instruction")
        }
        guard statement.allSatisfy(\.isWhitespace) else {
            throw StorageError(.failed, "\(file): the last statement doesn't end with ';'")
        }
        guard undo == nil || parts.count == 1 && parts.allSatisfy({ $0.relaxation == nil }) else {
            throw StorageError(.failed, "\(file): a file that runs outside a transaction holds one statement")
        }
        self.runsWith = runsWith
        self.undo = undo
        self.parts = parts
    }

    private static func unknownPlaceholder(in template: String) -> Substring? {
        template.matches(of: /\{[a-z]+\}/).map(\.output).first { !["{text}", "{bytes}", "{keyed}"].contains($0) }
    }

    /// The steps for one engine, in order.
    func steps(for dialect: Dialect) -> [Step] {
        parts.filter { $0.dialect == nil || $0.dialect == dialect }.map { part in
            if let relaxation = part.relaxation { return .relax(relaxation) }
            var sql = part.template
            for (placeholder, spelling) in dialect.spellings {
                sql = sql.split(separator: placeholder, omittingEmptySubsequences: false).joined(separator: spelling)
            }
            return .execute(SQL(unchecked: sql))
        }
    }

    /// The statements for one engine, in order, except for the `widen` statements.
    public func statements(for dialect: Dialect) -> [SQL] {
        steps(for: dialect).compactMap { step in
            guard case .execute(let statement) = step else { return nil }
            return statement
        }
    }
}

extension Dialect {
    /// `{text}` sorts bytewise on both engines. `{keyed}` stores a table in the order of its primary key if the engine can, which saves
    /// SQLite a look-up for each read.
    fileprivate var spellings: [(placeholder: String, spelling: String)] {
        switch self {
        case .sqlite: [("{text}", "TEXT"), ("{bytes}", "BLOB"), (" {keyed}", " WITHOUT ROWID")]
        case .postgres: [("{text}", "TEXT COLLATE \"C\""), ("{bytes}", "BYTEA"), (" {keyed}", "")]
        }
    }
}
