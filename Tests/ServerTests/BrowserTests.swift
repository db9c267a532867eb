import Foundation
import Testing

@testable import Server

/// The headers that browsers get, and those that are trusted.
@Suite struct BrowserTests {
    private static func cookie(_ server: TestServer, _ company: TestCompany) async throws -> (set: String, sent: String)
    {
        let reply = try await server.client.post(
            "/api/v1/auth/signin", "{\"email\": \"\(company.email)\", \"password\": \"\(TestCompany.password)\"}")
        let set = reply.header("Set-Cookie") ?? ""
        return (set, String(set.prefix { $0 != ";" }))
    }

    @Test(arguments: Engine.allCases)
    func aCookieSignsInAndOnlyOurPagesMayChange(_ engine: Engine) async throws {
        let flags: [String: String] = [
            "POLIER_PUBLIC_URL": "http://polier.test", "POLIER_ALLOWED_ORIGINS": "https://app.example.de",
        ]
        try await TestServer.run(on: engine, flags: flags) { server in
            let company = try await TestCompany.register(server.client)
            let (set, cookie) = try await Self.cookie(server, company)
            #expect(set.hasPrefix("polier-session="))
            #expect(set.contains("; HttpOnly") && set.contains("; SameSite=Lax") && set.contains("; Path=/"))
            #expect(!set.contains("Secure"))
            let name = "Cookie"
            #expect(
                try await server.client.send("GET", "/api/v1/users/me", headers: [name: "a=b; \(cookie)"]).status == 200
            )
            #expect(
                try await server.client.send("GET", "/api/v1/users/me", headers: [name: "x\(cookie)"]).status == 401)

            let host = server.client.base.replacingOccurrences(of: "http://", with: "")
            let rows: [(headers: [String: String], status: Int)] = [
                (["Sec-Fetch-Site": "same-origin"], 200), (["Sec-Fetch-Site": "none"], 200),
                (["Sec-Fetch-Site": "same-site"], 403), (["Sec-Fetch-Site": "cross-site"], 403),
                (["Sec-Fetch-Site": "cross-site", "Origin": "http://polier.test"], 403),
                (["Origin": "http://\(host)"], 200), (["Origin": "http://polier.test"], 200),
                (["Origin": "https://app.example.de"], 200), (["Origin": "https://evil.example"], 403),
                (["Origin": "null"], 403), ([:], 403),
            ]
            for row in rows {
                let reply = try await server.client.send(
                    "PUT", "/api/v1/users/me", body: "{\"firstName\": \"Ada\"}",
                    headers: row.headers.merging([name: cookie]) { $1 })
                #expect(reply.status == row.status, "\(row.headers)")
            }
            // A token in the header doesn't come from a browser, and takes precedence.
            let both = try await company.manager.send(
                "PUT", "/api/v1/users/me", body: "{}", headers: [name: cookie, "Sec-Fetch-Site": "cross-site"])
            #expect(both.status == 200)

            let out = try await server.client.send(
                "POST", "/api/v1/auth/signout", headers: [name: cookie, "Sec-Fetch-Site": "same-origin"])
            #expect(out.status == 204 && out.header("Set-Cookie")?.contains("Max-Age=0") == true)
            #expect(try await server.client.send("GET", "/api/v1/users/me", headers: [name: cookie]).status == 401)
        }
    }

    @Test func underHTTPSTheCookieIsBoundToIt() async throws {
        try await TestServer.run(on: .sqlite, flags: ["POLIER_PUBLIC_URL": "https://polier.example.de"]) { server in
            let company = try await TestCompany.register(server.client)
            let (set, cookie) = try await Self.cookie(server, company)
            #expect(set.hasPrefix("__Host-polier-session=") && set.contains("; Secure") && !set.contains("Domain"))
            let me = try await server.client.send("GET", "/api/v1/users/me", headers: ["Cookie": cookie])
            #expect(me.status == 200)
            #expect(me.header("Strict-Transport-Security") == "max-age=31536000")
        }
    }

    /// Every response has the header, including those of the web app, errors, and refused heads.
    @Test func underHTTPSBrowsersKeepToIt() async throws {
        for (subdomains, expected) in [("false", "max-age=31536000"), ("true", "max-age=31536000; includeSubDomains")] {
            let flags: [String: String] = [
                "POLIER_PUBLIC_URL": "https://polier.example.de", "POLIER_HSTS_SUBDOMAINS": subdomains,
            ]
            try await TestServer.run(on: .sqlite, flags: flags) { server in
                for path in ["/", "/livez", "/docs", "/api/v1/users/me", "/api/v1/nothing", "/app.js"] {
                    let reply = try await server.client.get(path)
                    #expect(reply.header("Strict-Transport-Security") == expected, "\(path)")
                }
                let refused = try await server.client.send("GET", "/livez", headers: ["Accept-Encoding": "ü"])
                #expect(refused.status == 400 && refused.header("Strict-Transport-Security") == expected)
            }
        }
    }

    @Test func everyAnswerCarriesTheSecurityHeaders() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let company = try await TestCompany.register(server.client)
            for path in ["/api/v1/users/me", "/api/v1/nothing", "/livez", "/docs", "/api/v1/companies"] {
                let reply = try await company.manager.get(path)
                #expect(reply.header("X-Content-Type-Options") == "nosniff", "\(path)")
                #expect(reply.header("Content-Security-Policy")?.contains("frame-ancestors 'none'") == true, "\(path)")
                #expect(reply.header("Referrer-Policy") == "no-referrer", "\(path)")
                #expect(reply.header("Strict-Transport-Security") == nil, "\(path)")
                #expect(reply.header("Cache-Control") == (path == "/docs" ? "no-cache" : "no-store"), "\(path)")
                #expect(reply.header("Access-Control-Allow-Origin") == nil, "\(path)")
            }
        }
    }

    @Test func pagesOfAllowedOriginsMayAsk() async throws {
        let flags: [String: String] = ["POLIER_ALLOWED_ORIGINS": "https://app.example.de, http://localhost:3000"]
        try await TestServer.run(on: .sqlite, flags: flags) { server in
            let asked = ["Origin": "https://app.example.de", "Access-Control-Request-Method": "PATCH"]
            let preflight = try await server.client.send("OPTIONS", "/api/v1/users/me", headers: asked)
            #expect(preflight.status == 204, "before anyone is asked to sign in")
            #expect(preflight.header("Access-Control-Allow-Origin") == "https://app.example.de")
            #expect(preflight.header("Access-Control-Allow-Methods")?.contains("PATCH") == true)
            let headers = preflight.header("Access-Control-Allow-Headers") ?? ""
            for name in ["Authorization", "Content-Type", "If-Match", "Idempotency-Key"] {
                #expect(headers.contains(name))
            }
            #expect(preflight.header("Vary") == "Origin")

            let refused = try await server.client.send(
                "GET", "/api/v1/users/me", headers: ["Origin": "http://localhost:3000"])
            #expect(refused.status == 401)
            #expect(refused.header("Access-Control-Allow-Origin") == "http://localhost:3000")
            for name in ["ETag", "Link", "Retry-After"] {
                #expect(refused.header("Access-Control-Expose-Headers")?.contains(name) == true)
            }
            for origin in ["https://evil.example", "https://app.example.de.evil.example", "null"] {
                let other = try await server.client.send(
                    "OPTIONS", "/api/v1/users/me", headers: asked.merging(["Origin": origin]) { $1 })
                #expect(other.status == 405 && other.header("Access-Control-Allow-Origin") == nil)
            }
        }
    }

    @Test func settingsThatCantBeRightAreRefused() {
        for (setting, value) in [
            ("POLIER_PUBLIC_URL", "polier.example.de"), ("POLIER_PUBLIC_URL", "ftp://x"),
            ("POLIER_PUBLIC_URL", "https://a?b"), ("POLIER_ALLOWED_ORIGINS", "https://app.example.de/path"),
            ("POLIER_ALLOWED_ORIGINS", "*"), ("POLIER_TRUSTED_PROXIES", "proxy.example"),
            ("POLIER_TRUSTED_PROXIES", "10.0.0.0/33"), ("POLIER_HSTS_SUBDOMAINS", "preload"),
        ] {
            let error = #expect(throws: SettingsError.self) { try Settings(flags: [setting: value], environment: [:]) }
            #expect(error?.description.contains(setting) == true)
            #expect(error?.description.contains(value) == true)
        }
    }
}
