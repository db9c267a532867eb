import Foundation
import Storage
import Synchronization
import Testing

@testable import Core

/// Codes by the clock, what is typed, and what is sealed.
@Suite struct TOTPTests {
    private static let totp = TOTP(secret: Array("12345678901234567890".utf8))

    /// RFC 6238, appendix B, for SHA-1: the last six of its eight digits.
    @Test(arguments: [
        (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
        (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
    func codesAreThoseOfTheStandard(_ seconds: Int64, _ code: String) {
        #expect(Self.totp.code(at: TOTP.step(at: Instant(milliseconds: seconds * 1000))) == code)
    }

    /// RFC 4226, appendix D.
    @Test func countedCodesAreThoseOfTheStandard() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        for (count, code) in codes.enumerated() { #expect(Self.totp.code(at: Int64(count)) == code) }
    }

    @Test func aStepBeforeAndAfterCount() {
        let now = Instant(milliseconds: 1_111_111_109_000)
        let current = TOTP.step(at: now)
        for offset in Int64(-3)...3 {
            let step = Self.totp.step(of: Self.totp.code(at: current + offset), after: nil, now: now)
            #expect(step == (abs(offset) <= 1 ? current + offset : nil), "\(offset)")
        }
        #expect(Self.totp.step(of: Self.totp.code(at: current), after: current, now: now) == nil)
        #expect(Self.totp.step(of: Self.totp.code(at: current - 1), after: current, now: now) == nil)
        #expect(Self.totp.step(of: Self.totp.code(at: current + 1), after: current, now: now) == current + 1)
    }

    /// RFC 4648, section 10, without the padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func base32IsThatOfTheStandard(_ text: String, _ encoded: String) {
        #expect(Base32.text(Array(text.utf8)) == encoded)
    }

    @Test func theAddressNamesTheAccount() {
        #expect(
            Self.totp.uri(of: "jörg+1@bau.example")
                == "otpauth://totp/Polier:j%C3%B6rg%2B1@bau.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                + "&issuer=Polier&algorithm=SHA1&digits=6&period=30")
    }

    @Test func whatIsTypedIsReadForgivingly() {
        for text in ["287082", "287 082", " 287-082 "] {
            guard case .totp("287082") = TypedCode(text) else {
                Issue.record("\(text)")
                continue
            }
        }
        let code = RecoveryCode(.live)
        #expect(code.text.firstMatch(of: /^([2-9AC-HJKMNP-RT-Y]{4}-){3}[2-9AC-HJKMNP-RT-Y]{4}$/) != nil, "\(code.text)")
        for text in [code.text, code.text.lowercased(), code.text.replacing("-", with: " ")] {
            guard case .recovery(let read) = TypedCode(text) else {
                Issue.record("\(text)")
                continue
            }
            #expect(read.hash == code.hash)
        }
        let wrong = [
            "", "28708", "2870822", "２８７０８２", "28708a", String(code.text.dropLast()),
            String(repeating: " ", count: 100_000),
        ]
        for text in wrong { #expect(TypedCode(text) == nil, "\(text.prefix(20))") }
        #expect(Set((0..<100).map { _ in RecoveryCode(.live).text }).count == 100)
    }

    // MARK: Sealing

    @Test func aSecretOpensForItsPersonAndItsKeyOnly() throws {
        let key = try #require(SecretKey(SecretKey.newText(.live)))
        let other = try #require(SecretKey(String(repeating: "0a", count: 32)))
        let (user, another): (User.ID, User.ID) = (Runtime.live.newID(), Runtime.live.newID())
        let sealed = try key.seal(Self.totp.secret, for: user)
        #expect(key.open(sealed, for: user) == Self.totp.secret)
        #expect(key.open(sealed, for: another) == nil && other.open(sealed, for: user) == nil)
        #expect(key.id != other.id && key.id.count == 8 && "\(key)" == "SecretKey \(key.id)")
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 1
            #expect(key.open(changed, for: user) == nil)
        }
        #expect(key.open([], for: user) == nil && key.open(Array(sealed.prefix(20)), for: user) == nil)
        // Twice the same secret is never the same text.
        #expect(try key.seal(Self.totp.secret, for: user) != sealed)
    }

    /// However many sign-ins meet it.
    @Test func anUnreadableFactorIsToldOnce() {
        let told = Told()
        let policy = FactorPolicy(key: nil) { told.count.withLock { $0 += 1 } }
        for _ in 0..<3 { policy.tellUnreadable() }
        #expect(told.count.withLock { $0 } == 1)
    }

    private final class Told: Sendable { let count = Mutex(0) }

    @Test(arguments: [
        "", "0a", String(repeating: "0a", count: 31), String(repeating: "0a", count: 33),
        String(repeating: "0g", count: 32), String(repeating: "０", count: 64), String(repeating: "é", count: 32),
    ])
    func isNoKey(_ text: String) { #expect(SecretKey(text) == nil) }
}
