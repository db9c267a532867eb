import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Material that moves between sites: both sides or neither.
@Suite struct TransferTests {
    /// A company with two sites and a depot.
    struct Yard: Sendable {
        let company: TestCompany
        let from: String
        let to: String
        var depot: String { company.path + "/sites/" + company.depot }

        init(_ server: TestServer) async throws {
            company = try await TestCompany.register(server.client)
            (from, to) = (try await company.site("Bad Müller"), try await company.site("Kita"))
        }

        func move(
            _ lines: [(String, String)], from: String? = nil, to: String? = nil, more: String = "",
            by client: Client? = nil, key: String = ""
        ) async throws -> Reply {
            let (from, to) = (from ?? self.from, to ?? self.to)
            let list = lines.map { "{\"materialId\": \"\($0.0.lastSegment)\", \"amount\": \($0.1)}" }
            return try await (client ?? company.manager).send(
                "POST", company.path + "/transfers",
                body: """
                    {"fromSiteId": "\(from.lastSegment)", "toSiteId": "\(to.lastSegment)", "lines": [\(list.joined(separator: ","))]\(more)}
                    """, headers: ["Idempotency-Key": key])
        }

        /// The amounts of a site's materials, by name and unit.
        func stock(_ site: String) async throws -> [String: Decimal] {
            let materials = try await company.manager.all(site + "/materials")
            return Dictionary(
                materials.map { ("\($0["name"]?.text ?? "") \($0["unit"]?.text ?? "")", $0["amount"]?.number ?? .nan) },
                uniquingKeysWith: +)
        }

        func movements(_ material: String) async throws -> [JSON] {
            try await company.manager.get(material + "/movements").json.list
        }

        func add(_ site: String, _ name: String, _ unit: String = "Sack", amount: String = "10", more: String = "")
            async throws -> String
        {
            let reply = try await company.manager.post(
                site + "/materials",
                "{\"name\": \"\(name)\", \"unit\": \"\(unit)\", \"amount\": \(amount), \"threshold\": 2\(more)}")
            guard reply.status == 201, let id = reply.json["id"]?.text else { throw Unexpected(reply: reply) }
            return site + "/materials/" + id
        }
    }

    @Test(arguments: Engine.allCases)
    func whatLeavesOnePlaceArrivesInTheOther(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let glue = try await yard.add(yard.from, "Flexkleber", more: ", \"price\": 18.9")
            let grout = try await yard.add(yard.from, "Fuge grau", amount: "4.5")
            // The same name, folded, and the same unit: the same article.
            let there = try await yard.add(yard.to, "  FLEXKLEBER ", amount: "1.25")
            let moved = try await yard.move(
                [(glue, "2.5"), (grout, "4.5")], more: ", \"note\": \"Mit dem Transporter\"")
            #expect(moved.status == 201, "\(moved.text)")
            let id = try #require(moved.json["id"]?.text)
            #expect(moved.json["fromSiteName"] == "Bad Müller" && moved.json["toSiteName"] == "Kita")
            #expect(moved.json["toSiteId"]?.text == yard.to.lastSegment && moved.json["note"] == "Mit dem Transporter")
            let lines = try #require(moved.json["lines"]?.list)
            #expect(lines.map { $0["materialId"]?.text } == [glue.lastSegment, grout.lastSegment])
            #expect(lines.map { $0["amount"]?.number } == [2.5, 4.5])
            #expect(lines.map { $0["amountLeft"]?.number } == [7.5, 0])
            #expect(lines.map { $0["amountThere"]?.number } == [3.75, 4.5])
            #expect(lines[0]["toMaterialId"]?.text == there.lastSegment)
            #expect(try await yard.stock(yard.from) == ["Flexkleber Sack": 7.5, "Fuge grau Sack": 0])
            #expect(try await yard.stock(yard.to) == ["FLEXKLEBER Sack": 3.75, "Fuge grau Sack": 4.5])

            // The new material has no threshold, and keeps the price of the one it came from.
            let made = yard.to + "/materials/" + (lines[1]["toMaterialId"]?.text ?? "")
            let added = try await yard.company.manager.get(yard.to + "/materials").json.list.first {
                $0["name"] == "Fuge grau"
            }
            #expect(added?["threshold"]?.number == 0 && added?["unit"] == "Sack")
            let out = try #require(try await yard.movements(glue).first)
            #expect(out["kind"] == "TRANSFER_OUT" && out["delta"]?.number == -2.5 && out["refId"]?.text == id)
            #expect(out["note"] == "Mit dem Transporter" && out["price"]?.number == 18.9)
            let into = try await yard.movements(made)
            #expect(into.map { $0["kind"] } == ["TRANSFER_IN"] && into[0]["refId"]?.text == id)

            let read = try await yard.company.manager.get(yard.company.path + "/transfers/" + id)
            #expect(read.status == 200 && read.json == moved.json)
            let history = try await yard.company.manager.get(yard.to + "/history").json.list
            #expect(history.contains { $0["movement"]?["refId"]?.text == id })
        }
    }

    /// More lines than one statement changes, some of which arrive as the same material.
    @Test(arguments: Engine.allCases)
    func manyLinesMoveTogether(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            var (lines, same): ([(String, String)], [String]) = ([], [])
            for number in 0..<45 {
                let isSame = number % 15 == 7
                let material = try await yard.add(
                    yard.from, isSame ? "Fuge" : "Fliese \(number)", amount: "\(number + 1)")
                if isSame { same.append(material) }
                lines.append((material, "\(number).5"))
            }
            var wrong = lines
            wrong[44].1 = "45.001"
            let tooMuch = try await yard.move(wrong)
            #expect(tooMuch.status == 409)
            #expect(tooMuch.json["fields"]?.list.map { $0["field"]?.text } == ["lines[44].amount"])
            #expect(try await yard.stock(yard.to).isEmpty)
            // Those of one name in the order of the lines.
            let rounds: [(amount: String, taken: Decimal, same: [Decimal?])] = [
                ("0.25", 0.25, [0.25, 0.5, 0.75]), ("0.75", 1, [1.5, 2.25, 3]),
            ]
            for (amount, taken, expected) in rounds {
                let reply = try await yard.move(lines.map { ($0.0, amount) })
                #expect(reply.status == 201)
                let moved = reply.json["lines"]?.list ?? []
                #expect(moved.map { $0["materialId"]?.text } == lines.map(\.0.lastSegment))
                let left: [Decimal?] = (1...45).map { Decimal($0) - taken }
                #expect(moved.map { $0["amountLeft"]?.number } == left)
                let there = moved.filter { $0["materialName"]?.text == "Fuge" }.map { $0["amountThere"]?.number }
                #expect(there == expected)
            }
            let stock = try await yard.stock(yard.to)
            #expect(stock.count == 43)
            #expect(stock.allSatisfy { $0.value == ($0.key == "Fuge Sack" ? 3 : 1) })
            for material in same { #expect(try await yard.movements(material).count == 3) }
        }
    }

    @Test(arguments: Engine.allCases)
    func repeatedWithAKeyItIsDoneOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let glue = try await yard.add(yard.from, "Flexkleber")
            let first = try await yard.move([(glue, "2")], key: "k")
            let second = try await yard.move([(glue, "2")], key: "k")
            #expect(first.status == 201 && first.body == second.body)
            #expect(try await yard.stock(yard.to) == ["Flexkleber Sack": 2])
            // An answer that is no longer kept is read again from the movements.
            try await server.database.transaction { transaction in
                try transaction.execute(Statement("UPDATE idempotency_keys SET answer = NULL"))
            }
            let third = try await yard.move([(glue, "2")], key: "k")
            #expect(third.status == 201 && third.json == first.json)
            // Without a key it is another transfer.
            for _ in 0..<2 { #expect(try await yard.move([(glue, "2")]).status == 201) }
            #expect(try await yard.stock(yard.from) == ["Flexkleber Sack": 4])
            #expect(try await yard.stock(yard.to) == ["Flexkleber Sack": 6])
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsWrongIsNamedAndMovesNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            var lines: [(String, String)] = []
            for number in 0..<20 { lines.append((try await yard.add(yard.from, "Kleber \(number)"), "1")) }
            let before = try await (yard.stock(yard.from), yard.stock(yard.to))

            func refused(_ reply: Reply, _ status: Int, _ code: String, _ fields: [String: String]) {
                #expect(reply.status == status && reply.json["code"]?.text == code, "\(reply.text)")
                let named = reply.json["fields"]?.list.map { ($0["field"]?.text ?? "", $0["code"]?.text ?? "") } ?? []
                #expect(Dictionary(named) { $1 } == fields, "\(reply.text)")
            }
            // One line wrong among twenty, and two.
            lines[13].1 = "10.001"
            refused(try await yard.move(lines), 409, "not-enough", ["lines[13].amount": "not-enough"])
            lines[3].1 = "11"
            let two = try await yard.move(lines)
            refused(two, 409, "not-enough", ["lines[3].amount": "not-enough", "lines[13].amount": "not-enough"])
            #expect(two.json["fields"]?[0]?["params"]?["amount"]?.number == 10)
            let strange = UUID().uuidString.lowercased()
            refused(
                try await yard.move([lines[0], (strange, "1")]), 404, "material-not-found",
                ["lines[1].materialId": "not-there"])
            // Of another site.
            let other = try await yard.add(yard.to, "Anderswo")
            refused(
                try await yard.move([(other, "1")]), 404, "material-not-found", ["lines[0].materialId": "not-there"])

            refused(try await yard.move([lines[0]], to: yard.from), 400, "invalid", ["toSiteId": "same-site"])
            refused(
                try await yard.move([lines[0], lines[1], lines[0]]), 400, "invalid",
                ["lines[2].materialId": "named-twice"])
            refused(try await yard.move([]), 400, "invalid", ["lines": "must-not-be-empty"])
            refused(
                try await yard.move((0..<101).map { _ in (UUID().uuidString, "1") }), 400, "invalid",
                ["lines": "too-many-entries"])
            refused(
                try await yard.move([(lines[0].0, "0"), (lines[1].0, "-1"), (lines[2].0, "0.0001")]), 400, "invalid",
                [
                    "lines[0].amount": "not-a-quantity", "lines[1].amount": "not-a-quantity",
                    "lines[2].amount": "not-a-quantity",
                ])
            for (list, field, code) in [
                ("7", "lines", "not-a-list-of-objects"), ("[7]", "lines[0]", "not-an-object"),
                ("[{\"materialId\": 1, \"amount\": 1}]", "lines[0].materialId", "not-an-id"),
                ("[{\"amount\": 1}]", "lines[0].materialId", "missing"),
                (
                    "[{\"materialId\": \"\(strange)\", \"amount\": 1, \"colour\": \"x\"}]", "lines[0].colour",
                    "unknown-field"
                ),
            ] {
                let body = "{\"fromSiteId\": \"\(strange)\", \"toSiteId\": \"\(strange)\", \"lines\": \(list)}"
                let reply = try await yard.company.manager.post(yard.company.path + "/transfers", body)
                refused(reply, 400, "invalid", [field: code])
            }
            refused(
                try await yard.move([lines[0]], to: strange), 404, "site-not-found", ["toSiteId": "not-there"])
            let future = ", \"at\": \"2027-01-01T00:00:00Z\""
            refused(try await yard.move([lines[0]], more: future), 400, "invalid", ["at": "in-the-future"])

            // The same name with another unit.
            _ = try await yard.add(yard.to, "kleber 5", "kg")
            let unit = try await yard.move([lines[4], lines[5]])
            refused(unit, 409, "other-unit", ["lines[1].materialId": "other-unit"])
            #expect(unit.json["params"]?["unit"] == "Sack" && unit.json["params"]?["other"] == "kg")
            #expect(try await yard.stock(yard.from) == before.0)
            #expect(try await yard.stock(yard.to) == ["Anderswo Sack": 10, "kleber 5 kg": 10])

            // Removed sites.
            let gone = try await yard.company.site("Weg")
            _ = try await yard.company.manager.delete(gone)
            refused(try await yard.move([lines[0]], to: gone), 404, "site-not-found", ["toSiteId": "not-there"])
            refused(
                try await yard.move([(other, "1")], from: gone), 404, "site-not-found", ["fromSiteId": "not-there"])
            // More than a place can hold.
            let full = try await yard.add(yard.to, "Kleber 6", amount: "9999999999")
            refused(try await yard.move([lines[6]]), 409, "too-much", ["lines[0].amount": "too-much"])
            #expect(try await yard.movements(full).count == 1)
            #expect(try await yard.company.manager.get(yard.company.path + "/transfers/" + strange).status == 404)
        }
    }

    /// What was counted in bags on a phone without a signal isn't moved in kilograms.
    @Test(arguments: Engine.allCases)
    func aLineInAnotherUnitIsRefused(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let glue = try await yard.add(yard.from, "Flexkleber")
            let grout = try await yard.add(yard.from, "Fuge")
            func move(_ first: String, _ second: String) async throws -> Reply {
                func line(_ id: String, _ more: String) -> String {
                    "{\"materialId\": \"\(id.lastSegment)\", \(more)}"
                }
                return try await yard.company.manager.post(
                    yard.company.path + "/transfers",
                    """
                    {"fromSiteId": "\(yard.from.lastSegment)", "toSiteId": "\(yard.to.lastSegment)",
                     "lines": [\(line(glue, first)), \(line(grout, second))]}
                    """)
            }
            let first = try await move("\"amount\": 2, \"unit\": \"Sack\"", "\"amount\": 1")
            #expect(first.status == 201, "\(first.text)")
            #expect(first.json["lines"]?.list.map { $0["unit"]?.text } == ["Sack", "Sack"])
            let turned = try await yard.company.manager.patch(grout, "{\"unit\": \"kg\", \"factor\": 25}")
            #expect(turned.status == 200, "\(turned.text)")
            for amount in ["2", "1000"] {
                let late = try await move(
                    "\"amount\": 2, \"unit\": \"Sack\"", "\"amount\": \(amount), \"unit\": \"Sack\"")
                #expect(late.status == 409 && late.json["code"] == "unit-changed", "\(late.text)")
                #expect(late.json["params"]?["unit"] == "kg" && late.json["params"]?["material"] == "Fuge")
                #expect(late.json["fields"]?.list.map { $0["field"]?.text } == ["lines[1].unit"])
                #expect(late.json["fields"]?[0]?["code"] == "unit-changed")
            }
            #expect(try await yard.stock(yard.from) == ["Flexkleber Sack": 8, "Fuge kg": 225])
            #expect(try await yard.stock(yard.to) == ["Flexkleber Sack": 2, "Fuge Sack": 1])
            // Each movement keeps the unit of its time.
            let movements = try await yard.movements(grout)
            #expect(movements.map { $0["unit"]?.text } == ["kg", "Sack", "Sack"])
        }
    }

    @Test(arguments: Engine.allCases)
    func removedMaterialIsNotRevivedAndTheOldestIsChosen(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let glue = try await yard.add(yard.from, "Flexkleber")
            let removed = try await yard.add(yard.to, "Flexkleber")
            _ = try await yard.company.manager.delete(removed)
            let first = try await yard.move([(glue, "1")])
            let made = first.json["lines"]?[0]?["toMaterialId"]?.text
            #expect(made != removed.lastSegment)
            server.clock.advance(by: .seconds(1))
            _ = try await yard.add(yard.to, "FLEXKLEBER")
            let second = try await yard.move([(glue, "1")])
            #expect(second.json["lines"]?[0]?["toMaterialId"]?.text == made)
            // Two of one name on the site that they leave go into one.
            let twin = try await yard.add(yard.from, "flexkleber")
            let both = try await yard.move([(glue, "1"), (twin, "3")])
            #expect(both.json["lines"]?.list.map { $0["amountThere"]?.number } == [3, 6], "\(both.text)")
            let third = try await yard.company.site("Dritte")
            let new = try await yard.move([(glue, "1"), (twin, "3")], to: third)
            #expect(new.json["lines"]?.list.map { $0["amountThere"]?.number } == [1, 4], "\(new.text)")
            #expect(Set(new.json["lines"]?.list.map { $0["toMaterialId"]?.text } ?? []).count == 1)
            // Names that no server has folded are found all the same.
            try await server.database.transaction { transaction in
                try transaction.execute(Statement("UPDATE materials SET name_key = NULL"))
            }
            let unfolded = try await yard.move([(glue, "1")])
            #expect(unfolded.json["lines"]?[0]?["toMaterialId"]?.text == made)
        }
    }

    @Test(arguments: Engine.allCases)
    func foremenMoveFromTheirSiteToAnotherOrTheDepot(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let (manager, company) = (yard.company.manager, yard.company)
            let worker = try await server.person(.worker, in: company.id)
            let book = try await server.person(.bookkeeper, in: company.id)
            let glue = try await yard.add(yard.from, "Flexkleber")
            func move(to target: String, from: String? = nil, _ what: String? = nil) async throws -> Reply {
                try await yard.move([(what ?? glue, "1")], from: from, to: target, by: worker.client)
            }
            // Not assigned, assigned, foreman of one, of both.
            #expect(try await move(to: yard.to).json["code"] == "site-not-found")
            let assigned = "{\"users\": [\"\(worker.id)\"]"
            _ = try await manager.patch(yard.from, assigned + "}")
            #expect(try await move(to: yard.depot).json["code"] == "foremen-only")
            _ = try await manager.patch(yard.from, assigned + ", \"foremen\": [\"\(worker.id)\"]}")
            let toDepot = try await move(to: yard.depot)
            #expect(toDepot.status == 201, "\(toDepot.text)")
            #expect(try await move(to: yard.to).json["code"] == "site-not-found")
            _ = try await manager.patch(yard.to, assigned + "}")
            let half = try await move(to: yard.to)
            #expect(half.status == 403 && half.json["code"] == "foremen-only")
            _ = try await manager.patch(yard.to, assigned + ", \"foremen\": [\"\(worker.id)\"]}")
            #expect(try await move(to: yard.to).status == 201)
            // Not out of the depot.
            let there = yard.depot + "/materials/" + (toDepot.json["lines"]?[0]?["toMaterialId"]?.text ?? "")
            #expect(try await move(to: yard.to, from: yard.depot, there).json["code"] == "foremen-only")
            #expect(try await yard.move([(glue, "1")], by: book.client).status == 403)

            // A transfer is read by those who see both places.
            let path = company.path + "/transfers/" + (toDepot.json["id"]?.text ?? "")
            #expect(try await worker.client.get(path).status == 200)
            #expect(try await book.client.get(path).status == 200)
            _ = try await manager.patch(yard.from, "{\"users\": []}")
            #expect(try await worker.client.get(path).status == 404)
            _ = try await manager.delete(yard.from)
            #expect(try await manager.get(path).json["fromSiteName"] == "Bad Müller")
        }
    }

    @Test(arguments: Engine.allCases)
    func limitsHold(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let glue = try await yard.add(yard.from, "Flexkleber")
            let grout = try await yard.add(yard.from, "Fuge")
            try await Limited.set([.siteMaterials: 1], yard.company, server)
            let refused = try await yard.move([(glue, "1"), (grout, "1")])
            #expect(refused.status == 409 && refused.json["code"] == "too-many-materials")
            #expect(try await yard.move([(glue, "1")]).status == 201)
            #expect(try await yard.move([(glue, "1")]).status == 201)
            // A note counts as often as it is kept.
            try await Limited.set([.text: 0], yard.company, server)
            let noted = try await yard.move([(glue, "1")], more: ", \"note\": \"x\"")
            #expect(noted.status == 409 && noted.json["code"] == "too-much-text")
            try await Limited.set([.text: 20], yard.company, server)
            #expect(try await yard.move([(glue, "1")], more: ", \"note\": \"0123456789\"").status == 201)
            let bytes = try await server.database.fetch(
                Query("SELECT CAST(SUM(bytes) AS BIGINT) FROM company_texts") { try $0.next() as Int64 })
            #expect(bytes == [20])
        }
    }

    @Test(arguments: Engine.allCases)
    func whatRunsLowIsReportedOnceAndWhatRecoversNoLonger(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let postbox = Postbox()
            let service = try server.mailService(by: postbox)
            var lines: [(String, String)] = []
            for name in ["Kleber", "Fuge", "Silikon"] { lines.append((try await yard.add(yard.from, name), "9")) }
            let there = try await yard.add(yard.to, "Kleber", amount: "3")
            _ = try await yard.company.manager.post(there + "/adjust-quantity", "{\"delta\": -2}")
            #expect(try await yard.move(lines).status == 201)
            server.clock.advance(by: .seconds(60))
            try await service.sendDue()
            let told = postbox.letters.flatMap { $0.text.split(separator: "\n").filter { $0.hasPrefix("- ") } }
            #expect(
                told == [
                    "- Fuge: 1 Sack (Bad Müller)", "- Kleber: 1 Sack (Bad Müller)", "- Silikon: 1 Sack (Bad Müller)",
                ])
        }
    }

    /// Two transfers in opposite directions at once, beside takings, and a removal of site or material: nothing is lost or made.
    @Test(arguments: Engine.allCases)
    func transfersThatMeetAreOneAfterTheOther(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let (one, two) = (
                try await yard.add(yard.from, "Kleber", amount: "1000"),
                try await yard.add(yard.to, "Kleber", amount: "1000")
            )
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<24 {
                    group.addTask {
                        switch number % 4 {
                        case 0: try await yard.move([(one, "1.5")]).status
                        case 1: try await yard.move([(two, "1")], from: yard.to, to: yard.from).status
                        case 2:
                            try await yard.company.manager.post(one + "/adjust-quantity", "{\"delta\": -1}").status
                        default:
                            try await yard.company.manager.post(two + "/adjust-quantity", "{\"delta\": 2}").status
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.allSatisfy { $0 == 200 || $0 == 201 }, "\(statuses)")
            #expect(try await yard.stock(yard.from) == ["Kleber Sack": 991])
            #expect(try await yard.stock(yard.to) == ["Kleber Sack": 1015])
            for material in [one, two] {
                var amount = Decimal(0)
                for movement in try await yard.company.manager.all(material + "/movements").reversed() {
                    amount += movement["delta"]?.number ?? .nan
                    #expect(movement["amountAfter"]?.number == amount)
                }
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aTransferComesBeforeARemovalOrNotAtAll(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            for round in 0..<12 {
                let target = try await yard.company.site("Ziel \(round)")
                let here = try await yard.add(yard.from, "Kleber \(round)")
                let there = try await yard.add(target, "Kleber \(round)")
                async let moved = yard.move([(here, "4")], to: target)
                async let removed = yard.company.manager.delete(round % 2 == 0 ? target : there)
                let (reply, gone) = try await (moved, removed)
                #expect(gone.status == 204, "\(gone.text)")
                let site = target.lastSegment
                let amounts = try await server.database.fetch(
                    Query("SELECT m.id, m.amount FROM materials m WHERE m.site_id = $1", site) {
                        (try $0.next() as String, try $0.next() as Int64)
                    })
                let sum = amounts.reduce(0) { $0 + $1.1 }
                switch reply.status {
                case 201: #expect(sum == 14_000)
                case 404: #expect(sum == 10_000 && round % 2 == 0)
                default: Issue.record("\(reply.text)")
                }
                let left = try await yard.stock(yard.from)["Kleber \(round) Sack"]
                #expect(left == (reply.status == 201 ? 6 : 10))
            }
        }
    }

    /// A worker learns neither what material costs nor the names of sites that they don't see.
    @Test(arguments: Engine.allCases)
    func workersReadNeitherPricesNorOtherSites(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let worker = try await server.person(.worker, in: yard.company.id)
            _ = try await yard.company.manager.patch(yard.to, "{\"users\": [\"\(worker.id)\"]}")
            let glue = try await yard.add(yard.from, "Kleber", more: ", \"price\": 18.9")
            #expect(try await yard.move([(glue, "4")]).status == 201)
            let arrived = try #require(try await yard.company.manager.get(yard.to + "/materials").json[0]?["id"]?.text)
            let material = yard.to + "/materials/" + arrived
            _ = try await worker.client.post(material + "/adjust-quantity", "{\"delta\": -1}")
            let managers = try await yard.company.manager.get(material + "/movements").json
            #expect(managers.list.map { $0["price"]?.number } == [18.9, 18.9])
            #expect(managers[1]?["otherSiteName"] == "Bad Müller")
            for path in [
                material, material + "/movements", yard.to, yard.to + "/materials", yard.to + "/history",
                yard.company.path + "/sites", "/api/v1/users/me/export",
            ] {
                let read = try await worker.client.get(path)
                #expect(read.status == 200 || path.hasSuffix("export"), "\(path): \(read.text)")
                #expect(!read.text.contains("18.9") && !read.text.contains("Bad Müller"), "\(path): \(read.text)")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func nothingMovesBeforeItWasMade(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let yard = try await Yard(server)
            let glue = try await yard.add(yard.from, "Kleber")
            let early = try await yard.move([(glue, "4")], more: ", \"at\": \"2026-11-10T08:00:00Z\"")
            #expect(early.status == 409 && early.json["code"] == "before-material", "\(early.text)")
            #expect(try await yard.stock(yard.from) == ["Kleber Sack": 10])
            #expect(try await yard.stock(yard.to).isEmpty)
        }
    }
}

extension TestCompany {
    /// The id of the depot.
    var depot: String { id.prefix(14) + "8" + id.dropFirst(15) }
}
