internal import Core
internal import Crypto
internal import Storage
internal import Testing

extension StoreContract {
    static var textCases: [ContractCase] {
        [
            ContractCase(
                "texts sort by their bytes",
                tables: "CREATE TABLE words (word {text} NOT NULL, PRIMARY KEY (word)) {keyed};"
            ) { database in
                let words = [
                    "z", "a", "B", "ä", "Z", "A", "ß", "", "aa", "a b", "Ä", "10", "9", "é", "e\u{301}", "\u{FFFD}",
                    "👷", "_",
                ]
                try await database.transaction { transaction in
                    for word in words { try transaction.enqueue(Statement("INSERT INTO words VALUES ($1)", word)) }
                }
                let (up, down, range) = try await database.fetch(
                    Query("SELECT word FROM words ORDER BY word") { try $0.next() as String },
                    Query("SELECT word FROM words ORDER BY word DESC") { try $0.next() as String },
                    Query("SELECT word FROM words WHERE word > $1 AND word < $2 ORDER BY word", "B", "ä") {
                        try $0.next() as String
                    })
                func bytes(_ words: [String]) -> [[UInt8]] { words.map { Array($0.utf8) } }
                let sorted = bytes(words).sorted { $0.lexicographicallyPrecedes($1) }
                #expect(bytes(up) == sorted)
                #expect(bytes(down) == sorted.reversed())
                #expect(range == ["Z", "_", "a", "a b", "aa", "e\u{301}", "z", "Ä", "ß"])
            },
            ContractCase(
                "an email address is unique without regard to German case",
                tables: """
                    CREATE TABLE people (id BIGINT NOT NULL PRIMARY KEY, email {text} NOT NULL, email_folded {text});
                    CREATE UNIQUE INDEX people_email ON people (email_folded);
                    """
            ) { database in
                func add(_ id: Int64, _ text: String) async throws {
                    let email = try #require(EmailAddress(text), "\(text)")
                    try await database.transaction {
                        try $0.execute(
                            Statement("INSERT INTO people VALUES ($1, $2, $3)", id, email.text, email.folded))
                    }
                }
                try await add(1, "Müller.Straße@Fliesen.de")
                try await add(2, "Mueller.Strasse@fliesen.de")
                try await add(3, "muller.strase@fliesen.de")
                for (number, spelling) in [
                    "müller.straße@fliesen.de", "MÜLLER.STRASSE@FLIESEN.DE", "MÜLLER.STRAẞE@fliesen.de",
                    "mu\u{308}ller.strasse@fliesen.de", "MUELLER.STRASSE@FLIESEN.DE",
                ].enumerated() {
                    await expectError(.unique("people_email"), spelling) { try await add(Int64(10 + number), spelling) }
                }
                #expect(try await database.count("people") == 3)
                let folded = try #require(EmailAddress("MÜLLER.STRASSE@Fliesen.DE")).folded
                let shown = try await database.fetchOne(
                    Query("SELECT email FROM people WHERE email_folded = $1", folded) { try $0.next() as String })
                #expect(shown == "Müller.Straße@Fliesen.de", "the address keeps the spelling that was given")
                // Removing a person frees the address: any number of people may have none.
                try await database.transaction { try $0.execute(Statement("UPDATE people SET email_folded = NULL")) }
                try await add(4, "MÜLLER.straße@fliesen.de")
            },
            ContractCase("SHA-256 is computed by the engine") { database async throws in
                func hash(_ text: String?) async throws -> String? {
                    let hash: SQL = "SELECT encode(sha256(convert_to($1, 'UTF8')), 'hex')"
                    return try await database.fetchOne(Query(hash, text) { try $0.next() as String? }) ?? nil
                }
                // FIPS 180-2, appendix B, and the texts whose bytes an engine might change.
                #expect(
                    try await hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
                #expect(try await hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
                for text in ["Grüße 👷", "e\u{301}", String(repeating: "x", count: 100_000)] {
                    #expect(try await hash(text) == SHA256.hash(data: Array(text.utf8)).hexadecimal)
                }
                #expect(try await hash(nil) == nil)
            },
            ContractCase(
                "a NUL character is refused everywhere",
                tables: "CREATE TABLE words (word {text} NOT NULL, PRIMARY KEY (word)) {keyed};"
            ) { database async throws in
                for text in ["\0", "a\0", "\0b", "a\0b", String(repeating: "x", count: 100_000) + "\0"] {
                    await expectError(.unstorable, "fetch") {
                        _ = try await database.fetch(Query("SELECT $1", text) { try $0.next() as String })
                    }
                    await expectError(.unstorable, "execute") {
                        try await database.transaction {
                            try $0.execute(Statement("INSERT INTO words VALUES ($1)", text))
                        }
                    }
                    await expectError(.unstorable, "enqueue") {
                        try await database.transaction {
                            try $0.enqueue(Statement("INSERT INTO words VALUES ($1)", text))
                        }
                    }
                }
                #expect(try await database.count("words") == 0)
            },
        ]
    }
}
