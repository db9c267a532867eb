import Crypto
import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Files for payroll: what they hold, byte by byte, and what they pay.
@Suite struct WageExportTests {
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
            let crew = try await WageCrew(server)
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
            #expect(try await WageCrew.codes(crew.check()) == [])
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

    /// What wasn't worked is paid by the person's targets, each kind by its wage type.
    @Test(arguments: Engine.allCases)
    func absencesArePaidByTheirKind(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
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
            #expect(try await WageCrew.codes(crew.check()) == [])
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
            #expect(try await WageCrew.codes(crew.check()) == ["not-approved", "no-target"])
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

    /// Who left is paid until that day, what a holiday took is paid once, and a day of both absence and work is looked at.
    @Test(arguments: Engine.allCases)
    func nothingIsPaidTwice(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
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

    /// Also who neither worked nor was away in the month: a holiday before they left is theirs.
    @Test(arguments: Engine.allCases)
    func whoLeftIsPaidTheHolidaysBefore(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
            let manager = crew.company.manager
            _ = try await manager.patch(crew.company.path, "{\"region\": \"DE-SN\"}")
            let targets = "{\"targets\": [{\"from\": \"2026-11-01\", \"wednesday\": 480}]}"
            #expect(try await manager.put("\(crew.company.path)/users/\(crew.uwe.id)/targets", targets).status == 200)
            try await crew.enter(crew.bad, crew.kai.id, "02T07:00:00", "02T08:00:00")
            for (user, number) in [(crew.kai.id, "1"), (crew.uwe.id, "2")] { try await crew.number(user, number) }
            try await crew.set(types: "{\"WORK\": \"1000\", \"HOLIDAY\": \"2003\"}")
            server.clock.set(try #require(Instant("2026-11-25T16:00:00Z")))
            #expect(try await manager.delete("\(crew.company.path)/users/\(crew.uwe.id)").status == 204)
            server.clock.set(try #require(Instant("2026-12-01T09:00:00Z")))
            let sheets = try await manager.get(crew.company.path + "/time-sheets?from=2026-11-01&to=2026-11-30").json
            #expect(sheets.list.contains { $0["userId"]?.text == crew.uwe.id }, "\(sheets)")
            try await crew.approve([crew.kai.id, crew.uwe.id], until: "30")
            let made = try await crew.make("lohn-und-gehalt")
            let file = try await manager.get("\(crew.exports)/\(made.json["id"]?.text ?? "")/file")
            #expect(file.text.contains("2;;;2003;;;8,00;;;;"), "\(made.text) \(file.text)")
            // In later months they are no longer listed.
            let later = try await manager.get(crew.company.path + "/time-sheets?from=2026-12-01&to=2026-12-01").json
            #expect(!later.list.contains { $0["userId"]?.text == crew.uwe.id })
        }
    }

    /// Hours are moved to another site and back, which voids an entry and adds one: no file has both, or neither, or a day that isn't
    /// approved.
    @Test(arguments: Engine.allCases)
    func aFileHasTheHoursOfOneMoment(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
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
            let crew = try await WageCrew(server)
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
