import Crypto
import Foundation
import Storage
import Testing

@testable import Core

/// What browsers answer about passkeys. The known answers were made with Python's `cryptography` and CBOR written by hand.
@Suite struct WebAuthnTests {
    private static let party = RelyingParty(
        id: "polier.example.de", origins: ["https://polier.example.de", "https://app.example.de"])
    private static let user = User.ID("01936b7e-5c2a-7d41-9f3e-000000000001") ?? Runtime.live.newID()
    private static let credential = bytes("4mW29WRgGh_o3EJ4XNGKhg")
    private static let attestation = bytes(
        """
        o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YViUEVcYNWPVNh6qG4unB7Xu8jVQUxcG9JcPEJao-qU-pndFAAAABwAAAAAAAAAAAAAAAAAAAAAAEOJltvVkYBof6NxCeFzR\
        ioalAQIDJiABIVggqP0pSXQ42WyftM2_a7ULITqk0NFc-jfhmDP3QAkrZHMiWCDGjEMadAL-CxFDxCnXUKD0zAOfISf92Y5I9xACaK3Qfw
        """)
    private static let created = bytes(
        """
        eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIiwiY2hhbGxlbmdlIjoiQUFFQ0F3UUZCZ2NJQ1FvTERBME9EeEFSRWhNVUZSWVhHQmthR3h3ZEhoOCIsIm9yaWdpbiI6Imh0dHBz\
        Oi8vcG9saWVyLmV4YW1wbGUuZGUiLCJjcm9zc09yaWdpbiI6ZmFsc2V9
        """)
    private static let got = bytes(
        """
        eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiSUNFaUl5UWxKaWNvS1NvckxDMHVMekF4TWpNME5UWTNPRGs2T3p3OVBqOUFRVUpEUkVWR1IwaEpTa3RNVFU1\
        UFVGRlNVMVJWVmxjIiwib3JpZ2luIjoiaHR0cHM6Ly9wb2xpZXIuZXhhbXBsZS5kZSIsImNyb3NzT3JpZ2luIjpmYWxzZX0
        """)
    private static let data = bytes("EVcYNWPVNh6qG4unB7Xu8jVQUxcG9JcPEJao-qU-pncFAAAACA")
    private static let signature = bytes(
        "MEUCID2RktzY-rtgo1O7ZeBsYyDOyMXuwUANnF5LF8PUBZObAiEA456GOdXZIOhxHxSvaq3QodwdW-x97xZHGM3nxwqTtHU")

    private static func bytes(_ text: String) -> [UInt8] { Base64URL.bytes(text) ?? [] }

    private static func key() throws -> PasskeyKey {
        try PasskeyRegistration(credential: credential, clientData: created, attestation: attestation).verify(
            Array(0..<32), for: party
        ).key
    }

    private static func assertion(
        clientData: [UInt8] = got, data: [UInt8] = data, signature: [UInt8] = signature,
        handle: [UInt8]? = Array(user.text.utf8)
    ) -> PasskeyAssertion {
        PasskeyAssertion(
            credential: credential, clientData: clientData, authenticatorData: data, signature: signature,
            userHandle: handle)
    }

    // MARK: Known answers

    @Test func knownAnswersAreAccepted() throws {
        let made = PasskeyRegistration(
            credential: Self.credential, clientData: Self.created, attestation: Self.attestation)
        let (key, counter) = try made.verify(Array(0..<32), for: Self.party)
        #expect(counter == 7)
        #expect(
            key.bytes.hexadecimal == "a8fd29497438d96c9fb4cdbf6bb50b213aa4d0d15cfa37e19833f740092b6473"
                + "c68c431a7402fe0b1143c429d750a0f4cc039f2127fdd98e48f7100268add07f")
        for handle in [Array(Self.user.text.utf8), nil] {
            let assertion = Self.assertion(handle: handle)
            #expect(try assertion.verify(by: key, of: Self.user, for: Self.party) == 8)
            #expect(try assertion.challenge(for: Self.party) == Array(32..<88))
        }
        #expect(throws: PasskeyFault.wrongChallenge) { try made.verify(Array(1..<33), for: Self.party) }
        #expect(throws: PasskeyFault.wrongChallenge) { try made.verify([], for: Self.party) }
        let renamed = PasskeyRegistration(credential: [1], clientData: Self.created, attestation: Self.attestation)
        #expect(throws: PasskeyFault.wrongCredential) { try renamed.verify(Array(0..<32), for: Self.party) }
        let other = Self.assertion(handle: Array("01936b7e-5c2a-7d41-9f3e-000000000002".utf8))
        #expect(throws: PasskeyFault.wrongUser) { try other.verify(by: key, of: Self.user, for: Self.party) }
    }

    /// Wherever it is cut, and whichever bit is another one.
    @Test func nothingElseIsAccepted() throws {
        for count in Self.attestation.indices {
            let cut = PasskeyRegistration(
                credential: Self.credential, clientData: Self.created,
                attestation: Array(Self.attestation.prefix(count)))
            #expect(throws: PasskeyFault.malformed) { try cut.verify(Array(0..<32), for: Self.party) }
        }
        for count in Self.created.indices {
            let cut = PasskeyRegistration(
                credential: Self.credential, clientData: Array(Self.created.prefix(count)),
                attestation: Self.attestation)
            #expect(throws: PasskeyFault.malformed) { try cut.verify(Array(0..<32), for: Self.party) }
        }
        let key = try Self.key()
        func isAccepted(_ assertion: PasskeyAssertion) -> Bool {
            (try? assertion.verify(by: key, of: Self.user, for: Self.party)) != nil
        }
        let (got, data, signature) = (Self.got, Self.data, Self.signature)
        for count in data.indices { #expect(!isAccepted(Self.assertion(data: Array(data.prefix(count))))) }
        for count in signature.indices {
            #expect(!isAccepted(Self.assertion(signature: Array(signature.prefix(count)))))
        }
        func flipped(_ bytes: [UInt8]) -> [[UInt8]] {
            bytes.indices.map { place in
                var bytes = bytes
                bytes[place] ^= 1
                return bytes
            }
        }
        for one in flipped(data) { #expect(!isAccepted(Self.assertion(data: one))) }
        for one in flipped(got) { #expect(!isAccepted(Self.assertion(clientData: one))) }
        for one in flipped(signature) { #expect(!isAccepted(Self.assertion(signature: one))) }
        #expect(!isAccepted(Self.assertion(signature: [UInt8](repeating: 0x30, count: 10_000))))
    }

    // MARK: Client data

    private static func client(
        type: String = "webauthn.get", challenge: String = "AAEC", origin: String = "https://polier.example.de",
        more: String = ""
    ) -> [UInt8] {
        Array("{\"type\":\"\(type)\",\"challenge\":\"\(challenge)\",\"origin\":\"\(origin)\"\(more)}".utf8)
    }

    @Test func whatTheBrowserSaysIsChecked() throws {
        func challenge(_ json: [UInt8]) throws -> [UInt8] {
            try ClientData(json, type: "webauthn.get", for: Self.party).challenge
        }
        for right in [
            Self.client(), Self.client(origin: "https://app.example.de"), Self.client(more: ",\"crossOrigin\":false"),
            Self.client(more: ",\"topOrigin\":\"x\",\"other\":[{}]"),
        ] {
            #expect(try challenge(right) == [0, 1, 2])
        }
        for origin in [
            "https://polier.example.de/", "https://polier.example.de:443", "HTTPS://polier.example.de",
            "https://www.polier.example.de", "https://example.de", "http://polier.example.de", "null", "",
            "https://polier.example.de\\u0000",
        ] {
            #expect(throws: PasskeyFault.wrongOrigin, "\(origin)") { try challenge(Self.client(origin: origin)) }
        }
        for type in ["webauthn.create", "payment.get", "Webauthn.get", ""] {
            #expect(throws: PasskeyFault.wrongType) { try challenge(Self.client(type: type)) }
        }
        for text in ["AAE=", "A", "AAF", "AA+C", "ä", " AAEC"] {
            #expect(throws: PasskeyFault.wrongChallenge, "\(text)") { try challenge(Self.client(challenge: text)) }
        }
        #expect(throws: PasskeyFault.crossOrigin) { try challenge(Self.client(more: ",\"crossOrigin\":true")) }
        let deep = ",\"a\":" + String(repeating: "[", count: 1500) + String(repeating: "]", count: 1500)
        for wrong in [
            [], Array("[]".utf8), Array("{}".utf8), Array("null".utf8), [0xFF], Self.client() + [0x7D],
            Self.client(more: ",\"crossOrigin\":1"), Self.client(more: deep),
            Self.client(more: String(repeating: " ", count: 4096)),
        ] {
            #expect(throws: PasskeyFault.malformed) { try challenge(wrong) }
        }
    }

    // MARK: Authenticator data

    private static let hash = Array(SHA256.hash(data: Data("polier.example.de".utf8)))

    @Test func whatTheAuthenticatorSaysIsChecked() throws {
        func read(_ bytes: [UInt8]) throws -> AuthenticatorData { try AuthenticatorData(bytes, for: Self.party) }
        let counter: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
        #expect(try read(Self.hash + [0x05] + counter).counter == 4_294_967_295)
        #expect(try read(Self.hash + [0x1D] + counter).counter == 4_294_967_295, "a passkey that is synchronised")
        #expect(try read(Self.hash + [0x85] + counter + [0xA0]).credential == nil)
        #expect(throws: PasskeyFault.notVerified) { try read(Self.hash + [0x01] + counter) }
        #expect(throws: PasskeyFault.notPresent) { try read(Self.hash + [0x04] + counter) }
        var other = Self.hash
        other[31] ^= 1
        #expect(throws: PasskeyFault.wrongParty) { try read(other + [0x05] + counter) }
        for rest: [UInt8] in [[0x05] + counter + [0], [0x85] + counter, [0x85] + counter + [0x80], [0x45] + counter] {
            #expect(throws: PasskeyFault.malformed) { try read(Self.hash + rest) }
        }
        let (long, none) = ([UInt8](repeating: 1, count: 1024), [UInt8]())
        for (id, size) in [(long, [4, 0] as [UInt8]), (none, [0, 0])] {
            let data = Self.hash + [0x45] + counter + [UInt8](repeating: 0, count: 16) + size + id + [0xA0]
            let object = Self.object(data)
            let made = PasskeyRegistration(credential: id, clientData: Self.created, attestation: object)
            #expect(throws: PasskeyFault.wrongCredential) { try made.verify(Array(0..<32), for: Self.party) }
        }
    }

    private static func object(_ data: [UInt8], more: [UInt8] = []) -> [UInt8] {
        [0xA3, 0x63] + Array("fmt".utf8) + [0x64] + Array("none".utf8) + [0x67] + Array("attStmt".utf8) + [0xA0, 0x68]
            + Array("authData".utf8) + [0x59, UInt8(data.count >> 8), UInt8(data.count & 0xFF)] + data + more
    }

    @Test func statementsAreIgnoredAndRestsAreNot() throws {
        let data = Array(Self.attestation.suffix(148))
        func verify(_ attestation: [UInt8]) throws {
            _ = try PasskeyRegistration(
                credential: Self.credential, clientData: Self.created, attestation: attestation
            ).verify(Array(0..<32), for: Self.party)
        }
        try verify(Self.object(data))
        for wrong in [Self.object(data, more: [0]), Self.object(data + [0]), Self.attestation + [0xF6]] {
            #expect(throws: PasskeyFault.malformed) { try verify(wrong) }
        }
    }

    @Test func onlyKeysOfOneKindAreTaken() throws {
        let bytes = try Self.key().bytes
        let (x, y) = (Array(bytes.prefix(32)), Array(bytes.suffix(32)))
        let right: [CBOR: CBOR] = [
            .unsigned(1): .unsigned(2), .unsigned(3): .negative(6), .negative(0): .unsigned(1),
            .negative(1): .bytes(x), .negative(2): .bytes(y),
        ]
        #expect(try PasskeyKey(cose: .map(right)).bytes == bytes)
        // RS256, EdDSA, ES384, and the right one in words.
        for algorithm in [CBOR.negative(256), .negative(7), .negative(34), .unsigned(7), .text("-7"), .simple] {
            let other = right.merging([.unsigned(3): algorithm]) { $1 }
            #expect(throws: PasskeyFault.wrongAlgorithm) { try PasskeyKey(cose: .map(other)) }
        }
        let wrong: [(CBOR, CBOR)] = [
            (.unsigned(1), .unsigned(1)), (.unsigned(1), .unsigned(3)), (.negative(0), .unsigned(2)),
            (.negative(1), .bytes(Array(x.dropLast()))), (.negative(2), .bytes(y + [0])), (.negative(2), .simple),
            (.negative(2), .bytes(x)), (.negative(1), .bytes([UInt8](repeating: 0xFF, count: 32))),
        ]
        for (key, value) in wrong {
            let other = right.merging([key: value]) { $1 }
            #expect(throws: PasskeyFault.wrongKey) { try PasskeyKey(cose: .map(other)) }
        }
        for other in [CBOR.list([]), .map([:]), .simple] {
            #expect(throws: PasskeyFault.wrongAlgorithm) { try PasskeyKey(cose: other) }
        }
        #expect(throws: PasskeyFault.wrongKey) { try PasskeyKey([]) }
        #expect(throws: PasskeyFault.wrongKey) { try PasskeyKey([UInt8](repeating: 0, count: 64)) }
    }

    // MARK: CBOR

    @Test func cborIsRead() throws {
        // RFC 8949, appendix A.
        let known: [(String, CBOR)] = [
            ("00", .unsigned(0)), ("17", .unsigned(23)), ("1818", .unsigned(24)), ("1903e8", .unsigned(1000)),
            ("1a000f4240", .unsigned(1_000_000)), ("1bffffffffffffffff", .unsigned(.max)), ("20", .negative(0)),
            ("3bffffffffffffffff", .negative(.max)), ("3903e7", .negative(999)), ("f4", .simple), ("f6", .simple),
            ("f90001", .simple), ("fb3ff199999999999a", .simple), ("40", .bytes([])),
            ("4401020304", .bytes([1, 2, 3, 4])), ("60", .text("")), ("62c3bc", .text("ü")),
            ("64f0908591", .text("\u{10151}")), ("80", .list([])),
            (
                "8301820203820405",
                .list([
                    .unsigned(1), .list([.unsigned(2), .unsigned(3)]),
                    .list([.unsigned(4), .unsigned(5)]),
                ])
            ),
            ("a0", .map([:])), ("a201020304", .map([.unsigned(1): .unsigned(2), .unsigned(3): .unsigned(4)])),
            ("a26161016162820203", .map([.text("a"): .unsigned(1), .text("b"): .list([.unsigned(2), .unsigned(3)])])),
        ]
        for (text, value) in known {
            let bytes = Self.unhex(text)
            var reader = ByteReader(bytes)
            #expect(try reader.cbor() == value && reader.rest.isEmpty, "\(text)")
            for count in bytes.indices {
                #expect(throws: PasskeyFault.malformed) {
                    var cut = ByteReader(bytes.prefix(count))
                    _ = try cut.cbor()
                }
            }
        }
    }

    private static func unhex(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test func cborThatIsTooMuchOrNotAllowedIsRefused() {
        let long = [UInt8](repeating: 0, count: 256)
        let wrong: [[UInt8]] = [
            // A thousand levels, of lists and of maps; and many values on one level.
            [UInt8](repeating: 0x81, count: 1000) + [0], (0..<1000).flatMap { _ in [0xA1, 0x00] as [UInt8] } + [0],
            [0x99, 0x01, 0x00] + long,
            // Lengths that nothing follows, and that no machine holds.
            Self.unhex("5bffffffffffffffff"), Self.unhex("7b7fffffffffffffff"), Self.unhex("9bffffffffffffffff"),
            Self.unhex("bbffffffffffffffff"), Self.unhex("9b0000000100000000"), Self.unhex("5affffffff00"),
            // Lengths that aren't known, their ends, reserved ones, and tags.
            Self.unhex("5f42010243030405ff"), Self.unhex("9fff"), Self.unhex("bfff"), Self.unhex("7fff"),
            [0xFF], [0x1C], [0x3D], [0x5E], [0xDC], Self.unhex("c074323031332d30332d32315432303a30343a30305a"),
            // A key twice, in whichever writing, and keys that can't be any.
            Self.unhex("a201020103"), Self.unhex("a2010218010300"), Self.unhex("a2616101616102"),
            Self.unhex("a14001"), Self.unhex("a18001"), Self.unhex("a1a001"), Self.unhex("a1f601"),
            // Text that isn't UTF-8.
            Self.unhex("61ff"), Self.unhex("62c328"), [],
        ]
        for bytes in wrong {
            #expect(throws: PasskeyFault.malformed, "\(bytes.prefix(12))") {
                var reader = ByteReader(bytes)
                _ = try reader.cbor()
            }
        }
    }

    @Test func base64ReadsWhatItWrites() {
        // RFC 4648, section 10.
        let known = ["": "", "f": "Zg", "fo": "Zm8", "foo": "Zm9v", "foob": "Zm9vYg", "fooba": "Zm9vYmE"]
        for (plain, text) in known {
            #expect(Base64URL.text(plain.utf8) == text && Base64URL.bytes(text) == Array(plain.utf8))
        }
        #expect(Base64URL.text([0xFB, 0xFF]) == "-_8")
        for wrong in ["Z", "Zh", "Zm9", "Zg==", "+_8", "-/8", "Zg ", "Zgé", "\0"] {
            #expect(Base64URL.bytes(wrong) == nil, "\(wrong)")
        }
    }

    // MARK: Challenges

    @Test func aChallengeHoldsItsTimeAndItsServer() throws {
        let key = try #require(SecretKey(String(repeating: "0a", count: 32)))
        let other = try #require(SecretKey(String(repeating: "0b", count: 32)))
        let made = PasskeyChallenge(key, .live)
        let now = made.issuedAt
        func issuedAt(_ bytes: [UInt8], _ key: SecretKey, _ now: Instant) -> Instant? {
            PasskeyChallenge(bytes, key, now: now)?.issuedAt
        }
        #expect(issuedAt(made.bytes, key, now) == now && made.bytes.count == 56)
        #expect(issuedAt(made.bytes, key, now + .milliseconds(299_999)) == now)
        #expect(issuedAt(made.bytes, key, now + .seconds(300)) == nil)
        #expect(
            issuedAt(made.bytes, key, now - .seconds(60)) == now && issuedAt(made.bytes, key, now - .seconds(61)) == nil
        )
        #expect(issuedAt(made.bytes, other, now) == nil)
        for place in made.bytes.indices {
            var bytes = made.bytes
            bytes[place] ^= 1
            #expect(issuedAt(bytes, key, now) == nil)
            #expect(issuedAt(Array(made.bytes.prefix(place)), key, now) == nil)
        }
        #expect(issuedAt(made.bytes + [0], key, now) == nil)
        #expect(PasskeyChallenge(key, .live).bytes != made.bytes)
    }
}
