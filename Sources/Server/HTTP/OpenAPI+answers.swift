import Core
import HTTPTypes

extension OpenAPI {
    static func responses(_ route: Route, _ schemas: inout Schemas) -> JSONValue {
        var responses = [route.result, route.alternative].compactMap(\.self).map {
            JSONValue.Field(name: "\($0.status.code)", value: success($0, &schemas))
        }
        for status in statuses(route) {
            let codes = codes(route).filter { $0.status.code == status }
            guard let shared = sharedRefusals.first(where: { $0.status == status }) else { continue }
            let reference: JSONValue = ["$ref": "#/components/responses/\(shared.name)"]
            responses.append(
                .init(name: "\(status)", value: codes == shared.codes ? reference : shared.value(codes, isWhole: false))
            )
        }
        return .object(responses)
    }

    private static func success(_ result: ResultDescription, _ schemas: inout Schemas) -> JSONValue {
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
            success = success.with([
                "content": .object(([body.type] + body.otherTypes).map { .init(name: $0, value: media) })
            ])
        }
        return success
    }

    /// All statuses of the refusals of a route.
    static func statuses(_ route: Route) -> [Int] { Set(codes(route).map(\.status.code)).sorted() }

    /// All codes of the refusals of a route: those that all of its kind have in common, and its own.
    static func codes(_ route: Route) -> [ProblemCode] {
        let own = route.refusals
        let inAPI = route.path.hasPrefix("/api/")
        guard route.needsDatabase else { return (inAPI ? [.of(InputRefusal.invalid)] : []) + headCodes + own }
        let request = route.request
        let changes = route.method != .get
        var codes: [ProblemCode] = [.of(InputRefusal.invalid)] + headCodes
        if request.body != nil || changes && request.isRepeatable { codes += bodyCodes }
        if request.isRepeatable && route.access.needsSession {
            codes += [.of(RequestProblem.malformedKey), .of(ChangeRefusal.keyReused)]
        }
        if route.access.needsSession {
            codes += [
                .of(AccountRefusal.signInNeeded), .of(AccountRefusal.malformedAuthorization),
                .of(AccountRefusal.sessionEnded), .of(TokenRefusal.malformed), .of(TokenRefusal.notValid),
                .of(TokenRefusal.expired), .of(CompanyRefusal.suspended), .of(FactorRefusal.missing),
                .of(route.tokenScope == nil ? TokenRefusal.personal : .scopeMissing),
            ]
            if changes { codes.append(.of(AccountRefusal.otherSite)) }
        }
        if case .may(let permission) = route.access,
            !Role.allCases.allSatisfy({ $0.reach(of: permission) != nil })
        {
            codes.append(.of(AccessRefusal.roleForbids))
        }
        if route.confirmation != .notNeeded { codes.append(.of(AccountRefusal.confirmAgain)) }
        codes += route.places.compactMap { notFoundCodes[$0] }
        codes += route.request.queries.compactMap { notFoundCodes[$0.name] }
        if request.isConditional { codes.append(.of(ChangeRefusal.stale)) }
        codes += [.of(RequestProblem.internalError)] + unavailableCodes
        if changes { codes.append(.of(RequestProblem.full)) }
        return codes.filter { code in !own.contains { $0.name == code.name } } + own
    }

    private static let headCodes: [ProblemCode] = [
        .of(RequestProblem.malformedHead), .of(RequestProblem.headTooLarge), .of(RequestProblem.wrongHost),
        .of(RequestProblem.addressMarks), .of(RequestProblem.headerNotASCII),
    ]

    private static let unavailableCodes: [ProblemCode] = [
        .of(RequestProblem.unavailable), .of(RequestProblem.diskFailure),
        .of(RequestProblem.tooManyBodies, "A request had a body, and the server holds those of too many others."),
    ]

    private static let bodyCodes: [ProblemCode] = [
        .of(RequestProblem.bodyEmpty), .of(RequestProblem.notUTF8), .of(RequestProblem.malformedJSON),
        .of(RequestProblem.notAnObject), .of(RequestProblem.bodyCutOff), .of(RequestProblem.nulCharacters),
        .of(RequestProblem.bodyTooDeep), .of(RequestProblem.bodyMarks), .of(RequestProblem.numberTooLong),
        .of(RequestProblem.fieldNameNotASCII),
        .of(RequestProblem.bodyTooLarge), .of(RequestProblem.wrongContentType),
    ]

    /// The codes of unknown ids, by the names of their places.
    private static let notFoundCodes: [String: ProblemCode] = [
        "companyId": .of(CompanyRefusal.notFound), "siteId": .of(SiteRefusal.notFound),
        "materialId": .of(MaterialRefusal.notFound), "userId": .of(UserRefusal.notFound),
        "entryId": .of(TimeEntryRefusal.notFound), "sessionId": .of(AccountRefusal.sessionNotFound),
        "transferId": .of(TransferRefusal.notFound), "clarificationId": .of(ClarificationRefusal.notFound),
        "absenceId": .of(AbsenceRefusal.notFound), "factorId": .of(FactorRefusal.notFound),
        "exportId": .of(WageRefusal.notFound), "tokenId": .of(TokenRefusal.notFound),
    ]

    /// The part of a status's description that all routes share.
    struct SharedRefusal {
        let status: Int
        let name: String
        let details: String
        var headers: [String] = []
        /// The codes that most routes have; a route with others has a description of its own.
        var codes: [ProblemCode] = []

        /// - Parameter isWhole: whether it is the shared description and not that of one route.
        func value(_ codes: [ProblemCode], isWhole: Bool = true) -> JSONValue {
            let lines = codes.map { "`\($0.name)`: \($0.when ?? $0.sentence)" }
            let own = codes.isEmpty || isWhole ? [] : lines
            var value: JSONValue = ["description": .text(([details] + own).joined(separator: "\n\n"))]
            if !headers.isEmpty {
                value = value.with([
                    "headers": .object(headers.map { .init(name: $0, value: ["$ref": "#/components/headers/\($0)"]) })
                ])
            }
            let problem: JSONValue = ["$ref": "#/components/schemas/Problem"]
            let names = JSONValue.list(codes.map { .text($0.name) })
            let schema: JSONValue =
                codes.isEmpty ? problem : ["allOf": [problem, ["properties": ["code": ["enum": names]]]]]
            return value.with(["content": ["application/problem+json": ["schema": schema]]])
        }
    }

    static let sharedRefusals = [
        SharedRefusal(
            status: 400, name: "Invalid", details: "The request is malformed or breaks a rule; `fields` says where."),
        SharedRefusal(
            status: 401, name: "Unauthenticated", details: "There is no token, or it is no longer valid.",
            headers: ["WWW-Authenticate"],
            codes: [
                .of(AccountRefusal.signInNeeded), .of(AccountRefusal.malformedAuthorization),
                .of(AccountRefusal.sessionEnded), .of(TokenRefusal.malformed), .of(TokenRefusal.notValid),
                .of(TokenRefusal.expired),
            ]),
        SharedRefusal(
            status: 403, name: "Forbidden",
            details:
                """
                The caller's role or API token doesn't allow it, the request is from another site's page, the password is needed \
                again, the caller needs a second factor, or the company is suspended.
                """,
            codes: [
                .of(CompanyRefusal.suspended), .of(TokenRefusal.scopeMissing), .of(FactorRefusal.missing),
                .of(AccountRefusal.otherSite),
                .of(AccessRefusal.roleForbids),
            ]),
        SharedRefusal(status: 404, name: "NotFound", details: "It doesn't exist, or the caller may not see it."),
        SharedRefusal(status: 406, name: "Unsigned", details: "The signature is not valid."),
        SharedRefusal(status: 409, name: "Conflict", details: "It conflicts with the current state."),
        SharedRefusal(
            status: 412, name: "Stale", details: "It was changed after the version in If-Match.",
            codes: [.of(ChangeRefusal.stale)]),
        SharedRefusal(
            status: 413, name: "TooLarge", details: "The body is larger than 256 KiB.",
            codes: [.of(RequestProblem.bodyTooLarge)]),
        SharedRefusal(
            status: 415, name: "NotJSON", details: "The body isn't JSON.",
            codes: [.of(RequestProblem.wrongContentType)]),
        SharedRefusal(
            status: 422, name: "KeyReused", details: "The Idempotency-Key was used with another body.",
            codes: [.of(ChangeRefusal.keyReused)]),
        SharedRefusal(
            status: 429, name: "TooMany", details: "Too many attempts, or more than a limit allows for now.",
            headers: ["Retry-After"],
            codes: [
                .of(LimitRefusal.personWrites), .of(LimitRefusal.companyWrites), .of(LimitRefusal.dailyRows),
            ]),
        SharedRefusal(
            status: 431, name: "HeadTooLarge", details: "The head of the request is too large.",
            codes: [.of(RequestProblem.headTooLarge)]),
        SharedRefusal(
            status: 500, name: "Failure", details: "A failure of the server; the request id helps to find it.",
            codes: [.of(RequestProblem.internalError)]),
        SharedRefusal(
            status: 503, name: "Unavailable",
            details: "The database can't be reached, or there are too many requests at once.",
            headers: ["Retry-After"], codes: unavailableCodes),
        SharedRefusal(
            status: 507, name: "Full", details: "The database's disk is full; nothing was changed.",
            codes: [.of(RequestProblem.full)]),
    ]

    static let sharedHeaders: [JSONValue.Field] = [
        .init(
            name: "ETag",
            value: ["description": "The version, for If-Match.", "schema": ["type": "string"], "example": "\"3\""]),
        .init(
            name: "Link",
            value: [
                "description": "The address of the next page, with rel=\"next\"; missing on the last one.",
                "schema": ["type": "string"],
            ]),
        .init(
            name: "Retry-After",
            value: ["description": "Seconds to wait before the next attempt.", "schema": ["type": "integer"]]),
        .init(name: "WWW-Authenticate", value: ["description": "Always `Bearer`.", "schema": ["type": "string"]]),
    ]
}
