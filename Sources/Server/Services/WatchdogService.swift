import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Tells the service manager now and then that the server is alive, where it waits for that: shared threads and event loops do their
/// work, and the database answers or fails, but in its time. A server that has lost its database is alive: no restart brings it back.
struct WatchdogService: Service {
    let manager: ServiceManager
    let readiness: Readiness
    let logger: Logger
    /// How long the database may owe an answer, which by its own limits comes within twenty seconds.
    var patience = Duration.seconds(60)

    /// An event loop that never answers holds this up, and nothing is told any more.
    func run() async throws {
        guard let pause = manager.watchdogPause else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: pause)
                for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try? await loop.submit {}.get() }
                if let silence = readiness.databaseSilence, silence > patience {
                    logger.error(
                        "the database has owed an answer for \(silence.components.seconds) s: the watchdog isn't told that all is well"
                    )
                } else {
                    manager.tell(.alive, logger)
                }
            }
        }
    }
}
