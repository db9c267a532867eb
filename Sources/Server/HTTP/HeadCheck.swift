import Core
import HTTPTypes
import NIOHTTP1
import Storage

/// The rules for a request's head, which is checked before anything compares its contents.
enum HeadCheck {
    /// The largest head: its first line and all headers.
    private static let largest = 16 * 1024
    /// The most headers.
    private static let mostHeaders = 100

    /// The largest head that the parser accepts.
    static var limits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        (limits.maxHeaderListSize, limits.maxHeaderFieldSize) = (largest, largest)
        limits.maxHeaderFieldCount = mostHeaders
        return limits
    }

    /// Why a head couldn't be parsed.
    static func problem(_ error: HTTPParserError) -> Problem {
        let values: Values = ["max": .integer(largest / 1024), "headers": .integer(mostHeaders)]
        return error == .headerOverflow ? Problem(.headTooLarge, values) : Problem(.malformedHead)
    }

    /// What is wrong with a head; nil if it may be passed on.
    static func problem(_ head: HTTPRequestHead) -> Problem? {
        guard head.uri.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return Problem(.malformedHead) }
        guard MarkRun.admitsUnescaped(head.uri) else {
            return Problem(.addressMarks, ["max": .integer(MarkRun.longest)])
        }
        var hosts = 0
        for (name, value) in head.headers {
            if name.isBytes(ignoringCase: "host") {
                hosts += 1
                guard isAuthority(value) else { return Problem(.wrongHost) }
            } else if !value.utf8.allSatisfy({ $0 < 0x80 }), isRead(name) {
                return Problem(.headerNotASCII, ["name": .text(name)])
            }
        }
        // RFC 9112, section 3.2. HTTP/1.0 knows no Host.
        guard hosts == 1 || hosts == 0 && head.version == .http1_0 else { return Problem(.wrongHost) }
        guard isFramed(head.headers) else { return Problem(.malformedHead) }
        return nil
    }

    /// Whether the only encoding of the body is the one by chunks, if there is any: of others this server doesn't know where they end, or what
    /// they hold (RFC 9112, section 6.1).
    private static func isFramed(_ headers: HTTPHeaders) -> Bool {
        guard let encoding = headers.trimmed("Transfer-Encoding") else { return true }
        return encoding.isBytes(ignoringCase: "chunked") && headers["Transfer-Encoding"].count == 1
            && !headers.contains(name: "Content-Length")
    }

    /// Headers that are compared or parsed. (Not cookies: other programs at the same address set theirs too, and this server's are
    /// compared as bytes.) Others may hold any text, which nothing reads.
    private static let read = Set(
        [
            "accept-encoding", "authorization", "connection", "content-encoding", "content-length", "content-type",
            "expect", "forwarded", "idempotency-key", "if-match", "if-none-match", "origin", "sec-fetch-site",
            "traceparent",
            "transfer-encoding", "upgrade", "x-forwarded-for", "x-real-ip", "x-request-id",
        ])

    private static func isRead(_ name: String) -> Bool {
        let name = name.smallASCII
        return read.contains(name) || name.hasBytes(first: "access-control-")
    }

    /// Whether it is a host, by name or address, and perhaps a port (RFC 3986, section 3.2).
    private static func isAuthority(_ text: String) -> Bool {
        var rest = Substring(text).utf8
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = rest[..<end].dropFirst()
            guard !address.isEmpty, address.allSatisfy({ isOfName($0) || $0 == UInt8(ascii: ":") }) else {
                return false
            }
            rest = rest[end...].dropFirst()
        } else {
            let name = rest.prefix { $0 != UInt8(ascii: ":") }
            guard !name.isEmpty, name.allSatisfy(isOfName) else { return false }
            rest = rest[name.endIndex...]
        }
        guard let colon = rest.popFirst() else { return true }
        return colon == UInt8(ascii: ":") && rest.count <= 5
            && rest.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// The characters of a registered name: unreserved ones, sub-delimiters, and those of percent-encoding.
    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: signs.contains(byte)
        }
    }

    private static let signs = Array("-._~!$&'()*+,;=%".utf8)
}

extension MarkRun {
    /// Whether no run of combining marks in an address is too long once percent-encoded bytes are decoded.
    fileprivate static func admitsUnescaped(_ address: String) -> Bool {
        guard address.utf8.contains(UInt8(ascii: "%")) else { return true }
        var bytes: [UInt8] = []
        var rest = Substring(address).utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return admits(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }
}
