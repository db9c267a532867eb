import Foundation
import HTTPTypes
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

@testable import Server

/// Connections with answers of the test's own, in this process, on a port of their own.
struct BareServer: Sendable {
    let port: Int
    let answers: BareAnswers
    private let group: ServiceGroup

    static func run(
        arrival: ArrivalDeadline.Limits = .init(), reading: ReadingDeadline.Limits = .init(),
        bodies: BodyBudget = BodyBudget(),
        _ body: @escaping @Sendable (BareServer) async throws -> Void
    ) async throws {
        let answers = BareAnswers()
        let (ports, announce) = AsyncStream<Int>.makeStream()
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let server = HTTPConnection(shared: .init(answers.all, arrival: arrival, reading: reading, bodies: bodies))
            .server(
                host: "127.0.0.1", port: 0, logger: logger,
                nowListens: { channel in
                    try? await Acceptance.begin(on: channel)
                    announce.yield(channel.localAddress?.port ?? 0)
                })
        let services = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await services.run() }
            for await port in ports {
                try await body(BareServer(port: port, answers: answers, group: services))
                break
            }
            tasks.cancelAll()
        }
    }

    func socket() throws -> PeerSocket { try PeerSocket(port: port) }

    /// As after SIGTERM.
    func stop() async { await group.triggerGracefulShutdown() }
}

/// Answers by path.
final class BareAnswers: Sendable {
    struct Failure: Error {}

    private let gates = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let counts = Mutex<(asked: [String], pieces: Int, failures: [String])>(([], 0, []))

    /// The paths that were asked for.
    var asked: [String] { counts.withLock { $0.asked } }
    /// The number of pieces that were made for `/endless`.
    var pieces: Int { counts.withLock { $0.pieces } }
    /// The ids and errors of answers that failed while they were written.
    var failures: [String] { counts.withLock { $0.failures } }
    /// The number of requests to `/slow` that wait.
    var waiting: Int { gates.withLock(\.count) }

    /// Lets all requests to `/slow` go on.
    func open() {
        let gates = gates.withLock { gates in
            defer { gates = [] }
            return gates
        }
        for gate in gates { gate.resume() }
    }

    var all: RequestAnswers {
        RequestAnswers(
            answer: { await self.answer($0) },
            probe: { head, _ in head.path == "/probe" ? Self.text("probe") : nil },
            refuse: { Answer($0.status, ByteBuffer(string: $0.code), type: "text/plain") },
            failure: { answer, error in
                self.counts.withLock { $0.failures.append("\(answer.requestID ?? "") \(error)") }
                return Answer(.internalServerError, ByteBuffer(string: "instead"), type: "text/plain")
            })
    }

    private func gate() async { await withCheckedContinuation { gate in gates.withLock { $0.append(gate) } } }

    private static func text(_ text: String) -> Answer { Answer(.ok, ByteBuffer(string: text), type: "text/plain") }

    private func answer(_ request: Request) async -> Answer {
        counts.withLock { $0.asked.append(request.path) }
        switch request.path {
        case "/slow":
            await gate()
            return Self.text("slow")
        case "/echo", "/slow-echo":
            if request.path == "/slow-echo" { await gate() }
            do {
                return Self.text(String(buffer: try await request.body.collect(upTo: 1 << 18)))
            } catch {
                return Answer(.badRequest, ByteBuffer(string: "\(error)"), type: "text/plain")
            }
        case "/no": return Answer(.forbidden, ByteBuffer(string: "no"), type: "text/plain")
        case "/nothing": return .noContent
        case "/large": return Self.text(String(repeating: "x", count: 1 << 22))
        case "/stream":
            return .json { writer in
                for piece in ["one", "", "two"] { try await writer.write(ByteBuffer(string: piece)) }
            }
        case "/fail":
            var answer = Answer.json { writer in
                try await writer.write(ByteBuffer(string: "begun"))
                throw Failure()
            }
            answer.requestID = "id-7"
            return answer
        case "/fail-first":
            return .json { _ in throw Failure() }
        case "/endless":
            return .json { writer in
                while true {
                    try await writer.write(ByteBuffer(repeating: 0x20, count: 1 << 16))
                    self.counts.withLock { $0.pieces += 1 }
                }
            }
        default: return Self.text("ok \(request.path)")
        }
    }
}
