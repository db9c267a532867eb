import Foundation
import Synchronization
import Testing

@testable import Server

/// Probes show whether this process is alive and ready, however busy it is.
@Suite(.serialized) struct ProbeTests {
    /// All shared threads of tasks are blocked, as by work that takes seconds.
    @Test func probesAnswerWhileAllThreadsAreBusy() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let raw = RawConnection(server.client)
            let observed = await Busy().whileAllThreadsAreBlocked {
                (0..<40).map { number -> (Duration, String) in
                    let path = number % 2 == 0 ? "/livez" : "/readyz"
                    let clock = ContinuousClock()
                    var reply = ""
                    let time = clock.measure {
                        reply = raw.exchange(
                            "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", timeout: .seconds(5))
                    }
                    return (time, reply)
                }
            }
            // After all those connections: none of them is left when the server is stopped.
            let last = try await server.client.get("/livez")
            #expect(last.status == 200)
            #expect(!observed.ranTasks, "a task ran meanwhile: not all threads were blocked")
            for (time, reply) in observed.replies {
                #expect(time < .milliseconds(500), "\(time)")
                #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(reply)")
            }
        }
    }

    /// They are dropped, and don't end the process.
    @Test func connectionsThatNoTaskHasTakenOverEndWithTheServer() async throws {
        let (servers, announce) = AsyncStream<TestServer>.makeStream()
        let running = Task {
            try await TestServer.run(on: .sqlite) { server in
                announce.yield(server)
                try await Task.sleep(for: .seconds(600))
            }
        }
        for await server in servers {
            let port = try #require(URL(string: server.client.base)?.port)
            _ = await Busy().whileAllThreadsAreBlocked { () -> [Int32] in
                let sockets = (0..<40).map { _ in RawConnection.open(to: port) }
                // Time for event loops to accept them.
                Thread.sleep(forTimeInterval: 0.5)
                running.cancel()
                for socket in sockets { close(socket) }
                return sockets
            }
            break
        }
        _ = await running.result
    }

    /// The event loop and the shared threads give the same response.
    @Test func theAnswerIsTheRoutes() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let raw = RawConnection(server.client)
            for route in server.routes where route.isProbe {
                let probe = "GET \(route.path)/?x HTTP/1.1\r\nHost: a\r\n\r\n"
                // After another request it waits its turn, and is handled like any request.
                let behind = await raw.send("GET /nothing.txt HTTP/1.1\r\nHost: a\r\n\r\n" + probe, replies: 2)
                let alone = await raw.send(probe)
                func lines(_ reply: String) -> [String] {
                    reply.components(separatedBy: "\r\n").filter {
                        !$0.hasPrefix("X-Request-Id: ") && !$0.hasPrefix("Date: ")
                    }
                }
                let second = behind.components(separatedBy: "HTTP/1.1 ").last.map { "HTTP/1.1 " + $0 } ?? ""
                #expect(lines(alone) == lines(second) && lines(alone).count > 5, "\(alone)\n\(second)")
                let head = await raw.send("HEAD \(route.path) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(lines(head).dropLast() == lines(alone).dropLast() && head.hasSuffix("\r\n\r\n"))
                let posted = await raw.send("POST \(route.path) HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
                #expect(posted.contains(" 405 "))
            }
        }
    }

    /// Blocks all shared threads of tasks, whatever their priority.
    private final class Busy: Sendable {
        private static let priorities: [TaskPriority] = [.high, .medium, .low, .background]

        private let semaphore = DispatchSemaphore(value: 0)
        private let blocked = Atomic<Int>(0)
        private let ran = Atomic<Bool>(false)

        /// Does the work on a thread of its own.
        /// - Returns: its result, and whether a task ran in the meantime.
        func whileAllThreadsAreBlocked<Reply: Sendable>(
            _ work: @escaping @Sendable () -> [Reply]
        ) async -> (replies: [Reply], ranTasks: Bool) {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread { [self] in
                    // More than there are threads, for each priority has its own.
                    let count = 4 * ProcessInfo.processInfo.activeProcessorCount
                    for priority in Self.priorities {
                        for _ in 0..<count { Task.detached(priority: priority) { self.block() } }
                    }
                    var seen = -1
                    while seen != blocked.load(ordering: .sequentiallyConsistent) {
                        seen = blocked.load(ordering: .sequentiallyConsistent)
                        Thread.sleep(forTimeInterval: 0.1)
                    }
                    for priority in Self.priorities {
                        Task.detached(priority: priority) { self.ran.store(true, ordering: .sequentiallyConsistent) }
                    }
                    let replies = work()
                    let ranTasks = ran.load(ordering: .sequentiallyConsistent)
                    for _ in 0..<count * Self.priorities.count { semaphore.signal() }
                    continuation.resume(returning: (replies, ranTasks))
                }
            }
        }

        private func block() {
            blocked.add(1, ordering: .sequentiallyConsistent)
            semaphore.wait()
        }
    }
}
