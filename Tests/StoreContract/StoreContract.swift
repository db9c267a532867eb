/// What Core may rely on, with either engine. Each driver's tests run every case with a factory of
/// their own:
///
///     @Test(arguments: StoreContract.cases)
///     func contract(_ one: ContractCase) async throws { try await one.run(on: Factory()) }
public enum StoreContract {
    public static let cases: [ContractCase] =
        columnCases + nullCases + placeCases + textCases + constraintCases + readCases + refusalCases + transactionCases
        + failureCases + concurrencyCases + waitingCases + closingCases + migrationCases + migrationLockCases
        + relaxationCases + bulkCases + assumptionCases
}
