public import Storage

/// Removes expired data and completes what migrations left: runs the sweeps of all nouns, one after the other. Any number of servers may run it at the same time.
public struct Housekeeping: Sendable {
    let database: any Database
    let runtime: Runtime

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    private static let sweeps: [Sweep] =
        [Mail.sweep] + Session.sweeps + [
            KnownBrowser.sweep, Card.sweep, Phone.sweep, OneTimeToken.sweep, SignInChallenge.sweep, FormerEmail.sweep,
            EmailChange.sweep, APIToken.sweep,
            IdempotencyKey.sweep,
            Attempts.sweep, SpentLink.sweep, SecurityEvent.sweep, Material.sweep, HourChain.sweep, HourHeadMail.sweep,
        ]

    /// Sweeps everything that had expired at the start, in transactions of a few hundred rows.
    /// - Returns: the number of rows that were deleted or changed.
    /// - Throws: `StorageError`; `CancellationError` between two transactions. Completed transactions stay.
    @discardableResult
    public func run() async throws -> Int {
        let now = runtime.now()
        var swept = 0
        for sweep in Self.sweeps {
            var count: Int
            repeat {
                count = try await database.transaction { try sweep.step($0, now) }
                swept += count
                try Task.checkCancellation()
            } while count > 0
        }
        return swept
    }
}
