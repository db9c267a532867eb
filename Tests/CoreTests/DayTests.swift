import Core
import Storage
import Testing

@Suite("Days")
struct DayTests {
    @Test(
        "they are read and written",
        arguments: [
            ("1970-01-01", 0), ("1969-12-31", -1), ("2024-02-29", 19_782), ("2000-02-29", 11_016),
            ("2026-11-23", 20_780),
            ("0001-01-01", -719_162), ("9999-12-31", 2_932_896), ("1582-10-10", -141_432),
        ])
    func known(text: String, days: Int) throws {
        let day = try #require(Day(text))
        #expect(day.daysSince1970 == days)
        #expect(day.text == text)
        #expect(day.sqlValue == .text(text))
    }

    @Test("every day of four centuries comes back and follows the one before")
    func everyDay() {
        var wrong = 0
        var before = Day(daysSince1970: -141_423).text
        for number in -141_422..<5_000 + 365 * 30 {
            let day = Day(daysSince1970: number)
            if Day(day.text) != day || day.text <= before { wrong += 1 }
            before = day.text
        }
        #expect(wrong == 0)
    }

    @Test(
        "what isn't a day of the calendar is none",
        arguments: [
            "", "2024", "2024-1-1", "2024-01", "2024-02-30", "2023-02-29", "1900-02-29", "2024-00-10",
            "2024-13-10",
            "2024-10-00",
            "2024-04-31", "2024-10-32", "0000-01-01", "-001-01-01", "+2024-01-01", "2024/01/01",
            "20240101",
            "2024-01-01 ",
            " 2024-01-01", "2024-01-01T00:00:00Z", "2024-01-01\0", "２０２４-01-01", "2024-W01-1",
            "٢٠٢٤-01-01",
            "10000-01-01",
            "2024–01–01", "2024-01-0１",
        ])
    func refused(text: String) {
        #expect(Day(text) == nil)
    }

    @Test("they sort as their text does, and are counted on")
    func order() throws {
        let day = try #require(Day("2024-02-28"))
        #expect((day + 1).text == "2024-02-29")
        #expect((day + 2).text == "2024-03-01")
        #expect((day + -59).text == "2023-12-31")
        #expect(day < day + 1)
    }
}
