import Foundation
import Testing

@testable import Server

/// The checks of a body before it is decoded.
@Suite struct BodyScanTests {
    private static func finding(_ data: Data) -> BodyScan.Finding? {
        data.withUnsafeBytes { bytes in
            do throws(BodyScan.Finding) {
                try BodyScan.check(bytes.bindMemory(to: UInt8.self))
                return nil
            } catch {
                return error
            }
        }
    }

    private static func finding(_ text: String) -> BodyScan.Finding? { finding(Data(text.utf8)) }
    private static func marks(_ count: Int) -> String { String(repeating: "\u{301}", count: count) }
    private static func escapes(_ count: Int, _ escape: String = #"\u0301"#) -> String {
        String(repeating: escape, count: count)
    }

    @Test func marksAreCountedAsTheDecoderReadsThem() {
        #expect(Self.finding(#"{"a":"e\#(Self.marks(30))"}"#) == nil)
        #expect(Self.finding(#"{"a":"e\#(Self.marks(31))"}"#) == .tooManyMarks(field: "a"))
        #expect(Self.finding(#"{"a":"e\#(Self.escapes(30))"}"#) == nil)
        #expect(Self.finding(#"{"a":"e\#(Self.escapes(31))"}"#) == .tooManyMarks(field: "a"))
        #expect(Self.finding(#"{"a":"\#(Self.marks(16))\#(Self.escapes(15))"}"#) == .tooManyMarks(field: "a"))
        // U+1D165, as a pair of surrogates.
        #expect(Self.finding(#"{"a":"\#(Self.escapes(31, #"\uD834\udd65"#))"}"#) == .tooManyMarks(field: "a"))
        #expect(Self.finding(#"{"a":"\\\#(Self.escapes(1))\"\#(Self.marks(29))"}"#) == nil)
    }

    @Test func theFieldIsNamed() {
        #expect(
            Self.finding(#"{"b":1,"address":{"x":[{}],"street":"\#(Self.marks(31))"}}"#)
                == .tooManyMarks(field: "address.street"))
        #expect(Self.finding(#"{"users":["a","\#(Self.marks(31))"]}"#) == .tooManyMarks(field: "users"))
        #expect(Self.finding(#"{"\u006eame":"\#(Self.marks(31))"}"#) == .tooManyMarks(field: "name"))
        #expect(Self.finding(#"["\#(Self.marks(31))"]"#) == .tooManyMarks(field: nil))
        let long = String(repeating: "x", count: 1000)
        #expect(Self.finding(#"{"\#(long)":"\#(Self.marks(31))"}"#) == .tooManyMarks(field: nil))
    }

    @Test func namesAreASCII() {
        #expect(Self.finding(#"{"größe":1}"#) == .strangeName(field: "größe"))
        #expect(Self.finding(#"{"a":{"gr\u00f6\u00dfe":1}}"#) == .strangeName(field: "a.größe"))
        #expect(Self.finding(#"{"a\#(Self.marks(31))":1}"#) == .tooManyMarks(field: nil))
        #expect(Self.finding(#"{"\#(String(repeating: "ü", count: 1000))":1}"#) == .strangeName(field: nil))
        #expect(Self.finding(#"{"a":"größe","b":["größe"]}"#) == nil)
    }

    @Test func depthAndDigitsAreBounded() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(Self.finding(nested(32)) == nil && Self.finding(nested(33)) == .tooDeep)
        #expect(Self.finding(String(repeating: #"{"a":"#, count: 40)) == .tooDeep)
        #expect(Self.finding(#"{"a":"\#(nested(99))"}"#) == nil, "in a text they are signs")
        let digits = String(repeating: "1", count: 64)
        #expect(Self.finding(#"{"a":\#(digits),"b":"\#(digits)1"}"#) == nil)
        #expect(Self.finding(#"{"a":{"b":-\#(digits)}}"#) == .longNumber(field: "a.b"))
        #expect(Self.finding("[1e\(digits)]") == .longNumber(field: nil))
    }

    /// Foundation also reads UTF-16 and UTF-32, and would then read other text than was checked.
    @Test func onlyUTF8IsRead() throws {
        let text = #"{"a":"\#(Self.marks(31))"}"#
        for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian, .utf32LittleEndian, .utf32BigEndian] {
            #expect(Self.finding(try #require(text.data(using: encoding))) == .zeroByte)
        }
        #expect(Self.finding("\u{FEFF}" + text) == .tooManyMarks(field: "a"))
    }

    /// Invalid JSON is left to the decoder to refuse: it only must do no harm here.
    @Test(arguments: [
        "", "\"", "\"\\", "\"\\u", "\"\\u12", "\"\\uD834", "\"\\uD834\\u", "\"\\uD834\\uZZZZ\"", "}}]]", ",,::",
        "{\"a\"", "{\"a\":\"",
        "-", "1e", "{\"a\":\"\\uDD65\\uD834\"}", "\"\\x\\\"",
    ])
    func brokenBodiesDoNoHarm(_ text: String) { #expect(Self.finding(text) == nil) }

    @Test func brokenUTF8DoesNoHarm() {
        for bytes: [UInt8] in [
            [0x22, 0xF0], [0x22, 0xE2, 0x82], [0x22, 0xFF, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0x80, 0x22],
        ] {
            #expect(Self.finding(Data(bytes)) == nil)
        }
    }
}
