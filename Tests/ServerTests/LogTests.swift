import Foundation
import HTTPTypes
import Logging
import Storage
import Testing

@testable import Core
@testable import Server

/// The log as machines read it.
@Suite struct LogTests {
    @Test func aLineIsAnObjectAndARequestALine() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(
            url: "sqlite:\(folder.path)/polier.sqlite", folder: folder,
            settings: ["POLIER_LOG_FORMAT": "json", "POLIER_TRUSTED_PROXIES": "127.0.0.1"])
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        _ = try await server.client.send(
            "GET", "/api/v1/users/me?token=geheim",
            headers: ["traceparent": "00-\(trace)-00f067aa0ba902b7-01", "X-Request-Id": "from-the-proxy"])
        #expect(try await server.client.get("/livez").status == 200)
        #expect(await server.terminate() == 0)
        let lines = try server.log().split(separator: "\n").map {
            try JSONDecoder().decode(JSON.self, from: Data($0.utf8))
        }
        #expect(lines.allSatisfy { $0["time"]?.text != nil && $0["level"]?.text != nil && $0["message"]?.text != nil })
        let line = try #require(lines.first { $0["requestId"] == "from-the-proxy" })
        #expect(line["traceId"]?.text == trace && line["parentSpanId"] == "00f067aa0ba902b7")
        #expect(line["status"] == .number(400) && line["route"] == "/api/v1/users/me" && line["method"] == "GET")
        #expect(!server.log().contains("geheim"))
        #expect(lines.filter { $0["status"] != nil }.count == 1, "a probe that went well has no line")
    }

    /// Security events are in the log in both formats, with ids and without addresses.
    @Test(arguments: LogFormat.allCases)
    func securityEventsAreLines(_ format: LogFormat) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(
            url: "sqlite:\(folder.path)/polier.sqlite", folder: folder, settings: ["POLIER_LOG_FORMAT": format.rawValue]
        )
        let company = try await TestCompany.register(server.client)
        _ = try await server.client.post(
            "/api/v1/auth/signin", "{\"email\": \"\(company.email)\", \"password\": \"falsch geraten\"}")
        let refused = try await company.manager.get("/api/v1/companies")
        // Counts are written at the end, too.
        #expect(await server.terminate() == 0)
        let lines = server.log().split(separator: "\n").filter { $0.contains("security event") }
        #expect(lines.count == 3)
        for (line, event) in zip(lines, ["signed-in", "sign-in-failed", "forbidden"]) {
            for part in [event, company.id, company.managerID, "127.0.0.1"] { #expect(line.contains(part), "\(line)") }
        }
        let requestID = try #require(refused.header("X-Request-Id"))
        #expect(lines.last?.contains(requestID) == true && lines.last?.contains("role-forbids") == true)
        #expect(!server.log().contains("@") && !server.log().contains(company.manager.token ?? "?"))
    }

    /// No logged text can begin a line of its own, or change its colour.
    @Test func aLineCannotBeForged() throws {
        let forged = "x\r\n2026-11-28T06:00:00.000Z notice polier: security event\u{1B}[2K\u{2028}y\u{202E}"
        let event = LogEvent(
            level: .info, message: "\(forged)", error: nil, metadata: ["cause": .string(forged)], source: "", file: "",
            function: "",
            line: 0)
        for text in [
            TextLogHandler(label: "polier").text(event, now: Instant(milliseconds: 0)),
            JSONLogHandler().line(event, now: Instant(milliseconds: 0)),
        ] {
            let lines = text.split(separator: "\n")
            #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("    ") }, "\(text)")
            #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\r" }, "\(text)")
        }
    }

    @Test(arguments: [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
        ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes-later", true),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", false),
        ("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false),
        ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false),
        ("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false), ("00-4bf9-00f0-01", false), ("", false),
    ])
    func aTraceIsTakenAsTheStandardHasIt(_ header: String, _ isOne: Bool) throws {
        var request = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
        request.headerFields[try #require(.init("traceparent"))] = header
        #expect((TraceContext(request) != nil) == isOne)
    }
}
