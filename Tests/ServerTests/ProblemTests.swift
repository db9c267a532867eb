import Core
import HTTPTypes
import Storage
import Testing

@testable import Server

/// How failures of storage are reported to clients.
@Suite struct ProblemTests {
    @Test(arguments: [
        (StorageError.Kind.full, 507), (.unavailable, 503), (.timeout, 503), (.misconfigured, 503), (.noSuchTable, 503),
        (.unstorable, 400), (.unique("x"), 500), (.foreignKey, 500), (.check("x"), 500), (.notNull, 500),
        (.failed, 500),
    ])
    func storageErrorsHaveAStatusAndGiveNothingAway(_ kind: StorageError.Kind, _ status: Int) {
        let problem = Problem(StorageError(kind, "relation secret_table at /var/lib"))
        #expect(problem.status.code == status)
        #expect(!problem.detail.contains("secret_table"))
        #expect((problem.headers[.retryAfter] != nil) == (status == 503))
    }
}
