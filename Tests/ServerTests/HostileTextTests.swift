import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import Core
@testable import Server

/// Texts crafted to cost more than their length, in every place that takes a text.
@Suite(.serialized) struct HostileTextTests {
    /// A family of texts. Each has the requested length in bytes.
    private struct Family: Sendable, CustomTestStringConvertible {
        let name: String
        let start: String
        let unit: String

        var testDescription: String { name }
        func text(_ bytes: Int) -> String { start + String(repeating: unit, count: bytes / unit.utf8.count) }

        static let all = [
            Family(name: "marks of one class", start: "M", unit: "\u{301}"),
            Family(name: "marks of two classes", start: "M", unit: "\u{301}\u{316}"),
            Family(
                name: "as many marks as may be", start: "", unit: "M" + String(repeating: "\u{301}\u{316}", count: 15)),
            Family(name: "escaped marks", start: "M", unit: #"\u0301\u0316"#),
            Family(name: "escaped letters", start: "", unit: #"\u00e4"#),
            Family(name: "Hangul's first letters", start: "", unit: "\u{1100}"),
            Family(name: "Hangul syllables", start: "", unit: "\u{1100}\u{1161}\u{11A8}"),
            Family(name: "flags", start: "", unit: "🇩🇪"),
            Family(name: "joined emoji", start: "👩", unit: "\u{200D}👩"),
            Family(name: "conjuncts", start: "", unit: "क्"),
            Family(name: "signs before a number", start: "", unit: "\u{600}"),
            Family(name: "invisible", start: "a", unit: "\u{200D}"),
            Family(name: "digits", start: "", unit: "9"),
        ]
        static let plain = Family(name: "ASCII", start: "", unit: "M")
        /// Texts that go into a header or an address unchanged.
        static let raw = all.filter { !$0.unit.contains("\\") }
    }

    /// More than any text needs, and little enough for all tests to end.
    private static let length = 48_000
    /// The time that a request may take on a busy machine: far from the seconds that these texts used to take. Plain text of the same
    /// length takes a few milliseconds.
    private static let floor = Duration.milliseconds(60)

    /// Takes the best of a few attempts, so that a busy machine doesn't count.
    private static func cost(_ limit: Duration, _ send: () async throws -> Void) async throws -> Duration {
        var best = Duration.seconds(1000)
        for _ in 0..<4 where best > limit {
            let start = ContinuousClock.now
            try await send()
            best = min(best, ContinuousClock.now - start)
        }
        return best
    }

    private static func caller(of route: Route, _ world: World, _ admin: Client, _ anyone: Client) -> Client {
        switch route.access {
        case .anyone, .oneTimeToken, .mailgun: anyone
        case .signedIn: world.worker.client
        case .may(let permission):
            Role.manager.reach(of: permission) != nil
                ? world.company.manager : Role.worker.reach(of: permission) != nil ? world.worker.client : admin
        }
    }

    /// Every field of every body, every name beside them, and every depth.
    @Test func aBodyCostsItsLength() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let world = try await World(server, mark: "Wir")
            let admin = try await server.person(.admin).client
            let watch = ProbeWatch(server.client)
            var tried = 0
            for route in server.routes {
                guard let example = route.request.body?.example else { continue }
                let caller = Self.caller(of: route, world, admin, server.client)
                let path = try world.path(route)
                func cost(_ body: String, _ limit: Duration) async throws -> Duration {
                    try await Self.cost(limit) { _ = try await caller.send(route.method.rawValue, path, body: body) }
                }
                var places: [(name: String, body: (String) -> String)] = example.texts.map { name in
                    (name, { text in example.replacingText(name, with: text) })
                }
                places.append(("another name", { text in example.adding(name: text) }))
                places.append(("another value", { text in example.adding(value: "\"\(text)\"") }))
                let plain = try await cost(example.adding(value: "\"\(Family.plain.text(Self.length))\""), .zero)
                let limit = max(plain, Self.floor) * 5
                for (index, place) in places.enumerated() {
                    // Each family meets each kind of place; each place meets the worst families.
                    for (number, family) in Family.all.enumerated() where number < 4 || (number + index) % 4 == 0 {
                        let time = try await cost(place.body(family.text(Self.length)), limit)
                        #expect(
                            time <= limit,
                            "\(route.method) \(route.path) \(place.name), \(family.name): \(time), plain \(plain)")
                        tried += 1
                    }
                }
                for (name, value) in [
                    ("a number", String(repeating: "9", count: Self.length)),
                    ("lists", String(repeating: "[", count: Self.length)),
                    ("objects", String(repeating: "{\"a\":", count: Self.length / 5)),
                    ("many values", "[" + String(repeating: "\"\",", count: Self.length / 3) + "1]"),
                    ("many names", "{" + (0..<Self.length / 10).map { "\"a\($0)\":1," }.joined() + "\"a\":1}"),
                    ("one name", "{" + String(repeating: "\"a\":1,", count: Self.length / 6) + "\"a\":1}"),
                ] {
                    let time = try await cost(example.adding(value: value), limit)
                    #expect(time <= limit, "\(route.method) \(route.path) \(name): \(time), plain \(plain)")
                    tried += 1
                }
            }
            #expect(tried > 500)
            watch.expectAnswers()
        }
    }

    /// Every part of a path and every parameter of a query.
    @Test func anAddressCostsItsLength() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let world = try await World(server, mark: "Wir")
            let admin = try await server.person(.admin).client
            let watch = ProbeWatch(server.client)
            var tried = 0
            for route in server.routes {
                let caller = Self.caller(of: route, world, admin, server.client)
                let path = try world.path(route, ["code": "invalid"])
                let queries = route.request.queries.map(\.name) + [""]
                for (number, family) in Family.raw.enumerated() where number < 3 || (number + tried) % 3 == 0 {
                    let text = family.text(4500).utf8.map {
                        $0 < 0x80 ? "\(Character(Unicode.Scalar($0)))" : "%" + String($0, radix: 16)
                    }
                    .joined()
                    var targets = route.places.map {
                        path.replacingOccurrences(of: world.ids[$0] ?? "invalid", with: text)
                    }
                    targets += queries.map { "\(path)?\($0)=\(text)" } + ["\(path)?\(text)=1"]
                    for target in targets {
                        let limit = Self.floor * 5
                        let time = try await Self.cost(limit) {
                            _ = try await caller.send(route.method.rawValue, target)
                        }
                        #expect(time <= limit, "\(route.method) \(target.prefix(80)), \(family.name): \(time)")
                        tried += 1
                    }
                }
            }
            #expect(tried > 500)
            watch.expectAnswers()
        }
    }

    /// Every header that is read, where it is read, and others.
    @Test func aHeaderCostsItsLength() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let world = try await World(server, mark: "Wir")
            let (raw, token) = (RawConnection(server.client), try #require(world.company.manager.token))
            let watch = ProbeWatch(server.client)
            let body = "{\"name\":\"Bad\"}"
            let site = world.company.path + "/sites/" + (world.ids["siteId"] ?? "")
            for name in [
                "Accept", "Accept-Encoding", "Accept-Language", "Access-Control-Request-Method", "Authorization",
                "Connection",
                "Content-Type", "Cookie", "Expect", "Host", "Idempotency-Key", "If-Match", "If-None-Match", "Origin",
                "Referer",
                "Sec-Fetch-Site", "traceparent", "User-Agent", "X-Forwarded-For", "X-Request-Id", "X-Anything",
            ] {
                for family in [Family.plain] + Family.raw {
                    for target in ["GET / ", "GET /api/v1/users/me ", "PATCH \(site) ", "OPTIONS /api/v1/users/me "] {
                        let own = name == "Authorization" ? "" : "Authorization: Bearer \(token)\r\n"
                        let host = name == "Host" ? "" : "Host: 127.0.0.1\r\n"
                        let close = name == "Connection" ? "" : "Connection: close\r\n"
                        let head = "\(target)HTTP/1.1\r\n\(host)\(own)\(close)Content-Length: \(body.utf8.count)\r\n"
                        let request = head + "\(name): \(family.text(12_000))\r\n\r\n" + body
                        let limit = Self.floor * 5
                        // A connection that the server doesn't close ends when nothing more arrives.
                        let timeout = Duration.milliseconds(name == "Connection" ? 20 : 2000)
                        let time = try await Self.cost(limit) { _ = await raw.send(request, timeout: timeout) }
                        #expect(time <= limit, "\(target)\(name), \(family.name): \(time)")
                    }
                }
            }
            watch.expectAnswers()
        }
    }
}

/// Keeps asking whether the process is alive.
private final class ProbeWatch: Sendable {
    private let times = Mutex<[Duration]>([])
    private let isOver = Atomic<Bool>(false)

    init(_ client: Client) {
        let raw = RawConnection(client)
        Thread.detachNewThread { [self] in
            while !isOver.load(ordering: .relaxed) {
                let start = ContinuousClock.now
                let reply = raw.exchange(
                    "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", timeout: .seconds(10))
                let time = reply.contains(" 200 ") ? ContinuousClock.now - start : .seconds(100)
                times.withLock { $0.append(time) }
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }

    /// Nine of ten within half a second: a busy machine is no failure.
    func expectAnswers() {
        isOver.store(true, ordering: .relaxed)
        let times = times.withLock { $0 }
        let late = times.filter { $0 > .milliseconds(500) }
        #expect(times.count > 5 && late.count * 10 <= times.count, "\(late) of \(times.count)")
    }
}

extension JSONValue {
    /// The names of all texts within an object: `address.street`.
    fileprivate var texts: [String] {
        guard case .object(let fields) = self else { return [] }
        return fields.flatMap { field -> [String] in
            switch field.value {
            case .object: field.value.texts.map { "\(field.name).\($0)" }
            default: [field.name]
            }
        }
    }

    fileprivate func replacingText(_ name: String, with text: String) -> String {
        func replaced(_ value: JSONValue, _ names: ArraySlice<Substring>) -> JSONValue {
            guard let first = names.first else { return .raw("\"\(text)\"") }
            return value.replacing(String(first), with: replaced(value[String(first)] ?? .null, names.dropFirst()))
        }
        return replaced(self, name.split(separator: ".")[...]).text()
    }

    fileprivate func adding(name: String) -> String { "{\"\(name)\":1,\(text().dropFirst())" }
    fileprivate func adding(value: String) -> String { "{\"other\":\(value),\(text().dropFirst())" }
}
