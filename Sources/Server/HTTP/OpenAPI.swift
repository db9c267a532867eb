import Core
import HTTPTypes

/// The description of the API (OpenAPI 3.1), made from the routes that serve it.
struct OpenAPI {
    private let document: JSONValue

    var text: String { document.text() + "\n" }

    init(_ routes: [Route]) {
        var schemas = Schemas()
        let problem = schemas.reference(to: Problem.Body.self)
        var paths: [JSONValue.Field] = []
        for route in routes {
            let operation = JSONValue.Field(
                name: route.method.rawValue.lowercased(), value: Self.operation(route, &schemas))
            if let index = paths.firstIndex(where: { $0.name == route.path }) {
                paths[index] = .init(name: route.path, value: paths[index].value.with(.object([operation])))
            } else {
                paths.append(.init(name: route.path, value: .object([operation])))
            }
        }
        document = [
            "openapi": "3.1.0",
            "info": [
                "title": "Polier", "version": .text(Release.version),
                "description": """
                What building sites are run with: people, sites, material and hours. Lists come in pages: the Link \
                header leads to the next one. Whoever changes something may say by If-Match which version they saw, \
                and whoever sends a POST again may say so by Idempotency-Key. Errors are application/problem+json.
                """,
            ],
            "servers": [["url": "/"]],
            "tags": .list(Tag.allCases.map { ["name": .text($0.rawValue), "description": .text($0.details)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas.named),
                "responses": .object(Self.refusals.map { .init(name: $0.name, value: $0.value(problem)) }),
                "headers": .object(Self.headers),
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer",
                        "description": "The access token that signing in answers with.",
                    ],
                    "cookie": [
                        "type": "apiKey", "in": "cookie", "name": "polier-session",
                        "description": """
                        The cookie that signing in sets, for browsers; under https its name is __Host-polier-session. \
                        What changes something must come from a page of this server.
                        """,
                    ],
                    "oneTimeToken": [
                        "type": "http", "scheme": "bearer",
                        "description": "The token of an invitation's link, or of one for a forgotten password.",
                    ],
                ],
            ],
        ]
    }

    // MARK: Operations

    private static func operation(_ route: Route, _ schemas: inout Schemas) -> JSONValue {
        var operation: JSONValue = [
            "operationId": .text(operationID(route)),
            "tags": [.text(Tag(route.path).rawValue)],
            "summary": .text(route.text.summary),
            "description": .text(route.text.details),
            "x-permission": .text(route.access.text),
        ]
        operation = operation.with(["security": security(route.access)])
        let parameters = parameters(route)
        if !parameters.isEmpty { operation = operation.with(["parameters": .list(parameters)]) }
        if let body = route.request.body {
            operation = operation.with([
                "requestBody": [
                    "required": .boolean(!route.request.bodyIsOptional),
                    "content": [
                        "application/json": ["schema": body.schema, "example": body.example]
                    ],
                ]
            ])
        }
        return operation.with(["responses": responses(route, &schemas)])
    }

    /// The method and the path's words: `getCompaniesSitesById`.
    private static func operationID(_ route: Route) -> String {
        let segments = route.path.split(separator: "/").drop { $0 == "api" || $0 == "v1" }
        let words = segments.flatMap { segment -> [String] in
            segment.hasPrefix("{")
                ? (segment == segments.last ? ["By", "Id"] : [])
                : segment.split(whereSeparator: { "-.".contains($0) }).map(String.init)
        }
        return route.method.rawValue.lowercased() + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func security(_ access: Access) -> JSONValue {
        switch access {
        case .anyone: []
        case .oneTimeToken: [["oneTimeToken": []]]
        case .signedIn, .may: [["bearer": []], ["cookie": []]]
        }
    }

    private static func parameters(_ route: Route) -> [JSONValue] {
        var parameters: [JSONValue] = route.places.map { place in
            [
                "name": .text(place), "in": "path", "required": true, "schema": ["type": "string", "format": "uuid"],
            ]
        }
        for query in route.request.queries {
            parameters.append([
                "name": .text(query.name), "in": "query", "description": .text(query.details), "schema": query.schema,
            ])
        }
        if route.request.isConditional {
            parameters.append([
                "name": "If-Match", "in": "header", "schema": ["type": "string"], "example": "\"3\"",
                "description": "The ETag of the version that the change begins from. Without it, whatever is there.",
            ])
        }
        if route.request.isRepeatable, route.access.needsSession {
            parameters.append([
                "name": "Idempotency-Key", "in": "header",
                "schema": ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"],
                "description": """
                The same key with the same body gets the first successful answer again, for 30 days, and nothing is \
                done twice.
                """,
            ])
        }
        return parameters
    }

    // MARK: Answers

    private static func responses(_ route: Route, _ schemas: inout Schemas) -> JSONValue {
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
            guard let shared = refusals.first(where: { $0.status == status }) else { continue }
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
        guard route.needsDatabase else { return (statuses.union([400])).sorted() }
        let changes = route.method != .get
        statuses.formUnion([400, 500, 503])
        if changes { statuses.insert(507) }
        if route.access.needsSession { statuses.insert(401) }
        if route.access.needsSession && changes { statuses.insert(403) }
        if case .may(let permission) = route.access {
            if !Role.allCases.allSatisfy({ $0.reach(of: permission) != nil }) { statuses.insert(403) }
            if !route.places.isEmpty || !request.queries.isEmpty { statuses.insert(404) }
        }
        if !route.places.isEmpty { statuses.insert(404) }
        if request.body != nil || changes && request.isRepeatable { statuses.formUnion([413, 415]) }
        if request.isConditional { statuses.insert(412) }
        if request.isRepeatable && route.access.needsSession { statuses.insert(422) }
        return statuses.sorted()
    }

    private struct SharedRefusal {
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

    private static let refusals = [
        SharedRefusal(status: 400, name: "Invalid", details: "Malformed, or it breaks a rule; `fields` says where."),
        SharedRefusal(
            status: 401, name: "Unauthenticated", details: "No token, or one that doesn't hold.",
            headers: ["WWW-Authenticate"]),
        SharedRefusal(
            status: 403, name: "Forbidden", details: "The caller's role doesn't allow it, or another site's page asked."
        ),
        SharedRefusal(status: 404, name: "NotFound", details: "Not there, or not the caller's to see."),
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

    private static let headers: [JSONValue.Field] = [
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

/// The chapters of the description.
private enum Tag: String, CaseIterable {
    case auth = "Signing in"
    case users = "People"
    case companies = "Companies"
    case sites = "Sites"
    case materials = "Material"
    case times = "Hours"
    case server = "The server"

    init(_ path: String) {
        let words = Set(path.split(separator: "/").map(String.init))
        if !words.contains("api") || words.contains("openapi.json") {
            self = .server
        } else if words.contains("auth") {
            self = .auth
        } else if !words.isDisjoint(with: ["check-in", "check-out", "time-entries"]) {
            self = .times
        } else if words.contains("materials") {
            self = .materials
        } else if words.contains("sites") {
            self = .sites
        } else if words.contains("users") {
            self = .users
        } else {
            self = .companies
        }
    }

    var details: String {
        switch self {
        case .auth: "Registering, signing in and out, forgotten passwords."
        case .users: "One's own account, and the people of a company."
        case .companies: "The company itself, and what was changed in it."
        case .sites: "Building sites, and who works on them."
        case .materials: "What is there on a site, and every movement of it."
        case .times: "Coming, going, and what was corrected."
        case .server: "How the server is, and this description."
        }
    }
}

extension Access {
    /// For people.
    var text: String {
        switch self {
        case .anyone: return "Anyone."
        case .oneTimeToken: return "Whoever holds a one-time token."
        case .signedIn: return "Whoever is signed in, about themselves."
        case .may(let permission):
            let parts = Role.allCases.compactMap { role in
                role.reach(of: permission).map { "\(role.rawValue) (\($0.text))" }
            }
            return parts.joined(separator: ", ") + "."
        }
    }
}

extension Reach {
    fileprivate var text: String {
        switch self {
        case .anyCompany: "any company"
        case .ownCompany: "own company"
        case .assignedSites: "assigned sites"
        case .ownRecords: "own records"
        }
    }
}
