import Foundation
import Testing

@testable import Server

/// Hebrew and Arabic as a file has them that writes from left to right and joins nothing.
@Suite struct LettersFromRightTests {
    private static func shown(_ text: String) -> String {
        LettersFromRight.inOrder(joined(text))
    }

    private static func joined(_ text: String) -> String {
        var joined = String.UnicodeScalarView()
        joined.append(contentsOf: LettersFromRight.joined(Array(text.unicodeScalars)))
        return String(joined)
    }

    private static func same(_ one: String, _ other: String) -> Bool {
        // Without normalization: the forms are compatible with the letters.
        Array(one.unicodeScalars) == Array(other.unicodeScalars)
    }

    @Test(
        "letters join those beside them",
        arguments: [
            // Alone, at the end, at the beginning, in the middle.
            ("\u{628}", "\u{FE8F}"), ("\u{628}\u{628}", "\u{FE91}\u{FE90}"),
            ("\u{628}\u{628}\u{628}", "\u{FE91}\u{FE92}\u{FE90}"),
            // Alef joins nothing after it; dal neither.
            ("\u{627}\u{628}", "\u{FE8D}\u{FE8F}"), ("\u{628}\u{627}\u{628}", "\u{FE91}\u{FE8E}\u{FE8F}"),
            ("\u{62F}\u{62F}", "\u{FEA9}\u{FEA9}"),
            // Lam and alef are one sign, alone and after a letter.
            ("\u{644}\u{627}", "\u{FEFB}"), ("\u{628}\u{644}\u{623}", "\u{FE91}\u{FEF8}"),
            // Hamza joins nothing, and a space parts.
            ("\u{628}\u{621}\u{628}", "\u{FE8F}\u{FE80}\u{FE8F}"), ("\u{628} \u{628}", "\u{FE8F} \u{FE8F}"),
            // Vowel marks are left out, and letters join over them.
            ("\u{628}\u{64E}\u{628}", "\u{FE91}\u{FE90}"),
            // The last letter of the block's two parts, and Persian ones.
            ("\u{63A}\u{64A}", "\u{FECF}\u{FEF2}"), ("\u{641}\u{648}", "\u{FED3}\u{FEEE}"),
            ("\u{6A9}\u{6CC}\u{67E}", "\u{FB90}\u{FBFF}\u{FB57}"), ("\u{698}\u{6AF}", "\u{FB8A}\u{FB92}"),
            // A form stays as it is, so that joining again changes nothing.
            ("\u{FE91}\u{FE90}", "\u{FE91}\u{FE90}"), ("Müller", "Müller"), ("", ""),
        ])
    func joining(text: String, forms: String) {
        #expect(Self.same(Self.joined(text), forms), "\(Self.joined(text).unicodeScalars.map { $0.value })")
        #expect(Self.same(Self.joined(forms), forms))
    }

    @Test(
        "characters stand in the order in which they are read",
        arguments: [
            ("Kai Vogt", "Kai Vogt"), ("", ""), ("אבג", "גבא"), ("אב גד", "דג בא"),
            // In a line that begins at the left.
            ("Name: אב גד, Bad", "Name: דג בא, Bad"), ("אב Kai גד", "בא Kai דג"), ("Kai אב.", "Kai בא."),
            // Numbers are read from the left, also among letters from the right; before them they stay where they are.
            ("אב 12 גד", "דג 12 בא"), ("אב 12", "12 בא"), ("12 אב", "12 בא"), ("Haus 12, 7:00", "Haus 12, 7:00"),
            ("אב \u{661}\u{662} גד", "דג \u{661}\u{662} בא"),
            // Brackets turn round with what is in them.
            ("אב (גד) הו", "וה (דג) בא"), ("(אב)", "(בא)"),
        ])
    func order(text: String, written: String) {
        #expect(Self.same(LettersFromRight.inOrder(text), written), "\(LettersFromRight.inOrder(text))")
    }

    @Test("a name is joined and turned round")
    func name() {
        // Ali Qasim.
        #expect(Self.same(Self.shown("علي قاسم"), "\u{FEE2}\u{FEB3}\u{FE8E}\u{FED7} \u{FEF2}\u{FEE0}\u{FECB}"))
    }

    @Test("of all characters written from the right, those that are shown are in the font")
    func shownOnes() {
        for value in UInt32(0x590)...0xFEFF {
            guard let scalar = Unicode.Scalar(value), LettersFromRight.canShow(scalar) else { continue }
            #expect(LettersFromRight.contain(scalar), "\(value)")
        }
        for letter in "אבתلاپیک".unicodeScalars {
            let forms = LettersFromRight.joined([letter])
            #expect(forms.allSatisfy(LettersFromRight.canShow), "\(letter)")
        }
    }
}

/// The signs of a PDF file as they are drawn.
@Suite struct PDFSignTests {
    /// How many dark points each of some texts has, each alone in a file.
    private static func ink(_ texts: [String]) async throws -> [Int] {
        var found: [Int] = []
        for text in texts {
            let file = try PDFFile(title: "Zeichen")
            try file.addPage()
            file.text(text, x: 100, y: 400, size: 200)
            try await file.save()
            var bytes: [UInt8] = []
            try await file.read { bytes += $0 }
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try Data(bytes).write(to: URL(fileURLWithPath: folder.path + "/sign.pdf"))
            let drawing = Process()
            drawing.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            drawing.arguments = ["pdftoppm", "-gray", "-r", "36", folder.path + "/sign.pdf", folder.path + "/sign"]
            drawing.standardError = FileHandle.nullDevice
            try drawing.run()
            drawing.waitUntilExit()
            let image = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/sign-1.pgm"))
            // Behind a head of less than 20 bytes, which are small numbers.
            found.append(image.dropFirst(20).count { $0 < 128 })
        }
        return found
    }

    @Test("signs have all their parts: letter and accents, dots and hamza")
    func parts() async throws {
        let whole = ["ế", "ộ", "ằ", "ứ", "ẫ", "ї", "ǖ", "ᾧ", "\u{FE83}", "\u{FEF7}", "\u{FE8B}", "\u{FED7}"]
        let less = ["e", "ô", "a", "ú", "ã", "ı", "ü", "ῳ", "\u{FE8D}", "\u{FEFB}", "\u{FE8F}", "ﬁ"]
        let (all, others) = (try await Self.ink(whole), try await Self.ink(less))
        for (place, sign) in whole.dropLast(2).enumerated() where place != 10 {
            #expect(all[place] > others[place], "\(sign): \(all[place]), \(less[place]): \(others[place])")
        }
        // A qaf and a yeh with hamza at the beginning of a word are more than their dots and hamza.
        #expect(all[10] > 150 && all[11] > 150, "\(all[10]), \(all[11])")
    }
}
