@testable import Core
import Testing

@Suite("Passwords")
struct PasswordTests {
    private static let cheap = PasswordHasher.Cost(rounds: 16, blockSize: 1, parallelism: 1)

    private func withHasher(
        width: Int = 2, capacity: Int = 200, cost: PasswordHasher.Cost = cheap,
        _ body: (PasswordHasher) async throws -> Void
    ) async throws {
        let hasher = PasswordHasher(cost: cost, width: width, capacity: capacity)
        do {
            try await body(hasher)
        } catch {
            await hasher.close()
            throw error
        }
        await hasher.close()
    }

    @Test("a password is the one that was hashed, and no other")
    func verify() async throws {
        try await withHasher { hasher in
            for password in [
                "correct horse", "", "пароль", "👷🏽‍♀️🧱", String(repeating: "x", count: 100_000), "a\0b",
            ] {
                let hash = try await hasher.hash(password, of: "a")
                let same = try await hasher.verify(password, against: hash, of: "a")
                #expect(same)
                for other in [password + "x", password + " ", " " + password, "correct Horse"] {
                    let matches = try await hasher.verify(other, against: hash, of: "a")
                    #expect(!matches, "\(other)")
                }
            }
        }
    }

    @Test("however a keyboard composes it, it is the same password")
    func composed() async throws {
        try await withHasher { hasher in
            let hash = try await hasher.hash("Gro\u{308}ße", of: "a")
            let matches = try await hasher.verify("Größe", against: hash, of: "a")
            #expect(matches)
        }
    }

    @Test("two hashes of one password differ, and show nothing of it")
    func salted() async throws {
        try await withHasher { hasher in
            let (one, other) = (
                try await hasher.hash("Fugenkreuz", of: "a"), try await hasher.hash("Fugenkreuz", of: "a")
            )
            #expect(one != other)
            #expect(one.hasPrefix("scrypt$16$1$1$") && !one.contains("Fugenkreuz"))
        }
    }

    @Test("hashes of another cost stay readable")
    func otherCost() async throws {
        try await withHasher { hasher in
            // RFC 7914 section 12: N=1024, r=8, p=16, password "password", salt "NaCl"; its first 32 bytes.
            let hash = "scrypt$1024$8$16$TmFDbA==$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI="
            let (right, wrong) = (
                try await hasher.verify("password", against: hash, of: "a"),
                try await hasher.verify("Password", against: hash, of: "a")
            )
            #expect(right && !wrong)
        }
    }

    @Test(
        "without a hash, or with one that isn't, the answer is no",
        arguments: [
            nil, "", "x", "scrypt", "scrypt$16$1$1$AAAA", "bcrypt$16$1$1$AAAA$AAAA",
            "scrypt$x$1$1$AAAA$AAAA",
            "scrypt$16$1$1$?$AAAA",
            "scrypt$16$1$1$AAAA$", "scrypt$$$$$", "scrypt$16$1$1$AAAA$AAAA",
        ])
    func noHash(hash: String?) async throws {
        try await withHasher { hasher in
            let matches = try await hasher.verify("password", against: hash, of: "a")
            #expect(!matches)
        }
    }

    @Test("too many at once are turned away, the others are answered, and after closing no one is")
    func bounded() async throws {
        let hasher = PasswordHasher(
            cost: .init(rounds: 1 << 12, blockSize: 8, parallelism: 1), width: 1, capacity: 4)
        let kinds = await withTaskGroup(of: Refusal.Kind?.self) { group in
            for number in 0..<40 {
                group.addTask {
                    do {
                        _ = try await hasher.hash("password", of: "\(number)")
                        return nil
                    } catch {
                        return (error as? Refusal)?.kind ?? .invalid
                    }
                }
            }
            return await group.reduce(into: [Refusal.Kind?]()) { $0.append($1) }
        }
        #expect(kinds.contains(nil) && kinds.contains(.busy))
        #expect(kinds.allSatisfy { $0 == nil || $0 == .busy }, "\(kinds)")
        await hasher.close()
        await #expect(throws: Refusal.self) { try await hasher.hash("password", of: "a") }
    }

    @Test("an account that asks without end waits behind the others, and of it two wait at most")
    func fair() async throws {
        let hasher = PasswordHasher(
            cost: .init(rounds: 1 << 12, blockSize: 8, parallelism: 1), width: 1, capacity: 20)
        let (refused, answered, others) = await withTaskGroup(of: (account: String, isAnswered: Bool).self) { group in
            func ask(_ account: String) {
                group.addTask { (account, (try? await hasher.hash("password", of: account)) != nil) }
            }
            for _ in 0..<64 { ask("greedy") }
            for number in 0..<10 { ask("honest \(number)") }
            var (refused, answered, others) = (0, 0, 0)
            for await (account, isAnswered) in group {
                if account != "greedy" {
                    others += isAnswered ? 1 : 0
                } else if isAnswered {
                    answered += 1
                } else {
                    refused += 1
                }
            }
            return (refused, answered, others)
        }
        #expect(others == 10)
        #expect((2...10).contains(answered) && refused + answered == 64, "\(answered)")
        // No state is left behind: the account is served again.
        for _ in 0..<3 { _ = try await hasher.hash("password", of: "greedy") }
        await hasher.close()
    }

    @Test("a hash of other costs is known to be outdated")
    func outdated() async throws {
        try await withHasher { hasher in
            let hash = try await hasher.hash("password", of: "a")
            #expect(!hasher.isOutdated(hash))
            #expect(hasher.isOutdated("scrypt$1024$8$16$TmFDbA==$/bq+HJ00cgB4VucZDQHp/nxq18vII3gw53N2Y0s3MWI="))
        }
    }

    @Test("a new password has 8 to 128 characters")
    func length() {
        func times(_ count: Int, _ part: String) -> String { String(repeating: part, count: count) }
        let none = CommonPasswords("")
        for text in ["Fugbrett", "Mörtel-ä", times(2, "👷🏽‍♀️🧱🪣🔨"), times(21, "Kelle ") + "12", "пароль, однако"] {
            #expect(throws: Never.self) { try Password(text, refusing: none) }
        }
        for text in ["", "Fugbret", times(7, "ä"), times(129, "x"), times(100, "👷🏽‍♀️")] {
            #expect(throws: Flaw(.wrongLength, ["min": .integer(8), "max": .integer(128)])) {
                try Password(text, refusing: none)
            }
        }
    }

    private static let common = CommonPasswords(
        "# a remark of many words\npassword\niloveyou\nabc12xyz\n",
        words: "# another\nSommer\nMünchen\nschalke\nhallo\n")

    @Test(
        "what everyone chooses is refused, however it is spelled",
        arguments: [
            (Flaw.Code.commonPassword, ["password", "PassWord", "ILOVEYOU", "p4$$w0rd", "pässword", "ABC12xyz"]),
            (
                .commonWord,
                [
                    "password1", "!password!", "Sommer2026", "2026-Sommer!", "München89", "muenchen89", "munchen 89",
                    "S0mmer2026",
                    "hallohallo", "hallohallohallo", "hallo hallo 12", "Schalke04", "schalke12345678",
                ]
            ),
            (
                .keyboardPattern,
                [
                    "aaaaaaaa", "12121212", "abcabcabc", "qwertz123", "asdfghjk", "1qay2wsx", "qwer1234", "87654321",
                    "        ",
                    "yxcvbnm,", "abcdefgh", String(repeating: "x", count: 128), "!\"§$%&/(",
                ]
            ),
        ])
    func common(code: Flaw.Code, texts: [String]) {
        for text in texts {
            #expect(throws: Flaw(code), "\(text)") { try Password(text, refusing: Self.common) }
        }
    }

    @Test(
        "words that are part of a long password don't matter",
        arguments: [
            "# a remark of many words", "Sommer in München", "hallo mein Schalke", "Sommerregen", "sommer-9f3k7q2x",
            "Kelle und Fugbrett",
            "Fugenkreuz", "wertarbeit", "asdfghjk und Kelle", "Treppenhaus 12",
        ])
    func long(text: String) { #expect(throws: Never.self) { try Password(text, refusing: Self.common) } }

    private static let own = OwnWords(
        email: "sabine.voss@fliesen-brandt.example", firstName: "Sabine", lastName: "Müller-Voß",
        company: "Fliesen Brandt GmbH")

    @Test(
        "what is known of the account is no password",
        arguments: [
            (
                Flaw.Code.holdsEmail,
                ["sabine.voss@fliesen-brandt.example", "Sabine.Voss@Fliesen-Brandt.Example1", "example2"]
            ),
            (
                .holdsCompanyName,
                [
                    "Fliesen Brandt GmbH", "fliesenbrandt", "Brandt2026", "BrandtFliesen!!", "Fl1esen-2026",
                    "brandt12345678",
                ]
            ),
            (.holdsOwnName, ["Sabine123!", "mueller-voss", "Müllervoß99", "Voss1234", "SabineSabine"]),
            (.holdsProductName, ["polier-demo", "Polier2026!", "P0lier-99"]),
        ])
    func ownWords(code: Flaw.Code, texts: [String]) throws {
        for text in texts {
            let password = try Password(text, refusing: CommonPasswords("12345678", words: "Sommer"))
            #expect(throws: Flaw(code), "\(text)") { try password.check(against: Self.own) }
        }
    }

    @Test("a long password may hold a name, short names don't count, and the demo's is the demo's")
    func ownWordsWithin() throws {
        let short = OwnWords(email: "kai@x.de", firstName: "Kai", lastName: "Ito", company: "")
        for (text, own) in [
            ("Frau Müller fährt nach Bonn", Self.own), ("Brandt kauft 40 Sack Kleber", Self.own),
            ("Kelle und Fugbrett", Self.own),
            ("der Polier hat Kaffee", Self.own), ("Kaimauer7", short), ("Bitomat5", short),
        ] {
            let password = try Password(text, refusing: .init("12345678"))
            #expect(throws: Never.self, "\(text)") { try password.check(against: own) }
        }
        #expect(throws: Never.self) { try Password(ofDemo: "polier-demo").check(against: Self.own) }
    }
}
