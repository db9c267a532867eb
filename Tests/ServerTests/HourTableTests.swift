import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Hours as tables for spreadsheets.
@Suite struct HourTableTests {
    @Test(arguments: Engine.allCases)
    func tablesHaveEveryEntry(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let crew = try await WageCrew(server)
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
    private static func expectSpreadsheet(_ crew: WageCrew) async throws {
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
}
