import Crypto
import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Files for payroll: what they hold, byte by byte, what is missing for them, and what changed since.
@Suite struct WageExportTests {
    /// A company in Berlin with two workers on two sites, at the end of November.
    struct Crew {
        let server: TestServer
        let company: TestCompany
        let kai, uwe: (client: Client, id: String)
        /// The name of the second one begins like a formula.
        let bad, hall: String

        init(_ server: TestServer) async throws {
            self.server = server
            server.clock.set(try #require(Instant("2026-11-30T09:00:00Z")))
            company = try await TestCompany.register(server.client)
            kai = try await server.person(.worker, in: company.id, name: "Vogt")
            server.clock.advance(by: .milliseconds(1))
            uwe = try await server.person(.worker, in: company.id, name: "Horn")
            bad = try await company.site("Bad", users: [kai.id, uwe.id])
            hall = try await company.site("=Halle; Nord", users: [kai.id, uwe.id])
            _ = try await company.manager.patch(company.path, "{\"breakRule\": \"LEGAL\"}")
        }

        var exports: String { company.path + "/wage-exports" }
        var settings: String { company.path + "/wage-settings" }

        /// Enters hours of November, and returns the entry's path.
        @discardableResult
        func enter(
            _ site: String, _ user: String, _ from: String, _ to: String?, kind: String = "WORK",
            month: String = "2026-11"
        ) async throws -> String {
            let end = to.map { ", \"checkedOutAt\": \"\(month)-\($0)Z\"" } ?? ""
            let reply = try await company.manager.post(
                site + "/time-entries",
                """
                {"userIds": ["\(user)"], "checkedInAt": "\(month)-\(from)Z", "kind": "\(kind)", "reason": "Zettel"\(end)}
                """)
            return "\(site)/time-entries/" + (try #require(reply.json[0]?["id"]?.text, "\(reply.text)"))
        }

        /// The hours of the tests, all closed.
        func work() async throws {
            try await enter(bad, kai.id, "02T07:00:10", "02T15:01:50")
            try await enter(bad, kai.id, "03T06:00:00", "03T10:00:00")
            try await enter(hall, kai.id, "03T10:00:00", "03T14:10:00")
            try await enter(bad, kai.id, "04T06:00:00", "04T06:50:00", kind: "TRAVEL")
            // The last minutes of the month in Berlin, and the first of the next one.
            try await enter(hall, uwe.id, "29T22:30:00", "29T23:00:00")
        }

        /// Closes the days of November that are over.
        func approve(_ users: [String], until last: String = "29") async throws {
            let ids = users.map { "\"\($0)\"" }.joined(separator: ", ")
            let reply = try await company.manager.post(
                company.path + "/time-sheets/approve",
                "{\"userIds\": [\(ids)], \"from\": \"2026-11-01\", \"until\": \"2026-11-\(last)\"}")
            #expect(reply.status == 200, "\(reply.text)")
        }

        func reopen(_ user: String, _ day: String) async throws {
            let reply = try await company.manager.post(
                company.path + "/time-sheets/reopen",
                """
                {"userIds": ["\(user)"], "from": "2026-11-\(day)", "until": "2026-11-\(day)", "reason": "Falsch"}
                """)
            #expect(reply.status == 200, "\(reply.text)")
        }

        func number(_ user: String, _ number: String) async throws {
            let reply = try await company.manager.put(
                "\(company.path)/users/\(user)", "{\"personnelNumber\": \"\(number)\"}")
            #expect(reply.status == 200, "\(reply.text)")
        }

        func set(
            _ costCentre: String = "Kü77", types: String = "{\"WORK\": \"1000\", \"TRAVEL\": \"1010\"}",
            more: String = ""
        )
            async throws
        {
            let reply = try await company.manager.put(
                settings,
                """
                {"consultantNumber": 1234567, "clientNumber": 12345, "wageTypes": \(types),
                 "costCentres": [{"siteId": "\(bad.lastSegment)", "costCentre": "\(costCentre)"}]\(more)}
                """)
            #expect(reply.status == 200, "\(reply.text)")
        }

        func ready() async throws {
            try await work()
            try await approve([kai.id, uwe.id])
            try await number(kai.id, "101")
            try await number(uwe.id, "007")
            try await set()
        }

        func check(_ format: String = "lodas", _ more: String = "") async throws -> JSON {
            let reply = try await company.manager.get(
                "\(company.path)/time-sheets/export/check?month=2026-11&format=\(format)\(more)")
            #expect(reply.status == 200, "\(reply.text)")
            return reply.json
        }

        func make(_ format: String, _ more: String = "") async throws -> Reply {
            // Files of one millisecond have no order.
            server.clock.advance(by: .milliseconds(1))
            return try await company.manager.post(exports, "{\"month\": \"2026-11\", \"format\": \"\(format)\"\(more)}")
        }
    }

    private static func codes(_ check: JSON) -> [String] { check["gaps"]?.list.compactMap { $0["code"]?.text } ?? [] }

    private static func bytes(_ lines: [String]) throws -> Data {
        try #require(lines.map { $0 + "\r\n" }.joined().data(using: .windowsCP1252))
    }

    private static let lodas = [
        "[Allgemein]", "Ziel=LODAS", "Version_SST=1.0", "BeraterNr=1234567", "MandantenNr=12345",
        "Datumsformat=TT/MM/JJJJ", "Feldtrennzeichen=;", "Zahlenkomma=,", "[Satzbeschreibung]",
        "10;u_lod_bwd_buchung_standard;abrechnung_zeitraum#bwd;pnr#bwd;la_eigene#bwd;bs_nr#bwd;bs_wert_butab#bwd;kostenstelle#bwd;",
        "[Bewegungsdaten]",
    ]

    @Test(arguments: Engine.allCases)
    func filesAreRightByteByByte(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            try await crew.ready()
            // Kai's work: 451 and 240 minutes in the bath, 220 in the hall, after the rule took half an hour of the longest one.
            let lodas =
                Self.lodas + [
                    "10;01/11/2026;7;1000;1;0,50;;", "10;01/11/2026;101;1000;1;3,67;;",
                    "10;01/11/2026;101;1000;1;11,51;Kü77;", "10;01/11/2026;101;1010;1;0,83;Kü77;",
                ]
            let other = [
                "1234567;12345;11/2026", "7;;;1000;;;0,50;;;;", "101;;;1000;;;3,67;;;;",
                "101;;;1000;;;11,51;;;Kü77;", "101;;;1010;;;0,83;;;Kü77;",
            ]
            #expect(try await Self.codes(crew.check()) == [])
            for (format, lines) in [("lodas", lodas), ("lohn-und-gehalt", other)] {
                let made = try await crew.make(format)
                #expect(made.status == 201, "\(made.text)")
                #expect(made.json["people"] == 2 && made.json["lines"] == 4 && made.json["madeByName"] == "Ada Kern")
                let file = try await crew.company.manager.get("\(crew.exports)/\(made.json["id"]?.text ?? "")/file")
                let expected = try Self.bytes(lines)
                #expect(file.status == 200 && file.body == expected, "\(file.text)")
                #expect(file.header("Content-Type") == "text/plain; charset=windows-1252")
                #expect(file.header("Content-Disposition") == "attachment; filename=\"\(format)-2026-11.txt\"")
                let hash = SHA256.hash(data: expected).map { String(format: "%02x", $0) }.joined()
                #expect(made.json["sha256"]?.text == hash)
            }
            let list = try await crew.company.manager.get(crew.exports).json.list
            #expect(list.map { $0["format"] } == ["lohn-und-gehalt", "lodas"])
            // A trial with one person.
            let trial = try await crew.make("lodas", ", \"userId\": \"\(crew.uwe.id)\"")
            #expect(trial.json["userName"] == "Kai Horn" && trial.json["lines"] == 1, "\(trial.text)")
            let file = try await crew.company.manager.get("\(crew.exports)/\(trial.json["id"]?.text ?? "")/file")
            #expect(file.body == (try Self.bytes(Self.lodas + ["10;01/11/2026;7;1000;1;0,50;;"])))
            #expect(file.header("Content-Disposition")?.contains("lodas-2026-11-probe.txt") == true)
            // Every name is a setting.
            let names = """
                , "lodas": {"version": "2.0", "record": "r", "period": "a#p", "personnelNumber": "b", "wageType": "c", "unit": "d",
                "value": "e", "costCentre": "f", "hours": 12}
                """
            try await crew.set(more: names)
            let renamed = try await crew.make("lodas", ", \"userId\": \"\(crew.uwe.id)\"")
            let text = try await crew.company.manager.get("\(crew.exports)/\(renamed.json["id"]?.text ?? "")/file").text
            #expect(
                text.contains("Version_SST=2.0\r\n") && text.contains("\r\n10;r;a#p;b;c;d;e;f;\r\n")
                    && text.hasSuffix("\r\n10;01/11/2026;7;1000;12;0,50;;\r\n"), "\(text)")
            // One wage type for both kinds: rounded on their sum, 961 minutes.
            try await crew.set(types: "{\"WORK\": \"1000\", \"TRAVEL\": \"1000\"}")
            let one = try await crew.make("lohn-und-gehalt")
            let both = try await crew.company.manager.get("\(crew.exports)/\(one.json["id"]?.text ?? "")/file").body
            #expect(
                both
                    == (try Self.bytes([
                        other[0], other[1], "101;;;1000;;;3,67;;;;", "101;;;1000;;;12,35;;;Kü77;",
                    ])))
        }
    }

    @Test(arguments: Engine.allCases)
    func whatIsMissingIsListedWhole(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            #expect(try await Self.codes(crew.check()) == ["setting-missing", "setting-missing", "no-hours"])
            try await crew.work()
            try await crew.enter(crew.bad, crew.uwe.id, "30T06:00:00", nil)
            let unapproved = try await crew.check()["gaps"]?.list.filter { $0["code"] == "not-approved" } ?? []
            #expect(unapproved.map { $0["day"] } == ["2026-11-02", "2026-11-03", "2026-11-04", "2026-11-29"])
            #expect(unapproved.map { $0["userName"] } == ["Kai Vogt", "Kai Vogt", "Kai Vogt", "Kai Horn"])
            try await crew.approve([crew.kai.id, crew.uwe.id])
            let check = try await crew.check("lohn-und-gehalt")
            let gaps = check["gaps"]?.list ?? []
            #expect(
                Self.codes(check) == [
                    "setting-missing", "setting-missing", "wage-type-missing", "wage-type-missing",
                    "no-personnel-number", "open-entry", "no-personnel-number",
                ])
            #expect(gaps.prefix(4).map { $0["kind"]?.text } == ["consultantNumber", "clientNumber", "WORK", "TRAVEL"])
            #expect(gaps[4]["userId"]?.text == crew.kai.id && gaps[5]["day"] == "2026-11-30")
            #expect(gaps[5]["userName"] == "Kai Horn" && check["gapCount"] == 7 && check["people"] == 2)

            let refused = try await crew.make("lodas")
            #expect(refused.status == 409 && refused.json["code"] == "export-not-ready", "\(refused.text)")
            #expect(refused.json["params"]?["count"] == 7)
            #expect(
                refused.json["fields"]?.list.map { "\($0["field"]?.text ?? "") \($0["code"]?.text ?? "")" } == [
                    "consultantNumber setting-missing", "clientNumber setting-missing",
                    "wageTypes.WORK wage-type-missing", "wageTypes.TRAVEL wage-type-missing",
                    "userId no-personnel-number", "userId open-entry", "userId no-personnel-number",
                ])
            #expect(refused.json["fields"]?[5]?["params"]?["userName"] == "Kai Horn")
            #expect(try await crew.company.manager.get(crew.exports).json == [])

            // Numbers that no file can hold, and one that two people have in it.
            try await crew.set("Łódź")
            for (number, codes) in [
                ("A7", ["personnel-number-format"]), ("100000", ["personnel-number-format"]),
                ("0", ["personnel-number-format"]), ("0101", ["personnel-number-twice", "personnel-number-twice"]),
            ] {
                try await crew.number(crew.kai.id, "101")
                try await crew.number(crew.uwe.id, number)
                let found = try await Self.codes(crew.check())
                #expect(found == ["cannot-encode", "open-entry"] + codes, "\(number) \(found)")
            }
            try await crew.number(crew.uwe.id, "7")
            #expect(try await crew.check()["gaps"]?[0]?["siteName"] == "Bad")
            // A semicolon would end the field.
            for (text, isWritable) in [("7;8", false), ("7\\\"8", false), ("€ßÄé", true)] {
                try await crew.set(text)
                #expect(try await Self.codes(crew.check()).contains("cannot-encode") != isWritable, "\(text)")
            }
            #expect(try await Self.codes(crew.check("lodas", "&userId=\(crew.kai.id)")) == [])
            #expect(try await Self.codes(crew.check("lodas", "&userId=\(crew.uwe.id)")) == ["open-entry"])
            #expect(try await crew.make("lodas", ", \"userId\": \"\(crew.kai.id)\"").status == 201)
            #expect(try await crew.make("lodas").status == 409)
        }
    }

    /// What wasn't worked is paid by the person's targets, each kind by its wage type.
    @Test(arguments: Engine.allCases)
    func absencesArePaidByTheirKind(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            server.clock.set(try #require(Instant("2026-12-01T09:00:00Z")))
            let manager = crew.company.manager
            func put(_ path: String, _ body: String) async throws {
                let reply = try await manager.put(crew.company.path + path, body)
                #expect(reply.status == 200, "\(reply.text)")
            }
            // The Day of Prayer and Repentance, 18 November.
            _ = try await manager.patch(crew.company.path, "{\"region\": \"DE-SN\"}")
            try await put(
                "/users/\(crew.kai.id)/targets",
                """
                {"targets": [{"from": "2026-11-01", "monday": 480, "tuesday": 480, "wednesday": 480, "thursday": 480, "friday": 480}]}
                """)
            func absent(_ user: String, _ kind: String, _ from: String, _ more: String = "") async throws {
                let reply = try await manager.post(
                    crew.company.path + "/absences",
                    "{\"userId\": \"\(user)\", \"kind\": \"\(kind)\", \"from\": \"2026-11-\(from)\"\(more)}")
                #expect(reply.status == 201, "\(reply.text)")
            }
            try await absent(crew.kai.id, "VACATION", "06", ", \"to\": \"2026-11-10\"")
            try await absent(crew.kai.id, "SICK", "11", ", \"half\": true")
            try await absent(crew.kai.id, "UNPAID", "12")
            try await absent(crew.kai.id, "COMP_TIME", "13")
            try await absent(crew.kai.id, "WEATHER", "16", ", \"minutes\": 100")
            // Not on top of the holiday.
            try await absent(crew.kai.id, "VACATION", "18")
            try await absent(crew.kai.id, "OTHER", "19")
            // Of six days' vacation the weekend and the holiday take nothing.
            try await crew.number(crew.kai.id, "101")
            try await crew.set()
            let open = try await crew.check()["gaps"]?.list ?? []
            #expect(open.count { $0["code"] == "not-approved" } == 20, "each day on which Kai was to work")
            try await crew.approve([crew.kai.id], until: "30")
            #expect(
                try await crew.check()["gaps"]?.list.map { $0["kind"] } == [
                    "VACATION", "SICK", "WEATHER", "HOLIDAY", "OTHER",
                ])
            try await crew.set(
                types: """
                    {"VACATION": "2000", "SICK": "2001", "WEATHER": "2002", "HOLIDAY": "2003", "OTHER": "2004"}
                    """)
            // A person without hours or absences needs no number.
            #expect(try await Self.codes(crew.check()) == [])
            let made = try await crew.make("lohn-und-gehalt")
            let file = try await manager.get("\(crew.exports)/\(made.json["id"]?.text ?? "")/file")
            #expect(
                file.body
                    == (try Self.bytes([
                        "1234567;12345;11/2026", "101;;;2000;;;24,00;;;;", "101;;;2001;;;4,00;;;;",
                        "101;;;2002;;;1,67;;;;", "101;;;2003;;;8,00;;;;", "101;;;2004;;;8,00;;;;",
                    ])), "\(file.text)")
            // No one said how long a day of Uwe's is, whose hours of bad weather are known.
            try await crew.number(crew.uwe.id, "7")
            try await absent(crew.uwe.id, "WEATHER", "16", ", \"minutes\": 60")
            try await absent(crew.uwe.id, "SICK", "20")
            #expect(try await Self.codes(crew.check()) == ["not-approved", "no-target"])
            let asked = try await crew.uwe.client.post(
                crew.company.path + "/absences",
                "{\"kind\": \"VACATION\", \"from\": \"2026-10-30\", \"to\": \"2026-11-01\"}")
            #expect(asked.status == 201, "\(asked.text)")
            try await crew.approve([crew.uwe.id], until: "30")
            let gaps = try await crew.check()["gaps"]?.list ?? []
            #expect(gaps.map { $0["code"] } == ["absence-asked", "no-target"], "\(gaps)")
            #expect(gaps.map { $0["day"] } == ["2026-11-01", "2026-11-20"] && gaps[0]["userName"] == "Kai Horn")
        }
    }

    /// Who left in the middle of the month is paid: the bookkeeper gives the number that no one gave before.
    @Test(arguments: Engine.allCases)
    func aRemovedPersonGetsANumber(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            try await crew.ready()
            let manager = crew.company.manager
            let kai = "\(crew.company.path)/users/\(crew.kai.id)"
            #expect(try await manager.put(kai + "/personnel-number", "{\"personnelNumber\": null}").status == 200)
            #expect(try await manager.delete(kai).status == 204)
            #expect(try await manager.put(kai, "{\"personnelNumber\": \"102\"}").status == 404)
            #expect(try await Self.codes(crew.check()) == ["no-personnel-number"])
            let book = try await server.person(.bookkeeper, in: crew.company.id, name: "Heft")
            func set(_ client: Client, _ number: String) async throws -> Reply {
                try await client.put(kai + "/personnel-number", "{\"personnelNumber\": \"\(number)\"}")
            }
            let taken = try await set(book.client, "007")
            #expect(taken.status == 409 && taken.json["code"] == "personnel-number-taken", "\(taken.text)")
            #expect(try await set(crew.uwe.client, "102").status == 403)
            let reply = try await set(book.client, "102")
            #expect(reply.status == 200 && reply.json["personnelNumber"] == "102", "\(reply.text)")
            #expect(reply.json["removedAt"]?.text != nil && reply.json["email"] == .null)
            let version = reply.json["version"]?.number
            #expect(try await set(book.client, "102").json["version"]?.number == version)
            let stale = try await book.client.send(
                "PUT", kai + "/personnel-number", body: "{\"personnelNumber\": \"103\"}", headers: ["If-Match": "\"1\""]
            )
            #expect(stale.status == 412, "\(stale.text)")
            #expect(try await Self.codes(crew.check()) == [])
            #expect(try await manager.get(kai).json["removedAt"]?.text != nil)
            #expect(try await crew.make("lodas").status == 201)
            let entries = try await manager.all("\(crew.company.path)/audit").filter {
                $0["subjectId"]?.text == crew.kai.id && $0["action"] == "user.changed"
            }
            #expect(entries.filter { $0["userName"]?.text?.hasSuffix("Heft") == true }.count == 1, "\(entries)")
            // The office's own numbers, too.
            let me = try #require(try await manager.get("/api/v1/users/me").json["id"]?.text)
            let owner = "\(crew.company.path)/users/\(me)"
            #expect(
                try await book.client.put(owner + "/personnel-number", "{\"personnelNumber\": \"1\"}").status == 200)
        }
    }

    /// Who left is paid until that day, what a holiday took is paid once, and a day of both absence and work is looked at.
    @Test(arguments: Engine.allCases)
    func nothingIsPaidTwice(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            let manager = crew.company.manager
            _ = try await manager.patch(crew.company.path, "{\"region\": \"DE-SN\", \"breakRule\": \"NONE\"}")
            for user in [crew.kai.id, crew.uwe.id] {
                let set = try await manager.put(
                    "\(crew.company.path)/users/\(user)/targets",
                    "{\"targets\": [{\"from\": \"2026-11-01\", \"wednesday\": 480, \"thursday\": 480}]}")
                #expect(set.status == 200, "\(set.text)")
            }
            func absent(_ user: String, _ from: String, _ to: String) async throws {
                let reply = try await manager.post(
                    crew.company.path + "/absences",
                    """
                    {"userId": "\(user)", "kind": "SICK", "from": "2026-11-\(from)", "to": "2026-11-\(to)"}
                    """)
                #expect(reply.status == 201, "\(reply.text)")
            }
            // The Day of Prayer and Repentance, and a Thursday of both.
            try await crew.enter(crew.hall, crew.kai.id, "18T07:00:00", "18T10:00:00")
            try await absent(crew.kai.id, "19", "19")
            try await crew.enter(crew.hall, crew.kai.id, "19T07:00:00", "19T08:00:00")
            // Uwe left on a Wednesday.
            try await absent(crew.uwe.id, "23", "30")
            for (user, number) in [(crew.kai.id, "1"), (crew.uwe.id, "2")] { try await crew.number(user, number) }
            try await crew.set(types: "{\"WORK\": \"1000\", \"SICK\": \"2001\", \"HOLIDAY\": \"2003\"}")
            server.clock.set(try #require(Instant("2026-11-25T16:00:00Z")))
            #expect(try await manager.delete("\(crew.company.path)/users/\(crew.uwe.id)").status == 204)
            server.clock.set(try #require(Instant("2026-12-01T09:00:00Z")))
            let sheets = try await manager.get(crew.company.path + "/time-sheets?from=2026-11-20&to=2026-11-30").json
                .list
            let left = sheets.first { $0["userId"]?.text == crew.uwe.id }
            #expect(left?["days"]?.list.last?["day"] == "2026-11-25", "\(String(describing: left))")
            try await crew.approve([crew.kai.id, crew.uwe.id], until: "30")
            let gaps = try await crew.check()["gaps"]?.list ?? []
            #expect(gaps.map { $0["code"] } == ["absence-with-entries"] && gaps[0]["day"] == "2026-11-19", "\(gaps)")
            try await crew.reopen(crew.kai.id, "19")
            let entries = try await manager.get(
                "\(crew.company.path)/time-entries?userId=\(crew.kai.id)&from=2026-11-19"
            ).json.list
            _ = try await manager.post(
                "\(crew.hall)/time-entries/\(entries[0]["id"]?.text ?? "")/void", "{\"reason\": \"Krank\"}")
            try await crew.approve([crew.kai.id], until: "30")
            let made = try await crew.make("lohn-und-gehalt")
            let file = try await manager.get("\(crew.exports)/\(made.json["id"]?.text ?? "")/file")
            #expect(
                file.text.split(separator: "\r\n").dropFirst() == [
                    "1;;;1000;;;3,00;;;;", "1;;;2001;;;8,00;;;;", "1;;;2003;;;5,00;;;;", "2;;;2001;;;8,00;;;;",
                    "2;;;2003;;;8,00;;;;",
                ], "\(file.text)")
        }
    }

    @Test(arguments: Engine.allCases)
    func whatChangedSinceIsShown(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            try await crew.ready()
            #expect(try await crew.check()["previous"] == nil)
            let first = try await crew.make("lodas")
            #expect(try await crew.check()["previous"]?["id"] == first.json["id"])
            #expect(try await crew.check()["differences"] == [])
            #expect(try await crew.check("lohn-und-gehalt")["previous"] == nil)
            #expect(try await crew.check("lodas", "&userId=\(crew.kai.id)")["previous"] == nil)

            for (user, day) in [(crew.uwe.id, "05"), (crew.kai.id, "04")] { try await crew.reopen(user, day) }
            let late = try await crew.enter(crew.hall, crew.uwe.id, "05T06:00:00", "05T07:00:00")
            try await crew.approve([crew.uwe.id])
            _ = try await crew.make("lodas", ", \"userId\": \"\(crew.uwe.id)\"")
            let entries = try await crew.company.manager.get(
                "\(crew.company.path)/time-entries?userId=\(crew.kai.id)&from=2026-11-04"
            ).json.list
            let travel = "\(crew.bad)/time-entries/\(entries.first?["id"]?.text ?? "")"
            #expect(try await crew.company.manager.post(travel + "/void", "{\"reason\": \"Doppelt\"}").status == 200)
            try await crew.approve([crew.kai.id])
            // Left in the middle of the month.
            #expect(
                try await crew.company.manager.delete("\(crew.company.path)/users/\(crew.uwe.id)").status == 204)
            let changed = try await crew.check()
            #expect(changed["differenceCount"] == 2 && Self.codes(changed) == [])
            let lines = changed["differences"]?.list ?? []
            #expect(lines.map { $0["userName"] } == ["Kai Horn", "Kai Vogt"])
            #expect(lines.map { $0["wageType"] } == ["1000", "1010"])
            #expect(lines[0]["hoursBefore"]?.number == 0.5 && lines[0]["hours"]?.number == 1.5)
            #expect(lines[1]["hoursBefore"]?.number == Decimal(string: "0.83") && lines[1]["hours"] == .null)

            // The first file is as it was.
            let file = try await crew.company.manager.get("\(crew.exports)/\(first.json["id"]?.text ?? "")/file")
            #expect(file.text.contains("10;01/11/2026;101;1010;1;0,83;") && file.text.contains(";7;1000;1;0,50;;"))
            let second = try await crew.make("lodas")
            #expect(second.json["people"] == 2 && second.json["sha256"] != first.json["sha256"], "\(second.text)")
            #expect(try await crew.check()["differences"] == [])
            // No one's hours are left.
            try await crew.reopen(crew.uwe.id, "05")
            for entry in [late] { _ = try await crew.company.manager.post(entry + "/void", "{\"reason\": \"Nein\"}") }
            #expect(try await crew.check()["differences"]?[0]?["hours"]?.number == 0.5)

            let audit = try await crew.company.manager.get(crew.company.path + "/audit").json.list
            #expect(
                audit.filter { $0["action"] == "wages.exported" }.map { $0["subjectName"] } == [
                    "2026-11 lodas", "2026-11 lodas", "2026-11 lodas",
                ])
            let set = audit.first { $0["action"] == "wages.settings-changed" }
            #expect(
                set?["changes"]?.list.map { $0["field"]?.text } == [
                    "consultantNumber", "clientNumber", "wageTypes.WORK", "wageTypes.TRAVEL", "costCentres",
                ])
            // The same under one key is made once.
            let key = ["Idempotency-Key": "november"]
            let body = "{\"month\": \"2026-11\", \"format\": \"lodas\"}"
            let once = try await crew.company.manager.send("POST", crew.exports, body: body, headers: key)
            let again = try await crew.company.manager.send("POST", crew.exports, body: body, headers: key)
            #expect(once.status == 201 && again.json == once.json)
        }
    }

    @Test(arguments: Engine.allCases)
    func settingsAreReplacedWhole(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            let manager = crew.company.manager
            let empty = try await manager.get(crew.settings)
            #expect(empty.json["consultantNumber"] == .null && empty.json["wageTypes"]?["WORK"] == .null)
            #expect(empty.json["lodas"]?["value"] == "bs_wert_butab#bwd" && empty.header("ETag") == "\"0\"")
            try await crew.set()
            let set = try await manager.get(crew.settings)
            #expect(set.header("ETag") == "\"1\"" && set.json["costCentres"]?[0]?["siteName"] == "Bad")
            #expect(set.json["costCentres"]?[0]?["costCentre"] == "Kü77" && set.json["wageTypes"]?["TRAVEL"] == "1010")
            let stale = try await manager.send("PUT", crew.settings, body: "{}", headers: ["If-Match": "\"0\""])
            #expect(stale.status == 412, "\(stale.text)")
            let bare = try await manager.send("PUT", crew.settings, body: "{}", headers: ["If-Match": "\"1\""])
            #expect(bare.status == 200 && bare.json == empty.json, "\(bare.text)")

            let site = crew.bad.lastSegment
            for (body, field, code) in [
                ("{\"consultantNumber\": 10000000}", "consultantNumber", "not-a-whole-number"),
                ("{\"clientNumber\": 0}", "clientNumber", "not-a-whole-number"),
                ("{\"wageTypes\": {\"WORK\": \"10000\"}}", "wageTypes.WORK", "not-a-whole-number"),
                ("{\"wageTypes\": {\"WORK\": 1000}}", "wageTypes.WORK", "not-a-whole-number"),
                ("{\"wageTypes\": {\"VISIT\": \"1\"}}", "wageTypes.VISIT", "unknown-field"),
                ("{\"lodas\": {\"unit\": \"a;b\"}}", "lodas.unit", "not-a-lodas-name"),
                ("{\"lodas\": {\"hours\": 100}}", "lodas.hours", "not-a-whole-number"),
                (
                    "{\"costCentres\": [{\"siteId\": \"\(site)\", \"costCentre\": \"123456789\"}]}",
                    "costCentres[0].costCentre", "too-long"
                ),
                (
                    "{\"costCentres\": [{\"siteId\": \"\(UUID().uuidString)\", \"costCentre\": \"1\"}]}",
                    "costCentres[0].siteId", "not-there"
                ),
                (
                    """
                    {"costCentres": [{"siteId": "\(site)", "costCentre": "1"}, {"siteId": "\(site)", "costCentre": "2"}]}
                    """, "costCentres[1].siteId", "named-twice"
                ),
            ] {
                let refused = try await manager.put(crew.settings, body)
                #expect(
                    refused.status == 400 && refused.json["fields"]?[0]?["field"]?.text == field
                        && refused.json["fields"]?[0]?["code"]?.text == code, "\(body): \(refused.text)")
            }
            // A removed site keeps its cost centre.
            try await crew.set("12")
            _ = try await manager.delete(crew.bad)
            try await crew.set("13")
            #expect(try await manager.get(crew.settings).json["costCentres"]?[0]?["costCentre"] == "13")
        }
    }

    @Test(arguments: Engine.allCases)
    func tablesHaveEveryEntry(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            try await crew.work()
            try await crew.number(crew.kai.id, "101")
            try await crew.enter(crew.bad, crew.uwe.id, "30T06:00:00", nil)
            // Voided, and of another month.
            let void = try await crew.enter(crew.bad, crew.uwe.id, "12T06:00:00", "12T07:00:00")
            _ = try await crew.company.manager.post(void + "/void", "{\"reason\": \"Doppelt\"}")
            try await crew.enter(crew.bad, crew.uwe.id, "31T22:30:00", "31T22:40:00", month: "2026-10")
            try await crew.approve([crew.uwe.id])
            let path = crew.company.path + "/time-sheets/export?month=2026-11&format=csv"
            let file = try await crew.company.manager.get(path)
            let rule = "nach Regel abgezogen"
            let lines = [
                "Personalnummer;Name;Tag;Baustelle;Art;Von;Bis;Anwesenheit (Min.);Pause (Min.);Pause bekannt;"
                    + "Arbeitszeit (Min.);Arbeitszeit (Std.);Freigegeben",
                "101;Kai Vogt;02.11.2026;Bad;Arbeit;02.11.2026 08:00;02.11.2026 16:01;481;30;\(rule);451;7,52;nein",
                "101;Kai Vogt;03.11.2026;Bad;Arbeit;03.11.2026 07:00;03.11.2026 11:00;240;0;;240;4,00;nein",
                "101;Kai Vogt;03.11.2026;\"'=Halle; Nord\";Arbeit;03.11.2026 11:00;03.11.2026 15:10;250;30;\(rule);220;3,67;nein",
                "101;Kai Vogt;04.11.2026;Bad;Fahrt;04.11.2026 07:00;04.11.2026 07:50;50;0;;50;0,83;nein",
                ";Kai Horn;29.11.2026;\"'=Halle; Nord\";Arbeit;29.11.2026 23:30;30.11.2026 00:00;30;0;;30;0,50;ja",
                ";Kai Horn;30.11.2026;Bad;Arbeit;30.11.2026 07:00;;;;;;;nein",
            ]
            let expected = "\u{FEFF}" + lines.map { $0 + "\r\n" }.joined()
            #expect(file.status == 200 && file.body == Data(expected.utf8), "\(file.text)")
            #expect(file.header("Content-Disposition") == "attachment; filename=\"polier-2026-11.csv\"")
            #expect(file.header("Content-Type") == "text/csv; charset=utf-8")
            try await Self.expectSpreadsheet(crew)
            let own = try await crew.company.manager.get(path + "&userId=\(crew.uwe.id)").text
            #expect(own.split(separator: "\r\n").count == 3)

            for (query, field, code) in [
                ("format=csv", "month", "missing"), ("month=2026-11", "format", "missing"),
                ("month=2026-13&format=csv", "month", "not-a-month"),
                ("month=2026-11&format=lodas", "format", "not-one-of"),
                ("month=2026-11&format=csv&userId=1", "userId", "not-an-id"),
            ] {
                let refused = try await crew.company.manager.get("\(crew.company.path)/time-sheets/export?\(query)")
                #expect(
                    refused.status == 400 && refused.json["fields"]?[0]?["field"]?.text == field
                        && refused.json["fields"]?[0]?["code"]?.text == code, "\(query): \(refused.text)")
            }
            let strange = "&userId=\(UUID().uuidString.lowercased())"
            #expect(try await crew.company.manager.get(path + strange).json["code"] == "user-not-found")
            // By role.
            let book = try await server.person(.bookkeeper, in: crew.company.id)
            #expect(try await book.client.get(path).status == 200)
            #expect(try await book.client.put(crew.settings, "{}").status == 200)
            for path in [path, crew.settings, crew.exports] {
                #expect(try await crew.kai.client.get(path).status == 403, "\(path)")
            }
        }
    }

    /// As another library reads it: real numbers and dates, and text that is none.
    private static func expectSpreadsheet(_ crew: Crew) async throws {
        let file = try await crew.company.manager.get(
            crew.company.path + "/time-sheets/export?month=2026-11&format=xlsx")
        #expect(file.status == 200 && file.header("Content-Disposition")?.contains("polier-2026-11.xlsx") == true)
        let folder = try ScratchFolder.make()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try file.body.write(to: URL(fileURLWithPath: folder + "/hours.xlsx"))
        let read = try Spreadsheet.read(folder + "/hours.xlsx")
        #expect(read.sheet == "2026-11" && read.rows.count == 7 && read.rows[0][0] == "Personalnummer", "\(read)")
        #expect(
            read.rows[3] == [
                "101", "Kai Vogt", "date 2026-11-03 00:00", "=Halle; Nord", "Arbeit", "date 2026-11-03 11:00",
                "date 2026-11-03 15:10", "number 250", "number 30", "nach Regel abgezogen", "number 220",
                "number 3.666666666666667", "nein",
            ])
        #expect(
            read.rows[6].suffix(7) == ["", "", "", "", "", "", "nein"] && read.rows[6][5] == "date 2026-11-30 07:00")
        #expect(read.formats == ["dd.mm.yyyy", "dd.mm.yyyy hh:mm", "0.00"])
    }

    /// Hours are moved to another site and back, which voids an entry and adds one: no file has both, or neither, or a day that isn't
    /// approved.
    @Test(arguments: Engine.allCases)
    func aFileHasTheHoursOfOneMoment(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            try await crew.ready()
            try await crew.reopen(crew.kai.id, "09")
            let entry = try await crew.enter(crew.bad, crew.kai.id, "09T06:00:00", "09T09:00:00")
            try await crew.approve([crew.kai.id])
            let (manager, sites) = (crew.company.manager, [crew.hall, crew.bad])
            let files = try await withThrowingTaskGroup(of: [String].self) { group in
                group.addTask {
                    var path = entry
                    for number in 0..<24 {
                        let target = sites[number % 2]
                        try await crew.reopen(crew.kai.id, "09")
                        let moved = try await manager.patch(
                            path, "{\"siteId\": \"\(target.lastSegment)\", \"reason\": \"Umgebucht\"}")
                        #expect(moved.status == 200, "\(moved.text)")
                        path = "\(target)/time-entries/\(moved.json["id"]?.text ?? "")"
                        try await crew.approve([crew.kai.id])
                    }
                    return []
                }
                for _ in 0..<3 {
                    group.addTask {
                        var files: [String] = []
                        for _ in 0..<8 {
                            let made = try await crew.make("lodas", ", \"userId\": \"\(crew.kai.id)\"")
                            guard made.status == 201 else {
                                #expect(
                                    made.json["fields"]?.list.map { $0["code"] } == ["not-approved"], "\(made.text)")
                                continue
                            }
                            files.append(
                                try await manager.get("\(crew.exports)/\(made.json["id"]?.text ?? "")/file").text)
                        }
                        return files
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let hundredths = files.map { file in
                file.matches(of: /;1000;1;(\d+),(\d\d);/).reduce(0) {
                    $0 + (Int($1.output.1) ?? 0) * 100 + (Int($1.output.2) ?? 0)
                }
            }
            // 911 minutes and three hours.
            #expect(!hundredths.isEmpty && Set(hundredths) == [1818])
        }
    }

    @Test(arguments: Engine.allCases)
    func aMonthHasOnlySoManyFiles(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await Crew(server)
            try await crew.ready()
            for _ in 0..<50 {
                _ = try await server.wageExport(crew.company.id, by: crew.company.managerID, month: "2026-11")
            }
            Limited.expectRefused(try await crew.make("lodas"), "too-many-wage-exports", "wage-exports", 50)
            let other = try await crew.company.manager.post(
                crew.exports, "{\"month\": \"2026-10\", \"format\": \"lodas\"}")
            #expect(other.json["code"] == "export-not-ready", "\(other.text)")
        }
    }
}
