import Foundation
import Synchronization
import Testing

/// Fifty people at work while the server is killed and started again: what was promised holds, and nothing happened twice.
@Suite struct HistoryTests {
    private static let clients = 50
    private static let kills = 3

    /// What the server said yes to.
    private final class Ledger: Sendable {
        struct State {
            /// By key: the number that the first answer gave, as text.
            var answers: [String: Data] = [:]
            var edits = 0
            var unsure = 0
            var differing: [String] = []
        }
        let state = Mutex(State())
        var isEnough: Bool { state.withLock { $0.answers.count > 500 && $0.edits > 20 } }
    }

    private struct Site {
        let path: String
        let materials: [String]
    }

    @Test(.timeLimit(.minutes(4)), arguments: Engine.allCases)
    func everyPromiseHolds(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let port = try RunningServer.freePort()
            var server = try await RunningServer(url: url, folder: folder, port: port)
            let company = try await TestCompany.register(server.client)
            let path = try await company.site()
            var materials: [String] = []
            for _ in 0..<5 { materials.append(try await company.material(path, amount: "1000")) }
            let site = Site(path: path, materials: materials)
            let ledger = Ledger()
            let goesOn = Flag()

            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<Self.clients {
                    group.addTask {
                        switch number % 5 {
                        case 0: await Self.edit(site, company.manager, ledger, while: goesOn)
                        default: await Self.adjust(site, company.manager, ledger, number, while: goesOn)
                        }
                    }
                }
                for _ in 0..<Self.kills {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 700...1200)))
                    server.kill()
                    server = try await RunningServer(url: url, folder: folder, port: port)
                }
                // Until there is enough to prove something, however slow the machine.
                for _ in 0..<600 where !ledger.isEnough { try await Task.sleep(for: .milliseconds(100)) }
                goesOn.lower()
                try await group.waitForAll()
            }
            try await check(site, company.manager, ledger)
            #expect(server.terminate() == 0)
        }
    }

    private func check(_ site: Site, _ client: Client, _ ledger: Ledger) async throws {
        let state = ledger.state.withLock { $0 }
        #expect(ledger.isEnough, "the load was too small to prove anything")
        #expect(state.differing.isEmpty, "answers that differed: \(state.differing.prefix(3))")

        // Every amount is the sum of its movements, and no key acted twice: each key is the note of its movement.
        var notes: [String: Int] = [:]
        let shown = try await client.get(site.path + "/materials").json.list
        for material in site.materials {
            var amount = Decimal(0)
            let movements = try await client.all(material + "/movements")
            for movement in movements.reversed() {
                amount += movement["delta"]?.number ?? .nan
                #expect(movement["amountAfter"]?.number == amount)
                if let note = movement["note"]?.text { notes[note, default: 0] += 1 }
            }
            #expect(shown.first { $0["id"]?.text == material.lastSegment }?["amount"]?.number == amount)
        }
        #expect(notes.values.allSatisfy { $0 == 1 }, "\(notes.filter { $0.value > 1 }.count) keys acted twice")
        #expect(Set(state.answers.keys).subtracting(notes.keys).isEmpty, "a promised movement is missing")

        // Each accepted edit moved the version by one; those whose answer was lost may or may not have been made.
        let last = try await client.get(site.path)
        let version = Int(last.header("ETag")?.filter(\.isNumber) ?? "") ?? 0
        #expect((state.edits + 1...state.edits + 1 + state.unsure).contains(version), "\(version) after \(state.edits)")
    }

    /// Takes and adds under a key, and repeats each until there is an answer, and then once more.
    private static func adjust(
        _ site: Site, _ client: Client, _ ledger: Ledger, _ number: Int, while goesOn: Flag
    ) async {
        while goesOn.isUp {
            let key = UUID().uuidString
            let delta = number % 2 == 0 ? "-0.001" : "0.002"
            let material = site.materials[Int.random(in: 0..<site.materials.count)]
            var first: Data?
            for _ in 0..<40 {
                guard
                    let reply = try? await client.send(
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
                ledger.state.withLock { $0.answers[key] = reply.body }
                if Bool.random() { break }
            }
        }
    }

    /// Edits the site from the version seen last, as several people would who don't know of each other.
    private static func edit(_ site: Site, _ client: Client, _ ledger: Ledger, while goesOn: Flag) async {
        while goesOn.isUp {
            guard let seen = try? await client.send("GET", site.path, timeout: .seconds(3)), seen.status == 200,
                let tag = seen.header("ETag")
            else {
                try? await Task.sleep(for: .milliseconds(100))
                continue
            }
            let reply = try? await client.send(
                "PATCH", site.path, body: "{\"notes\": \"\(UUID().uuidString)\"}", headers: ["If-Match": tag],
                timeout: .seconds(3))
            ledger.state.withLock { state in
                switch reply?.status {
                case 200: state.edits += 1
                case 412: break
                default: state.unsure += 1
                }
            }
        }
    }
}
