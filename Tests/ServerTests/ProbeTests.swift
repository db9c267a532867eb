import Foundation
import Synchronization
import Testing

@testable import Server

/// Probes say whether this process is alive and ready, whatever else it has to do.
@Suite(.serialized) struct ProbeTests {
    /// All threads that tasks share are blocked, as by work that takes seconds.
    @Test func probesAnswerWhileAllThreadsAreBusy() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let raw = RawConnection(server.client)
            let busy = Busy()
            let count = ProcessInfo.processInfo.activeProcessorCount
            for _ in 1..<count { Task.detached(priority: .high) { busy.block() } }
            while busy.blocked < count - 1 { try await Task.sleep(for: .milliseconds(5)) }
            let observed = busy.whileThisThreadIsBlockedToo {
                (0..<40).map { number -> (Duration, String) in
                    let path = number % 2 == 0 ? "/livez" : "/readyz"
                    let clock = ContinuousClock()
                    var reply = ""
                    let time = clock.measure {
                        reply = raw.exchange(
                            "GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", patience: .seconds(5))
                    }
                    return (time, reply)
                }
            }
            // Behind all those connections: none of them is left when the server is stopped.
            #expect(try await server.client.get("/livez").status == 200)
            #expect(!observed.ranTasks, "a task ran meanwhile: not all threads were blocked")
            for (time, reply) in observed.replies {
                #expect(time < .milliseconds(500), "\(time)")
                #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n"), "\(reply)")
            }
        }
    }

    /// On the event loop and on the shared threads they say the same.
    @Test func theAnswerIsTheRoutes() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let raw = RawConnection(server.client)
            for route in server.routes where route.isProbe {
                let probe = "GET \(route.path)/?x HTTP/1.1\r\nHost: a\r\n\r\n"
                // Behind another request it waits its turn, and goes the way of all requests.
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

    /// Holds threads up, until it is told to let them go.
    private final class Busy: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        private let count = Atomic<Int>(0)
        private let ran = Atomic<Bool>(false)

        var blocked: Int { count.load(ordering: .sequentiallyConsistent) }

        func block() {
            count.add(1, ordering: .sequentiallyConsistent)
            semaphore.wait()
        }

        /// Does the work on a thread of its own.
        func whileThisThreadIsBlockedToo<Reply: Sendable>(
            _ work: @escaping @Sendable () -> [Reply]
        ) -> (replies: [Reply], ranTasks: Bool) {
            let result = Mutex<(replies: [Reply], ranTasks: Bool)>(([], false))
            let done = DispatchSemaphore(value: 0)
            let blocked = blocked
            Thread.detachNewThread { [self] in
                Task.detached { self.ran.store(true, ordering: .sequentiallyConsistent) }
                let replies = work()
                result.withLock { $0 = (replies, ran.load(ordering: .sequentiallyConsistent)) }
                for _ in 0..<blocked { semaphore.signal() }
                done.signal()
            }
            done.wait()
            return result.withLock { $0 }
        }
    }
}
