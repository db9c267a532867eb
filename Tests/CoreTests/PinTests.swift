import Storage
import Testing

@testable import Core

/// PINs that are refused, and codes of cards that are read.
@Suite struct PinTests {
    private static func flaw(_ text: String) -> Flaw.Code? {
        do throws(Flaw) {
            _ = try Pin(text)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: [
        "", "12345", "1234567", "12345a", "12 456", "-12345", "٣٣٤٥٦٧", "１２３４５６", "27496\u{0}", "274961\n",
        String(repeating: "2", count: 10_000),
    ])
    func isNoPin(_ text: String) { #expect(Self.flaw(text) == .notAPin) }

    @Test(arguments: [
        "000000", "777777", "121212", "112121", "100000", "123123", "748748", "123456", "654321", "789012", "210987",
        "246802",
        "135791", "112233", "332211", "998877", "123321", "456654", "147258", "852741", "789456", "159753",
    ])
    func isSimple(_ text: String) { #expect(Self.flaw(text) == .pinTooSimple) }

    /// 24 December 1985, as people write it; 29 February of a leap year.
    @Test(arguments: ["241285", "122485", "851224", "290200", "311299", "010100", "311245"])
    func isADate(_ text: String) { #expect(Self.flaw(text) == .pinTooSimple) }

    @Test(arguments: ["274961", "320490", "904060", "310245", "300263", "001379", "483920"])
    func isAccepted(_ text: String) throws { #expect(try Pin(text).text == text) }

    /// The rules leave most PINs.
    @Test func mostAreAccepted() {
        let accepted = stride(from: 0, to: 1_000_000, by: 7).count { number in
            let digits = String(number)
            return Self.flaw(String(repeating: "0", count: 6 - digits.count) + digits) == nil
        }
        #expect(Double(accepted) / (1_000_000 / 7) > 0.85)
    }

    // MARK: Codes

    @Test func aCodeIsReadAsItIsTyped() throws {
        let runtime = Runtime(now: { Instant(milliseconds: 0) }, randomBytes: { (0..<$0).map { UInt8($0 * 31 % 256) } })
        let code = CardCode(runtime)
        #expect(code.text.firstMatch(of: /^[2-9AC-HJKMNP-RT-Y]{4}-[2-9AC-HJKMNP-RT-Y]{4}$/) != nil, "\(code.text)")
        for typed in [
            code.text, code.text.lowercased(), code.characters, " \(code.text) ",
            code.characters.map(String.init).joined(separator: " "),
        ] {
            #expect(CardCode(typed: typed)?.characters == code.characters, "\(typed)")
        }
        #expect(CardCode(typed: "zsb2-5822")?.characters == "25825822")
        for wrong in [
            "", "K7QM4XT", "K7QM4XTAA", "K7QM-4XT0", "K7QM-4XTO", "K7QM-4XT1", "K7QM-4XTI", "K7QM_4XTA", "ÄÄÄÄÄÄÄÄ",
        ] {
            #expect(CardCode(typed: wrong) == nil, "\(wrong)")
        }
        #expect(CardCode(typed: String(repeating: " ", count: 100_000)) == nil)
    }

    /// No character is more frequent than others, and two codes differ.
    @Test func codesAreRandom() {
        var counts: [Character: Int] = [:]
        var seen: Set<String> = []
        for _ in 0..<7000 {
            let code = CardCode(.live).characters
            seen.insert(code)
            for character in code { counts[character, default: 0] += 1 }
        }
        #expect(counts.count == 28 && seen.count == 7000)
        #expect(counts.values.allSatisfy { (1700...2300).contains($0) }, "\(counts)")
    }
}
