import HTTPTypes

/// The headers that every answer carries, so that browsers do no more with it than is meant.
struct SecurityHeaders: Sendable {
    private let fields: [HTTPField]

    /// - Parameter origins: where people reach this server. By https, browsers are told to keep to that (HSTS, RFC 6797).
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

    /// Adds them, and what answers with data need where the route didn't say otherwise: nobody keeps them, and nothing in
    /// them is shown or run.
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
