import ServiceLifecycle

extension Readiness {
    /// Runs a service's work again and again until the server stops, while the schema fits; until it does, it is asked every five seconds.
    /// - Parameters:
    ///   - pause: between two runs, also after a failure.
    ///   - fail: hears of a failure.
    func everyTurn(
        _ pause: Duration, _ work: @escaping @Sendable () async throws -> Void,
        orElse fail: @escaping @Sendable (any Error) -> Void
    ) async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let ready = self.schemaFits
                if ready {
                    do {
                        try await work()
                    } catch is CancellationError {
                        return
                    } catch {
                        fail(error)
                    }
                }
                try? await Task.sleep(for: ready ? pause : .seconds(5))
            }
        }
    }
}
