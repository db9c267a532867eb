import Foundation
import Logging
import UnixSignals

/// Hears the signals that stop the server for as long as it stops. The first lets it finish what it is doing; SIGINT doesn't wait
/// for load balancers; a second of either ends the process.
struct StopSignals: Sendable {
    /// Yields once nobody wants to wait for load balancers any more.
    let impatience: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let logger: Logger

    /// How long what ends by itself has after the second signal. What an open request has written is durable or isn't there.
    private static let grace = Duration.milliseconds(500)

    init(logger: Logger) {
        (impatience, continuation) = AsyncStream<Void>.makeStream()
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
            logger.warning("stopped by a second signal: requests that were open got no answer")
            StandardError.flush()
            _exit(EXIT_SUCCESS)
        }
    }
}
