import Core
import Storage
import Testing

@Suite("Quantities, ids and email addresses")
struct ValueTests {
    @Test(
        "a quantity is written as the shortest decimal",
        arguments: [
            (0, "0"), (1, "0.001"), (10, "0.01"), (100, "0.1"), (1000, "1"), (-1, "-0.001"),
            (-500, "-0.5"),
            (3125, "3.125"),
            (12_340, "12.34"), (-1_000_000, "-1000"), (9_999_999_999_999, "9999999999.999"),
            (.max, "9223372036854775.807"), (.min, "-9223372036854775.808"),
        ] as [(Int64, String)])
    func quantity(thousandths: Int64, text: String) {
        #expect(Quantity(thousandths: thousandths).text == text)
        #expect(Quantity(thousandths: thousandths).sqlValue == .integer(thousandths))
    }

    @Test("at each place of an id, only its own characters are allowed")
    func everyByteOfAnID() {
        let text = Array("0192d3a4-5b6c-7d8e-9f01-23456789abcd".utf8)
        let dashes = [8, 13, 18, 23]
        for place in text.indices {
            for byte in UInt8(0)..<128 {
                var changed = text
                changed[place] = byte
                let isDigit = Unicode.Scalar(byte).properties.isASCIIHexDigit
                let isAllowed = dashes.contains(place) ? byte == UInt8(ascii: "-") : isDigit
                let id = ID<Int>(String(decoding: changed, as: UTF8.self))
                #expect((id != nil) == isAllowed, "byte \(byte) at \(place)")
                if let id { #expect(id.text == String(decoding: changed, as: UTF8.self).lowercased()) }
            }
        }
    }

    @Test("an id is a UUID, in small letters")
    func id() throws {
        let id = try #require(ID<Int>("0192D3A4-5B6C-7D8E-9F01-23456789ABCD"))
        #expect(id.text == "0192d3a4-5b6c-7d8e-9f01-23456789abcd")
        #expect(id == ID("0192d3a4-5b6c-7d8e-9f01-23456789abcd"))
    }

    @Test(
        "what isn't a UUID is no id",
        arguments: [
            "", "x", "0192d3a45b6c7d8e9f0123456789abcd", "{0192d3a4-5b6c-7d8e-9f01-23456789abcd}",
            "0192d3a4-5b6c-7d8e-9f01-23456789abc", "0192d3a4-5b6c-7d8e-9f01-23456789abcde",
            "0192d3a4-5b6c-7d8e-9f01-23456789abcg",
            "0192d3a45-b6c-7d8e-9f01-23456789abcd", "0192d3a4-5b6c-7d8e-9f01-23456789ab\0d",
            "0192d3a4-5b6c-7d8e-9f01-23456789abé",
            // One dash that is none, at each place.
            "0192d3a4 5b6c-7d8e-9f01-23456789abcd", "0192d3a4-5b6c 7d8e-9f01-23456789abcd",
            "0192d3a4-5b6c-7d8e 9f01-23456789abcd", "0192d3a4-5b6c-7d8e-9f01 23456789abcd",
            "------------------------------------", " 192d3a4-5b6c-7d8e-9f01-23456789abcd",
            "0192d3a4–5b6c-7d8e-9f01-23456789a",
            "' OR 1=1 --                         ",
        ])
    func noID(text: String) {
        #expect(ID<Int>(text) == nil)
    }

    @Test("new ids are of version 7, sort by their time, and differ")
    func newIDs() throws {
        let early = Runtime(
            now: { Instant(milliseconds: 0x0192_d3a4_5b6c) },
            randomBytes: { [UInt8](repeating: 0xFF, count: $0) })
        let late = Runtime(
            now: { Instant(milliseconds: 0x0192_d3a4_5b6d) },
            randomBytes: { [UInt8](repeating: 0, count: $0) })
        let (first, second): (ID<Int>, ID<Int>) = (early.newID(), late.newID())
        #expect(first.text == "0192d3a4-5b6c-7fff-bfff-ffffffffffff")
        #expect(second.text == "0192d3a4-5b6d-7000-8000-000000000000")
        #expect(first < second)
        #expect(ID<Int>(first.text) == first)
        let many = Set((0..<10_000).map { _ in (Runtime.live.newID() as ID<Int>).text })
        #expect(many.count == 10_000)
        #expect(Runtime.live.randomBytes(0) == [] && Runtime.live.randomBytes(17).count == 17)
    }

    @Test(
        "spellings of one address fold alike",
        arguments: [
            ["a@b.de", "A@B.DE", "a@B.de"],
            ["straße@x.de", "STRASSE@x.de", "STRAẞE@X.DE", "strasse@x.de"],
            ["müller@x.de", "MÜLLER@X.de", "mu\u{308}ller@x.de", "MU\u{308}LLER@x.de"],
            ["σίσυφος@x.gr", "ΣΊΣΥΦΟΣ@X.GR"],
            ["ﬁsch@x.de", "FISCH@x.de"],
            ["i@x.de", "I@X.DE"],
            ["a@müller.de", "A@MÜLLER.de", "a@mu\u{308}ller.de", "a@xn--mller-kva.de", "a@XN--MLLER-KVA.de"],
        ])
    func sameAddress(spellings: [String]) throws {
        let folded = try spellings.map { try #require(EmailAddress($0), "\($0)").folded }
        #expect(Set(folded.map { Array($0.utf8) }).count == 1, "\(folded)")
        #expect(EmailAddress(spellings[0])?.text == spellings[0])
    }

    @Test("other addresses fold to others")
    func otherAddresses() throws {
        let addresses = [
            "a@b.de", "á@b.de", "a.b@b.de", "ab@b.de", "a+c@b.de", "muller@x.de", "mueller@x.de",
            "müller@x.de",
            "a@localhost", "a@muller.de", "a@müller.de", "a@strasse.de", "a@straße.de",
        ]
        #expect(
            Set(try addresses.map { try #require(EmailAddress($0), "\($0)").folded }).count
                == addresses.count)
    }

    @Test(
        "what can't be an address is none",
        arguments: [
            "", "@", "a", "a@", "@b", "a@b@c", "a b@c.de", "a@b c.de", " a@b.de", "a@b.de ", "a@b.de\n",
            "a\0@b.de",
            "a@b..de",
            "a@.de", "a@b.", "a@-b.de", "a@b-.de", ".a@b.de", "a.@b.de", "a..b@c.de", "\"a b\"@c.de",
            "a@[127.0.0.1]",
            "<a@b.de>",
            "a,b@c.de", "a@b.de,c@d.de", "a@b;c.de", "a\u{200B}b@c.de", "a\u{202E}b@c.de",
            "a\u{A0}b@c.de", "a\tb@c.de",
            "a\u{FEFF}@c.de", "a\u{2028}@c.de", String(repeating: "a", count: 65) + "@b.de",
            "a@" + String(repeating: "b", count: 64) + ".de",
            "a@" + String(repeating: "b.", count: 130) + "de",
            "a@b_c.de", "a@b%0ac.de", "a@b/c.de", "a@b?c.de", "a@b#c.de", "a@b'c.de", "a@\u{5D0}b.de",
            "a@" + String(repeating: "ü", count: 60) + ".de",
        ])
    func noAddress(text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test("mail is sent to an address in ASCII")
    func mailable() {
        #expect(EmailAddress("Lena+Bad@Müller-Fliesen.DE")?.mailable == "Lena+Bad@xn--mller-fliesen-wob.de")
        #expect(EmailAddress("lena@faß.de")?.mailable == "lena@xn--fa-hia.de", "not fass.de, which is someone else's")
        #expect(EmailAddress("lena@münchen。de")?.mailable == "lena@xn--mnchen-3ya.de")
        #expect(EmailAddress("müller@x.de")?.mailable == nil)
    }
}
