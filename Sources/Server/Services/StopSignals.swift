import Foundation
import Logging
import UnixSignals

/// Handles SIGTERM and SIGINT until the server has stopped. The first lets requests finish; SIGINT doesn't wait for load balancers; a
/// second of either ends the process.
struct StopSignals: Sendable {
    /// Yields once the server need not wait for load balancers any more.
    let hurried: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let logger: Logger

    /// The time for the process to end by itself after the second signal. Each open request's changes are durable or don't exist.
    private static let grace = Duration.milliseconds(500)

    init(logger: Logger) {
        (hurried, continuation) = AsyncStream<Void>.makeStream()
        self.logger = logger
    }

    /// Ends when its task is cancelled.
    func watch() async {
        var count = 0
        for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
            count += 1
            if signal == .sigint || count > 1 { continuation.yield() }
            guard count > 1 else { continue }
            guard (try? await Task.sleep(for: Self.grace)) != nil else { return }
            logger.warning("stopped by a second signal: open requests got no response")
            StandardError.flush()
            _exit(EXIT_SUCCESS)
        }
    }
}
