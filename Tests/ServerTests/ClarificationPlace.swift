import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A company with a worker whose reports wait. A test begins at 2026-11-23T12:00:00Z.
struct ClarificationPlace {
    let server: TestServer
    let company: TestCompany
    let worker: (client: Client, id: String)
    let site: String
    let material: String
    var manager: Client { company.manager }
    var list: String { company.path + "/clarifications" }

    init(_ server: TestServer) async throws {
        self.server = server
        company = try await TestCompany.register(server.client)
        worker = try await server.person(.worker, in: company.id)
        site = try await company.site(users: [worker.id])
        material = try await company.material(site)
        server.clock.advance(by: .seconds(3600))
    }

    /// An act of the worker at a time of 2026-11-23.
    func act(_ name: String, _ time: String?, _ more: String = "", key: String? = nil, on site: String? = nil)
        async throws -> Reply
    {
        let at = time.map { "\"at\": \"\(Self.instant($0))\"" } ?? ""
        let body = [at, more].filter { !$0.isEmpty }.joined(separator: ", ")
        // Ids of one millisecond have no order.
        server.clock.advance(by: .milliseconds(1))
        return try await worker.client.send(
            "POST", "\(site ?? self.site)/\(name)", body: "{\(body)}",
            headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    func take(_ delta: String, _ time: String?, _ more: String = "", key: String? = nil) async throws -> Reply {
        let more = more.isEmpty ? "" : ", \(more)"
        return try await act(
            "materials/\(material.lastSegment)/adjust-quantity", time, "\"delta\": \(delta)\(more)", key: key)
    }

    func waits(_ reply: Reply, _ code: String, _ place: SourceLocation = #_sourceLocation) -> String {
        #expect(reply.status == 202 && reply.json["code"]?.text == code, "\(reply.text)", sourceLocation: place)
        return reply.json["id"]?.text ?? ""
    }

    func book(_ id: String, _ body: String? = nil, as client: Client? = nil) async throws -> Reply {
        try await (client ?? manager).post("\(list)/\(id)/book", body)
    }

    func decline(_ id: String, as client: Client? = nil) async throws -> Reply {
        try await (client ?? manager).post("\(list)/\(id)/decline", "{\"reason\": \"Doppelt\"}")
    }

    func open() async throws -> [JSON] { try await manager.get(list + "?state=OPEN").json.list }

    func entries() async throws -> [String] {
        try await manager.get(company.path + "/time-entries").json.list.map {
            let (from, to) = ($0["checkedInAt"]?.text ?? "", $0["checkedOutAt"]?.text ?? "")
            return "\(from.dropFirst(11).prefix(5))-\(to.dropFirst(11).prefix(5))"
        }
    }

    static func run(_ engine: Engine, _ body: @escaping @Sendable (ClarificationPlace) async throws -> Void)
        async throws
    {
        try await TestServer.run(on: engine) { try await body(try await ClarificationPlace($0)) }
    }

    /// A time of 2026-11-23.
    static func instant(_ time: String) -> String { "2026-11-23T\(time):00Z" }
}
