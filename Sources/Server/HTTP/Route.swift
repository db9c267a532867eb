import Core
import HTTPTypes

/// One line of the API: a method, a path, and what answers.
struct Route: Sendable {
    let method: HTTPRequest.Method
    /// With places in braces: `/api/v1/companies/{companyId}`.
    let path: String
    /// Whether it is answered with 503 until the schema was seen to fit.
    var needsDatabase = true
    let answer: @Sendable (Call) async throws -> Answer

    /// A route that anyone may call.
    static func open(
        _ method: HTTPRequest.Method, _ path: String, _ answer: @escaping @Sendable (Call) async throws -> Answer
    ) -> Route {
        Route(method: method, path: path, answer: answer)
    }
}

/// The routes of those who are signed in.
struct SignedInRoutes: Sendable {
    let accounts: Accounts

    func callAsFunction(
        _ method: HTTPRequest.Method, _ path: String,
        _ answer: @escaping @Sendable (Call, Actor) async throws -> Answer
    ) -> Route {
        let accounts = accounts
        return Route(method: method, path: path) { call in
            try await answer(call, try await accounts.actor(token: try call.bearerToken()))
        }
    }
}
