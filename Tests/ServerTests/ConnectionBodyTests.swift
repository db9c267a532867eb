import Foundation
import HTTPTypes
import NIOCore
import Testing

@testable import Server

/// Bodies of requests: framed, refused, too long, or broken off.
@Suite struct ConnectionBodyTests {
    @Test func continueIsSaidOnceTheBodyIsWanted() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            let head = "Expect: 100-Continue\r\nContent-Length: 3\r\n"
            socket.send(Raw.post("/echo", head, ""))
            let (first, _) = await socket.receive { $0.hasSuffix("\r\n\r\n") }
            #expect(first == "HTTP/1.1 100 Continue\r\n\r\n")
            socket.send("abc")
            #expect(await socket.reply().hasSuffix("\r\n\r\nabc"))
            // Spaces behind a value are none of it.
            socket.send(Raw.post("/echo", "Expect: 100-continue \r\nContent-Length: 3 \r\n", ""))
            let (again, _) = await socket.receive { $0.hasSuffix("\r\n\r\n") }
            #expect(again == "HTTP/1.1 100 Continue\r\n\r\n")
            socket.send("abc")
            #expect(await socket.reply().hasSuffix("\r\n\r\nabc"))
            // The body may never come.
            socket.send(Raw.post("/no", head, ""))
            let (refused, end) = await socket.receive()
            #expect(Raw.statuses(refused) == [403] && refused.contains("\r\nConnection: close\r\n") && end == .closed)
        }
    }

    @Test func aBodyThatNobodyReadIsNoRequest() async throws {
        try await BareServer.run { server in
            let smuggled = Raw.get("/smuggled")
            let socket = try server.socket()
            // The space behind the length is none of it.
            socket.send(Raw.post("/no", "Content-Length: \(smuggled.utf8.count) \r\n", smuggled) + Raw.get("/next"))
            let (text, _) = await socket.receive { $0.hasSuffix("ok /next") }
            #expect(Raw.statuses(text) == [403, 200])
            #expect(server.answers.asked == ["/no", "/next"])
        }
    }

    @Test func aBodyThatIsTooLongToThrowAwayEndsTheConnection() async throws {
        try await BareServer.run(arrival: .init(arrival: .seconds(3))) { server in
            let socket = try server.socket()
            await socket.sendLong(
                Raw.post("/no", "Content-Length: 1000000000\r\n", String(repeating: "x", count: 1 << 20)))
            let (text, end) = await socket.receive()
            #expect(Raw.statuses(text) == [403] && text.contains("\r\nConnection: close\r\n") && end == .closed)
            let chunked = try server.socket()
            chunked.send(Raw.post("/no", "Transfer-Encoding: chunked\r\n", ""))
            let refused = await chunked.reply()
            #expect(Raw.statuses(refused) == [403])
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
                socket.send(Raw.post("/echo", chunked, "1\r\na\r\n0\r\n\(trailer)\r\n\r\n"))
                let (text, end) = await socket.receive()
                #expect(Raw.statuses(text) == [200] && text.hasSuffix("\r\n\r\na") && end == .closed, "\(text)")
                #expect(text.contains("\r\nConnection: close\r\n"))
            }
            let other = try server.socket()
            other.send(Raw.post("/echo", chunked, "1\r\na\r\n0\r\nDigest: x\r\n\r\n") + Raw.get("/next"))
            #expect(Raw.statuses(await other.receive { $0.hasSuffix("ok /next") }.text) == [200, 200])
            // Answered before the trailers are there, which may say it too.
            let early = try server.socket()
            early.send(Raw.post("/no", chunked, "1\r\n"))
            let refused = await early.reply()
            #expect(Raw.statuses(refused) == [403] && refused.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func aBodyThatCantBeFramedIsNotCarriedOut() async throws {
        try await BareServer.run { server in
            for encoding in [
                "identity", "xchunked", "gzip, chunked", ",chunked", "chunked;q=1", "",
                "chunked\r\nTransfer-Encoding: chunked",
            ] {
                let socket = try server.socket()
                socket.send(Raw.post("/1", "Transfer-Encoding: \(encoding)\r\n", "0\r\n\r\n"))
                let (text, end) = await socket.receive()
                #expect(Raw.statuses(text) == [400] && end == .closed, "\(encoding): \(text)")
            }
            for headers in [
                "Transfer-Encoding: chunked\r\nContent-Length: 3", "Content-Length: 3\r\nTransfer-Encoding: chunked",
            ] {
                let socket = try server.socket()
                socket.send(Raw.post("/1", headers + "\r\n", "0\r\n\r\n"))
                #expect(Raw.statuses(await socket.receive().text) == [400], "\(headers)")
            }
            #expect(server.answers.asked.isEmpty)
        }
    }

    @Test func bodiesOfAllConnectionsHaveABound() async throws {
        try await BareServer.run(bodies: BodyBudget(most: 100_000)) { server in
            let greedy = try server.socket()
            greedy.send(Raw.post("/echo", "Content-Length: 200000\r\n", String(repeating: "x", count: 95_000)))
            let long = Raw.post("/echo", "Content-Length: 20000\r\n", String(repeating: "y", count: 20_000))
            func answer() async throws -> String {
                let socket = try server.socket()
                await socket.sendLong(long)
                return await socket.reply()
            }
            // As soon as the first bytes are there.
            var refused = try await answer()
            for _ in 0..<1000 where Raw.statuses(refused) != [400] { refused = try await answer() }
            #expect(refused.hasSuffix("NoRoom()"), "\(refused.prefix(200))")
            let small = try server.socket()
            small.send(Raw.post("/echo", "Content-Length: 2000\r\n", String(repeating: "z", count: 2000)))
            #expect(Raw.statuses(await small.reply()) == [200])
            greedy.reset()
            var served = try await answer()
            for _ in 0..<1000 where Raw.statuses(served) != [200] { served = try await answer() }
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
            socket.send(Raw.post("/slow-echo", "Expect: 100-continue\r\nContent-Length: 3\r\n", ""))
            try await Raw.wait { server.answers.waiting == 1 }
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
                (Raw.post("/slow", "Expect: 100-continue\r\n" + length, ""), 200),
            ] {
                let socket = try server.socket()
                socket.send(head + body.prefix(1 << 10))
                if status == 200 {
                    try await Raw.wait { server.answers.waiting == 1 }
                    // Until the bytes behind the head are there too.
                    try await Task.sleep(for: .milliseconds(500))
                    server.answers.open()
                }
                #expect(Raw.statuses(await socket.receive { $0.contains("\r\n\r\n") }.text) == [status])
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
                socket.send(Raw.post("/echo", head, body))
                socket.endSending()
                let (text, end) = await socket.receive()
                #expect(Raw.statuses(text) == [400] && text.hasSuffix("CutOff()") && end == .closed, "\(text)")
            }
        }
    }
}
