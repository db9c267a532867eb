import Core
import HTTPTypes

extension Route {
    /// A route that needs no session and takes fields in.
    static func open<Fields: BodyFields>(
        _ method: HTTPRequest.Method, _ path: String, by access: Access = .anyone, _ text: Text,
        result: ResultDescription, refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Fields) async throws -> Answer
    ) -> Route {
        Route(
            method, path, access, text, request: RequestDescription(body: Fields.description), result: result,
            refusals: refusals
        ) { call in
            try await work(call, try await RequestBody(of: call.request).read())
        }
    }

    /// A route that needs no session, no database and no fields.
    static func still(
        _ path: String, _ text: Text, result: ResultDescription, refusals: [ProblemCode] = [],
        isProbe: Bool = false, _ work: @escaping @Sendable () -> Answer
    ) -> Route {
        Route(
            .get, path, .anyone, text, result: result, refusals: refusals, needsDatabase: false,
            probe: isProbe ? work : nil
        ) { _ in work() }
    }
}
