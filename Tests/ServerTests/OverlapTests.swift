import Foundation
import Testing

@testable import Core
@testable import Server

/// No two of a person's time entries share time, whichever route writes them.
@Suite struct OverlapTests {
    /// A company whose worker was on one of two sites from 07:00 to 09:00 and from 10:00 to 11:00.
    private struct Day {
        let company: TestCompany
        let worker: (client: Client, id: String)
        let (site, other): (String, String)
        let (early, late): (String, String)

        init(_ server: TestServer) async throws {
            company = try await TestCompany.register(server.client)
            worker = try await server.person(.worker, in: company.id, name: "Maurer")
            (site, other) = (
                try await company.site("Bad", users: [worker.id]), try await company.site("Dach", users: [worker.id])
            )
            for (from, to) in [("07", "09"), ("10", "11")] {
                try await server.visit(
                    site, by: worker.id, from: "2026-11-23T\(from):00:00Z", to: "2026-11-23T\(to):00:00Z")
            }
            let ids = try await company.manager.get(site + "/time-entries").json.list.compactMap { $0["id"]?.text }
            (early, late) = (site + "/time-entries/" + ids[1], site + "/time-entries/" + ids[0])
        }

        func enter(_ from: String, _ to: String?, on site: String? = nil) async throws -> Reply {
            let end = to.map { ", \"checkedOutAt\": \"\($0)\"" } ?? ""
            return try await company.manager.post(
                (site ?? other) + "/time-entries",
                "{\"userIds\": [\"\(worker.id)\"], \"checkedInAt\": \"\(from)\"\(end), \"reason\": \"Zettel\"}")
        }
    }

    private static func at(_ time: String) -> String { "{\"at\": \"2026-11-23T\(time):00Z\"}" }
    private static func times(_ from: String?, _ to: String?, _ more: String = "") -> String {
        let fields = [("checkedInAt", from), ("checkedOutAt", to)].compactMap { name, time in
            time.map { "\"\(name)\": \"2026-11-23T\($0):00Z\", " }
        }
        return "{\(fields.joined())\(more)\"reason\": \"x\"}"
    }

    @Test(arguments: Engine.allCases)
    func noRouteRecordsTimeTwice(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let day = try await Day(server)
            func overlaps(_ reply: Reply, _ status: Int = 409) -> Bool {
                reply.status == status && reply.json["code"] == "overlaps-another-entry"
            }
            // A check-in during another visit, and a check-out after the next one began. What comes late waits for a manager.
            let within = try await day.worker.client.post(day.other + "/check-in", Self.at("08:00"))
            #expect(overlaps(within, 202), "\(within.text)")
            #expect(within.json["params"]?["name"] == "Kai Maurer")
            #expect(try await day.worker.client.post(day.other + "/check-in", Self.at("09:00")).status == 200)
            #expect(overlaps(try await day.worker.client.post(day.other + "/check-out", Self.at("10:01")), 202))
            #expect(overlaps(try await day.worker.client.post(day.other + "/check-out")))
            #expect(try await day.worker.client.post(day.other + "/check-out", Self.at("10:00")).status == 200)
            // What others enter, correct, move and open again.
            #expect(overlaps(try await day.enter("2026-11-23T06:00:00Z", "2026-11-23T07:00:00.001Z")))
            #expect(overlaps(try await day.enter("2026-11-23T10:59:59.999Z", nil)))
            #expect(overlaps(try await day.company.manager.patch(day.late, Self.times("09:59", nil))))
            #expect(overlaps(try await day.company.manager.patch(day.early, Self.times(nil, "09:30"))))
            let moved = "\"siteId\": \"\(day.other.lastSegment)\", "
            #expect(overlaps(try await day.company.manager.patch(day.early, Self.times(nil, "09:30", moved))))
            #expect(
                overlaps(
                    try await day.company.manager.patch(day.early, "{\"checkedOutAt\": null, \"reason\": \"noch da\"}"))
            )
            #expect(try await day.enter("2026-11-23T06:00:00Z", "2026-11-23T07:00:00Z").status == 201)
            #expect(try await day.enter("2026-11-23T11:00:00Z", nil).status == 201)
            #expect(try await day.company.manager.get(day.company.path + "/time-entries").json.list.count == 5)
        }
    }

    /// Visits of old, from before every writer looked for others.
    @Test(arguments: Engine.allCases)
    func anOldOverlapCanBeMadeSmaller(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let day = try await Day(server)
            try await server.visit(
                day.other, by: day.worker.id, from: "2026-11-23T06:00:00Z", to: "2026-11-23T11:30:00Z")
            let id = try await day.company.manager.get(day.other + "/time-entries").json[0]?["id"]?.text ?? ""
            let long = day.other + "/time-entries/" + id
            for (from, to, status) in [
                // It ends later, and shares no more; it shares more with one of them, although less in all.
                ("06:00", "11:45", 409), ("08:00", "10:30", 200), ("07:30", "09:30", 409), ("08:30", "10:30", 200),
                ("09:00", "10:00", 200), ("09:00", "10:01", 409),
            ] as [(String, String, Int)] {
                let reply = try await day.company.manager.patch(long, Self.times(from, to))
                #expect(reply.status == status, "\(from) \(to): \(reply.text)")
            }
            // A voided one takes no time.
            #expect(try await day.company.manager.post(day.late + "/void", "{\"reason\": \"doppelt\"}").status == 200)
            #expect(try await day.company.manager.patch(long, Self.times("09:00", "11:30")).status == 200)
        }
    }

    /// Many who write one person's hours at once, by every route.
    @Test(arguments: Engine.allCases)
    func nobodyHasTwoEntriesAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let day = try await Day(server)
            var accepted = 0
            for round in 0..<200 {
                let entries = try await day.company.manager.get(day.company.path + "/time-entries").json.list
                let acts = (0..<4).map { _ in Self.act(day, entries) }
                accepted += try await withThrowingTaskGroup(of: Int.self) { group in
                    for act in acts { group.addTask { try await act() } }
                    return try await group.reduce(0) { $0 + ($1 < 300 ? 1 : 0) }
                }
                try await Self.requireNoOverlap(day, round)
            }
            // Otherwise nothing was tried.
            #expect(accepted > 100)
        }
    }

    /// An open entry may have begun before others, and been reported late: its end isn't known yet. One without length takes no time.
    private static func requireNoOverlap(_ day: Day, _ round: Int) async throws {
        let after = try await day.company.manager.get(day.company.path + "/time-entries").json.list
        let stretches = after.map { ($0["checkedInAt"]?.text ?? "", $0["checkedOutAt"]?.text ?? "9999") }
            .filter { $0.0 != $0.1 }.sorted(by: <)
        for (one, next) in zip(stretches, stretches.dropFirst()) {
            try #require(one.1 == "9999" || one.1 <= next.0, "round \(round): \(stretches)")
        }
    }

    /// One act at random.
    private static func act(_ day: Day, _ entries: [JSON]) -> @Sendable () async throws -> Int {
        func time() -> String {
            let minute = Int.random(in: 0..<360)
            return "2026-11-23T\(String(format: "%02d:%02d", 6 + minute / 60, minute % 60)):00Z"
        }
        let times = [time(), time()].sorted()
        let site = Bool.random() ? day.site : day.other
        let (company, worker) = (day.company, day.worker)
        let body = "\"checkedInAt\": \"\(times[0])\", \"checkedOutAt\": \"\(times[1])\""
        let chosen = entries.randomElement()
        let path =
            "\(company.path)/sites/\(chosen?["siteId"]?.text ?? "")/time-entries/\(chosen?["id"]?.text ?? "")"
        switch (Int.random(in: 0..<8), chosen) {
        case (0, _):
            return { try await worker.client.post(site + "/check-in", "{\"at\": \"\(times[0])\"}").status }
        case (1, _):
            return { try await worker.client.post(site + "/check-out", "{\"at\": \"\(times[1])\"}").status }
        case (2, _?):
            return { try await company.manager.post(path + "/void", "{\"reason\": \"falsch\"}").status }
        case (3, _?):
            let moved = "\"siteId\": \"\(site.lastSegment)\", \"reason\": \"x\""
            return { try await company.manager.patch(path, "{\(body), \(moved)}").status }
        case (4, _?):
            let open = "{\"checkedInAt\": \"\(times[0])\", \"checkedOutAt\": null, \"reason\": \"x\"}"
            return { try await company.manager.patch(path, open).status }
        case (5...6, _?):
            return { try await company.manager.patch(path, "{\(body), \"reason\": \"x\"}").status }
        default:
            return { try await day.enter(times[0], times[1], on: site).status }
        }
    }
}
