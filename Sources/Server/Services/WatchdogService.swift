import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Notifies the service manager's watchdog that the process is alive: shared threads and event loops run, and the database answers or
/// fails in time. A server that has lost its database is alive, because a restart wouldn't help.
struct WatchdogService: Service {
    let manager: ServiceManager
    let readiness: Readiness
    let logger: Logger
    /// The longest time without an answer from the database; its own limits are below twenty seconds.
    var longestSilence = Duration.seconds(60)

    /// An event loop that hangs blocks this, and notifications stop.
    func run() async throws {
        guard let pause = manager.watchdogPause else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: pause)
                for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try? await loop.submit {}.get() }
                if let silence = readiness.databaseSilence, silence > longestSilence {
                    logger.error(
                        "the database hasn't answered for \(silence.components.seconds) s: the watchdog isn't notified"
                    )
                } else {
                    manager.tell(.alive, logger)
                }
            }
        }
    }
}
