import Core
import Foundation
import HTTPTypes

/// Which web pages may use this server: those of its own address, and those of the allowed origins.
struct Origins: Sendable {
    /// The address that people and browsers know this server by, as browsers write an origin: in small letters, an
    /// internationalised name in ASCII, without the usual port and without a slash at the end.
    let publicURL: String
    private let allowed: Set<String>
    /// Whether browsers that came by https keep to it for all names below this one too (`POLIER_HSTS_SUBDOMAINS`).
    let coversSubdomains: Bool

    /// Whether people reach this server from its own machine only.
    var isLocal: Bool {
        ["127.0.0.1", "localhost", "::1", "[::1]"].contains(URLComponents(string: publicURL)?.host?.lowercased() ?? "")
    }

    /// Whether the address is that of all networks, which is for listening on and not for going to.
    var isUnnamed: Bool { ["0.0.0.0", "::", "[::]"].contains(URLComponents(string: publicURL)?.host ?? "") }

    var isHTTPS: Bool { publicURL.hasPrefix("https://") }

    /// - Parameters:
    ///   - publicURL: `https://` or `http://`, a host, perhaps a port.
    ///   - allowed: other pages' origins, separated by commas. Throws `SettingsError` for what isn't one.
    ///   - coversSubdomains: whether https is for all names below the host's too.
    init(publicURL: String, allowed: String, coversSubdomains: Bool = false) throws {
        guard let origin = Self.origin(of: publicURL), ["", "/"].contains(URLComponents(string: publicURL)?.path) else {
            throw SettingsError(
                .publicURL, is: publicURL, must: "be an address like https://polier.example.de, without a path")
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
        // Browsers leave the usual port out.
        let port = parts.port == (scheme == "https" ? 443 : 80) ? nil : parts.port
        return "\(scheme)://\(host)" + (port.map { ":\($0)" } ?? "")
    }

    // MARK: Cookies

    /// Whether a request that a cookie signs in comes from a page of ours. Browsers say so in `Sec-Fetch-Site`; where they send
    /// none, over plain http, the origin must be one we know.
    func isSameSite(_ request: HTTPRequest) -> Bool {
        if let site = request.headerFields[.secFetchSite] { return site.isBytes("same-origin") || site.isBytes("none") }
        guard let origin = Self.origin(of: request) else { return false }
        let host = request.authority?.smallASCII
        return origin.isBytes(publicURL) || allowed.contains(origin)
            || host.map { origin.isBytes("http://\($0)") || origin.isBytes("https://\($0)") } ?? false
    }

    // MARK: Cross-origin requests

    /// The answer to a browser that asks before it sends a page's request elsewhere (the Fetch standard's preflight). Nil
    /// where it isn't one, or the page's origin isn't allowed.
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

    private func allows(_ request: HTTPRequest) -> Bool {
        Self.origin(of: request).map { allowed.contains($0) } ?? false
    }

    /// The origin of the page that asks, in small letters. It is ASCII: other heads go no further than `HeadCheck`.
    private static func origin(of request: HTTPRequest) -> String? { request.headerFields[.origin]?.smallASCII }
}

extension HTTPField.Name {
    static let secFetchSite = Self("Sec-Fetch-Site") ?? { preconditionFailure("not a header name") }()
}
