import Testing

@testable import Core

/// Valid names, and the removal of invisible characters.
@Suite struct NameTests {
    private static func flaw(_ text: String, _ kind: Name.Kind = .sender) -> Flaw.Code? {
        do throws(Flaw) {
            _ = try Name(text, max: 200, of: kind)
            return nil
        } catch {
            return error.code
        }
    }

    @Test(arguments: [
        "Łukasz Żółć", "Đorđe", "Žižek", "O'Brien", "O’Brien", "Müller-Lüdenscheidt", "Нина", "Γιώργος Παπαδόπουλος",
        "Nguyễn Thị Ánh", "Þór Æðalsteinn", "Ölçer İnşaat", "Ștefan cel Mare", "K\u{308}uhn", "山田タロウ", "김 Bau",
        "Bau株式会社",
        "שרה כהן", "محمد", "کتاب\u{200C}خانه", "क्\u{200D}ष", "Ελένη-Marie", "Иван/Ivan",
        "Ø 12 µm", "Ω-Profil", "β-Form", "Δt", "m²", "м²", "kΩ", "k\u{2126}", "μm", "φ12mm", "α-Al₂O₃", "㎡",
        "Estrich CT-C25-F4 (Ω/m)", "Kabel NYM-J 3x1,5 mm²", "Typ β",
        "Fliesen & Bad Dr. Müller GmbH & Co. KG", "St. Pauli Bau", "A.B.C. Bau", "Bau.Werk GmbH", "fliesen24.de GmbH",
        "Müller/Söhne", "z.B. Haus/Hof", "C&A", "Nr.5/2024", "ww.x", "Bau: 24", "👩‍👩‍👧 Bau", "1️⃣ Bau", "-",
    ])
    func realNamesPass(_ text: String) throws {
        #expect(try Name(text, max: 200, of: .sender).text == text)
    }

    @Test(arguments: ["Sаbine", "Οlaf", "Straβe", "O'Вrien", "А.B.C.", "Müllеr GmbH", "Пaвел", "DN100х50"])
    func aWordKeepsToItsScript(_ text: String) {
        #expect(Self.flaw(text) == .mixedScripts)
        #expect(Self.flaw(text, .thing) == .mixedScripts)
    }

    @Test func theWordIsNamed() {
        let error = #expect(throws: Flaw.self) { try Name("Fliesen Müllеr GmbH", max: 200) }
        #expect(error == Flaw(.mixedScripts, ["word": .text("Müllеr")]))
    }

    @Test(arguments: [
        "Ihr Paket wartet: https://evil.example/track?id=1", "evil.example/x", "Evil.Example/", "www.x", "WWW.evil.de",
        "(www.evil.de)", "ftp://x", "müller.de/x", "x.de:80", "a.b.evil.example?x=1", "Paket evil.example#1",
    ])
    func aSenderHoldsNoAddress(_ text: String) {
        #expect(Self.flaw(text) == .webAddress)
        #expect(Self.flaw(text, .thing) == nil, "a material may have one")
    }

    @Test(arguments: [
        "\u{2800}", "\u{3164}", "\u{115F}\u{1160}", "\u{FFA0}", "\u{17B4}", "\u{301}", "\u{FEFF}\u{200E}\u{AD}", "",
    ])
    func aNameShowsSomething(_ text: String) {
        #expect([.invisible, .empty].contains(Self.flaw(text)))
    }

    @Test(arguments: [
        ("Sab\u{AD}ine", "Sabine"), ("\u{FEFF}Sabine\u{200E}", "Sabine"), ("Sa\u{3164}bine", "Sabine"),
        ("Sabine \u{2800}", "Sabine"), ("Ada\u{2028}Kern", "Ada Kern"), ("Ada\u{B}Kern", "Ada Kern"),
        ("a\u{200D}b", "ab"), ("a\u{FE0F}b", "ab"), ("a\u{E0041}\u{E0042}", "a"), ("\u{202E}Kern\u{202C}", "Kern"),
    ])
    func whatNobodySeesGoes(_ sent: String, _ kept: String) throws {
        #expect(Array(try Name(sent, max: 200).text.utf8) == Array(kept.utf8))
    }

    // MARK: Lines and notes

    @Test func aNoteKeepsItsLinesAndWhatScriptsNeed() throws {
        let sent = "eins\u{2028}zwei\u{2029}drei\u{85}vier\u{B}fünf\u{C}sechs\r\nsieben\t\u{200B}\u{2060}\u{AD}\u{61C}."
        let kept = "eins\nzwei\ndrei\nvier\nfünf\nsechs\r\nsieben\t."
        #expect(Array(try Note(sent, max: 200).text.utf8) == Array(kept.utf8))
        for text in ["می\u{200C}خواهم", "क्\u{200D}ष", "❤️‍🔥", "👩🏽‍🔧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "3️⃣", "葛\u{E0100}", "☎︎"] {
            #expect(Array(try Note(text, max: 200).text.utf8) == Array(text.utf8), "\(text)")
        }
        #expect(try Note(" \u{200B}\u{FEFF} ", max: 200).text.isEmpty)
        #expect(try Note("🏴" + String(repeating: "\u{E0041}", count: 50), max: 200).text.unicodeScalars.count == 8)
    }

    @Test func otherControlCharactersAreRefused() {
        for text in ["a\u{0}b", "a\u{1B}[31m", "a\u{7F}b", "a\u{9F}b"] {
            #expect(throws: Flaw(.controlCharacters)) { try Line(text, max: 200) }
            #expect(throws: Flaw(.controlCharacters)) { try Note(text, max: 200) }
        }
        #expect(throws: Flaw(.controlCharacters)) { try Line("a\nb", max: 200) }
        #expect(throws: Flaw(.tooManyMarks, ["max": .integer(30)])) {
            try Line("a" + String(repeating: "\u{301}", count: 31), max: 200)
        }
        #expect(throws: Flaw(.tooLong, ["max": .integer(10)])) { try Line(String(repeating: "ä", count: 11), max: 10) }
    }

    @Test func whatMachinesSayIsCutAndNeverRefused() {
        #expect(Line.clean("a\u{1B}b\u{202E}c\u{2028}d", max: 100) == "a bc d")
        #expect(Line.clean("a" + String(repeating: "\u{301}", count: 500), max: 100).unicodeScalars.count == 31)
        #expect(Line.clean(String(repeating: "🇩🇪", count: 500), max: 100).unicodeScalars.count == 100)
    }
}
