import HTTPTypes
import NIOCore

/// The headers of every answer that restrict what browsers do with it.
final class SecurityHeaders: Sendable {
    /// Those that no route sets.
    private let own: String
    /// All of them.
    private let all: String

    private static let caching = "Cache-Control: no-store\r\n"
    private static let policy = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"

    /// - Parameter origins: the address of this server. Over HTTPS, browsers are told to keep to it (HSTS, RFC 6797).
    init(_ origins: Origins) {
        var own = "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
        if origins.isHTTPS {
            let scope = origins.coversSubdomains ? "; includeSubDomains" : ""
            own += "Strict-Transport-Security: max-age=31536000\(scope)\r\n"
        }
        self.own = own
        all = own + Self.caching + Self.policy
    }

    /// Which of these headers a route has set itself.
    struct Named {
        fileprivate var caching = false
        fileprivate var policy = false

        mutating func note(_ name: HTTPField.Name) {
            if name == .cacheControl { caching = true }
            if name == .contentSecurityPolicy { policy = true }
        }
    }

    /// Writes them and, unless the route set others, those for data: no cache stores it, and nothing in it is rendered or run.
    func write(to buffer: inout ByteBuffer, besides named: Named) {
        guard named.caching || named.policy else {
            buffer.writeString(all)
            return
        }
        buffer.writeString(own)
        if !named.caching { buffer.writeString(Self.caching) }
        if !named.policy { buffer.writeString(Self.policy) }
    }
}
