import Core
import HTTPTypes

extension Route {
    /// A route that needs no session and reads a body.
    static func open<Fields: BodyFields>(
        _ method: HTTPRequest.Method, _ path: String, in chapter: Chapter, by access: Access = .anyone, _ text: Text,
        result: ResultDescription, refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Fields) async throws -> Answer
    ) -> Route {
        Route(
            method, path, in: chapter, access, text, request: RequestDescription(body: Fields.description),
            result: result,
            refusals: refusals
        ) { call in
            try await work(call, try await RequestBody(of: call.request).read())
        }
    }

    /// A route that needs no session and no database, and always answers the same way.
    static func fixed(
        _ path: String, in chapter: Chapter, _ text: Text, result: ResultDescription, refusals: [ProblemCode] = [],
        isProbe: Bool = false, _ work: @escaping @Sendable () -> Answer
    ) -> Route {
        Route(
            .get, path, in: chapter, .anyone, text, result: result, refusals: refusals, needsDatabase: false,
            probe: isProbe ? work : nil
        ) { _ in work() }
    }
}
