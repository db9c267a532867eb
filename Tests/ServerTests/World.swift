import Core
import Foundation

@testable import Server

/// A company with one of each thing that an address can name, and everybody who could ask for it.
struct World: Sendable {
    let company: TestCompany
    let worker: (client: Client, id: String)
    let other: (client: Client, id: String)
    /// The last part of every address, by the name of its place.
    let ids: [String: String]
    /// Stands in every text of this company, and in nobody else's.
    let mark: String

    init(_ server: TestServer, mark: String) async throws {
        self.mark = mark
        company = try await TestCompany.register(server.client, name: "\(mark) GmbH")
        worker = try await server.person(.worker, in: company.id, name: mark)
        other = try await server.person(.worker, in: company.id, name: mark)
        let site = try await company.site("\(mark) site", users: [worker.id])
        let material = try await company.material(site, name: "\(mark) material")
        let entry = try await worker.client.post(site + "/check-in")
        guard let entryID = entry.json["id"]?.text,
            let session = try await company.manager.get("/api/v1/auth/sessions").json[0]?["id"]?.text
        else { throw Unexpected(reply: entry) }
        ids = [
            "companyId": company.id, "siteId": site.lastSegment, "materialId": material.lastSegment,
            "userId": other.id, "entryId": entryID, "sessionId": session,
        ]
    }

    func path(_ route: Route, _ replacing: [String: String] = [:]) throws -> String {
        var path = route.path
        for place in route.places {
            guard let id = replacing[place] ?? ids[place] else { throw UnknownPlace(place: place) }
            path = path.replacingOccurrences(of: "{\(place)}", with: id)
        }
        return path
    }

    /// An address names something that no test world has: give `World` one.
    struct UnknownPlace: Error { let place: String }
}

extension String {
    var lastSegment: String { String(split(separator: "/").last ?? "") }
}
