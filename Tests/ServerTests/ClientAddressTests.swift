import HTTPTypes
import NIOCore
import Testing

@testable import Server

/// The client's address, as reported by a known proxy.
@Suite struct ClientAddressTests {
    @Test(arguments: [
        (ClientAddressHeader.xForwardedFor, "198.51.100.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (.xForwardedFor, "198.51.100.7, secret, 10.0.0.2", "10.0.0.2"),
        (.forwarded, "for=198.51.100.7, For=203.0.113.9;proto=https;by=10.0.0.2", "203.0.113.9"),
        (.forwarded, "for=\"[2001:db8:1:2::7]:4711\"", "2001:db8:1:2::/64"),
        (.forwarded, "proto=https; for=203.0.113.9:80", "203.0.113.9"),
        (.forwarded, "for=203.0.113.9, for=_hidden", "10.0.0.1"),
        (.forwarded, "for=203.0.113.9, for=10.0.0.2", "203.0.113.9"),
        // Text that a caller may have put in the host's place is no hop.
        (.forwarded, "for=203.0.113.9;host=\"a,for=198.51.100.7\"", "203.0.113.9"),
        (.forwarded, "for=203.0.113.9;host=\"a\\\",for=198.51.100.7\"", "203.0.113.9"),
        (.forwarded, "by=203.0.113.9", "10.0.0.1"),
        (.xRealIP, "203.0.113.9", "203.0.113.9"),
        (.xRealIP, "unknown", "10.0.0.1"),
    ])
    func theHeaderThatIsSetNamesTheClient(_ header: ClientAddressHeader, _ value: String, _ network: String) throws {
        let proxies = try TrustedProxies("10.0.0.0/8", header: header)
        let names: [ClientAddressHeader: HTTPField.Name] = [
            .xForwardedFor: .forwardedFor, .forwarded: .forwarded, .xRealIP: .realIP,
        ]
        let peer = try SocketAddress(ipAddress: "10.0.0.1", port: 1)
        var headers = HTTPFields()
        for (other, name) in names where other != header { headers[name] = "for=198.51.100.1" }
        headers[try #require(names[header])] = value
        #expect(ClientAddress(peer: peer, headers: headers, proxies: proxies).network == network)
        let stranger = try SocketAddress(ipAddress: "192.0.2.5", port: 1)
        #expect(ClientAddress(peer: stranger, headers: headers, proxies: proxies).network == "192.0.2.5")
    }
}
