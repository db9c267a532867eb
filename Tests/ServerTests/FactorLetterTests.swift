import Storage
import Testing

@testable import Core
@testable import Server

/// What mails say about second factors.
@Suite struct FactorLetterTests {
    private static func letter(_ news: FactorNews, _ language: Language) throws -> Letter {
        let now = Instant(milliseconds: 1_764_000_000_000)
        let mail = DueMail(
            id: try #require(Mail.ID("01926f6e-0000-7000-8000-000000000001")), company: Company.platform,
            kind: .secondFactor, address: "lena@vogt.example", firstName: "Lena",
            language: language, companyName: "Bau Vogt", token: nil, details: [news.rawValue], attempts: 1,
            createdAt: now,
            tokenExpiresAt: nil)
        return try #require(try LetterWriter(Links(publicURL: "https://polier.example.de")).write(mail))
    }

    @Test(arguments: [
        (FactorNews.passkeyAdded, Language.german, "Passkey hinzugefügt", "Profil > Zweiter Faktor"),
        (.passkeyAdded, .english, "Passkey added", "Profile > Second factor"),
        (.passkeyRemoved, .german, "Passkey entfernt", "Profil > Zweiter Faktor"),
        (.passkeyRemoved, .english, "Passkey removed", "Profile > Second factor"),
    ])
    func aPasskeyIsNoApp(_ news: FactorNews, _ language: Language, _ subject: String, _ place: String) throws {
        let letter = try Self.letter(news, language)
        #expect(letter.subject == subject)
        #expect(letter.text.contains(place), "\(letter.text)")
        #expect(letter.text.contains(language == .german ? "vom Inhaber der Firma" : "by the owner of your company"))
        // Nothing about apps and codes, and what to do is said once.
        for word in ["uthenticator", "Code", "code", "fordere gleich", "ask for a new password", "{{"] {
            #expect(!letter.text.contains(word), "\(word): \(letter.text)")
        }
    }

    @Test(arguments: [FactorNews.added, .removed, .reset, .codeUsed, .codesRenewed])
    func othersSayWhatToDoAsWell(_ news: FactorNews) throws {
        let german = try Self.letter(news, .german).text
        #expect(german.contains("fordere gleich ein neues Passwort an") && !german.contains("Passkey"), "\(german)")
        let english = try Self.letter(news, .english).text
        #expect(english.contains("ask for a new password at once") && !english.contains("passkey"), "\(english)")
    }
}
