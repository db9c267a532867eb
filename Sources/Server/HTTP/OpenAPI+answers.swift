import Core
import HTTPTypes

extension OpenAPI {
    static func responses(_ route: Route, _ schemas: inout Schemas) -> JSONValue {
        let result = route.result
        var success: JSONValue = ["description": .text(result.details)]
        if !result.headers.isEmpty {
            success = success.with([
                "headers": .object(
                    result.headers.map { .init(name: $0, value: ["$ref": "#/components/headers/\($0)"]) })
            ])
        }
        if let body = result.body {
            var media: JSONValue = ["schema": body.schema(&schemas)]
            if let example = body.example { media = media.with(["example": example]) }
            success = success.with(["content": .object([.init(name: body.type, value: media)])])
        }
        var responses = [JSONValue.Field(name: "\(result.status.code)", value: success)]
        for status in statuses(route) {
            let own = route.refusals.filter { $0.status.code == status }
            guard let shared = sharedRefusals.first(where: { $0.status == status }) else { continue }
            let reference: JSONValue = ["$ref": "#/components/responses/\(shared.name)"]
            let value =
                own.isEmpty
                ? reference
                : shared.value(["$ref": "#/components/schemas/Problem"], own.map(\.when).joined(separator: " "))
            responses.append(.init(name: "\(status)", value: value))
        }
        return .object(responses)
    }

    /// All statuses that a route may refuse with: what all of its kind have in common, and its own.
    static func statuses(_ route: Route) -> [Int] {
        var statuses = Set(route.refusals.map(\.status.code))
        let request = route.request
        guard route.needsDatabase else { return statuses.union([400]).sorted() }
        let changes = route.method != .get
        statuses.formUnion([400, 500, 503])
        if changes { statuses.insert(507) }
        if route.access.needsSession { statuses.insert(401) }
        if route.access.needsSession && changes { statuses.insert(403) }
        if case .may(let permission) = route.access {
            if !Role.allCases.allSatisfy({ $0.reach(of: permission) != nil }) { statuses.insert(403) }
            if !route.places.isEmpty { statuses.insert(404) }
        }
        if !route.places.isEmpty { statuses.insert(404) }
        if request.body != nil || changes && request.isRepeatable { statuses.formUnion([413, 415]) }
        if request.isConditional { statuses.insert(412) }
        if request.isRepeatable && route.access.needsSession { statuses.insert(422) }
        return statuses.sorted()
    }

    struct SharedRefusal {
        let status: Int
        let name: String
        let details: String
        var headers: [String] = []

        func value(_ problem: JSONValue, _ details: String? = nil) -> JSONValue {
            var value: JSONValue = ["description": .text(details ?? self.details)]
            if !headers.isEmpty {
                value = value.with([
                    "headers": .object(headers.map { .init(name: $0, value: ["$ref": "#/components/headers/\($0)"]) })
                ])
            }
            return value.with(["content": ["application/problem+json": ["schema": problem]]])
        }
    }

    static let sharedRefusals = [
        SharedRefusal(status: 400, name: "Invalid", details: "Malformed, or it breaks a rule; `fields` says where."),
        SharedRefusal(
            status: 401, name: "Unauthenticated", details: "No token, or one that doesn't hold.",
            headers: ["WWW-Authenticate"]),
        SharedRefusal(
            status: 403, name: "Forbidden", details: "The caller's role doesn't allow it, or another site's page asked."
        ),
        SharedRefusal(status: 404, name: "NotFound", details: "Not there, or not the caller's to see."),
        SharedRefusal(status: 406, name: "Unsigned", details: "The signature doesn't hold."),
        SharedRefusal(status: 409, name: "Conflict", details: "It doesn't go together with how things stand."),
        SharedRefusal(status: 412, name: "Stale", details: "It was changed since the version that If-Match names."),
        SharedRefusal(status: 413, name: "TooLarge", details: "The body has more than 256 KiB."),
        SharedRefusal(status: 415, name: "NotJSON", details: "The body is something else than JSON."),
        SharedRefusal(status: 422, name: "KeyReused", details: "The Idempotency-Key was used with another body."),
        SharedRefusal(status: 429, name: "TooMany", details: "Tried too often.", headers: ["Retry-After"]),
        SharedRefusal(
            status: 500, name: "Failure", details: "A failure of ours; the request id helps us find it."),
        SharedRefusal(
            status: 503, name: "Unavailable", details: "The database can't be reached, or too many ask at once.",
            headers: ["Retry-After"]),
        SharedRefusal(status: 507, name: "Full", details: "The database's disk is full; nothing was changed."),
    ]

    static let sharedHeaders: [JSONValue.Field] = [
        .init(
            name: "ETag",
            value: ["description": "The version, for If-Match.", "schema": ["type": "string"], "example": "\"3\""]),
        .init(
            name: "Link",
            value: [
                "description": "Where the next page is, with rel=\"next\"; missing on the last one.",
                "schema": ["type": "string"],
            ]),
        .init(
            name: "Retry-After",
            value: ["description": "Seconds to wait before the next try.", "schema": ["type": "integer"]]),
        .init(name: "WWW-Authenticate", value: ["description": "Bearer.", "schema": ["type": "string"]]),
    ]
}
