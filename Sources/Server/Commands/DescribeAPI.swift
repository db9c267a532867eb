import ArgumentParser
import Core
import Storage

struct DescribeAPI: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi", abstract: "Prints the description of the API (OpenAPI 3.1).")

    func run() async throws {
        let hasher = PasswordHasher(width: 1)
        let api = API(
            database: NoDatabase(), hasher: hasher, runtime: .live,
            watch: SecurityWatch(NoDatabase(), runtime: .live) { _, _, _ in },
            readiness: Readiness(),
            origins: try Origins(publicURL: "http://127.0.0.1:8080", allowed: ""), proxies: .none)
        print(OpenAPI(api.routes).text, terminator: "")
        await hasher.close()
    }
}

/// Fills the database's place where routes are only described and never answer.
private struct NoDatabase: Database {
    let dialect = Dialect.sqlite

    private var refusal: StorageError { StorageError(.unavailable, "there is no database here") }

    func read(_ readings: [any Reading]) async throws { throw refusal }
    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result { throw refusal }
    func executeAlone(_ statement: Statement) async throws { throw refusal }
    var metrics: [Metric] { [] }
    var size: Int64 { get async throws { throw refusal } }
    func close() async {}
}
