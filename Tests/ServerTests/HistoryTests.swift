import Foundation
import Synchronization
import Testing

/// Fifty people at work while servers are killed and restarted: what was acknowledged holds, nothing happens twice, and every read shows
/// the state at its time.
@Suite struct HistoryTests {
    private static let clients = 50
    private static let kills = 3

    /// The requests that the server acknowledged.
    private final class Ledger: Sendable {
        struct State {
            /// By key: the number in the first response, as text.
            var answers: [String: Data] = [:]
            var edits = 0
            var unsure = 0
            var differing: [String] = []
            /// By key: when the request was first sent, and when it was first answered.
            var spans: [String: Span] = [:]
            var reads: [Read] = []
            /// Of the site: the versions that were read, and those that edits created.
            var versions: [Register.Operation] = []
        }
        let state = Mutex(State())
        var isEnough: Bool { state.withLock { $0.answers.count > 500 && $0.edits > 20 && $0.reads.count > 200 } }
    }

    private struct Span {
        let start, end: ContinuousClock.Instant
    }

    /// What a reader saw of a material: the newest movement, or the amount.
    private struct Read {
        enum Seen { case movement(String), amount(Decimal) }
        let material: String
        let seen: Seen
        let span: Span
    }

    private struct Site {
        let path: String
        let materials: [String]
        /// The servers, any of which can answer.
        let doors: [Client]

        var anyDoor: Client { doors.randomElement() ?? doors[0] }
    }

    @Test(.timeLimit(.minutes(4)), arguments: Engine.allCases)
    func everyPromiseHolds(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            // An SQLite file is for one server.
            let ports = try (0..<(engine == .sqlite ? 1 : 3)).map { _ in try RunningServer.freePort() }
            var servers: [RunningServer] = []
            for port in ports { servers.append(try await RunningServer(url: url, folder: folder, port: port)) }
            let company = try await TestCompany.register(servers[0].client)
            try await company.hasNoLimits(at: url)
            let path = try await company.site()
            var materials: [String] = []
            for _ in 0..<5 { materials.append(try await company.material(path, amount: "1000")) }
            let site = Site(
                path: path, materials: materials, doors: servers.map { $0.client.with(token: company.manager.token) })
            let ledger = Ledger()
            let goesOn = Flag()

            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<Self.clients {
                    group.addTask {
                        switch number % 5 {
                        case 0: await Self.edit(site, ledger, while: goesOn)
                        case 1: await Self.look(site, ledger, while: goesOn)
                        default: await Self.adjust(site, ledger, number, while: goesOn)
                        }
                    }
                }
                for _ in 0..<Self.kills {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 700...1200)))
                    let victim = Int.random(in: 0..<servers.count)
                    await servers[victim].kill()
                    servers[victim] = try await RunningServer(url: url, folder: folder, port: ports[victim])
                }
                // Until there is enough to prove something, however slow the machine.
                for _ in 0..<600 where !ledger.isEnough { try await Task.sleep(for: .milliseconds(100)) }
                goesOn.lower()
                try await group.waitForAll()
            }
            try await check(site, company.manager, ledger)
            for server in servers { #expect(await server.terminate() == 0) }
        }
    }

    private func check(_ site: Site, _ client: Client, _ ledger: Ledger) async throws {
        let state = ledger.state.withLock { $0 }
        #expect(ledger.isEnough, "the load was too small to prove anything")
        #expect(state.differing.isEmpty, "answers that differed: \(state.differing.prefix(3))")

        // Every amount is the sum of its movements, and no key took effect twice: each key is the note of its movement.
        var notes: [String: Int] = [:]
        let shown = try await client.get(site.path + "/materials").json.list
        var faults: [String] = []
        for material in site.materials {
            var amount = Decimal(0)
            let movements = try await client.all(material + "/movements")
            for movement in movements.reversed() {
                amount += movement["delta"]?.number ?? .nan
                #expect(movement["amountAfter"]?.number == amount)
                if let note = movement["note"]?.text { notes[note, default: 0] += 1 }
            }
            #expect(shown.first { $0["id"]?.text == material.lastSegment }?["amount"]?.number == amount)
            faults += reckon(material, movements.reversed(), state)
        }
        faults += Register(state.versions).faults
        #expect(faults.isEmpty, "\(faults.count) reads or writes came in no order: \(faults.prefix(3))")
        #expect(notes.values.allSatisfy { $0 == 1 }, "\(notes.filter { $0.value > 1 }.count) keys acted twice")
        #expect(Set(state.answers.keys).subtracting(notes.keys).isEmpty, "a promised movement is missing")

        // Each acknowledged edit raised the version by one; edits without a response may or may not have been made.
        let last = try await client.get(site.path)
        let version = Int(last.header("ETag")?.filter(\.isNumber) ?? "") ?? 0
        #expect((state.edits + 1...state.edits + 1 + state.unsure).contains(version), "\(version) after \(state.edits)")
    }

    /// The reads and writes of one material, as those of a register.
    /// - Parameter movements: in the order in which they were recorded.
    private func reckon(_ material: String, _ movements: [JSON], _ state: Ledger.State) -> [String] {
        var places: [String: Int] = [:]
        var operations: [Register.Operation] = []
        for (index, movement) in movements.enumerated() {
            places[movement["id"]?.text ?? ""] = index + 1
            guard let key = movement["note"]?.text, let span = state.spans[key] else { continue }
            operations.append(
                .init(what: "the movement \(key)", isWrite: true, place: index + 1, start: span.start, end: span.end))
        }
        let reads = state.reads.filter { $0.material == material }
        var faults: [String] = []
        for case let (.movement(id), span) in reads.map({ ($0.seen, $0.span) }) {
            guard let place = places[id] else {
                faults.append("\(id) was shown, and isn't there")
                continue
            }
            operations.append(.init(what: "a read", isWrite: false, place: place, start: span.start, end: span.end))
        }
        let register = Register(operations)
        let amounts = [Decimal(0)] + movements.map { $0["amountAfter"]?.number ?? .nan }
        for case let (.amount(amount), span) in reads.map({ ($0.seen, $0.span) }) {
            let places = register.places(from: span.start, to: span.end, of: movements.count)
            if places.map({ amounts[$0].contains(amount) }) != true {
                faults.append("the amount \(amount) was shown, which it wasn't at any of \(places as Any)")
            }
        }
        return faults + register.faults
    }

    /// Reads the newest movement of a material, or the amounts of all, from any server.
    private static func look(_ site: Site, _ ledger: Ledger, while goesOn: Flag) async {
        while goesOn.isUp {
            let material = site.materials[Int.random(in: 0..<site.materials.count)]
            let ofAll = Bool.random()
            let path = ofAll ? site.path + "/materials" : material + "/movements?limit=1"
            let start = ContinuousClock.now
            guard let reply = try? await site.anyDoor.send("GET", path, timeout: .seconds(3)), reply.status == 200
            else {
                try? await Task.sleep(for: .milliseconds(100))
                continue
            }
            let span = Span(start: start, end: .now)
            let seen: [Read] =
                ofAll
                ? site.materials.compactMap { path in
                    reply.json.list.first { $0["id"]?.text == path.lastSegment }?["amount"]?.number.map {
                        Read(material: path, seen: .amount($0), span: span)
                    }
                }
                : reply.json.list.compactMap { movement in
                    movement["id"]?.text.map { Read(material: material, seen: .movement($0), span: span) }
                }
            ledger.state.withLock { $0.reads += seen }
        }
    }

    /// Takes and adds with a key, and repeats each request until there is a response, and then once more.
    private static func adjust(_ site: Site, _ ledger: Ledger, _ number: Int, while goesOn: Flag) async {
        while goesOn.isUp {
            let key = UUID().uuidString
            let delta = number % 2 == 0 ? "-0.001" : "0.002"
            let material = site.materials[Int.random(in: 0..<site.materials.count)]
            var first: Data?
            let start = ContinuousClock.now
            for _ in 0..<40 {
                guard
                    let reply = try? await site.anyDoor.send(
                        "POST", material + "/adjust-quantity", body: "{\"delta\": \(delta), \"note\": \"\(key)\"}",
                        headers: ["Idempotency-Key": key], timeout: .seconds(3)),
                    reply.status == 200
                else {
                    try? await Task.sleep(for: .milliseconds(100))
                    continue
                }
                if let first {
                    if first != reply.body { ledger.state.withLock { $0.differing.append(key) } }
                    break
                }
                first = reply.body
                let span = Span(start: start, end: .now)
                ledger.state.withLock { ($0.answers[key], $0.spans[key]) = (reply.body, span) }
                if Bool.random() { break }
            }
        }
    }

    /// Edits the site from the version seen last, as several people do who don't know of each other.
    private static func edit(_ site: Site, _ ledger: Ledger, while goesOn: Flag) async {
        func version(_ reply: Reply?) -> Int { Int(reply?.header("ETag")?.filter(\.isNumber) ?? "") ?? 0 }
        while goesOn.isUp {
            let client = site.anyDoor
            let start = ContinuousClock.now
            guard let seen = try? await client.send("GET", site.path, timeout: .seconds(3)), seen.status == 200,
                let tag = seen.header("ETag")
            else {
                try? await Task.sleep(for: .milliseconds(100))
                continue
            }
            let middle = ContinuousClock.now
            let reply = try? await site.anyDoor.send(
                "PATCH", site.path, body: "{\"notes\": \"\(UUID().uuidString)\"}", headers: ["If-Match": tag],
                timeout: .seconds(3))
            let end = ContinuousClock.now
            ledger.state.withLock { state in
                state.versions.append(
                    .init(what: "a read", isWrite: false, place: version(seen), start: start, end: middle))
                switch reply?.status {
                case 200:
                    state.edits += 1
                    state.versions.append(
                        .init(what: "an edit", isWrite: true, place: version(reply), start: middle, end: end))
                case 412: break
                default: state.unsure += 1
                }
            }
        }
    }
}
