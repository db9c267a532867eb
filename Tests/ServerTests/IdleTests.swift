import Foundation
import Testing

@testable import Server

/// How long the real server keeps idle connections, and the headers that say so in every HTTP version.
@Suite struct IdleTests {
    private static let post =
        "POST /api/v1/auth/signin HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"

    /// As a proxy does that keeps connections for a minute or more. (The default is a quarter of an hour.)
    @Test func aRequestOnAConnectionThatWasIdleIsServed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(url: "sqlite:test.sqlite", folder: folder)
        let lines = try (0..<20).map { _ in try PeerSocket(server.client) }
        for line in lines {
            line.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await line.reply().hasPrefix("HTTP/1.1 200 "))
        }
        try await Task.sleep(for: .seconds(33))
        for line in lines {
            line.send(Self.post)
            #expect(await line.reply().hasPrefix("HTTP/1.1 400 "))
        }
        #expect(await server.terminate() == 0)
    }

    @Test func theTimeIsASetting() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(
            url: "sqlite:test.sqlite", folder: folder, settings: ["POLIER_IDLE_SECONDS": "5"])
        let line = try PeerSocket(server.client)
        line.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(await line.reply().hasPrefix("HTTP/1.1 200 "))
        let start = ContinuousClock.now
        let rest = await line.receive()
        #expect(rest.end == .closed && rest.text.isEmpty && .now - start < .seconds(25))
        #expect(await server.terminate() == 0)
    }

    /// On the event loop, on the shared threads, and where the head is refused.
    @Test(arguments: ["/livez", "/api/v1/operator", "/ä"]) func http10IsAnsweredAndClosed(_ path: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            for headers in ["", "Connection: close\r\n", "Connection: upgrade\r\n"] {
                let line = try PeerSocket(server.client)
                let start = ContinuousClock.now
                line.send("GET \(path) HTTP/1.0\r\n\(headers)\r\n")
                let (text, end) = await line.receive()
                #expect(end == .closed && .now - start < .seconds(25), "\(text)")
                #expect(text.contains("\r\nConnection: close\r\n") && text.contains("\r\nContent-Length: "), "\(text)")
                #expect(!text.contains("ransfer-"))
            }
        }
    }

    @Test func http10MayAskForMore() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let line = try PeerSocket(server.client)
            for path in ["/livez", "/api/v1/operator", "/livez", "/"] {
                line.send("GET \(path) HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n")
                let reply = await line.reply()
                #expect(reply.contains("\r\nConnection: keep-alive\r\n") && reply.contains(" 200 OK\r\n"), "\(reply)")
            }
            line.send("GET /livez HTTP/1.0\r\n\r\n")
            #expect(await line.receive().end == .closed)
        }
    }

    /// A response of unknown length has no chunks for these clients, and ends with its connection, whether or not they asked to keep it.
    @Test(arguments: ["", "Connection: keep-alive\r\n"]) func http10KnowsNoChunks(_ headers: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            let token = try #require(try await TestCompany.register(server.client).manager.token)
            let ask = "GET /api/v1/users/me/export HTTP/"
            let end = "\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
            let line = try PeerSocket(server.client)
            line.send(ask + "1.0" + end + headers + "\r\n")
            let (text, how) = await line.receive()
            #expect(
                how == .closed && text.hasPrefix("HTTP/1.0 200 OK\r\n") && text.contains("\r\nConnection: close\r\n"))
            #expect(!text.contains("ransfer-") && text.hasSuffix("}"), "\(text.suffix(40))")
            let new = try PeerSocket(server.client)
            new.send(ask + "1.1" + end + "connection: Close\r\n\r\n")
            let chunked = await new.receive()
            #expect(chunked.end == .closed && chunked.text.lowercased().contains("\r\ntransfer-encoding: chunked\r\n"))
        }
    }
}
