import Core
import HTTPTypes

/// The description of the API (OpenAPI 3.1), made from the routes that serve it.
struct OpenAPI {
    private let document: JSONValue

    var text: String { document.text() + "\n" }

    init(_ routes: [Route]) {
        var schemas = Schemas()
        _ = schemas.reference(to: Problem.Body.self)
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
                and whoever sends a POST again may say so by Idempotency-Key. Errors are application/problem+json with a \
                `code` for programs, whose page is at `type`, and its values in `params`. Fields and query parameters that \
                a route doesn't know are refused.
                """,
            ],
            "servers": [["url": "/"]],
            "x-codes": Self.allCodes,
            "x-limits": Self.allLimits,
            "tags": .list(Tag.allCases.map { ["name": .text($0.rawValue), "description": .text($0.details)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas.named),
                "responses": .object(Self.sharedRefusals.map { .init(name: $0.name, value: $0.value($0.codes)) }),
                "headers": .object(Self.sharedHeaders),
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

    /// Every code with its sentence, for those who translate them.
    private static let allCodes: JSONValue = [
        "problems": .list(
            ProblemCode.all.map {
                ["code": .text($0.name), "status": .integer($0.status.code), "sentence": .text($0.sentence)]
            }),
        "fields": .list(
            Flaw.Code.allCases.map { ["code": .text($0.rawValue), "sentence": .text($0.sentence)] }),
        "mailReasons": .list(
            MailReason.Code.allCases.map { ["code": .text($0.rawValue), "sentence": .text($0.sentence)] }),
        "corrections": .list(
            TimeEntry.Correction.Cause.allCases.map {
                ["code": .text($0.rawValue), "sentence": .text($0.sentence)]
            }),
    ]

    /// Every limit, with what all companies have that no operator set another for.
    private static let allLimits: JSONValue = .list(
        Limit.allCases.map {
            [
                "name": .text($0.rawValue), "default": .integer(Int(clamping: $0.standard)),
                "unit": .text($0.unit.rawValue), "description": .text($0.meaning + "."),
                "adjustable": .boolean($0.range != nil),
            ]
        })

    private static let codeSchema: JSONValue = [
        "type": "string", "enum": .list(ProblemCode.all.map { .text($0.name) }),
    ]

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
        if let text = route.confirmation.text { operation = operation.with(["x-confirmation": .text(text)]) }
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
        case .anyone, .mailgun: []
        case .oneTimeToken: [["oneTimeToken": []]]
        case .signedIn, .may: [["bearer": []], ["cookie": []]]
        }
    }

    private static func parameters(_ route: Route) -> [JSONValue] {
        var parameters: [JSONValue] = route.places.map { place in
            [
                "name": .text(place), "in": "path", "required": true,
                "schema": place == "code" ? codeSchema : ["type": "string", "format": "uuid"],
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
                done twice. Beyond the latest 10,000 keys of a person it gets what was made or changed as it is by now.
                """,
            ])
        }
        return parameters
    }
}
