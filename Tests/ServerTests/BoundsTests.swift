import Core
import Foundation
import HTTPTypes
import Testing

@testable import Server

/// Numbers at the limits of their types, and other input on which a trap would end the process for everyone.
@Suite struct BoundsTests {
    @Test(arguments: [Int.min, Int.min / 1000, -1, 0, Int.max / 1000 + 1, .max])
    func jsonHasEveryInteger(_ number: Int) {
        var json = JSONWriter()
        json.integer("n", number, "")
        #expect(json.withBytes { String(decoding: $0, as: UTF8.self) } == "\"n\":\(number)")
    }

    @Test(arguments: [(-5, 40), (0, 40), (1, 40), (Int.max, 40), (Int.min, 0), (40, -1)])
    func aBarHasItsLengthWhateverABackupSays(_ total: Int, _ done: Int) {
        let progress = CopyProgress(
            step: .copying, table: "sites", rows: done, done: done, total: total, isTableDone: false)
        #expect(ProgressLine.bar(progress).prefix { $0 != "]" }.count == 31)
    }

    @Test(arguments: ["-99 \n{}", "999 \n{}", "000 \n{}", "+20 \n{}", "20", "", "\n"])
    func aKeptAnswerOfNoStatusIsNone(_ kept: String) {
        #expect(throws: Problem.self) { try Answer(kept: [UInt8](kept.utf8)) }
    }

    /// A log collector that has stopped.
    @Test func aServerOutlivesWhoReadItsLog() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let pipe = Pipe()
        let server = try await RunningServer(
            url: "sqlite:\(folder.path)/polier.sqlite", folder: folder,
            settings: ["POLIER_LOG_FORMAT": "json", "POLIER_LOG_LEVEL": "debug"], errors: pipe)
        // The pipe has no reader any more.
        try pipe.fileHandleForWriting.close()
        try pipe.fileHandleForReading.close()
        for _ in 0..<3 { #expect(try await server.client.get("/api/v1/users/me").status == 401) }
        #expect(await server.terminate() == 0)
    }

    @Test(arguments: Engine.allCases)
    func everyRouteAnswersNumbersAtTheirEnds(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let world = try await World(server, mark: "Rand")
            let manager = world.company.manager
            for route in server.routes where route.method == .get && route.path.hasPrefix("/api/") {
                let path = try world.path(route)
                for query in route.request.queries.map(\.name) {
                    for value in Self.ends {
                        let escaped = value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
                        let reply = try await manager.get("\(path)?\(query)=\(escaped)")
                        #expect(reply.status < 500, "\(path) \(query) \(value): \(reply.text)")
                    }
                }
            }
            let site = "/api/v1/companies/\(world.company.id)/sites/\(world.ids["siteId"] ?? "")"
            let entry = "\(site)/time-entries/\(world.ids["entryId"] ?? "")"
            let material = "\(site)/materials/\(world.ids["materialId"] ?? "")"
            for value in Self.ends {
                for headers in [["If-Match": value], ["Idempotency-Key": value], ["X-Forwarded-For": value]] {
                    let plain = headers.mapValues { $0.filter { $0.isASCII && $0 != "\0" } }
                    let reply = try await manager.send("PATCH", site, body: "{}", headers: plain)
                    #expect(reply.status < 500, "\(plain): \(reply.text)")
                }
                let json = JSONValue.text(value).line
                for text in [json, value.isEmpty ? "0" : value] {
                    for (method, path, body) in [
                        ("PATCH", entry, "{\"checkedInAt\":\(text),\"reason\":\"x\"}"),
                        (
                            "PATCH", entry,
                            "{\"checkedInAt\":\"0001-01-01T00:00:00Z\",\"checkedOutAt\":\(text),\"reason\":\"x\"}"
                        ),
                        ("PATCH", site, "{\"startDate\":\(text)}"), ("PATCH", site, "{\"endDate\":\(text)}"),
                        ("PATCH", material, "{\"amount\":\(text)}"), ("PATCH", material, "{\"threshold\":\(text)}"),
                        ("POST", material + "/adjust-quantity", "{\"delta\":\(text)}"),
                        ("POST", material + "/adjust-quantity", "{\"delta\":1,\"at\":\(text)}"),
                        ("POST", site + "/check-in", "{\"at\":\(text)}"),
                        ("POST", site + "/check-out", "{\"at\":\(text)}"),
                        (
                            "POST", "/api/v1/mail/webhooks/mailgun",
                            "{\"signature\":{\"timestamp\":\(text),\"token\":\"a\",\"signature\":\(json)}}"
                        ),
                    ] {
                        let client = path.contains("check-") ? world.worker.client : manager
                        let reply = try await client.send(method, path, body: body)
                        #expect(reply.status < 500, "\(method) \(path) \(body): \(reply.text)")
                    }
                }
                for path in [site, site + "/time-entries", material + "/movements", site + "/audit"] {
                    #expect(try await manager.get(path).status < 500, "\(path) after \(value)")
                }
            }
        }
    }

    private static let ends = [
        "", "-", "+", "0", "-0", "+5", "-1", "500", "501", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "9999999999.999", "-9999999999.999",
        "1e400", "-1e400", "1e-400", "1e127", "0.0005", "NaN", "Infinity", "0x10", "\u{661}", "0001-01-01",
        "9999-12-31", "0000-01-01", "10000-01-01", "2026-02-29", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59",
        "0001-01-01T00:00:00-23:59", "9999-12-31T23:59:60Z", "9999-12-31T23:59:59.999999999-23:59",
        "9223372036854775807.01936b7e-5c2a-7d41-9f3e-000000000001",
        "-9223372036854775808.ffffffff-ffff-ffff-ffff-ffffffffffff", "fe80::1%eth0", "[::1]:99999999999", "%", "%00",
        "\u{0}", "👷🏽‍♀️", "W/\"9223372036854775808\", \"\", ,", "true", "{}", "[]",
    ]
}
