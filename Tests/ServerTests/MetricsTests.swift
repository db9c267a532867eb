import Core
import Foundation
import Storage
import Testing

@testable import Server

/// The metrics that a server reports to Prometheus.
@Suite struct MetricsTests {
    @Test func aHistogramAddsUpAndWhatHasOneNameStandsTogether() async {
        let histogram = Histogram([1, 2.5])
        for value in [0.5, 1, 2, 40] { histogram.observe(value) }
        let metrics = Metrics(sources: [
            {
                [
                    Metric("b", "B.", .gauge(1.5), ["name": "x\"y\\z\n"]),
                    Metric("a", "A.", .histogram(histogram.snapshot)),
                ]
            },
            { [Metric("b", "B.", .gauge(2))] },
        ])
        let text = await metrics.text()
        #expect(
            text == """
                # HELP b B.
                # TYPE b gauge
                b{name="x\\"y\\\\z\\n"} 1.5
                b 2
                # HELP a A.
                # TYPE a histogram
                a_bucket{le="1"} 2
                a_bucket{le="2.5"} 3
                a_bucket{le="+Inf"} 4
                a_sum 43.5
                a_count 4

                """)
    }

    @Test func aFilesDiskIsTold() throws {
        let disk = try #require(Disk(databaseURL: "sqlite:/tmp/polier.sqlite"))
        let values = disk.metrics.map { metric in
            if case .gauge(let value) = metric.value { return value }
            return 0
        }
        #expect(disk.metrics.map(\.name) == ["polier_sqlite_disk_free_bytes", "polier_sqlite_disk_bytes"])
        #expect(values[0] > 0 && values[0] <= values[1])
        #expect(Disk(databaseURL: "sqlite:/nonexistent/polier.sqlite")?.metrics.isEmpty == true)
    }

    /// Connections to the metrics can't take the files that the server needs.
    private static func expectFewConnections(_ port: Int) async throws {
        var idle = try (0..<40).map { _ in try PeerSocket(port: port) }
        let last = try PeerSocket(port: port)
        last.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
        let reply = Task { await last.receive { $0.hasPrefix("HTTP/1.1 200") } }
        let isFirst = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = await reply.value
                return true
            }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(500))
                return false
            }
            let isFirst = await group.next()
            idle.removeAll()
            await group.waitForAll()
            return isFirst
        }
        #expect(isFirst == false)
        #expect(await reply.value.end == .open)
    }

    @Test(arguments: Engine.allCases)
    func aServerCountsWhatItDoes(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await engine.withDatabase { url in
            let port = try RunningServer.freePort()
            let deadPort = try RunningServer.freePort()
            let server = try await RunningServer(
                url: url, folder: folder,
                settings: [
                    "POLIER_METRICS_PORT": "\(port)", "POLIER_PUBLIC_URL": "http://127.0.0.1",
                    "POLIER_MAIL_FROM": "polier@mg.example.de", "POLIER_MAILGUN_DOMAIN": "mg.example.de",
                    "POLIER_MAILGUN_API_KEY": "key-geheim",
                    "POLIER_MAILGUN_BASE_URL": "http://127.0.0.1:\(deadPort)",
                ])
            let company = try await TestCompany.register(server.client)
            for number in 1...4 {
                let invited = try await company.manager.post(
                    company.path + "/users",
                    """
                    {"email": "l\(number)@v.example", "firstName": "L", "lastName": "V", "role": "WORKER"}
                    """)
                #expect(invited.status == 201)
            }
            #expect(try await server.client.get(company.path).status == 401)
            #expect(try await server.client.get("/metrics").status == 404)

            let page = Client(base: "http://127.0.0.1:\(port)")
            #expect(try await page.get("/livez").status == 404)
            try await Self.expectFewConnections(port)
            var text = ""
            for _ in 0..<100 where !text.contains("polier_mail_way_down{way=\"mailgun\"} 1") {
                try await Task.sleep(for: .milliseconds(100))
                let reply = try await page.get("/metrics")
                #expect(reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
                text = reply.text
            }
            #expect(text.contains("polier_mail_way_down{way=\"mailgun\"} 1"))
            #expect(text.contains("polier_mails_waiting 4\n"))
            #expect(text.contains("polier_backup_timestamp_seconds 0\n"))
            #expect(
                text.contains(
                    """
                    polier_http_request_duration_seconds_count{method="POST",route="/api/v1/companies/{companyId}/users",\
                    status="201"} 4
                    """))
            #expect(text.contains("route=\"/api/v1/companies/{companyId}\",status=\"401\"} 1\n"))
            #expect(text.contains("polier_schema_version \(try Migration.embedded().count)\n"))
            #expect(text.contains("polier_ready 1\n") && text.contains("polier_database_up 1\n"))
            let own =
                engine == .sqlite ? "polier_sqlite_commit_transactions_count" : "polier_postgres_round_reads_count"
            #expect(text.split(separator: "\n").contains { $0.hasPrefix(own) && !$0.hasSuffix(" 0") })
            #expect(!text.contains("geheim") && !text.contains(company.id))
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                let sample = /[a-z][a-z0-9_]*(\{[a-z_]+="([^"\\]|\\.)*"(,[a-z_]+="([^"\\]|\\.)*")*\})? [0-9.e+-]+/
                #expect(line.wholeMatch(of: sample) != nil, "\(line)")
            }
            #expect(await server.terminate() == 0)
        }
    }
}
