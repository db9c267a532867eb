import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import Server

/// Connections byte by byte, as honest peers, slow ones and hostile ones use them.
@Suite struct ConnectionTests {
    // MARK: Order

    @Test func tenThousandPipelinedRequestsAreAnsweredInOrder() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            let count = 10_000
            let receiving = Task { await socket.receive { $0.hasSuffix("ok /\(count - 1)") } }
            await socket.sendLong((0..<count).map { Raw.get($0 % 7 == 0 ? "/probe" : "/\($0)") }.joined())
            let (text, end) = await receiving.value
            let bodies = text.matches(of: /\r\n\r\n(probe|ok \/\d+)/).map { String($0.1) }
            #expect(end == .open && bodies == (0..<count).map { $0 % 7 == 0 ? "probe" : "ok /\($0)" })
        }
    }

    @Test func aRequestByteByByteIsOne() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            for byte in Raw.post("/echo", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n") {
                socket.send(String(byte))
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(await socket.reply().hasSuffix("\r\n\r\nabc"))
        }
    }

    @Test func nothingIsReadAheadOfASlowAnswer() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/slow") + Raw.get("/1"))
            try await Raw.wait { server.answers.waiting == 1 }
            // More than the system's buffers take: sending gets stuck.
            let sender = Task { await socket.sendLong(String(repeating: Raw.get("/2"), count: 1 << 19)) }
            try await Task.sleep(for: .seconds(1))
            #expect(server.answers.asked == ["/slow"])
            server.answers.open()
            _ = await socket.receive { $0.hasSuffix("ok /2") }
            socket.reset()
            _ = await sender.value
        }
    }

    @Test func whatWasSentAheadIsAnsweredAfterThePeersEnd() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/slow"))
            try await Raw.wait { server.answers.waiting == 1 }
            let count = 5000
            await socket.sendLong((1...count).map { Raw.get("/\($0)") }.joined())
            socket.endSending()
            try await Task.sleep(for: .milliseconds(300))
            server.answers.open()
            let (text, end) = await socket.receive()
            let bodies = text.matches(of: /\r\n\r\nok \/(\d+)/).compactMap { Int($0.1) }
            #expect(end == .closed && bodies == Array(1...count))
        }
    }

    /// The parser would keep all of it.
    @Test func whatFollowsTheLastRequestIsNeitherKeptNorReadForEver() async throws {
        try await BareServer.run { server in
            for head in [
                Raw.get("/slow", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
                Raw.get("/slow", "Connection: close\r\n"),
            ] {
                let socket = try server.socket()
                socket.send(head)
                try await Raw.wait { server.answers.waiting == 1 }
                let sender = Task { await socket.sendLong(String(repeating: "x", count: 1 << 26)) }
                try await Task.sleep(for: .milliseconds(500))
                server.answers.open()
                #expect(await !sender.value)
            }
        }
    }

    @Test func aProbeThatExpectsToGoOnIsNotTheLast() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/probe", "Expect: 100-continue\r\n") + Raw.get("/1"))
            let (text, _) = await socket.receive { $0.hasSuffix("ok /1") }
            #expect(Raw.statuses(text) == [200, 200])
        }
    }

    // MARK: Stopping

    @Test func aFullPipelineDoesntKeepAStoppingServer() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/slow") + String(repeating: Raw.get("/later"), count: 50))
            try await Raw.wait { server.answers.waiting == 1 }
            await server.stop()
            try await Task.sleep(for: .milliseconds(200))
            server.answers.open()
            let (text, end) = await socket.receive()
            #expect(
                end == .closed && Raw.statuses(text) == [200] && text.contains("\r\nConnection: close\r\n"), "\(text)")
            #expect(server.answers.asked == ["/slow"])
        }
    }

    @Test func anIdleConnectionEndsWithTheServer() async throws {
        try await BareServer.run { server in
            let sockets = try [server.socket(), server.socket()]
            sockets[0].send(Raw.get("/1"))
            #expect(await sockets[0].reply().hasSuffix("ok /1"))
            await server.stop()
            for socket in sockets {
                let start = ContinuousClock.now
                #expect(await socket.receive().end == .closed && .now - start < .seconds(3))
            }
        }
    }

    // MARK: Bodies of answers

    @Test func aStreamHasChunks() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/stream") + Raw.get("/1"))
            let (text, _) = await socket.receive { $0.hasSuffix("ok /1") }
            #expect(text.contains("\r\nTransfer-Encoding: chunked\r\n") && !text.hasPrefix("Content-Length"))
            #expect(text.contains("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"), "\(text)")
            let old = try server.socket()
            // Close wins over keep-alive.
            let torn = try server.socket()
            torn.send(Raw.get("/1", "Connection: close, keep-alive\r\n", version: "1.0"))
            let (ended, way) = await torn.receive()
            #expect(ended.contains("\r\nConnection: close\r\n") && way == .closed)
            old.send(Raw.get("/stream", "Connection: keep-alive\r\n", version: "1.0"))
            let whole = await old.receive()
            #expect(whole.end == .closed && whole.text.hasSuffix("\r\n\r\nonetwo"), "\(whole)")
            #expect(whole.text.hasPrefix("HTTP/1.0 200 OK\r\n") && whole.text.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test(arguments: ["1.1", "1.0"]) func aFailedStreamNeverLooksWhole(_ version: String) async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/fail", version: version))
            let (text, end) = await socket.receive()
            #expect(end == .reset && !text.contains("0\r\n\r\n"), "\(text)")
            try await Raw.wait { !server.answers.failures.isEmpty }
            #expect(server.answers.failures.first?.hasPrefix("id-7 Failure") == true, "\(server.answers.failures)")
        }
    }

    @Test(arguments: ["1.1", "1.0"]) func aStreamThatFailsAtOnceIsAProblem(_ version: String) async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/fail-first", version: version))
            socket.send(Raw.get("/probe", "Connection: close\r\n", version: version))
            let (text, end) = await socket.receive()
            #expect(text.hasPrefix("HTTP/1.1 500 ") && text.contains("\r\n\r\ninstead"), "\(text)")
            // The connection goes on where it may.
            #expect(end == .closed && text.hasSuffix("probe") == (version == "1.1"), "\(text)")
            #expect(server.answers.failures.count == 1, "\(server.answers.failures)")
        }
    }

    @Test func aStreamThatNobodyReadsWaits() async throws {
        try await BareServer.run { server in
            let socket = try PeerSocket(port: server.port, buffer: 4096)
            socket.send(Raw.get("/endless"))
            var before = -1
            while server.answers.pieces != before {
                before = server.answers.pieces
                try await Task.sleep(for: .milliseconds(500))
            }
            #expect(before < 100, "\(before) pieces of 64 KiB")
            socket.reset()
            // The peer's going isn't an error of this server.
            try await Task.sleep(for: .milliseconds(300))
            #expect(server.answers.failures.isEmpty)
        }
    }

    @Test func aLargeAnswerArrivesWhole() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/large", "Connection: close\r\n"))
            let (text, end) = await socket.receive()
            #expect(end == .closed && text.contains("\r\nContent-Length: 4194304\r\n"))
            #expect(text.hasSuffix("\r\n\r\n" + String(repeating: "x", count: 1 << 22)))
        }
    }

    @Test func headHasNoBody() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            for path in ["/1", "/large", "/stream", "/nothing", "/probe"] {
                socket.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            }
            socket.send(Raw.get("/end"))
            let (text, _) = await socket.receive { $0.hasSuffix("ok /end") }
            #expect(Raw.statuses(text) == [200, 200, 200, 204, 200, 200])
            #expect(text.matches(of: /Content-Length: (\d+)/).map { String($0.1) } == ["5", "4194304", "5", "7"])
            #expect(!text.contains("chunked") && text.utf8.count < 2000)
        }
    }

    // MARK: What is written

    @Test func nothingCanAddALineToAHead() {
        var answer = Answer(.ok, ByteBuffer(), type: "text/plain")
        answer.headers[.link] = "a\r\nX: b"
        answer.headers[.connection] = "keep-alive"
        answer.headers[.contentLength] = "99"
        answer.requestID = "a\r\nX: c\u{0}"
        var buffer = ByteBuffer()
        AnswerEncoder.writeHead(of: answer, .length(3), .close, isHTTP10: false, to: &buffer)
        let lines = String(buffer: buffer).components(separatedBy: "\r\n")
        #expect(lines.count == 8 && !lines.contains { $0.hasPrefix("X: ") || $0.hasPrefix("X-Request-Id") }, "\(lines)")
        #expect(lines.filter { $0.hasPrefix("Content-Length") } == ["Content-Length: 3"])
        #expect(lines.filter { $0.hasPrefix("Connection") } == ["Connection: close"])
    }
}
