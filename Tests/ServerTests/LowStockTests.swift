import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A mail about running-low material is accurate when it is sent, and of bounded length.
@Suite struct LowStockTests {
    private struct Scene {
        let server: TestServer
        let company: TestCompany
        let site: String
        let postbox = Postbox()
        let service: MailService

        init(_ server: TestServer) async throws {
            self.server = server
            company = try await TestCompany.register(server.client)
            site = try await company.site("Bad")
            service = try server.mailService(by: postbox)
        }

        func adjust(_ material: String, _ delta: Double) async throws {
            let reply = try await company.manager.post(material + "/adjust-quantity", "{\"delta\": \(delta)}")
            #expect(reply.status == 200, "\(reply.text)")
        }

        /// The lines of the next mails, once they are due.
        func lines(after wait: Duration = .seconds(60)) async throws -> [[Substring]] {
            let before = postbox.letters.count
            server.clock.advance(by: wait)
            try await service.sendDue()
            return postbox.letters[before...].map { $0.text.split(separator: "\n").filter { $0.hasPrefix("- ") } }
        }
    }

    @Test(arguments: Engine.allCases)
    func whatWasMendedMeanwhileIsntTold(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let scene = try await Scene(server)
            let (company, site) = (scene.company, scene.site)
            var materials: [String] = []
            for name in ["Kleber", "Fugen", "Silikon", "Band"] {
                materials.append(try await company.material(site, name: name, amount: "10", threshold: "5"))
            }
            for material in materials { try await scene.adjust(material, -6) }
            try await scene.adjust(materials[0], 6)
            #expect(try await company.manager.delete(materials[1]).status == 204)
            _ = try await company.manager.patch(
                materials[2], "{\"name\": \"Silikon grau\", \"unit\": \"Kart.\", \"factor\": 1}")
            try await scene.adjust(materials[2], -1.5)
            #expect(try await company.manager.put("/api/v1/users/me", "{\"language\": \"en\"}").status == 200)
            #expect(try await scene.lines() == [["- Band: 4 Sack (Bad)", "- Silikon grau: 2.5 Kart. (Bad)"]])

            // Undone at once: no mail is sent, and its row says why.
            try await scene.adjust(materials[0], -6)
            server.clock.advance(by: .milliseconds(200))
            try await scene.adjust(materials[0], 6)
            #expect(try await scene.lines(after: .seconds(700)).isEmpty)
            let mail = try await company.manager.get(company.path + "/mails").json[0]
            #expect(mail?["state"] == "cancelled" && mail?["reasonCode"] == "no-longer-low", "\(mail ?? .null)")

            // The whole site has been removed.
            try await scene.adjust(materials[0], -6)
            #expect(try await company.manager.delete(site).status == 204)
            #expect(try await scene.lines(after: .seconds(700)).isEmpty)
        }
    }

    /// The decimal mark and the words are those of the recipient's language at the time of sending.
    @Test func linesAreTheReaders() {
        let item = LowStock.Item(material: "Kleber", amount: Quantity(thousandths: 1_500), unit: "Sack", site: "Bad")
        #expect(
            item.text(in: .german) == "Kleber: 1,5 Sack (Bad)" && item.text(in: .english) == "Kleber: 1.5 Sack (Bad)")
        func last(_ count: Int, _ language: Language) -> String? {
            LowStock.Items(first: [item], count: count).lines(in: language).last
        }
        #expect(last(1, .german) == "Kleber: 1,5 Sack (Bad)" && last(2, .german) == "und 1 weitere")
        #expect(last(1_000, .german) == "und 999 weitere" && last(2_564, .german) == "und 2.563 weitere")
        #expect(last(1_234_568, .english) == "and 1,234,567 more")
    }

    /// However much falls low, a mail lists fifty materials, earlier ones don't add to it, and nothing is reported twice.
    @Test(arguments: Engine.allCases)
    func aFloodMakesOneMailOfFiftyLines(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let scene = try await Scene(server)
            for number in 0..<120 {
                _ = try await scene.company.material(scene.site, name: "Nr \(number)", amount: "0", threshold: "1")
            }
            let mails = Query("SELECT details FROM mails WHERE kind = 'low-stock'") { try $0.next() as String }
            let details = try await server.database.fetch(mails)
            #expect(details.count == 1 && details.allSatisfy { $0.utf8.count == 36 })
            let lines = try #require(try await scene.lines().first)
            #expect(lines.count == 51 && lines.first == "- Nr 0: 0 Sack (Bad)" && lines.last == "- und 70 weitere")
            #expect(try await scene.lines(after: .seconds(7200)).isEmpty)
        }
    }

    /// Many change material while mails are claimed and sent: each material is reported exactly once to each manager.
    @Test(arguments: Engine.allCases)
    func whatFallsLowWhileMailIsSentIsToldOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine, flags: ["POLIER_LOW_STOCK_SECONDS": "0"]) { server in
            let scene = try await Scene(server)
            _ = try await server.person(.manager, in: scene.company.id)
            let count = 40
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<4 {
                    group.addTask {
                        for number in 0..<count / 4 {
                            server.clock.advance(by: .milliseconds(1))
                            _ = try await scene.company.material(
                                scene.site, name: "M\(worker)x\(number)", amount: "0", threshold: "1")
                        }
                    }
                }
                group.addTask {
                    for _ in 0..<40 {
                        try await scene.service.sendDue()
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
                try await group.waitForAll()
            }
            server.clock.advance(by: .seconds(120))
            for _ in 0..<20 where try await scene.service.sendDue() > 0 {}
            let told = Dictionary(grouping: scene.postbox.letters, by: \.to).mapValues { letters in
                letters.flatMap { $0.text.matches(of: /- (M\dx\d+):/).map { String($0.1) } }
            }
            #expect(told.count == 2)
            for (address, names) in told {
                #expect(names.count == count && Set(names).count == count, "\(address): \(names.sorted())")
            }
        }
    }
}
