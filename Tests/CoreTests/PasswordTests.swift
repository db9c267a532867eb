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

    @Test("too many at once are turned away, the others are answered, and after closing nobody is")
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
        // Nothing is left behind: the account is served again.
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
        func times(_ count: Int, _ character: Character) -> String {
            String(repeating: character, count: count)
        }
        let none = CommonPasswords("")
        for text in ["12345678", times(8, "ä"), times(8, "👷🏽‍♀️"), times(128, "x"), times(8, " ")] {
            #expect(throws: Never.self) { try Password(text, refusing: none) }
        }
        for text in ["", "1234567", times(7, "ä"), times(129, "x"), times(100, "👷🏽‍♀️")] {
            #expect(throws: Flaw(.wrongLength, ["min": .integer(8), "max": .integer(128)])) {
                try Password(text, refusing: none)
            }
        }
    }

    @Test("what everybody chooses is refused, whatever its case")
    func common() {
        let common = CommonPasswords("# a remark of many words\npassword\niloveyou\n")
        for text in ["password", "PassWord", "ILOVEYOU"] {
            #expect(throws: Flaw(.commonPassword)) {
                try Password(text, refusing: common)
            }
        }
        for text in ["password1", "# a remark of many words"] {
            #expect(throws: Never.self) { try Password(text, refusing: common) }
        }
    }
}
