import Storage

/// A migration that was applied to a schema, as copies and backups compare it.
public struct SchemaMark: Sendable, Equatable, Codable {
    public let name: String
    public let checksum: String

    init(_ migration: Migration) { (name, checksum) = (migration.name, migration.checksum) }

    /// The marks of a database, oldest first. A migration that is still being applied doesn't count.
    static func all(in applied: [AppliedMigration]) -> [SchemaMark] {
        applied.filter { $0.appliedAt != nil }.map { SchemaMark(name: $0.name, checksum: $0.checksum) }
    }

    private init(name: String, checksum: String) { (self.name, self.checksum) = (name, checksum) }
}

extension [SchemaMark] {
    /// The schema's name in a sentence: its last migration.
    public var title: String { last?.name ?? "no schema" }
}
