import Foundation
import Testing

@testable import Server

/// Heads that no client sends, byte by byte.
@Suite struct HeadTests {
    private static func status(_ reply: String) -> Int { Int(reply.dropFirst(9).prefix(3)) ?? 0 }
    private static func code(_ reply: String) -> String {
        String(reply.firstMatch(of: /"code":"([a-z0-9-]+)"/)?.1 ?? "")
    }

    private struct Head: CustomTestStringConvertible {
        let text: String
        let status: Int
        let code: String

        init(_ text: String, _ status: Int, _ code: String = "") {
            (self.text, self.status, self.code) = (text, status, code)
        }
        var testDescription: String { String(text.prefix(80)) }

        static let marks = "M" + String(repeating: "\u{301}\u{316}", count: 3000)
        static func get(_ headers: String...) -> String {
            "GET /api/v1/users/me HTTP/1.1\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n"
        }

        static let hosts: [Head] =
            ["a", "a:80", "127.0.0.1:8080", "[::1]", "[::1]:80", "xn--mller-kva.de", "a_b"].map {
                Head(get("Host: \($0)"), 401, "sign-in-needed")
            }
            + ["", "a b", "a/b", "a:b", "[::1", "[]", "u@a", "a:123456", "müller.de", "a\u{301}", "a:80:80", "?"].map {
                Head(get("Host: \($0)"), 400, "wrong-host")
            } + [
                Head(get(), 400, "wrong-host"), Head(get("Host: a", "Host: a"), 400, "wrong-host"),
                Head(get("Host: a", "Accept: */*", "hOST: b"), 400, "wrong-host"),
                Head("GET /api/v1/users/me HTTP/1.0\r\n\r\n", 401, "sign-in-needed"),
                Head("GET /api/v1/users/me HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", 400, "wrong-host"),
            ]

        static let sizes = [
            Head(get("Host: a", "X: " + String(repeating: "a", count: 15_000)), 401, "sign-in-needed"),
            Head(get("Host: a", "X: " + String(repeating: "a", count: 17_000)), 431, "head-too-large"),
            Head(get("Host: a", String(repeating: "a", count: 17_000) + ": x"), 431, "head-too-large"),
            Head(
                "GET /" + String(repeating: "a", count: 17_000) + " HTTP/1.1\r\nHost: a\r\n\r\n", 431, "head-too-large"),
            Head(
                "GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\nHost: a\r\nX: "
                    + String(repeating: "a", count: 9000) + "\r\n\r\n", 431, "head-too-large"),
            Head(get("Host: a" + String(repeating: "\r\nX: a", count: 99)), 401, "sign-in-needed"),
            Head(get("Host: a" + String(repeating: "\r\nX: a", count: 100)), 431, "head-too-large"),
        ]

        static let headers =
            [
                "Accept-Encoding", "Authorization", "Connection", "Content-Type", "Idempotency-Key", "If-Match",
                "if-none-match",
                "Origin", "Sec-Fetch-Site", "traceparent", "X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Request-Id",
                "Access-Control-Request-Method",
            ].flatMap {
                [
                    Head(get("Host: a", "\($0): ä"), 400, "header-not-ascii"),
                    Head(get("Host: a", "\($0): \(marks)"), 400, "header-not-ascii"),
                ]
            }
            + ["User-Agent", "Cookie", "CF-IPCity", "Referer"].flatMap {
                [
                    Head(get("Host: a", "\($0): ä"), 401, "sign-in-needed"),
                    Head(get("Host: a", "\($0): \(marks)"), 401, "sign-in-needed"),
                ]
            }

        static let addresses = [
            Head("GET /ä HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-head"),
            Head("GET /%C3%A4 HTTP/1.1\r\nHost: a\r\n\r\n", 200),
            Head(
                "GET /a\(String(repeating: "%CC%81", count: 31)) HTTP/1.1\r\nHost: a\r\n\r\n", 400,
                "address-too-many-marks"),
            Head(
                "GET /?q=a\(String(repeating: "%cc%81", count: 31)) HTTP/1.1\r\nHost: a\r\n\r\n", 400,
                "address-too-many-marks"),
            Head("GET /?a\(String(repeating: "%cc%81", count: 30)) HTTP/1.1\r\nHost: a\r\n\r\n", 200),
            Head("GET /?%=%4&%zz=%FF%CC HTTP/1.1\r\nHost: a\r\n\r\n", 200),
            Head("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "malformed-head"),
            Head("hello\r\n\r\n", 400, "malformed-head"),
            Head("HEAD /api/v1/users/me HTTP/1.1\r\n\r\n", 400),
        ]
    }

    @Test func eachHeadIsAnsweredAsItShould() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let raw = RawConnection(server.client)
            for head in Head.hosts + Head.sizes + Head.headers + Head.addresses {
                let reply = await raw.send(head.text)
                #expect(Self.status(reply) == head.status, "\(head.testDescription): \(reply.prefix(300))")
                #expect(
                    Self.code(reply) == head.code || head.code.isEmpty, "\(head.testDescription): \(reply.suffix(300))")
                if ["head-too-large", "malformed-head", "wrong-host", "header-not-ascii"].contains(head.code) {
                    #expect(
                        reply.contains("Content-Type: application/problem+json\r\n")
                            && reply.contains("Connection: close\r\n"))
                    #expect(reply.contains("X-Request-Id: ") && reply.contains("X-Content-Type-Options: nosniff\r\n"))
                }
            }
        }
    }

    /// Requests before an invalid head are answered first, and those after it not at all.
    @Test func answersKeepTheirOrder() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let good = "GET /api/v1/users/me HTTP/1.1\r\nHost: a\r\n\r\n"
            let probe = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
            let replies = await RawConnection(server.client).send(
                good + probe + probe + "GET / HTTP/1.1\r\n\r\n" + good, replies: 5)
            let statuses = replies.matches(of: /HTTP\/1.1 (\d+)/).map { String($0.1) }
            #expect(statuses == ["401", "200", "200", "400"], "\(replies)")
            let others = await RawConnection(server.client).send(probe + good + probe, replies: 3)
            #expect(others.matches(of: /HTTP\/1.1 (\d+)/).map { String($0.1) } == ["200", "401", "200"], "\(others)")
        }
    }

    /// Only a known proxy may set request ids.
    @Test func requestIDsAreOurs() async throws {
        for (proxies, id) in [("", nil), ("10.0.0.0/8", nil), ("127.0.0.1", "from-the-proxy")] as [(String, String?)] {
            try await TestServer.run(on: .sqlite, flags: proxies.isEmpty ? [:] : ["POLIER_TRUSTED_PROXIES": proxies]) {
                server in
                for path in ["/livez", "/api/v1/users/me", "/"] {
                    let reply = try await server.client.send("GET", path, headers: ["X-Request-Id": "from-the-proxy"])
                    #expect((reply.header("X-Request-Id") == "from-the-proxy") == (id != nil), "\(proxies) \(path)")
                }
                let odd = try await server.client.send("GET", "/livez", headers: ["X-Request-Id": "a b"])
                #expect(odd.header("X-Request-Id") != "a b")
            }
        }
    }

    @Test func aDateIsWrittenAsHTTPHasIt() {
        #expect(HTTPDate.text(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.text(0) == "Thu, 01 Jan 1970 00:00:00 GMT")
    }
}
