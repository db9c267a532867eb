import Foundation
import Synchronization
import Testing

/// The real binary under write load, killed without warning, repeatedly.
@Suite struct CrashTests {
    /// `POLIER_TEST_KILLS` raises the number.
    private static let kills = ProcessInfo.processInfo.environment["POLIER_TEST_KILLS"].flatMap { Int($0) } ?? 6
    private static let writers = 16

    /// Every acknowledged movement is there afterwards, and none is partial: the amount is the sum of the movements, and each movement's
    /// amount follows from the previous one.
    @Test(arguments: Engine.allCases)
    func noAcknowledgedMovementIsLost(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let port = try RunningServer.freePort()
            var server = try await RunningServer(url: url, folder: folder, port: port)
            let company = try await TestCompany.register(server.client)
            try await company.hasNoLimits(at: url)
            let site = try await company.site()
            var materials: [String] = []
            for _ in 0..<4 { materials.append(try await company.material(site, amount: "0")) }
            let acknowledged = Acknowledged()

            for _ in 0..<Self.kills {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<Self.writers {
                        let material = materials[writer % materials.count]
                        group.addTask { await Self.write(to: material, by: company.manager, acknowledged) }
                    }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 150...450)))
                    await server.kill()
                    try await group.waitForAll()
                }
                server = try await RunningServer(url: url, folder: folder, port: port)
            }

            var kept: Set<String> = []
            for material in materials {
                let movements = try await company.manager.all(material + "/movements")
                var amount = Decimal(0)
                for movement in movements.reversed() {
                    amount += movement["delta"]?.number ?? .nan
                    #expect(movement["amountAfter"]?.number == amount)
                    kept.insert(movement["note"]?.text ?? "")
                }
                let shown = try await company.manager.get(site + "/materials").json.list
                let id = material.split(separator: "/").last.map(String.init)
                #expect(shown.first { $0["id"]?.text == id }?["amount"]?.number == amount)
            }
            let promised = acknowledged.notes.withLock { $0 }
            #expect(promised.count > 50, "the load was too small to prove anything")
            #expect(promised.subtracting(kept).isEmpty)
            #expect(await server.terminate() == 0)
        }
    }

    /// The notes of the acknowledged movements.
    private final class Acknowledged: Sendable {
        let notes = Mutex<Set<String>>([])
    }

    /// Writes until the server is gone.
    private static func write(to material: String, by client: Client, _ acknowledged: Acknowledged)
        async
    {
        while true {
            let note = UUID().uuidString
            guard
                let reply = try? await client.send(
                    "POST", material + "/adjust-quantity", body: "{\"delta\": 0.001, \"note\": \"\(note)\"}",
                    timeout: .seconds(1)),
                reply.status == 200
            else { return }
            acknowledged.notes.withLock { _ = $0.insert(note) }
        }
    }
}
