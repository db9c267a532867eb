import Core
import Foundation
import HTTPTypes
import Storage

/// Which web pages may use this server: those of its own address, and those of the allowed origins.
struct Origins: Sendable {
    /// The public address of this server, as browsers write an origin: in lower case, an
    /// internationalised name in ASCII, without the usual port and without a slash at the end.
    let publicURL: String
    private let allowed: Set<String>
    /// Whether browsers keep to HTTPS for all subdomains too (`POLIER_HSTS_SUBDOMAINS`).
    let coversSubdomains: Bool

    /// Whether this server can only be reached from its own machine.
    var isLocal: Bool {
        ["127.0.0.1", "localhost", "::1", "[::1]"].contains(URLComponents(string: publicURL)?.host?.lowercased() ?? "")
    }

    /// Whether this is the wildcard address, which accepts listening but not connecting.
    var isUnnamed: Bool { ["0.0.0.0", "::", "[::]"].contains(URLComponents(string: publicURL)?.host ?? "") }

    var isHTTPS: Bool { publicURL.hasPrefix("https://") }

    /// Whom passkeys are for; nil where browsers have none: on an IP address, and without HTTPS but on `localhost`.
    var relyingParty: RelyingParty? {
        guard let host = URLComponents(string: publicURL)?.encodedHost, !host.isEmpty,
            !host.utf8.contains(UInt8(ascii: ":")),
            isHTTPS || host.isBytes("localhost"),
            // Browsers read a host as an IPv4 address if its last label is a number (WHATWG URL, "ends in a number").
            let last = host.split(separator: ".").last, last.utf8.first.map({ !(48...57).contains($0) }) == true
        else { return nil }
        return RelyingParty(id: host, origins: [publicURL] + allowed.sorted())
    }

    /// - Parameters:
    ///   - publicURL: `https://` or `http://`, a host, perhaps a port.
    ///   - allowed: other pages' origins, separated by commas. Throws `SettingsError` for what isn't one.
    ///   - coversSubdomains: whether HTTPS is required of all subdomains too.
    init(publicURL: String, allowed: String, coversSubdomains: Bool = false) throws {
        guard let origin = Self.origin(of: publicURL), ["", "/"].contains(URLComponents(string: publicURL)?.path) else {
            throw SettingsError(
                \.publicURL, is: publicURL, must: "be an address like https://polier.example.de, without a path")
        }
        self.publicURL = origin
        self.coversSubdomains = coversSubdomains
        self.allowed = Set(
            try allowed.split(separator: ",").map { part in
                let text = part.trimmingCharacters(in: .whitespaces)
                guard let origin = Self.origin(of: text), URLComponents(string: text)?.path == "" else {
                    throw SettingsError(
                        "POLIER_ALLOWED_ORIGINS names '\(text)'; it must be origins like https://app.example.de, without a path"
                    )
                }
                return origin
            })
    }

    private static func origin(of url: String) -> String? {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.encodedHost?.lowercased(), !host.isEmpty,
            parts.user == nil, parts.query == nil, parts.fragment == nil, (0...65535).contains(parts.port ?? 80)
        else { return nil }
        // Browsers omit the default port.
        let port = parts.port == (scheme == "https" ? 443 : 80) ? nil : parts.port
        return "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    }

    // MARK: Cookies

    /// Whether a request that a cookie signs in comes from a page of this server. Browsers say so in `Sec-Fetch-Site`; without that
    /// header, over plain HTTP, the origin must be a known one.
    func isSameSite(_ request: HTTPRequest) -> Bool {
        if let site = request.headerFields[.secFetchSite] { return site.isBytes("same-origin") || site.isBytes("none") }
        guard let origin = Self.origin(of: request) else { return false }
        let host = request.authority?.smallASCII
        return origin.isBytes(publicURL) || allowed.contains(origin)
            || host.map { origin.isBytes("http://\($0)") || origin.isBytes("https://\($0)") } ?? false
    }

    // MARK: Cross-origin requests

    /// The answer to a preflight request (the Fetch standard). Nil if it isn't one, or the page's origin isn't allowed.
    func preflight(_ request: HTTPRequest) -> Answer? {
        guard request.method == .options, request.headerFields[.accessControlRequestMethod] != nil,
            allows(request)
        else { return nil }
        var answer = Answer.noContent
        answer.headers[.accessControlAllowMethods] = "GET, HEAD, POST, PUT, PATCH, DELETE"
        answer.headers[.accessControlAllowHeaders] = "Authorization, Content-Type, If-Match, Idempotency-Key"
        answer.headers[.accessControlMaxAge] = "7200"
        return answer
    }

    /// Lets a page of an allowed origin read the answer.
    func addHeaders(to headers: inout HTTPFields, for request: HTTPRequest) {
        guard !allowed.isEmpty else { return }
        headers.append(HTTPField(name: .vary, value: "Origin"))
        guard allows(request), let origin = request.headerFields[.origin] else { return }
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlExposeHeaders] = "ETag, Link, Retry-After, X-Request-Id"
    }

    /// Lets a page that may read one answer read another one to the same request.
    static func copyHeaders(from headers: HTTPFields, to others: inout HTTPFields) {
        for name in [.vary, .accessControlAllowOrigin, .accessControlExposeHeaders] as [HTTPField.Name] {
            if let value = headers[name] { others[name] = value }
        }
    }

    private func allows(_ request: HTTPRequest) -> Bool {
        Self.origin(of: request).map { allowed.contains($0) } ?? false
    }

    /// The origin of the requesting page, in lower case. It is ASCII: `HeadCheck` refuses other heads.
    private static func origin(of request: HTTPRequest) -> String? { request.headerFields[.origin]?.smallASCII }
}

extension HTTPField.Name {
    static let secFetchSite = Self("Sec-Fetch-Site") ?? { preconditionFailure("not a header name") }()
}
