/// One migration that a schema was made by, as a copy or a backup compares it.
public struct SchemaMark: Sendable, Equatable, Codable {
    public let name: String
    public let checksum: String

    init(_ migration: Migration) { (name, checksum) = (migration.name, migration.checksum) }

    /// Those of a database, oldest first. One that is still being applied doesn't count.
    static func all(in applied: [AppliedMigration]) -> [SchemaMark] {
        applied.filter { $0.appliedAt != nil }.map { SchemaMark(name: $0.name, checksum: $0.checksum) }
    }

    private init(name: String, checksum: String) { (self.name, self.checksum) = (name, checksum) }
}

extension [SchemaMark] {
    /// What a schema is called in a sentence: by its last migration.
    public var title: String { last?.name ?? "no schema" }
}
