import Testing

@testable import Server

/// How connections end, and what a peer still gets by then.
@Suite struct ConnectionEndTests {
    @Test func aPeerThatHasEndedSendingGetsItsAnswers() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/slow") + Raw.get("/1") + Raw.get("/probe"))
            socket.endSending()
            try await Raw.wait { server.answers.waiting == 1 }
            server.answers.open()
            let (text, end) = await socket.receive()
            #expect(Raw.statuses(text) == [200, 200, 200] && text.hasSuffix("probe") && end == .closed)
        }
    }

    @Test func whoDoesntCloseBehindTheLastAnswerIsCutOff() async throws {
        try await BareServer.run { server in
            let socket = try server.socket()
            socket.send(Raw.get("/1", "Connection: close\r\n"))
            let start = ContinuousClock.now
            #expect(await socket.receive().end == .closed)
            #expect(.now - start < .seconds(2))
            // Still there, and thrown away.
            for _ in 0..<3 { #expect(socket.send(Raw.get("/2"))) }
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
            #expect(Raw.statuses(text) == [400] && text.hasSuffix("malformed-head") && end == .closed, "\(text)")
        }
    }

    @Test func whatFollowsAnUpgradeIsNoRequest() async throws {
        try await BareServer.run { server in
            for head in [
                Raw.get("/up", "Connection: Upgrade\r\nUpgrade: websocket\r\n"),
                Raw.get("/up", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
                Raw.get("/up", "Upgrade: anything\r\n"), "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
            ] {
                let socket = try server.socket()
                socket.send(head + Raw.get("/smuggled"))
                let (text, end) = await socket.receive()
                #expect(
                    Raw.statuses(text).count == 1 && !Raw.statuses(text).contains(101) && end == .closed, "\(text)")
                #expect(text.contains("\r\nConnection: close\r\n"))
            }
            #expect(!server.answers.asked.contains("/smuggled"))
        }
    }

    @Test func resetConnectionsLeaveNothingBehind() async throws {
        try await BareServer.run { server in
            for _ in 0..<50 {
                let socket = try server.socket()
                socket.send(Raw.post("/echo", "Content-Length: 100\r\n", "x") + Raw.get("/large"))
                socket.reset()
                let reader = try server.socket()
                reader.send(Raw.get("/endless"))
                _ = await reader.receive { $0.utf8.count > 1000 }
                reader.reset()
            }
            let last = try server.socket()
            last.send(Raw.get("/1"))
            #expect(await last.reply().hasSuffix("ok /1"))
        }
    }
}
