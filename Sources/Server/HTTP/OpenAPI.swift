import Core
import HTTPTypes

/// The description of the API (OpenAPI 3.1), made from the routes that are served.
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
                People, sites, material and hours of small building trades. Lists have pages; the `Link` header leads to the next \
                one. A change may name the version that it starts from with `If-Match`, and a POST may be repeated safely with an \
                `Idempotency-Key`. Errors are `application/problem+json` with a `code` for programs, whose page is at `type`, and \
                its values in `params`. Unknown fields and query parameters are refused. Within v1 nothing is removed and nothing \
                becomes required: fields, values and codes may be added.
                """,
            ],
            "servers": [["url": "/"]],
            "x-codes": Self.allCodes,
            "x-limits": Self.allLimits,
            "tags": .list(Chapter.allCases.map { ["name": .text($0.rawValue), "description": .text($0.details)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas.named),
                "responses": .object(Self.sharedRefusals.map { .init(name: $0.name, value: $0.value($0.codes)) }),
                "headers": .object(Self.sharedHeaders),
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer",
                        "description": "The access token that signing in returns.",
                    ],
                    "apiToken": [
                        "type": "http", "scheme": "bearer",
                        "description": """
                        An API token of a company, for programs; it begins with `polier_api_`. The operation's `x-token-scope` is the \
                        scope that it needs. Operations without one are closed to tokens.
                        """,
                    ],
                    "cookie": [
                        "type": "apiKey", "in": "cookie", "name": "polier-session",
                        "description": """
                        The cookie that signing in sets, for browsers; over HTTPS its name is __Host-polier-session. Requests \
                        that change something must come from a page of this server.
                        """,
                    ],
                    "oneTimeToken": [
                        "type": "http", "scheme": "bearer",
                        "description": "The token from the link of an invitation or for a forgotten password.",
                    ],
                ],
            ],
        ]
    }

    /// Every code with its sentence, to be translated.
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

    /// Every limit, with its default, which an operator may change for a company.
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
            "tags": [.text(route.chapter.rawValue)],
            "summary": .text(route.text.summary),
            "description": .text(route.text.details),
            "x-permission": .text(route.access.text),
        ]
        operation = operation.with(["security": security(route)])
        if let scope = route.tokenScope { operation = operation.with(["x-token-scope": .text(scope.rawValue)]) }
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

    private static func security(_ route: Route) -> JSONValue {
        switch route.access {
        case .anyone, .mailgun: []
        case .oneTimeToken: [["oneTimeToken": []]]
        case .signedIn, .may:
            route.tokenScope == nil
                ? [["bearer": []], ["cookie": []]] : [["bearer": []], ["cookie": []], ["apiToken": []]]
        }
    }

    private static func parameters(_ route: Route) -> [JSONValue] {
        var parameters: [JSONValue] = route.places.map { place in
            [
                "name": .text(place), "in": "path", "required": true,
                "description": .text(Meaning.places[place]?.text ?? ""),
                "schema": place == "code" ? codeSchema : ["type": "string", "format": "uuid"],
            ]
        }
        for query in route.request.queries {
            let parameter: JSONValue = [
                "name": .text(query.name), "in": "query", "description": .text(query.meaning.text),
                "schema": query.schema,
            ]
            let needed = query.neededExample.map { ["required": true, "example": .text($0)] as JSONValue }
            parameters.append(needed.map(parameter.with) ?? parameter)
        }
        if route.request.isConditional {
            parameters.append([
                "name": "If-Match", "in": "header", "schema": ["type": "string"], "example": "\"3\"",
                "description": "The ETag of the version that the change starts from; without it, any version.",
            ])
        }
        if route.request.isRepeatable, route.access.needsSession {
            parameters.append([
                "name": "Idempotency-Key", "in": "header",
                "schema": ["type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"],
                "description": """
                A repetition with the same key and body gets the first successful answer again, for 30 days, and nothing is done \
                twice. Beyond a person's latest 10,000 keys it gets the current state of the resource.
                """,
            ])
        }
        return parameters
    }
}
