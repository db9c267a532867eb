import Foundation
import HTTPTypes
import Storage
import Testing

@testable import Core
@testable import Server

/// The separation of companies, tested along the table of routes: a new route is covered by being in it.
@Suite struct WallTests {
    /// Every route, every id in its path, every role: with an id of another company in any place, the response is not found or forbidden,
    /// shows nothing of theirs and changes nothing of theirs.
    @Test(arguments: Engine.allCases)
    func nobodyReachesIntoAnotherCompany(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let ours = try await World(server, mark: "Unser")
            let theirs = try await World(server, mark: "Fremd")
            let admin = try await server.person(.admin)
            let before = try await Self.contents(of: theirs, server.database)
            var calls = 0

            for route in server.routes where route.places.contains(where: { $0.hasSuffix("Id") }) {
                for foreign in Self.subsets(route.places) {
                    let replacing = Dictionary(uniqueKeysWithValues: foreign.map { ($0, theirs.ids[$0] ?? "") })
                    let path = try ours.path(route, replacing)
                    var callers = [
                        ("manager", ours.company.manager), ("worker", ours.worker.client), ("other", ours.other.client),
                    ]
                    // An operator may access any company, but not one company's data below another.
                    let isWhole = foreign.count == route.places.count || route.places == ["userId"]
                    if !isWhole { callers.append(("admin", admin.client)) }
                    for (name, client) in callers {
                        let reply = try await client.send(
                            route.method.rawValue, path, body: route.request.body?.example.text())
                        let call = "\(name) \(route.method) \(route.path) with their \(foreign.joined(separator: ", "))"
                        #expect([403, 404].contains(reply.status), "\(call): \(reply.status) \(reply.text)")
                        #expect(!reply.text.contains(theirs.mark), "\(call): \(reply.text)")
                        calls += 1
                    }
                    #expect(try await server.client.send(route.method.rawValue, path).status == 401)
                }
            }
            #expect(calls > 150)
            #expect(try await Self.contents(of: theirs, server.database) == before)
        }
    }

    /// Every id in a body and in a query, sent by a person who may do everything else.
    @Test(arguments: Engine.allCases)
    func nobodyNamesSomebodyOfAnotherCompany(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let ours = try await World(server, mark: "Unser")
            let theirs = try await World(server, mark: "Fremd")
            let before = try await Self.contents(of: theirs, server.database)
            var named = 0

            for route in server.routes {
                for field in route.request.body?.idFields ?? [] {
                    let id = theirs.ids[field.noun] ?? ""
                    let body = route.request.body?.example.replacing(field.name, with: field.value(id))
                    let reply = try await ours.company.manager.send(
                        route.method.rawValue, try ours.path(route), body: body?.text())
                    // Without a session, a key signs its own people in and no others.
                    let expected = route.access == .anyone ? [401] : [400, 403, 404]
                    #expect(expected.contains(reply.status), "\(route.method) \(route.path) \(field.name)")
                    #expect(!reply.text.contains(theirs.mark))
                    named += 1
                }
                for query in route.request.queries where query.schema.isID {
                    let needed = route.request.queries.compactMap { one in
                        one.neededExample.map { "&\(one.name)=\($0)" }
                    }
                    for client in [ours.company.manager, ours.worker.client] {
                        let path =
                            try ours.path(route) + "?\(query.name)=\(theirs.ids[query.name] ?? "?")\(needed.joined())"
                        let reply = try await client.send(route.method.rawValue, path)
                        let isForbidden = route.access == .may(.exportHours) && client.token == ours.worker.client.token
                        #expect(reply.status == (isForbidden ? 403 : 404), "\(route.path) \(query.name): \(reply.text)")
                        #expect(!reply.text.contains(theirs.mark))
                        named += 1
                    }
                }
            }
            #expect(named >= 4)
            #expect(try await Self.contents(of: theirs, server.database) == before)
            let shown = try await ours.company.manager.get(ours.company.path + "/sites").text
            #expect(!shown.contains(theirs.mark) && !shown.contains(theirs.worker.id))
        }
    }

    /// Every row of a company, in every table, as text.
    private static func contents(of world: World, _ database: any Database) async throws -> [String] {
        guard let company = Company.ID(world.company.id) else { throw CancellationError() }
        var rows = try await database.fetch(
            Query("SELECT version FROM companies WHERE id = $1", company) { "\(try $0.next() as Int64)" })
        // An operator's access is recorded in the other company, and changes nothing else of theirs.
        for table in CompanyData.tables where table.name != "security_events" {
            rows += try await database.fetch(table.rows(company, after: nil)).map { "\(table.name) \($0)" }
        }
        #expect(rows.count > 12)
        return rows
    }

    /// All non-empty subsets.
    static func subsets(_ places: [String]) -> [[String]] {
        (1..<(1 << places.count)).map { bits in places.indices.filter { bits >> $0 & 1 == 1 }.map { places[$0] } }
    }
}

extension JSONValue {
    subscript(_ name: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields.first { $0.name == name }?.value
    }

    /// The object with another value in one of its fields.
    func replacing(_ name: String, with value: JSONValue) -> JSONValue {
        guard case .object(let fields) = self else { return self }
        return .object(fields.map { $0.name == name ? .init(name: name, value: value) : $0 })
    }

    var isID: Bool { self["format"] == "uuid" }
}

extension ObjectDescription {
    struct IDField {
        let name: String
        let isList: Bool

        /// The name of the place in `World` for what the field names: `users` names users.
        var noun: String { isList ? String(name.dropLast()) + "Id" : name }
        func value(_ id: String) -> JSONValue { isList ? [.text(id)] : .text(id) }
    }

    var idFields: [IDField] {
        guard case .object(let properties) = schema["properties"] else { return [] }
        return properties.compactMap { property in
            if property.value.isID { return IDField(name: property.name, isList: false) }
            return property.value["items"]?.isID == true ? IDField(name: property.name, isList: true) : nil
        }
    }
}
