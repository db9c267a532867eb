import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import Testing

@testable import Server

/// A server's response.
struct Reply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: Data

    var json: JSON { (try? JSONDecoder().decode(JSON.self, from: body)) ?? .null }
    var text: String { String(decoding: body, as: UTF8.self) }
    func header(_ name: String) -> String? { headers.first(name: name) }
}

/// A client that talks to a server over real HTTP.
struct Client: Sendable {
    let base: String
    var token: String?
    /// The routes of a server in this process: every problem in its responses must be listed in the description.
    var table: RouteTable?

    func with(token: String?) -> Client { Client(base: base, token: token, table: table) }

    func send(
        _ method: String, _ path: String, body: String? = nil, headers: [String: String] = [:],
        timeout: Duration = .seconds(20)
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.body = .bytes(ByteBuffer(string: body))
            if headers["Content-Type"] == nil { request.headers.add(name: "Content-Type", value: "application/json") }
        }
        for (name, value) in headers where !value.isEmpty { request.headers.add(name: name, value: value) }
        let limit = TimeAmount.milliseconds(
            timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000)
        let response = try await HTTPClient.shared.execute(request, timeout: limit)
        let bytes = try await response.body.collect(upTo: 64 << 20)
        let reply = Reply(
            status: Int(response.status.code), headers: response.headers, body: Data(bytes.readableBytesView))
        expectDescribed(reply, to: method, path)
        return reply
    }

    /// Records an issue for a problem that the description of its route doesn't list, or that is incomplete.
    private func expectDescribed(_ reply: Reply, to method: String, _ path: String) {
        guard let table, reply.status >= 400, let method = HTTPRequest.Method(method),
            reply.header("Content-Type") == "application/problem+json"
        else { return }
        let code = reply.json["code"]?.text ?? ""
        #expect(reply.json["type"]?.text == "/problems/\(code)" && reply.json["params"] != nil, "\(reply.text)")
        guard case .found(let route, _) = table.match(method, String(path.prefix { $0 != "?" })) else { return }
        let known = OpenAPI.codes(route).filter { $0.status.code == reply.status }.map(\.name)
        #expect(known.contains(code), "\(method) \(route.path) answers \(reply.status) \(code), which isn't described")
    }

    /// The whole list, page by page.
    func all(_ path: String) async throws -> [JSON] {
        var items: [JSON] = []
        var next: String? = path
        while let path = next {
            let reply = try await get(path)
            items += reply.json.list
            next = reply.header("Link").map { String($0.dropFirst().prefix { $0 != ">" }) }
        }
        return items
    }

    func get(_ path: String) async throws -> Reply { try await send("GET", path) }
    func post(_ path: String, _ body: String? = nil) async throws -> Reply { try await send("POST", path, body: body) }
    func patch(_ path: String, _ body: String) async throws -> Reply { try await send("PATCH", path, body: body) }
    func put(_ path: String, _ body: String) async throws -> Reply { try await send("PUT", path, body: body) }
    /// Confirms the password, for sensitive acts.
    func confirm(_ password: String = TestCompany.password) async throws {
        let reply = try await post("/api/v1/auth/confirm", "{\"password\": \"\(password)\"}")
        guard reply.status == 200 else { throw Unexpected(reply: reply) }
    }

    func delete(_ path: String) async throws -> Reply { try await send("DELETE", path) }
}

/// A registered company, with its manager signed in.
struct TestCompany: Sendable {
    let id: String
    let managerID: String
    let email: String
    let manager: Client

    var path: String { "/api/v1/companies/\(id)" }

    static let password = "Kelle und Fugbrett"

    static func registration(email: String, company: String = "Fliesen Nord") -> String {
        """
        {"email": "\(email)", "password": "\(password)", "firstName": "Ada", "lastName": "Kern", "companyName": "\(company)",
         "address": {"streetNumber": "1a", "street": "Werkstraße", "city": "Köln", "postalCode": "50667", "country": "Deutschland"}}
        """
    }

    static func register(
        _ client: Client, email: String = "\(UUID().uuidString.lowercased())@kern.example",
        name: String = "Fliesen Nord"
    ) async throws -> TestCompany {
        let registered = try await client.post("/api/v1/auth/register", registration(email: email, company: name))
        guard registered.status == 201, let company = registered.json["user"]?["companyId"]?.text,
            let manager = registered.json["user"]?["id"]?.text
        else { throw Unexpected(reply: registered) }
        let token = try await signIn(client, email: email)
        return TestCompany(id: company, managerID: manager, email: email, manager: client.with(token: token))
    }

    static func signIn(_ client: Client, email: String, password: String = password) async throws -> String {
        let reply = try await client.post(
            "/api/v1/auth/signin", "{\"email\": \"\(email)\", \"password\": \"\(password)\"}")
        guard reply.status == 200, let token = reply.json["accessToken"]?.text else { throw Unexpected(reply: reply) }
        return token
    }

    /// For tests that exceed a company's limits. Servers apply the limit on a day's rows within half a minute, the others at once.
    func hasNoLimits(at url: String) async throws {
        let raised = try await Binary.run(
            [
                "company", "limits", id, "--daily-rows", "100000000", "--people", "100000", "--first-day-mails",
                "10000",
                "--daily-mails", "10000",
            ], environment: ["POLIER_DATABASE_URL": url])
        guard raised.code == 0 else { throw NotRaised(output: raised.output) }
    }

    private struct NotRaised: Error { let output: String }

    func site(_ name: String = "Bad Müller", users: [String] = []) async throws -> String {
        let names = users.map { "\"\($0)\"" }.joined(separator: ",")
        let reply = try await manager.post(
            path + "/sites",
            """
            {"name": "\(name)", "startDate": "2026-11-01", "endDate": "2026-12-24", "users": [\(names)], "address":
             {"streetNumber": "12", "street": "Am Markt", "city": "Bonn", "postalCode": "53111", "country": "Deutschland"}}
            """)
        guard reply.status == 201, let id = reply.json["id"]?.text else { throw Unexpected(reply: reply) }
        return path + "/sites/" + id
    }

    func material(_ site: String, name: String = "Flexkleber", amount: String = "10", threshold: String = "2")
        async throws -> String
    {
        let reply = try await manager.post(
            site + "/materials",
            "{\"name\": \"\(name)\", \"unit\": \"Sack\", \"amount\": \(amount), \"threshold\": \(threshold)}")
        guard reply.status == 201, let id = reply.json["id"]?.text else { throw Unexpected(reply: reply) }
        return site + "/materials/" + id
    }
}

/// A response with which a test can't continue.
struct Unexpected: Error, CustomStringConvertible {
    let reply: Reply
    var description: String { "\(reply.status) \(reply.text)" }
}
