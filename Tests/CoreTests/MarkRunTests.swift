import Foundation
import Testing

@testable import Core

@Suite struct MarkRunTests {
    private static let acute = "\u{301}"
    private static func admits(_ text: String) -> Bool { MarkRun.admits(text.unicodeScalars) }

    @Test func thirtyMarksPassAndNoMore() {
        for mark in ["\u{301}", "\u{316}", "\u{20DD}", "\u{64B}", "\u{E31}", "\u{1D165}", "\u{FF9E}", "\u{FE0F}"] {
            #expect(Self.admits("M" + String(repeating: mark, count: 30)), "\(mark.unicodeScalars)")
            #expect(!Self.admits("M" + String(repeating: mark, count: 31)), "\(mark.unicodeScalars)")
        }
        #expect(!Self.admits(String(repeating: "\u{301}\u{316}", count: 16)), "of two classes in turn")
        #expect(Self.admits(String(repeating: "M" + String(repeating: "\u{301}", count: 30), count: 100)))
    }

    /// A decomposition may have more marks than its scalar shows, or end with some.
    @Test func decompositionsCount() {
        #expect(!Self.admits(String(repeating: "\u{344}", count: 16)), "each is two marks")
        #expect(!Self.admits("\u{1F82}" + String(repeating: "\u{301}", count: 28)), "ends with three")
        #expect(Self.admits("ế" + String(repeating: "\u{301}", count: 27)))
    }

    @Test func textsOfAllLanguagesPass() {
        for text in [
            "Fliesen Müller", "Nguyễn Thị Ánh", "Γιώργος ᾂ", "ที่นี่ปั้น", "हिन्दी क्षेत्र", "שָׁלוֹם", "مُحَمَّدٌ", "བསྒྲུབས",
            "각\u{1112}\u{1161}\u{11AB}",
            "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿", "ﾊﾟﾋﾟﾌﾟ",
        ] {
            #expect(Self.admits(text), "\(text)")
        }
    }

    /// Checks the rule against the decomposition itself: no accepted text has more than thirty marks in a row once it is decomposed.
    @Test func nothingThatPassesHasMoreOnceDecomposed() {
        let scalars = (0...0x10FFFF).compactMap { Unicode.Scalar(UInt32($0)) }.filter {
            $0.properties.generalCategory != .unassigned && $0.properties.generalCategory != .privateUse
        }
        for scalar in scalars {
            let decomposed = String(Character(scalar)).decomposedStringWithCompatibilityMapping.unicodeScalars
            let classes = decomposed.map { $0.properties.canonicalCombiningClass != .notReordered }
            let leading = classes.prefix { $0 }.count
            let trailing = classes.reversed().prefix { $0 }.count
            let own = MarkRunTests.weight(scalar)
            if leading == classes.count {
                #expect(own >= leading, "U+\(String(scalar.value, radix: 16))")
            } else {
                // A decomposition that begins with marks must count as one mark, so that the run continues.
                #expect(leading == 0 && own >= trailing, "U+\(String(scalar.value, radix: 16))")
            }
        }
    }

    /// The least number of marks that a scalar counts for: those that make thirty together with the marks that may follow it.
    private static func weight(_ scalar: Unicode.Scalar) -> Int {
        var run = MarkRun()
        _ = run.admits(scalar)
        var followers = 0
        while run.admits("\u{301}") { followers += 1 }
        return MarkRun.longest - followers
    }
}
