import Core
import Foundation
import Storage
import Testing

@testable import Core

@Suite("Holidays")
struct HolidayTests {
    @Test("the states' holidays from 2020 to 2040 are those of an independent list")
    func list() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../holidays.txt")
        let lines = try String(contentsOf: file.standardizedFileURL, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
        #expect(lines.count == 21 * Region.allCases.count)
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            let (year, region) = (try #require(Int(words[0])), try #require(Region(rawValue: words[1])))
            let days = Holidays.of(year, in: region).keys.sorted().map { String($0.text.dropFirst(5)) }
            #expect(days == Array(words.dropFirst(2)), "\(year) \(region)")
        }
    }

    @Test(
        "Easter is when it is",
        arguments: [
            (1818, "1818-03-22"), (1943, "1943-04-25"), (2000, "2000-04-23"), (2024, "2024-03-31"),
            (2025, "2025-04-20"), (2026, "2026-04-05"), (2027, "2027-03-28"), (2038, "2038-04-25"),
            (2285, "2285-03-22"),
        ])
    func easter(year: Int, day: String) { #expect(Holidays.easter(year).text == day) }

    @Test("days that differ by state and by year")
    func differences() {
        func names(_ day: String) -> Set<String> {
            let day = Day(day) ?? Day(daysSince1970: 0)
            let regions = Region.allCases.filter { HolidayCalendar(home: $0, in: day...day).name(of: day) != nil }
            return Set(regions.map { String($0.rawValue.dropFirst(3)) })
        }
        #expect(names("2026-11-18") == ["SN"] && names("2022-11-16") == ["SN"] && names("2023-11-22") == ["SN"])
        #expect(names("2026-06-04") == ["BW", "BY", "HE", "NW", "RP", "SL"])
        #expect(names("2026-08-15") == ["SL"] && names("2026-09-20") == ["TH"])
        #expect(names("2022-03-08") == ["BE"] && names("2023-03-08") == ["BE", "MV"])
        #expect(names("2026-10-31") == ["BB", "HB", "HH", "MV", "NI", "SH", "SN", "ST", "TH"])
        #expect(names("2017-10-31").count == 16 && names("2016-10-31") == ["BB", "MV", "SN", "ST", "TH"])
        #expect(names("2025-05-08") == ["BE"] && names("2026-05-08") == [])
        #expect(names("2026-10-03").count == 16)
    }

    @Test("a site's region comes before the company's, and local days hold everywhere")
    func calendar() throws {
        let (first, last) = (try #require(Day("2026-08-01")), try #require(Day("2026-11-30")))
        let fair = try #require(Day("2026-09-07"))
        let calendar = HolidayCalendar(
            home: .bavaria, LocalHolidays([.init(fair, "Kirchweih")]), of: [.saxony], in: first...last)
        func name(_ day: String, _ region: Region? = nil) -> String? {
            Day(day).flatMap { calendar.name(of: $0, in: region) }
        }
        #expect(name("2026-11-01") == "Allerheiligen" && name("2026-11-01", .saxony) == nil)
        #expect(name("2026-11-18") == nil && name("2026-11-18", .saxony) == "Buß- und Bettag")
        #expect(name("2026-09-07") == "Kirchweih" && name("2026-09-07", .saxony) == "Kirchweih")
        #expect(HolidayCalendar.none.isEmpty && !calendar.isEmpty)
        // The ends of what a day can be.
        for edge in ["0001-01-01", "9999-12-31"] {
            let day = try #require(Day(edge))
            #expect(
                HolidayCalendar(home: .saxony, in: day...day).name(of: day) == (edge.hasPrefix("0") ? "Neujahr" : nil))
        }
    }

    @Test("local days are stored as lines, and each day counts once")
    func stored() throws {
        let (one, other) = (try #require(Day("2026-08-15")), try #require(Day("2026-05-02")))
        let days = LocalHolidays([.init(one, "Mariä Himmelfahrt"), .init(other, "Brückentag"), .init(one, "Fest")])
        #expect(days.text == "2026-05-02 Brückentag\n2026-08-15 Mariä Himmelfahrt")
        #expect(LocalHolidays(stored: days.text) == days && LocalHolidays(stored: "")?.list.isEmpty == true)
        for wrong in ["2026-08-15", "x", "2026-13-01 Fest", "2026-08-15Fest"] {
            #expect(LocalHolidays(stored: wrong) == nil, "\(wrong)")
        }
        let many = (0...LocalHolidays.most).map { "\((one + $0).text) Fest" }.joined(separator: "\n")
        #expect(LocalHolidays(stored: many) == nil)
    }
}
