import Foundation
import Storage
import TestSupport
import Testing

@testable import Core

/// The stored text of breaks, against the JSON coders of Foundation.
@Suite struct BreakScannerTests {
    /// The shape of the text.
    private struct Stored: Codable, Equatable {
        var from: Int64?
        var to: Int64?
        var minutes: Int?
        var source: String

        init(_ one: Break) {
            (from, to) = (one.from?.milliseconds, one.to?.milliseconds)
            (minutes, source) = (one.from == nil ? one.minutes : nil, one.source.rawValue)
        }

        /// Whether it is a possible break.
        var isPossible: Bool {
            let instants = [from, to].compactMap(\.self)
            guard Break.Source(rawValue: source) != nil,
                instants.allSatisfy({ Instant(milliseconds: $0).hasText })
            else { return false }
            if let from { return minutes == nil && (to ?? from) >= from }
            return to == nil && minutes.map { (0...1440).contains($0) } ?? false
        }
    }

    private static let hostile = [
        "", "[", "]", "[]]", "[] ", " []", "[,]", "[[]]", "{}", "[{}]", "null", "[null]", "\u{0}", "[\u{0}]", "[]\u{0}",
        "ä",
        #"[{"minutes":30,"source":"STATED"}"#, #"[{"minutes":30,"source":"STATED"},]"#,
        #"[{"minutes":30,"source":"STATED"}]x"#,
        #"[{"minutes":30,"source":"STATED""#, #"[{"minutes":30,"source":"STATED"}{"minutes":30,"source":"STATED"}]"#,
        #"[{"minutes":-1,"source":"STATED"}]"#, #"[{"minutes":1441,"source":"STATED"}]"#,
        #"[{"minutes":030,"source":"STATED"}]"#, #"[{"minutes":-0,"source":"STATED"}]"#,
        #"[{"minutes":00,"source":"STATED"}]"#,
        #"[{"minutes":,"source":"STATED"}]"#, #"[{"minutes":-,"source":"STATED"}]"#,
        #"[{"minutes":1e1,"source":"STATED"}]"#,
        #"[{"minutes":3.0,"source":"STATED"}]"#, #"[{"minutes":"30","source":"STATED"}]"#,
        #"[{"minutes":9223372036854775808,"source":"STATED"}]"#,
        #"[{"from":99999999999999999999999,"source":"TAKEN"}]"#,
        #"[{"from":-9223372036854775808,"source":"TAKEN"}]"#, #"[{"from":253402300800000,"source":"TAKEN"}]"#,
        #"[{"from":-62135596800001,"source":"TAKEN"}]"#, #"[{"from":5,"source":"TAKEN","to":4}]"#,
        #"[{"from":5,"source":"TAKEN","to":253402300800000}]"#, #"[{"from":5,"minutes":1,"source":"TAKEN","to":9}]"#,
        #"[{"from":5,"source":"RULE","to":9}]"#, #"[{"from":5,"source":"taken","to":9}]"#, #"[{"from":5,"to":9}]"#,
        #"[{"source":"TAKEN"}]"#, #"[{"source":"TAKEN","to":9}]"#, #"[{"from":5,"source":"TAKENX","to":9}]"#,
    ]

    @Test("hostile texts are no breaks", arguments: hostile)
    func isRefused(_ text: String) {
        #expect(Breaks(stored: text)?.list == (text == "[]" ? [] : nil))
    }

    @Test("the bounds are breaks")
    func bounds() throws {
        let texts = [
            "[]", #"[{"minutes":0,"source":"STATED"}]"#, #"[{"minutes":1440,"source":"TAKEN"}]"#,
            #"[{"from":0,"source":"STATED","to":0}]"#, #"[{"from":253402300799999,"source":"TAKEN"}]"#,
            #"[{"from":-62135596800000,"source":"TAKEN","to":253402300799999}]"#,
        ]
        for text in texts { #expect(Breaks(stored: text)?.text == text) }
        func many(_ count: Int) -> String {
            "[" + Array(repeating: #"{"minutes":1,"source":"TAKEN"}"#, count: count).joined(separator: ",") + "]"
        }
        #expect(Breaks(stored: many(20))?.list.count == 20)
        #expect(Breaks(stored: many(21)) == nil)
    }

    @Test("breaks by chance are written as Foundation's encoder writes them, and read again")
    func byChance() throws {
        var chance = Chance(20_261_130)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for _ in 0..<2_000 {
            let breaks = Self.breaks(&chance)
            let text = String(decoding: try encoder.encode(breaks.list.map(Stored.init)), as: UTF8.self)
            try #require(breaks.text == text)
            try #require(Breaks(stored: text) == breaks)
        }
    }

    @Test("a text that was changed by chance is read as Foundation's decoder reads it, or not at all")
    func changed() throws {
        var (chance, read) = (Chance(20_261_131), 0)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let signs = Array("[]{},:-\"0123456789 eE.tofrmSTAKND\\".utf8) + [0, 9, 10, 0x80, 0xC3, 0xFF]
        for _ in 0..<20_000 {
            var bytes = Array(Self.breaks(&chance).text.utf8)
            for _ in 0...chance.below(3) {
                let place = chance.below(bytes.count)
                switch chance.below(4) {
                case 0: bytes[place] = signs[chance.below(signs.count)]
                case 1: bytes.insert(signs[chance.below(signs.count)], at: place)
                case 2: if bytes.count > 1 { bytes.remove(at: place) }
                default: bytes.removeSubrange((place + 1)...)
                }
            }
            let found = bytes.withUnsafeBufferPointer { BreakScanner.breaks(in: $0) }
            let stored = try? JSONDecoder().decode([Stored].self, from: Data(bytes))
            let possible = stored.flatMap { $0.count <= 20 && $0.allSatisfy(\.isPossible) ? $0 : nil }
            if let found {
                read += 1
                try #require(found.map(Stored.init) == possible, "\(String(decoding: bytes, as: UTF8.self))")
            } else if let possible {
                // Another way to write the same: with blanks, say.
                try #require(try encoder.encode(possible) != Data(bytes), "\(String(decoding: bytes, as: UTF8.self))")
            }
        }
        #expect(read > 500)
    }

    private static func breaks(_ chance: inout Chance) -> Breaks {
        Breaks(
            (0..<chance.below(chance.isOne(of: 20) ? 21 : 4)).map { _ in
                let source = chance.isOne(of: 2) ? Break.Source.taken : .stated
                if chance.isOne(of: 3) { return Break(minutes: chance.below(1441), source: source) }
                let from = Instant(milliseconds: Int64(chance.below(4_000_000_000)) * 1_000 - 500_000_000_000)
                return Break(
                    from: from, to: chance.isOne(of: 4) ? nil : from + .seconds(chance.below(90_000)), source: source)
            })
    }
}
