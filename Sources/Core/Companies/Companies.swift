/// What is done with companies.
public struct Companies: Sendable {
    let database: any Database

    public init(_ database: any Database) { self.database = database }

    public func get(_ id: Company.ID, as actor: Actor) async throws -> Company {
        let scope = try actor.scope(id, for: .readCompany)
        guard let company = try await database.fetch(Company.one(scope)).first else {
            throw Refusal.notFound("company")
        }
        return company
    }

    /// Whether nobody has registered yet.
    public func areNone() async throws -> Bool {
        let others = Query("SELECT c.id FROM companies c WHERE c.id > $1 LIMIT 1", Company.platform) {
            try $0.next() as Company.ID
        }
        return try await database.fetch(others).isEmpty
    }
}
