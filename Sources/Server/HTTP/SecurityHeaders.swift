import HTTPTypes

/// The headers of every answer that restrict what browsers do with it.
struct SecurityHeaders: Sendable {
    private let fields: [HTTPField]

    /// - Parameter origins: the address of this server. Over HTTPS, browsers are told to keep to it (HSTS, RFC 6797).
    init(_ origins: Origins) {
        var fields = [
            HTTPField(name: .xContentTypeOptions, value: "nosniff"),
            HTTPField(name: .referrerPolicy, value: "no-referrer"),
        ]
        if origins.isHTTPS {
            let scope = origins.coversSubdomains ? "; includeSubDomains" : ""
            fields.append(HTTPField(name: .strictTransportSecurity, value: "max-age=31536000" + scope))
        }
        self.fields = fields
    }

    /// Adds them and, unless the route set others, those for data: no cache stores it, and nothing in it is rendered or run.
    func add(to headers: inout HTTPFields) {
        for field in fields { headers.append(field) }
        if headers[.cacheControl] == nil { headers[.cacheControl] = "no-store" }
        if headers[.contentSecurityPolicy] == nil {
            headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
    }
}

extension HTTPField.Name {
    static let referrerPolicy = Self("Referrer-Policy") ?? { preconditionFailure("not a header name") }()
}
