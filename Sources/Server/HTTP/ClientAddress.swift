import Core
import Foundation
import HTTPTypes
import NIOCore
import Storage

/// The client's address: the other end of the connection or, behind known proxies, the address that they name.
struct ClientAddress: Sendable {
    /// The network that limits count by and security events name: an IPv4 address, or the first 64 bits of an IPv6 address, which
    /// belong to one household (`2001:db8:1:2::/64`).
    let network: String

    /// - Parameters:
    ///   - peer: the other end of the connection.
    ///   - proxies: those whose header is believed; everyone else's is ignored.
    init(peer: SocketAddress?, headers: HTTPFields, proxies: TrustedProxies) {
        var address = peer.flatMap { IPAddress($0) }
        if let peer = address, proxies.contains(peer) {
            // Starting with the nearest: each proxy adds its peer, and the first that isn't a known proxy is the client.
            for hop in proxies.header.hops(headers).reversed() {
                guard let hop, let next = IPAddress(hop) else { break }
                address = next
                if !proxies.contains(next) { break }
            }
        }
        network = address?.network ?? "unknown"
    }
}

/// The header in which proxies name their peer. Only one is believed: a header that a proxy doesn't set itself is passed on from
/// strangers.
enum ClientAddressHeader: String, CaseIterable, Sendable {
    case xForwardedFor = "x-forwarded-for"
    /// RFC 7239.
    case forwarded
    case xRealIP = "x-real-ip"

    /// The addresses, the nearest last; nil for one that is hidden.
    fileprivate func hops(_ headers: HTTPFields) -> [String?] {
        switch self {
        case .xForwardedFor: headers[values: .forwardedFor].flatMap { Self.addresses($0) }
        case .xRealIP: headers[values: .realIP].suffix(1).flatMap { Self.addresses($0) }
        case .forwarded:
            headers[values: .forwarded].flatMap { Self.split($0, at: ",") }.map { element in
                let pairs = Self.split(element, at: ";").map { Substring($0).utf8.trimmed }
                let pair = pairs.first { String(Substring($0.prefix(4))).smallASCII.isBytes("for=") }
                return pair.map { String(Substring($0.dropFirst(4))).replacing("\"", with: "") }
            }
        }
    }

    private static func addresses(_ value: String) -> [String?] {
        Substring(value).utf8.parts(by: ",").map { String(Substring($0)) }
    }

    /// At separators that don't stand between quotes.
    private static func split(_ value: String, at separator: Unicode.Scalar) -> [String] {
        var parts: [[UInt8]] = [[]]
        var (isQuoted, isEscaped) = (false, false)
        for byte in value.utf8 {
            if byte == UInt8(ascii: separator), !isQuoted {
                parts.append([])
                continue
            }
            if byte == UInt8(ascii: "\""), !isEscaped { isQuoted.toggle() }
            isEscaped = isQuoted && !isEscaped && byte == UInt8(ascii: "\\")
            parts[parts.count - 1].append(byte)
        }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }
}

/// The proxies in front of this server, as single addresses and as networks (`10.0.0.0/8`).
struct TrustedProxies: Sendable {
    private let networks: [(address: IPAddress, bits: Int)]
    let header: ClientAddressHeader

    static let none = TrustedProxies(networks: [])
    var isEmpty: Bool { networks.isEmpty }

    private init(networks: [(address: IPAddress, bits: Int)]) {
        self.networks = networks
        header = .xForwardedFor
    }

    /// - Parameters:
    ///   - text: addresses and networks, separated by commas. Throws `SettingsError` for anything else.
    ///   - header: the header in which they name the client.
    init(_ text: String, header: ClientAddressHeader = .xForwardedFor) throws {
        self.header = header
        networks = try text.split(separator: ",").map { part in
            let part = part.trimmingCharacters(in: .whitespaces)
            let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let address = halves.first.flatMap({ IPAddress($0) }) else { throw Self.wrong(part) }
            guard halves.count == 2 else { return (address, address.bytes.count * 8) }
            guard let bits = Int(halves[1]), (0...address.bytes.count * 8).contains(bits) else {
                throw Self.wrong(part)
            }
            return (address, bits)
        }
    }

    private static func wrong(_ part: String) -> SettingsError {
        SettingsError(
            "POLIER_TRUSTED_PROXIES names '\(part)', which is neither an address nor a network like 10.0.0.0/8")
    }

    func contains(_ address: IPAddress) -> Bool {
        networks.contains { $0.address.sharesPrefix(with: address, bits: $0.bits) }
    }
}

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) is an IPv4 address.
struct IPAddress: Sendable, Equatable {
    /// Four bytes or sixteen.
    let bytes: [UInt8]

    init?(_ text: String) {
        // Some proxies append the port.
        let (bytes, colon) = (Substring(text).utf8, UInt8(ascii: ":"))
        let isV4 = bytes.count { $0 == colon } == 1
        let isBracketed = bytes.first == UInt8(ascii: "[")
        let plain = Substring(
            isBracketed
                ? bytes.dropFirst().prefix { $0 != UInt8(ascii: "]") } : bytes.prefix { !isV4 || $0 != colon })
        var (four, six) = ([UInt8](repeating: 0, count: 4), [UInt8](repeating: 0, count: 16))
        if inet_pton(AF_INET, String(plain), &four) == 1 {
            self.bytes = four
        } else if inet_pton(AF_INET6, String(plain), &six) == 1 {
            self.bytes = Self.unmapped(six)
        } else {
            return nil
        }
    }

    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        self.init(text)
    }

    private static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
        bytes.prefix(12).elementsEqual([UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]) ? Array(bytes[12...]) : bytes
    }

    func sharesPrefix(with other: IPAddress, bits: Int) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        return (0..<bits).allSatisfy { bit in
            (bytes[bit / 8] ^ other.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    fileprivate var network: String {
        guard bytes.count == 16 else { return bytes.map { "\($0)" }.joined(separator: ".") }
        let groups = stride(from: 0, to: 8, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        return groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }
}

extension HTTPField.Name {
    static let forwardedFor = Self("X-Forwarded-For") ?? { preconditionFailure("not a header name") }()
    static let forwarded = Self("Forwarded") ?? { preconditionFailure("not a header name") }()
    static let realIP = Self("X-Real-IP") ?? { preconditionFailure("not a header name") }()
}
