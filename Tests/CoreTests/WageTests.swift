import Foundation
import Storage
import Testing

@testable import Core

@Suite("Wages")
struct WageTests {
    private static let start = Instant("2026-11-02T06:00:00Z") ?? Instant(milliseconds: 0)

    private func stretch(
        _ from: Int, _ minutes: Int?, isTravel: Bool = false, breaks: [Int] = []
    ) -> WorkStretch {
        let from = Self.start + .seconds(60 * from)
        return WorkStretch(
            Runtime.live.newID(), from: from, to: minutes.map { from + .seconds(60 * $0) }, isTravel: isTravel,
            breaks: breaks.map { Break(minutes: $0, source: .stated) }, recordedAt: from)
    }

    private func shares(_ stretches: [WorkStretch], _ rule: BreakRule) throws -> (WorkDay, [Int]) {
        let zone = ZoneDays("UTC", knowing: Self.start.day...Self.start.day)
        let day = try #require(WorkDay.days(of: stretches, in: zone, rule: rule, now: Self.start).first)
        return (day, day.shares(of: stretches))
    }

    @Test("what the rule subtracts comes off the longest work, and travel last")
    func rule() throws {
        let day = [stretch(0, 50, isTravel: true), stretch(50, 240), stretch(290, 250)]
        #expect(try shares(day, .legal).1 == [50, 240, 220])
        #expect(try shares(day, .none).1 == [50, 240, 250])
        // Two that are equally long: the earlier one.
        #expect(try shares([stretch(0, 200), stretch(200, 200)], .legal).1 == [170, 200])
        // A recorded break stays with its entry, and switches the rule off.
        #expect(try shares([stretch(0, 300, breaks: [20]), stretch(300, 250)], .legal).1 == [280, 250])
        // Longer than its entry: the other one loses nothing.
        #expect(try shares([stretch(0, 10, breaks: [30]), stretch(10, 250)], .legal).1 == [0, 250])
        #expect(try shares([stretch(0, 300), stretch(300, nil)], .legal).1 == [300, 0])
        // Work is shorter than the break: travel gives the rest.
        #expect(try shares([stretch(0, 400, isTravel: true), stretch(400, 10)], .legal).1 == [380, 0])
    }

    @Test("the shares of any day add up to what its sheet says")
    func anyDay() throws {
        for _ in 0..<2_000 {
            var (at, day): (Int, [WorkStretch]) = (0, [])
            for _ in 0..<Int.random(in: 1...5) {
                let minutes = Int.random(in: 0...9) == 0 ? nil : Int.random(in: 0...260)
                let breaks = (0..<Int.random(in: 0...2)).map { _ in Int.random(in: 0...60) }
                day.append(stretch(at, minutes, isTravel: Bool.random(), breaks: Bool.random() ? breaks : []))
                at += (minutes ?? 0) + Int.random(in: 0...30)
                if minutes == nil { break }
            }
            let (sheet, shares) = try shares(day, Bool.random() ? .legal : .none)
            let travel = zip(day, shares).filter { $0.0.isTravel }.reduce(0) { $0 + $1.1 }
            #expect(shares.reduce(0, +) == sheet.minutes && travel == sheet.travelMinutes, "\(day) \(shares)")
            #expect(shares.allSatisfy { $0 >= 0 })
        }
    }

    @Test("a month is rounded once, and its parts add up")
    func rounding() {
        func hours(_ minutes: [String: Int]) -> [Int] { WageDraft.hundredths(minutes).map(\.hundredths) }
        #expect(hours(["": 30]) == [50] && hours(["": 1]) == [2] && hours(["": 2]) == [3] && hours(["": 0]) == [0])
        #expect(hours(["": 9870]) == [16_450])
        // Three times a third, and three times two thirds.
        #expect(hours(["1": 1, "2": 1, "3": 1]) == [2, 2, 1] && hours(["1": 2, "2": 2, "3": 2]) == [4, 3, 3])
        #expect(hours(["": 220, "77": 691]) == [367, 1151])
        for _ in 0..<2_000 {
            let parts = Dictionary(
                uniqueKeysWithValues: (0..<Int.random(in: 1...9)).map { ("\($0)", Int.random(in: 0...20_000)) })
            let total = parts.values.reduce(0, +)
            let rounded = Int((Double(total) / 60 * 100).rounded())
            #expect(hours(parts).reduce(0, +) == rounded)
            for (part, hundredths) in zip(parts.sorted { $0.key < $1.key }, hours(parts)) {
                #expect(abs(Double(hundredths) - Double(part.value) / 0.6) < 1)
            }
        }
    }

    @Test("the code page has what Foundation's has, and refuses the rest")
    func codePage() {
        for scalar in (UInt32(0)...0x2FFF).compactMap(Unicode.Scalar.init) {
            let text = String(Character(scalar))
            // Foundation also takes the five bytes that stand for nothing.
            let composed = text.precomposedStringWithCanonicalMapping
            let expected = composed.data(using: .windowsCP1252).map { Array($0) }
            let isControl = (0x80...0x9F).contains(scalar.value)
            #expect(Windows1252.bytes(text) == (isControl ? nil : expected), "\(scalar.value)")
        }
        #expect(Windows1252.bytes("Kü€") == [0x4B, 0xFC, 0x80] && Windows1252.bytes("Ku\u{308}") == [0x4B, 0xFC])
        #expect(Windows1252.bytes("Łódź") == nil && Windows1252.bytes("👷") == nil)
    }

    @Test("months have their days, in leap years too")
    func months() {
        #expect(Month("2028-02")?.last == Day("2028-02-29") && Month("2026-02")?.last == Day("2026-02-28"))
        #expect(Month("2026-12")?.last == Day("2026-12-31") && Month("2026-11")?.text == "2026-11")
        for text in ["2026-13", "2026-1", "2026-11-01", "202611", "", "2026-00", "９026-11"] {
            #expect(Month(text) == nil, "\(text)")
        }
    }

    @Test("names of LODAS are plain")
    func names() {
        let usual = LodasNames()
        for name in [usual.version, usual.record, usual.period, usual.costCentre] { #expect(LodasNames.isName(name)) }
        for name in ["", "a b", "a;b", "ä", "a\r", String(repeating: "a", count: 61)] {
            #expect(!LodasNames.isName(name), "\(name)")
        }
    }
}
