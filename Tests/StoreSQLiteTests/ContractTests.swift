import StoreContract
import Testing

@Suite("The storage contract on SQLite", .serialized)
struct ContractTests {
    @Test("SQLite", .timeLimit(.minutes(1)), arguments: StoreContract.cases)
    func contract(_ one: ContractCase) async throws { try await one.run(on: SQLiteStore.Factory()) }
}
