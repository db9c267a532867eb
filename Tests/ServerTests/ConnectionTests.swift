import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import Server

/// Connections byte by byte, as honest peers, slow ones and hostile ones use them.
@Suite struct ConnectionTests {
    private static func get(_ path: String, _ headers: String = "", version: String = "1.1") -> String {
        "GET \(path) HTTP/\(version)\r\nHost: a\r\n\(headers)\r\n"
    }

    private static func post(_ path: String, _ headers: String, _ body: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\n\(headers)\r\n\(body)"
    }

    private static func statuses(_ text: String) -> [Int] {
        text.matches(of: /HTTP\/1\.[01] (\d{3})/).compactMap { Int($0.1) }
    }

    private static func wait(until isTrue: () -> Bool) async throws {
        for _ in 0..<3000 where !isTrue() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(isTrue())
    }

    // MARK: Order

    @Test func tenThousandPipelinedRequestsAreAnsweredInOrder() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            let count = 10_000
            let receiving = Task { await socket.receive { $0.hasSuffix("ok /\(count - 1)") } }
            await socket.sendLong((0..<count).map { Self.get($0 % 7 == 0 ? "/probe" : "/\($0)") }.joined())
            let (text, end) = await receiving.value
            let bodies = text.matches(of: /\r\n\r\n(probe|ok \/\d+)/).map { String($0.1) }
            #expect(end == .open && bodies == (0..<count).map { $0 % 7 == 0 ? "probe" : "ok /\($0)" })
        }
    }

    @Test func aRequestByteByByteIsOne() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            for byte in Self.post("/echo", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n") {
                socket.send(String(byte))
                try await Task.sleep(for: .milliseconds(1))
            }
            #expect(await socket.reply().hasSuffix("\r\n\r\nabc"))
        }
    }

    @Test func nothingIsReadAheadOfASlowAnswer() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Self.get("/slow") + Self.get("/1"))
            try await Self.wait { server.answers.waiting == 1 }
            // More than the system's buffers take: sending gets stuck.
            let sender = Task { await socket.sendLong(String(repeating: Self.get("/2"), count: 1 << 19)) }
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
            socket.send(Self.get("/slow"))
            try await Self.wait { server.answers.waiting == 1 }
            let count = 5000
            await socket.sendLong((1...count).map { Self.get("/\($0)") }.joined())
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
                Self.get("/slow", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
                Self.get("/slow", "Connection: close\r\n"),
            ] {
                let socket = try server.socket()
                socket.send(head)
                try await Self.wait { server.answers.waiting == 1 }
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
            socket.send(Self.get("/probe", "Expect: 100-continue\r\n") + Self.get("/1"))
            let (text, _) = await socket.receive { $0.hasSuffix("ok /1") }
            #expect(Self.statuses(text) == [200, 200])
        }
    }

    // MARK: Stopping

    @Test func aFullPipelineDoesntKeepAStoppingServer() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Self.get("/slow") + String(repeating: Self.get("/later"), count: 50))
            try await Self.wait { server.answers.waiting == 1 }
            await server.stop()
            try await Task.sleep(for: .milliseconds(200))
            server.answers.open()
            let (text, end) = await socket.receive()
            #expect(
                end == .closed && Self.statuses(text) == [200] && text.contains("\r\nConnection: close\r\n"), "\(text)")
            #expect(server.answers.asked == ["/slow"])
        }
    }

    @Test func anIdleConnectionEndsWithTheServer() async throws {
        try await BareServer.run { server in
            let sockets = try [server.socket(), server.socket()]
            sockets[0].send(Self.get("/1"))
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
            socket.send(Self.get("/stream") + Self.get("/1"))
            let (text, _) = await socket.receive { $0.hasSuffix("ok /1") }
            #expect(text.contains("\r\nTransfer-Encoding: chunked\r\n") && !text.hasPrefix("Content-Length"))
            #expect(text.contains("\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"), "\(text)")
            let old = try server.socket()
            // Close wins over keep-alive.
            let torn = try server.socket()
            torn.send(Self.get("/1", "Connection: close, keep-alive\r\n", version: "1.0"))
            let (ended, way) = await torn.receive()
            #expect(ended.contains("\r\nConnection: close\r\n") && way == .closed)
            old.send(Self.get("/stream", "Connection: keep-alive\r\n", version: "1.0"))
            let whole = await old.receive()
            #expect(whole.end == .closed && whole.text.hasSuffix("\r\n\r\nonetwo"), "\(whole)")
            #expect(whole.text.hasPrefix("HTTP/1.0 200 OK\r\n") && whole.text.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test(arguments: ["1.1", "1.0"]) func aFailedStreamNeverLooksWhole(_ version: String) async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Self.get("/fail", version: version))
            let (text, end) = await socket.receive()
            #expect(end == .reset && !text.contains("0\r\n\r\n"), "\(text)")
            try await Self.wait { !server.answers.failures.isEmpty }
            #expect(server.answers.failures.first?.hasPrefix("id-7 Failure") == true, "\(server.answers.failures)")
        }
    }

    @Test(arguments: ["1.1", "1.0"]) func aStreamThatFailsAtOnceIsAProblem(_ version: String) async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Self.get("/fail-first", version: version))
            socket.send(Self.get("/probe", "Connection: close\r\n", version: version))
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
            socket.send(Self.get("/endless"))
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
            socket.send(Self.get("/large", "Connection: close\r\n"))
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
            socket.send(Self.get("/end"))
            let (text, _) = await socket.receive { $0.hasSuffix("ok /end") }
            #expect(Self.statuses(text) == [200, 200, 200, 204, 200, 200])
            #expect(text.matches(of: /Content-Length: (\d+)/).map { String($0.1) } == ["5", "4194304", "5", "7"])
            #expect(!text.contains("chunked") && text.utf8.count < 2000)
        }
    }

    // MARK: Bodies of requests

    @Test func continueIsSaidOnceTheBodyIsWanted() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            let head = "Expect: 100-Continue\r\nContent-Length: 3\r\n"
            socket.send(Self.post("/echo", head, ""))
            let (first, _) = await socket.receive { $0.hasSuffix("\r\n\r\n") }
            #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
            socket.send("abc")
            #expect(await socket.reply().hasSuffix("\r\n\r\nabc"))
            // Spaces behind a value are none of it.
            socket.send(Self.post("/echo", "Expect: 100-continue \r\nContent-Length: 3 \r\n", ""))
            let (again, _) = await socket.receive { $0.hasSuffix("\r\n\r\n") }
            #expect(again == "HTTP/1.1 100 Continue\r\n\r\n")
            socket.send("abc")
            #expect(await socket.reply().hasSuffix("\r\n\r\nabc"))
            // The body may never come.
            socket.send(Self.post("/no", head, ""))
            let (refused, end) = await socket.receive()
            #expect(Self.statuses(refused) == [403] && refused.contains("\r\nConnection: close\r\n") && end == .closed)
        }
    }

    @Test func aBodyThatNobodyReadIsNoRequest() async throws {
        try await BareServer.run { server in
            let smuggled = Self.get("/smuggled")
            let socket = try server.socket()
            // The space behind the length is none of it.
            socket.send(Self.post("/no", "Content-Length: \(smuggled.utf8.count) \r\n", smuggled) + Self.get("/next"))
            let (text, _) = await socket.receive { $0.hasSuffix("ok /next") }
            #expect(Self.statuses(text) == [403, 200])
            #expect(server.answers.asked == ["/no", "/next"])
        }
    }

    @Test func aBodyThatIsTooLongToThrowAwayEndsTheConnection() async throws {
        try await BareServer.run(arrival: .init(arrival: .seconds(3))) { server in
            let socket = try server.socket()
            await socket.sendLong(
                Self.post("/no", "Content-Length: 1000000000\r\n", String(repeating: "x", count: 1 << 20)))
            let (text, end) = await socket.receive()
            #expect(Self.statuses(text) == [403] && text.contains("\r\nConnection: close\r\n") && end == .closed)
            let chunked = try server.socket()
            chunked.send(Self.post("/no", "Transfer-Encoding: chunked\r\n", ""))
            let refused = await chunked.reply()
            #expect(Self.statuses(refused) == [403])
            let chunk = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
            await chunked.sendLong(String(repeating: chunk, count: 20))
            #expect(await chunked.receive().end == .closed)
        }
    }

    /// The parser obeys a `Connection: close` in trailers. Behind a proxy, the next request may be another caller's, and must not be refused.
    @Test func trailersThatNameTheConnectionEndIt() async throws {
        try await BareServer.run { server in
            let chunked = "Transfer-Encoding: chunked\r\n"
            for trailer in ["Connection: close", "proxy-connection: close", "Connection: keep-alive"] {
                let socket = try server.socket()
                socket.send(Self.post("/echo", chunked, "1\r\na\r\n0\r\n\(trailer)\r\n\r\n"))
                let (text, end) = await socket.receive()
                #expect(Self.statuses(text) == [200] && text.hasSuffix("\r\n\r\na") && end == .closed, "\(text)")
                #expect(text.contains("\r\nConnection: close\r\n"))
            }
            let other = try server.socket()
            other.send(Self.post("/echo", chunked, "1\r\na\r\n0\r\nDigest: x\r\n\r\n") + Self.get("/next"))
            #expect(Self.statuses(await other.receive { $0.hasSuffix("ok /next") }.text) == [200, 200])
            // Answered before the trailers are there, which may say it too.
            let early = try server.socket()
            early.send(Self.post("/no", chunked, "1\r\n"))
            let refused = await early.reply()
            #expect(Self.statuses(refused) == [403] && refused.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func aBodyThatCantBeFramedIsNotCarriedOut() async throws {
        try await BareServer.run { server in
            for encoding in [
                "identity", "xchunked", "gzip, chunked", ",chunked", "chunked;q=1", "",
                "chunked\r\nTransfer-Encoding: chunked",
            ] {
                let socket = try server.socket()
                socket.send(Self.post("/1", "Transfer-Encoding: \(encoding)\r\n", "0\r\n\r\n"))
                let (text, end) = await socket.receive()
                #expect(Self.statuses(text) == [400] && end == .closed, "\(encoding): \(text)")
            }
            for headers in [
                "Transfer-Encoding: chunked\r\nContent-Length: 3", "Content-Length: 3\r\nTransfer-Encoding: chunked",
            ] {
                let socket = try server.socket()
                socket.send(Self.post("/1", headers + "\r\n", "0\r\n\r\n"))
                #expect(Self.statuses(await socket.receive().text) == [400], "\(headers)")
            }
            #expect(server.answers.asked.isEmpty)
        }
    }

    @Test func bodiesOfAllConnectionsHaveABound() async throws {
        try await BareServer.run(bodies: BodyBudget(most: 100_000)) { server in
            let greedy = try server.socket()
            greedy.send(Self.post("/echo", "Content-Length: 200000\r\n", String(repeating: "x", count: 95_000)))
            let long = Self.post("/echo", "Content-Length: 20000\r\n", String(repeating: "y", count: 20_000))
            func answer() async throws -> String {
                let socket = try server.socket()
                await socket.sendLong(long)
                return await socket.reply()
            }
            // As soon as the first bytes are there.
            var refused = try await answer()
            for _ in 0..<1000 where Self.statuses(refused) != [400] { refused = try await answer() }
            #expect(refused.hasSuffix("NoRoom()"), "\(refused.prefix(200))")
            let small = try server.socket()
            small.send(Self.post("/echo", "Content-Length: 2000\r\n", String(repeating: "z", count: 2000)))
            #expect(Self.statuses(await small.reply()) == [200])
            greedy.reset()
            var served = try await answer()
            for _ in 0..<1000 where Self.statuses(served) != [200] { served = try await answer() }
            #expect(served.hasSuffix("yyy"))
        }
    }

    @Test func aBodyWithoutRoomIsRefusedForNow() async throws {
        let body = IncomingBody {}
        body.fail(IncomingBody.NoRoom())
        let head = HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/")
        let problem = await #expect(throws: Problem.self) {
            _ = try await RequestBody(of: Request(head: head, body: body, peer: nil))
        }
        #expect(problem?.code == "too-many-bodies" && problem?.status == .serviceUnavailable)
        #expect(problem?.headers[.retryAfter] == "5")
    }

    /// However long the server takes to want it: a peer that was told to wait isn't late.
    @Test func whoWaitsToBeToldToGoOnIsNotLate() async throws {
        let arrival = ArrivalDeadline.Limits(arrival: .seconds(5), body: .seconds(10))
        try await BareServer.run(arrival: arrival) { server in
            let socket = try server.socket()
            socket.send(Self.post("/slow-echo", "Expect: 100-continue\r\nContent-Length: 3\r\n", ""))
            try await Self.wait { server.answers.waiting == 1 }
            try await Task.sleep(for: .seconds(12))
            server.answers.open()
            #expect(await socket.receive { $0.hasSuffix("\r\n\r\n") }.text == "HTTP/1.1 100 Continue\r\n\r\n")
            socket.send("abc")
            #expect(await socket.reply().hasSuffix("\r\n\r\nabc"))
        }
    }

    /// Where the rest of a body is thrown away, its sender isn't broken off before it reads why.
    @Test func aRefusedBodyIsReadToItsEnd() async throws {
        try await BareServer.run { server in
            let body = String(repeating: "x", count: 3 << 20)
            let length = "Content-Length: \(body.utf8.count)\r\n"
            for (head, status) in [
                ("POST /1 HTTP/1.1\r\nHost: a b\r\n\(length)\r\n", 400),
                (Self.post("/slow", "Expect: 100-continue\r\n" + length, ""), 200),
            ] {
                let socket = try server.socket()
                socket.send(head + body.prefix(1 << 10))
                if status == 200 {
                    try await Self.wait { server.answers.waiting == 1 }
                    // Until the bytes behind the head are there too.
                    try await Task.sleep(for: .milliseconds(500))
                    server.answers.open()
                }
                #expect(Self.statuses(await socket.receive { $0.contains("\r\n\r\n") }.text) == [status])
                // The end of the output comes behind the body's.
                let start = ContinuousClock.now
                let end = Task { (await socket.receive().end, ContinuousClock.now - start) }
                try await Task.sleep(for: .milliseconds(500))
                #expect(await socket.sendLong(String(body.dropFirst(1 << 10))))
                let (way, time) = await end.value
                #expect(way == .closed && time > .milliseconds(400), "\(status): \(time)")
            }
        }
    }

    @Test func aBodyThatEndsEarlyIsRefused() async throws {
        try await BareServer.run { server in
            for (head, body) in [
                ("Content-Length: 10\r\n", "abc"), ("Transfer-Encoding: chunked\r\n", "3\r\nab"),
                ("Transfer-Encoding: chunked\r\n", "zz\r\nab\r\n0\r\n\r\n"),
            ] {
                let socket = try server.socket()
                socket.send(Self.post("/echo", head, body))
                socket.endSending()
                let (text, end) = await socket.receive()
                #expect(Self.statuses(text) == [400] && text.hasSuffix("CutOff()") && end == .closed, "\(text)")
            }
        }
    }

    // MARK: Ends

    @Test func aPeerThatHasEndedSendingGetsItsAnswers() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Self.get("/slow") + Self.get("/1") + Self.get("/probe"))
            socket.endSending()
            try await Self.wait { server.answers.waiting == 1 }
            server.answers.open()
            let (text, end) = await socket.receive()
            #expect(Self.statuses(text) == [200, 200, 200] && text.hasSuffix("probe") && end == .closed)
        }
    }

    @Test func whoDoesntCloseBehindTheLastAnswerIsCutOff() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Self.get("/1", "Connection: close\r\n"))
            let start = ContinuousClock.now
            #expect(await socket.receive().end == .closed)
            #expect(.now - start < .seconds(2))
            // Still there, and thrown away.
            for _ in 0..<3 { #expect(socket.send(Self.get("/2"))) }
            while socket.send("x"), .now - start < .seconds(20) { try await Task.sleep(for: .milliseconds(100)) }
            #expect(.now - start > .seconds(4) && .now - start < .seconds(10))
            #expect(server.answers.asked == ["/1"])
        }
    }

    /// What says why isn't lost by what comes after it.
    @Test func bytesBehindAMalformedHeadDontDropItsAnswer() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send("BREW / HTTP/1.1\r\nHost: a\r\n\r\n" + String(repeating: "x", count: 1 << 16))
            for _ in 0..<20 { await socket.sendLong(String(repeating: "y", count: 1 << 12)) }
            let (text, end) = await socket.receive()
            #expect(Self.statuses(text) == [400] && text.hasSuffix("malformed-head") && end == .closed, "\(text)")
        }
    }

    @Test func whatFollowsAnUpgradeIsNoRequest() async throws {
        try await BareServer.run { server in
            for head in [
                Self.get("/up", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
                Self.get("/up", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
                Self.get("/up", "Upgrade: anything\r\n"), "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            ] {
                let socket = try server.socket()
                socket.send(head + Self.get("/smuggled"))
                let (text, end) = await socket.receive()
                #expect(
                    Self.statuses(text).count == 1 && !Self.statuses(text).contains(101) && end == .closed, "\(text)")
                #expect(text.contains("\r\nConnection: close\r\n"))
            }
            #expect(!server.answers.asked.contains("/smuggled"))
        }
    }

    @Test func resetConnectionsLeaveNothingBehind() async throws {
        try await BareServer.run { server in
            for _ in 0..<50 {
                let socket = try server.socket()
                socket.send(Self.post("/echo", "Content-Length: 100\r\n", "x") + Self.get("/large"))
                socket.reset()
                let reader = try server.socket()
                reader.send(Self.get("/endless"))
                _ = await reader.receive { $0.utf8.count > 1000 }
                reader.reset()
            }
            let last = try server.socket()
            last.send(Self.get("/1"))
            #expect(await last.reply().hasSuffix("ok /1"))
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
