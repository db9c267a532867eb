import StoreContract
import Testing

@Suite("The storage contract on PostgreSQL", .serialized)
struct ContractTests {
    @Test("PostgreSQL", .timeLimit(.minutes(1)), arguments: StoreContract.cases)
    func contract(_ one: ContractCase) async throws { try await one.run(on: PostgresStore.Factory()) }
}
