#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// A dedicated thread for work that blocks: a disk's fsync, a socket, scrypt. The shared threads of Swift's concurrency never run such
/// work.
public struct BlockingThread: Sendable {
    private let handle: pthread_t

    private final class Body {
        let name: String
        let run: @Sendable () -> Void
        init(name: String, run: @escaping @Sendable () -> Void) { (self.name, self.run) = (name, run) }
    }

    /// Starts a thread. `top -H` and `perf` show the first 15 bytes of `name`.
    public init(name: String, _ run: @escaping @Sendable () -> Void) {
        let body = Unmanaged.passRetained(Body(name: String(decoding: name.utf8.prefix(15), as: UTF8.self), run: run))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { raw in
                let body = Unmanaged<Body>.fromOpaque(raw!).takeRetainedValue()
                if let comm = fopen("/proc/thread-self/comm", "w") {
                    fputs(body.name, comm)
                    fclose(comm)
                }
                body.run()
                return nil
            },
            body.toOpaque())
        precondition(code == 0, "the system refused a thread (error \(code))")
        handle = thread
    }

    /// Waits until the thread has ended. Call it once. It blocks, so never call it from a task: see `joined`.
    public func join() { pthread_join(handle, nil) }

    /// Runs `body` on a thread of its own and waits for its result, without blocking the calling task's thread.
    /// - Throws: what `body` throws.
    public static func run<Result: Sendable>(
        name: String, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let thread = BlockingThread(name: name) { continuation.resume(with: Swift.Result(catching: body)) }
            pthread_detach(thread.handle)
        }
    }

    /// Waits until all of the threads have ended, without blocking the calling task's thread. Call it once.
    public static func joined(_ threads: [BlockingThread]) async {
        await withCheckedContinuation { continuation in
            let waiter = BlockingThread(name: "join") {
                for thread in threads { thread.join() }
                continuation.resume()
            }
            pthread_detach(waiter.handle)
        }
    }
}
