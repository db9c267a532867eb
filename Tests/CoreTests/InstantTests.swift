import Storage
import Testing

@testable import Core

@Suite("Instants")
struct InstantTests {
    @Test(
        "they are read and written",
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0), ("1969-12-31T23:59:59.999Z", -1),
            ("2026-11-23T08:31:48.838Z", 1_795_422_708_838),
            ("2024-02-29T12:00:00.001Z", 1_709_208_000_001),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        ] as [(String, Int64)])
    func known(text: String, milliseconds: Int64) throws {
        let instant = try #require(Instant(text))
        #expect(instant.milliseconds == milliseconds)
        #expect(instant.text == text)
        #expect(instant.sqlValue == .integer(milliseconds))
    }

    @Test(
        "other spellings of RFC 3339 are read",
        arguments: [
            ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000Z"),
            ("2024-01-01t00:00:00z", "2024-01-01T00:00:00.000Z"),
            ("2024-01-01 00:00:00Z", "2024-01-01T00:00:00.000Z"),
            ("2024-01-01T01:00:00+01:00", "2024-01-01T00:00:00.000Z"),
            ("2023-12-31T19:30:00-04:30", "2024-01-01T00:00:00.000Z"),
            ("2024-01-01T00:00:00-00:00", "2024-01-01T00:00:00.000Z"),
            ("2024-01-01T00:00:00.1Z", "2024-01-01T00:00:00.100Z"),
            ("2024-01-01T00:00:00.0019999Z", "2024-01-01T00:00:00.001Z"),
            ("2024-01-01T00:00:00.123456789012345678901234567890Z", "2024-01-01T00:00:00.123Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000Z"),
            ("2024-01-01T23:59:00+23:59", "2024-01-01T00:00:00.000Z"),
        ])
    func spellings(text: String, same: String) {
        #expect(Instant(text)?.text == same)
    }

    @Test(
        "anything else is none",
        arguments: [
            "", "2024-01-01", "2024-01-01T00:00:00", "2024-01-01T00:00Z", "2024-01-01T24:00:00Z",
            "2024-01-01T00:60:00Z",
            "2024-01-01T00:00:61Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00,5Z",
            "2024-01-01T00:00:00+1:00",
            "2024-01-01T00:00:00+0100", "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00+00:60",
            "2024-02-30T00:00:00Z",
            "2024-01-01T00:00:00Z ", " 2024-01-01T00:00:00Z", "2024-01-01T00:00:00ZZ",
            "2024-01-01T-1:00:00Z",
            "2024-01-01T00:00:00.1e3Z", "1704067200000", "2024-01-01T00:00:00.٣Z",
            "2024-01-01T00:00:00Z\0", "now",
        ])
    func refused(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test("an offset never leads out of the years that can be written")
    func edges() {
        #expect(Instant("9999-12-31T23:59:59-00:01") == nil)
        #expect(Instant("0001-01-01T00:00:00+00:01") == nil)
    }

    @Test("the day is the one in UTC, before 1970 too")
    func day() {
        #expect(Instant(milliseconds: -1).day.text == "1969-12-31")
        #expect(Instant(milliseconds: 86_399_999).day.text == "1970-01-01")
        #expect(Instant(milliseconds: 86_400_000).day.text == "1970-01-02")
    }

    @Test("durations are added in whole milliseconds")
    func durations() {
        let instant = Instant(milliseconds: 1000)
        #expect((instant + .milliseconds(5)).milliseconds == 1005)
        #expect((instant - .seconds(2)).milliseconds == -1000)
        #expect(Duration.microseconds(1999).milliseconds == 1)
        #expect(Duration.microseconds(-1999).milliseconds == -1)
    }

    @Test("a day begins when clocks first show it")
    func daysBeginOnClocks() throws {
        for (day, zone, start) in [
            ("2026-11-18", "Europe/Berlin", "2026-11-17T23:00:00Z"),
            ("2026-07-01", "Europe/Berlin", "2026-06-30T22:00:00Z"),
            // The clocks change within the day.
            ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00Z"),
            ("2026-10-26", "Europe/Berlin", "2026-10-25T23:00:00Z"),
            // Midnight is skipped, or occurs twice.
            ("2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),
            ("2026-11-01", "America/Havana", "2026-11-01T04:00:00Z"),
            ("2018-02-18", "America/Sao_Paulo", "2018-02-18T03:00:00Z"),
            ("2026-11-18", "Pacific/Auckland", "2026-11-17T11:00:00Z"),
            ("2026-11-18", "No/Where", "2026-11-18T00:00:00Z"),
            ("0001-01-01", "UTC", "0001-01-01T00:00:00Z"),
        ] {
            let begins = try #require(Day(day)).start(in: zone)
            #expect(begins == Instant(start), "\(day) in \(zone)")
            #expect(begins.day(in: zone) == Day(day))
        }
    }

    @Test(
        "what clocks show is the same by the days of a period, on nights on which they are changed too",
        arguments: [
            ("Europe/Berlin", "2026-03-20"), ("Europe/Berlin", "2026-10-20"), ("Australia/Lord_Howe", "2026-04-01"),
            ("America/Sao_Paulo", "2018-11-01"), ("Europe/Berlin", "1893-03-28"), ("Asia/Kolkata", "1940-01-01"),
            ("No/Where", "2026-01-01"),
        ])
    func clocks(zone: String, first: String) throws {
        let first = try #require(Day(first))
        let days = ZoneDays(zone, knowing: first...first + 10)
        let start = first.start.milliseconds - 20 * 86_400_000
        for step in 0..<6_000 {
            // Some ten minutes, and never a whole number of seconds.
            let instant = Instant(milliseconds: start + Int64(step) * 600_137)
            let (known, looked) = (days.local(instant), instant.local(in: zone))
            #expect(known.day == looked.day && known.minute == looked.minute, "\(instant.text) in \(zone)")
        }
    }
}
