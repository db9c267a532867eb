public import Storage
internal import Dispatch
internal import Synchronization

/// Holds transaction bodies, which run on the driver's own threads, until it is opened, so that a case controls what
/// happens while they run.
public final class Gate: Sendable {
    private let turnstile = DispatchSemaphore(value: 0)
    private let arrivals = Atomic(0)

    public init() {}

    /// Waits for the gate to open. Blocks; for the body of a transaction only. Opens by itself after 30 seconds, so
    /// that a case that fails doesn't hang.
    public func pass() {
        arrivals.add(1, ordering: .sequentiallyConsistent)
        if turnstile.wait(timeout: .now() + 30) == .success { turnstile.signal() }
    }

    /// Lets all bodies through, now and later.
    public func open() { turnstile.signal() }

    /// Whether that many bodies have arrived at the gate by the end of the time.
    func hasArrivals(_ count: Int, within time: Duration) async throws -> Bool {
        let end = ContinuousClock.now + time
        while arrivals.load(ordering: .sequentiallyConsistent) < count {
            guard .now < end else { return false }
            try await Task.sleep(for: .milliseconds(2))
        }
        return true
    }

    /// Waits until a body has arrived at the gate.
    public func waitForArrival() async throws {
        guard try await hasArrivals(1, within: .seconds(10)) else {
            throw StorageError(.timeout, "the body was expected to run by now")
        }
    }
}

/// Occupies every thread that runs a database's transactions while `body` runs.
/// - Parameter body: gets a closure that releases those threads.
public func whileAllAreBusy(
    _ database: any Database, _ body: (_ release: @Sendable () -> Void) async throws -> Void
) async throws {
    let gate = Gate()
    var busy: [Task<Void, any Error>] = []
    // The first one that doesn't begin within a second shows that no thread is free.
    repeat {
        busy.append(Task { try await database.transaction { _ in gate.pass() } })
    } while try await gate.hasArrivals(busy.count, within: .seconds(1))
    let result: Result<Void, any Error>
    do {
        result = .success(try await body { gate.open() })
    } catch {
        result = .failure(error)
    }
    gate.open()
    // That one may have waited too long.
    for task in busy { _ = await task.result }
    try result.get()
}
