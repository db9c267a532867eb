import Foundation
import Testing

/// A request that must be refused, and the expected refusal.
struct Refused: Sendable, CustomTestStringConvertible {
    let method: String
    /// `{company}`, `{site}` and `{material}` stand for paths of the manager's own.
    let path: String
    var body: String?
    var headers: [String: String] = [:]
    let status: Int
    /// The text that the message contains.
    let says: String

    init(_ method: String, _ path: String, _ status: Int, _ says: String) {
        (self.method, self.path, self.status, self.says) = (method, path, status, says)
    }

    init(
        _ method: String, _ path: String, _ body: String, headers: [String: String] = [:], _ status: Int, _ says: String
    ) {
        (self.method, self.path, self.body, self.headers) = (method, path, body, headers)
        (self.status, self.says) = (status, says)
    }

    var testDescription: String { "\(method) \(path) \(body?.prefix(60) ?? "") -> \(status) \(says)" }

    static let site = #""name":"Bad","startDate":"2026-11-01","endDate":"2026-12-24""#
    static let address = #""address":{"streetNumber":"1","street":"A","city":"B","postalCode":"1","country":"D"}"#
    static let material = #""name":"Kleber","unit":"Sack""#
    static let adjust = "{material}/adjust-quantity"
    static let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)

    static let all: [Refused] = json + texts + numbers + times + addresses + pages + ids

    static let json = [
        Refused("POST", adjust, "", 400, "The body is empty"),
        Refused("POST", adjust, "{", 400, "not valid JSON"),
        Refused("POST", adjust, "{\"delta\": 1", 400, "not valid JSON"),
        Refused("POST", adjust, "{\"delta\": 1,}}", 400, "not valid JSON"),
        Refused("POST", adjust, "[]", 400, "must be a JSON object"),
        Refused("POST", adjust, "null", 400, "must be a JSON object"),
        Refused("POST", adjust, "12", 400, "must be a JSON object"),
        Refused("POST", adjust, deep, 400, "at most 32 levels"),
        Refused("POST", adjust, "{\"delta\": \(deep)}", 400, "at most 32 levels"),
        Refused("POST", adjust, "{\"delta\": \(String(repeating: "1", count: 65))}", 400, "delta must have at most 64"),
        Refused("POST", adjust, "{\"delta\": 1\u{0}}", 400, "not valid JSON"),
        Refused(
            "POST", adjust, "{\"note\": \"" + String(repeating: "x", count: 10 << 20) + "\"}", 413, "at most 256 KiB"),
        Refused(
            "POST", adjust, "delta=1", headers: ["Content-Type": "application/x-www-form-urlencoded"], 415,
            "must be JSON"),
        Refused("POST", adjust, "{}", 400, "delta is missing"),
        Refused("POST", adjust, "{\"delta\": null}", 400, "delta is missing"),
    ]

    /// Marks that are slow to bring into Unicode's canonical order.
    static let marks = String(repeating: "\u{301}\u{323}", count: 60_000)

    static let texts = [
        Refused(
            "POST", "/api/v1/auth/signin", "{\"email\": \"a@b.example\", \"password\": \"a\(marks)\"}", 400,
            "password must not have more than 30 combining marks in a row"),
        Refused(
            "POST", "/api/v1/auth/signin", "{\"email\": \"a\(marks)@b.example\", \"password\": \"x\"}", 400,
            "email must not have more than 30 combining marks in a row"),
        Refused(
            "POST", "/api/v1/auth/signin",
            "{\"email\": \"\(String(repeating: "ä", count: 1025))\", \"password\": \"x\"}", 400,
            "email must have at most 1024 characters"),
        Refused(
            "PUT", "/api/v1/users/me", "{\"password\": \"Neue Kelle 2026\", \"currentPassword\": \"a\(marks)\"}", 400,
            "currentPassword must not have more than 30 combining marks in a row"),
        Refused(
            "PUT", "/api/v1/users/me", "{\"password\": \"a\(marks)\", \"currentPassword\": \"x\"}", 400,
            "password must not have more than 30 combining marks in a row"),
        Refused(
            "POST", "/api/v1/auth/signin", "{\"email\": \"a@b.example\", \"password\": \"x\", \"\(marks)\": 1}", 400,
            "The body must not have more than 30 combining marks in a row"),
        Refused(
            "POST", "/api/v1/auth/signin", "{\"email\": \"a@b.example\", \"password\": \"x\", \"größe\": 1}", 400,
            "größe is not a field of this request"),
        Refused("POST", "{site}/materials", "{\"unit\":\"m\",\"amount\":1,\"threshold\":1}", 400, "name is missing"),
        Refused(
            "POST", "{site}/materials", "{\"name\":7,\"unit\":\"m\",\"amount\":1,\"threshold\":1}", 400,
            "name must be text"),
        Refused(
            "POST", "{site}/materials", "{\"name\":\" \",\"unit\":\"m\",\"amount\":1,\"threshold\":1}", 400,
            "name must not be empty"),
        Refused(
            "POST", "{site}/materials",
            "{\"name\":\"\(String(repeating: "ä", count: 201))\",\"unit\":\"m\",\"amount\":1,\"threshold\":1}", 400,
            "name must have at most 200 characters"),
        Refused(
            "POST", "{site}/materials",
            "{\"name\":\"a\(String(repeating: "\u{301}", count: 5000))\",\"unit\":\"m\",\"amount\":1,\"threshold\":1}",
            400,
            "name must not have more than 30 combining marks in a row"),
        Refused(
            "POST", "{site}/materials",
            #"{"name":"a\#(String(repeating: #"\u0301"#, count: 31))","unit":"m","amount":1,"threshold":1}"#, 400,
            "name must not have more than 30 combining marks in a row"),
        Refused(
            "POST", "{site}/materials", #"{"name":"\u2800\u3164","unit":"m","amount":1,"threshold":1}"#, 400,
            "name must have something visible in it"),
        Refused(
            "POST", "{site}/materials", #"{"name":"Flex Klеber","unit":"m","amount":1,"threshold":1}"#, 400,
            "name must not mix letters of different scripts within one word, as in Klеber"),
        Refused(
            "PATCH", "{company}", #"{"name":"Ihr Paket: https://evil.example/x"}"#, 400,
            "name must not contain a web address, as in https://evil.example/x"),
        Refused(
            "PUT", "/api/v1/users/me", #"{"firstName":"evil.example/x"}"#, 400,
            "firstName must not contain a web address, as in evil.example/x"),
        Refused(
            "POST", "{site}/materials", #"{"name":"a\u0000b","unit":"m","amount":1,"threshold":1}"#, 400,
            "name must not contain control characters"),
        Refused(
            "POST", "{site}/materials", #"{"name":"a\ud800b","unit":"m","amount":1,"threshold":1}"#, 400,
            "name must be text"),
        Refused(
            "POST", "{site}/materials", #"{"name":"a\nb","unit":"m","amount":1,"threshold":1}"#, 400,
            "name must not contain control characters"),
        Refused("POST", adjust, #"{"delta":1,"note":"a\u001bb"}"#, 400, "note must not contain control characters"),
        Refused("POST", adjust, #"{"delta":1,"note":"a\u0000"}"#, 400, "note must not contain control characters"),
        Refused(
            "POST", adjust, "{\"delta\":1,\"note\":\"\(String(repeating: "n", count: 1001))\"}", 400,
            "note must have at most 1000"),
        Refused("POST", adjust, "{\"delta\":1,\"note\":5}", 400, "note must be text"),
        Refused(
            "POST", "{company}/sites", "{\(site),\(address),\"priority\":\"urgent\"}", 400,
            "priority must be one of low, medium, high"),
        Refused("POST", "{company}/sites", "{\(site),\"contactName\":\" \"}", 400, "contactName must not be empty"),
        Refused(
            "POST", "{company}/sites", "{\(site),\"contactPhone\":\"\(String(repeating: "1", count: 51))\"}", 400,
            "contactPhone must have at most 50 characters"),
        Refused("PATCH", "{site}", "{\"contactPhone\":30}", 400, "contactPhone must be text"),
        Refused(
            "POST", "{company}/sites", "{\(site),\(address),\"status\":1}", 400,
            "status must be one of ACTIVE, INACTIVE"),
    ]

    static let numbers = [
        Refused("POST", adjust, "{\"delta\": \"1\"}", 400, "delta must be a number"),
        Refused("POST", adjust, "{\"delta\": true}", 400, "delta must be a number"),
        Refused("POST", adjust, "{\"delta\": 1e400}", 400, "delta must be a number"),
        Refused("POST", adjust, "{\"delta\": -1e400}", 400, "delta must be a number"),
        Refused("POST", adjust, "{\"delta\": 1e30}", 400, "delta must be a number"),
        Refused("POST", adjust, "{\"delta\": 0.0001}", 400, "with at most three decimals"),
        Refused("POST", adjust, "{\"delta\": 1e-400}", 400, "with at most three decimals"),
        Refused("POST", adjust, "{\"delta\": 9223372036854775808}", 400, "delta must be a number"),
        Refused("POST", adjust, "{\"delta\": 10000000000}", 400, "to 9999999999.999"),
        Refused("POST", adjust, "{\"delta\": NaN}", 400, "not valid JSON"),
        Refused("POST", adjust, "{\"delta\": 01}", 400, "delta must be a number"),
        Refused("POST", adjust, "{\"delta\": -10.001}", 409, "Only 10 Sack of Flexkleber are left."),
        Refused("POST", adjust, "{\"delta\": 9999999999.999}", 409, "There can't be more than 9999999999.999"),
        Refused(
            "POST", "{site}/materials", "{\(material),\"amount\":-1,\"threshold\":1}", 400,
            "amount must be a number from 0"),
        Refused("POST", "{site}/materials", "{\(material),\"amount\":1}", 400, "threshold is missing"),
    ]

    static let times = [
        Refused("POST", adjust, "{\"delta\":1,\"at\":\"yesterday\"}", 400, "at must be an instant"),
        Refused("POST", adjust, "{\"delta\":1,\"at\":\"2026-11-23T13:00:00Z\"}", 400, "at must not be in the future"),
        Refused(
            "POST", adjust, "{\"delta\":1,\"at\":\"2021-11-19T00:00:00Z\"}", 400, "at must be at most 1830 days ago"),
        Refused(
            "POST", "{company}/sites",
            "{\"name\":\"B\",\"startDate\":\"2026-02-30\",\"endDate\":\"2026-12-24\",\(address)}", 400,
            "startDate must be a day"),
        Refused(
            "POST", "{company}/sites",
            "{\"name\":\"B\",\"startDate\":\"2026-12-24\",\"endDate\":\"2026-12-23\",\(address)}", 400,
            "endDate must not be before startDate"),
    ]

    static let addresses = [
        Refused("POST", "{company}/sites", "{\(address)}", 400, "name is missing"),
        Refused("POST", "{company}/sites", "{\(site),\"address\":\"Markt 1\"}", 400, "address must be an object"),
        Refused("POST", "{company}/sites", "{\(site),\"address\":{\"city\":1}}", 400, "address.city must be text"),
        Refused(
            "POST", "{company}/sites", "{\(site),\(address),\"users\":[\"no one\"]}", 400, "users must be a list of ids"
        ),
        Refused(
            "POST", "{company}/sites", "{\(site),\(address),\"users\":[\"01a0d26d-b400-71b0-bebe-75cb14030474\"]}", 400,
            "users names 01a0d26d-b400-71b0-bebe-75cb14030474, who is not of this company"),
        Refused(
            "POST", "/api/v1/auth/register", #"{"email":"a b@c.de","password":"12345678"}"#, 400,
            "email must be an email address"),
        Refused(
            "POST", "/api/v1/auth/register", #"{"email":"a@c.de","password":"1234567"}"#, 400,
            "password must have 8 to 128"),
        Refused("POST", "/api/v1/auth/signin", #"{"email":"a@c.de"}"#, 400, "password is missing"),
        Refused(
            "POST", "/api/v1/auth/signin", #"{"email":"a@c.de","password":"wrong"}"#, 401,
            "email address or the password is wrong"),
    ]

    static let pages = [
        Refused("GET", "{company}/sites?limit=0", 400, "limit must be a whole number from 1 to 500"),
        Refused("GET", "{company}/sites?limit=501", 400, "limit must be"),
        Refused("GET", "{company}/sites?limit=ten", 400, "limit must be"),
        Refused("GET", "{company}/sites?cursor=x%27%20OR%201", 400, "cursor must be one that a Link header gave"),
        Refused("GET", "{material}/movements?cursor=9e9", 400, "cursor must be"),
    ]

    static let ids = [
        Refused("GET", "//api/v1/users/me", 404, "There is nothing at this address."),
        Refused("GET", "/api/v1//users/me", 404, "There is nothing at this address."),
        Refused("GET", "/api/", 404, "There is nothing at this address."),
        Refused("GET", "/api/v1/nonsense", 404, "There is nothing at this address."),
        Refused("GET", "/api/v1/companies/../users/me/x", 404, "There is nothing at this address."),
        Refused("DELETE", "/api/v1/auth/sessions", 405, "This address allows GET, HEAD."),
        Refused("PROPFIND", "{material}/movements", 405, "This address allows GET, HEAD."),
        Refused("GET", "/api/v1/companies/7", 404, "There is no such company."),
        Refused("GET", "/api/v1/companies/00000000-0000-7000-8000-000000000000", 404, "There is no such company."),
        Refused("GET", "{company}/sites/01a0d26d-b400-71b0-bebe-75cb14030474", 404, "There is no such site."),
        Refused("GET", "{company}/sites/%27", 404, "There is no such site."),
        Refused(
            "GET", "{site}/materials/01a0d26d-b400-71b0-bebe-75cb14030474/movements", 404, "There is no such material."),
        Refused(
            "POST", "{company}/clarifications/01a0d26d-b400-71b0-bebe-75cb14030474/book", 404,
            "There is no such clarification."),
        Refused(
            "POST", "{company}/clarifications/7/decline", "{\"reason\":\"x\"}", 404, "There is no such clarification."),
        Refused("POST", "{company}/clarifications/7/decline", "{}", 400, "reason is missing"),
        Refused(
            "POST", "{company}/clarifications/7/book", "{\"minutes\":1441}", 400,
            "minutes must be a whole number from 0 to 1440"),
        Refused(
            "GET", "{company}/clarifications?state=offen", 400, "state must be one of OPEN, BOOKED, DECLINED"),
        Refused(
            "POST", "{site}/materials/01a0d26d-b400-71b0-bebe-75cb14030474/adjust-quantity", "{\"delta\":1}", 404,
            "There is no such material."),
        Refused("GET", "{company}/absences/7", 404, "There is no such absence."),
        Refused("PATCH", "{company}/absences/7", "{\"state\":\"OK\"}", 404, "There is no such absence."),
        Refused("PATCH", "{company}/absences/7", "{\"state\":\"ASKED\"}", 400, "state must be one of OK, NO"),
        Refused("GET", "{company}/absences?state=offen", 400, "state must be one of ASKED, OK, NO"),
        Refused("GET", "{company}/absences?from=morgen", 400, "from must be a day as YYYY-MM-DD"),
        Refused("GET", "{company}/absences?from=2026-12-02&to=2026-12-01", 400, "to must not be before from"),
        Refused("GET", "{company}/absences?cursor=2026-12-02.7", 400, "cursor must be"),
        Refused("PATCH", "{company}", "{\"region\":\"AT-9\"}", 400, "region must be one of DE-BW,"),
        Refused("PATCH", "{site}", "{\"region\":\"\"}", 400, "region must be one of DE-BW,"),
        Refused(
            "PATCH", "{company}", "{\"localHolidays\":[{\"day\":\"Kirchweih\"}]}", 400,
            "localHolidays[0].day must be a day as YYYY-MM-DD; localHolidays[0].name is missing"),
        Refused("PUT", "{company}/users/7/targets", "{}", 400, "targets is missing"),
        Refused("PUT", "{company}/users/7/personnel-number", "{}", 400, "personnelNumber is missing"),
        Refused(
            "PUT", "{company}/users/7/personnel-number", "{\"personnelNumber\":null}", 404, "There is no such user."),
        Refused("PUT", "{company}/users/7/targets", "{\"targets\":[]}", 404, "There is no such user."),
        Refused(
            "PUT", "{company}/users/7/targets", "{\"targets\":[{\"monday\":1441}]}", 400,
            "targets[0].from is missing; targets[0].monday must be a whole number from 0 to 1440"),
        Refused(
            "PUT", "{company}/users/01a0d26d-b400-71b0-bebe-75cb14030474/targets",
            "{\"targets\":[{\"from\":\"2026-01-01\"},{\"from\":\"2026-01-01\"}]}", 400,
            "targets[1].from is named by another line too"),
        Refused("POST", "{company}/absences", "{}", 400, "kind is missing; from is missing"),
        Refused(
            "POST", "{company}/absences", "{\"kind\":\"KUR\",\"from\":\"2026-12-02\"}", 400,
            "kind must be one of VACATION,"),
        Refused(
            "POST", "{company}/absences", "{\"kind\":\"SICK\",\"from\":\"2026-12-02\",\"to\":\"2026-12-01\"}", 400,
            "to must not be before from"),
        Refused(
            "POST", "{company}/absences", "{\"kind\":\"SICK\",\"from\":\"2026-12-02\",\"to\":\"2027-12-03\"}", 400,
            "to must be at most 366 days from from"),
        Refused(
            "POST", "{company}/absences", "{\"kind\":\"SICK\",\"from\":\"2020-02-02\"}", 400,
            "from must be at most 1830 days ago"),
        Refused(
            "POST", "{company}/absences", "{\"kind\":\"SICK\",\"from\":\"2030-02-02\"}", 400,
            "to must be at most 1098 days ahead"),
        Refused(
            "POST", "{company}/absences",
            "{\"kind\":\"OTHER\",\"from\":\"2026-12-02\",\"half\":true,\"minutes\":60}", 400,
            "minutes must be given unless half is"),
        Refused(
            "POST", "{company}/absences", "{\"kind\":\"OTHER\",\"from\":\"2026-12-02\",\"minutes\":1440}", 400,
            "minutes must be a whole number from 1 to 1439"),
    ]
}

@Suite struct BadInputTests {
    /// All rows against one server; afterwards its data is unchanged.
    @Test(arguments: Engine.allCases)
    func badInputGetsAClearAnswerAndNothingIsLost(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let site = try await company.site()
            let material = try await company.material(site)
            let before = try await company.manager.get(company.path + "/sites").json

            for row in Refused.all {
                let path = row.path.replacingOccurrences(of: "{company}", with: company.path)
                    .replacingOccurrences(of: "{site}", with: site).replacingOccurrences(
                        of: "{material}", with: material)
                let reply = try await company.manager.send(row.method, path, body: row.body, headers: row.headers)
                let detail = reply.json["detail"]?.text ?? ""
                #expect(reply.status == row.status, "\(row.testDescription): \(reply.text)")
                #expect(detail.contains(row.says), "\(row.testDescription): \(reply.text)")
                #expect(
                    reply.header("Content-Type") == "application/problem+json", "\(row.testDescription)")
                #expect(reply.json["error"] == reply.json["detail"], "\(row.testDescription)")
                #expect(reply.json["status"]?.number == Decimal(row.status), "\(row.testDescription)")
                #expect(
                    reply.json["requestId"]?.text == reply.header("X-Request-Id"), "\(row.testDescription)"
                )
                if row.status == 405 { #expect(reply.header("Allow") == "GET, HEAD") }
            }

            #expect(try await company.manager.get(company.path + "/sites").json == before)
            #expect(try await company.manager.get(material + "/movements").json.list.count == 1)
        }
    }

    /// Pasted text is recorded without its invisible marks.
    @Test(arguments: Engine.allCases)
    func whatNobodySeesIsTakenOut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(
                try await company.site("Bad\u{200E} Mül\u{AD}ler"), name: "\u{FEFF}Kleber\u{2028}C2")
            let booked = try await company.manager.post(
                material + "/adjust-quantity", #"{"delta":-1,"note":"\u202aeins\u2028zwei\u200b\u202c 👩‍🔧 "}"#)
            #expect(booked.status == 200, "\(booked.text)")
            let movement = try await company.manager.get(material + "/movements").json[0]
            #expect(Array((movement?["note"]?.text ?? "").utf8) == Array("eins\nzwei 👩‍🔧".utf8))
            let site = try await company.manager.get(company.path + "/sites").json[0]
            #expect(Array((site?["name"]?.text ?? "").utf8) == Array("Bad Müller".utf8))
            let materials = try await company.manager.get(
                String(material.prefix(material.utf8.count - material.lastSegment.utf8.count - 1))
            ).json
            #expect(materials[0]?["name"]?.text == "Kleber C2")
        }
    }

    /// A browser may send a name of any length, and a session keeps one line of it.
    @Test(arguments: Engine.allCases)
    func aUserAgentIsCut(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let body = #"{"email":"\#(company.email)","password":"\#(TestCompany.password)"}"#
            let agent =
                "Agent\u{202E} " + String(repeating: "🇩🇪", count: 500) + String(repeating: "\u{301}", count: 2000)
            let reply = await RawConnection(server.client).send(
                """
                POST /api/v1/auth/signin HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nUser-Agent: \(agent)\r\n\
                Content-Length: \(body.utf8.count)\r\n\r\n\(body)
                """)
            #expect(reply.hasPrefix("HTTP/1.1 200 "), "\(reply)")
            let kept = try await company.manager.get("/api/v1/auth/sessions").json.list.compactMap {
                $0["userAgent"]?.text
            }
            #expect(kept.contains { $0.hasPrefix("Agent 🇩🇪") && $0.unicodeScalars.count <= 200 }, "\(kept)")
        }
    }

    /// A body whose length exceeds a signed 64-bit integer is too large at once, rather than after its deadline.
    @Test(arguments: ["9223372036854775807", "9223372036854775808", "18446744073709551615"])
    func aLengthBeyondNumbersIsTooLarge(_ length: String) async throws {
        try await TestServer.run(on: .sqlite) { server in
            let reply = await RawConnection(server.client).send(
                "POST /api/v1/auth/signin HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n{",
                timeout: .seconds(50))
            #expect(reply.hasPrefix("HTTP/1.1 413 "), "\(reply)")
        }
    }

    @Test(arguments: Engine.allCases)
    func everyWrongFieldIsNamedAtOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let reply = try await server.client.post(
                "/api/v1/auth/register", #"{"email":"x","password":1,"address":{"city":""}}"#)
            let fields = reply.json["fields"]?.list.compactMap { $0["field"]?.text } ?? []
            #expect(
                fields == [
                    "email", "password", "firstName", "lastName", "companyName", "address.streetNumber",
                    "address.street",
                    "address.city", "address.postalCode", "address.country",
                ])
        }
    }

    @Test(arguments: Engine.allCases)
    func anAddressRegistersOnce(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            _ = try await TestCompany.register(server.client, email: "ada@müller.example")
            for same in ["ada@müller.example", "ADA@MÜLLER.EXAMPLE", "Ada@xn--mller-kva.Example"] {
                let reply = try await server.client.post("/api/v1/auth/register", TestCompany.registration(email: same))
                #expect(reply.status == 409)
                #expect(reply.json["error"] == "There is already an account for this email address.")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func headHasTheHeadersOfGet(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let head = try await company.manager.send("HEAD", "/api/v1/users/me")
            let get = try await company.manager.get("/api/v1/users/me")
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
            #expect(head.header("Content-Length") == get.header("Content-Length"))
        }
    }
}
