import Testing

import Storage

@Suite struct BytesTests {
    /// Texts that Swift takes for one are two.
    @Test func textsAreTheirBytes() {
        #expect("caf\u{E9}" == "cafe\u{301}" && !"caf\u{E9}".isBytes("cafe\u{301}"))
        #expect("Bearer".isBytes(ignoringCase: "bEARER") && !"Ä".isBytes(ignoringCase: "ä"))
        #expect(!"K".isBytes(ignoringCase: "\u{212A}"), "the sign for Kelvin")
        #expect("[".smallASCII == "[" && "AZ@Ä".smallASCII == "az@Ä")
        #expect("text/html".hasBytes(first: "text/") && !"tex".hasBytes(first: "text/"))
        let parts = Substring(" a ,\tb;q=0 ,, c").utf8.parts(by: ",")
        #expect(parts.map { String(Substring($0)) } == ["a", "b;q=0", "", "c"].filter { !$0.isEmpty })
    }
}
