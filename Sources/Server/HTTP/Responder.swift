import Core
import HTTPTypes
import Hummingbird
import Logging

/// Answers every request: finds its route, and turns whatever is thrown on the way into a problem that people understand.
struct Responder: HTTPResponder {
    typealias Context = BasicRequestContext

    let table: RouteTable
    let readiness: Readiness
    let requestIDs: RequestIDs
    let logger: Logger

    func respond(to request: Request, context: Context) async throws -> Response {
        let requestID = requestIDs.id(for: request.head)
        var answer: Answer
        do {
            answer = try await route(request)
        } catch {
            answer = problem(for: error, request, requestID).answer(requestID: requestID)
        }
        answer.headers[.requestID] = requestID
        if readiness.isDraining { answer.headers[.connection] = "close" }
        logger.debug(
            "\(request.method) \(request.uri.path) \(answer.status.code)", metadata: ["requestId": .string(requestID)])
        return answer.response(withBody: request.method != .head)
    }

    private func route(_ request: Request) async throws -> Answer {
        let path = request.uri.path
        switch table.match(request.method, path) {
        case .found(let route, let parameters):
            if route.needsDatabase && !readiness.schemaFits { throw Problem.unavailable }
            return try await route.answer(Call(request, path: path, parameters: parameters))
        case .wrongMethod(let allowed):
            let methods = allowed.map(\.rawValue).joined(separator: ", ")
            throw Problem(.methodNotAllowed, "This address allows \(methods).", headers: [.allow: methods])
        case .none:
            throw Problem(.notFound, "There is nothing at this address.")
        }
    }

    /// What the caller learns of an error; what they may not learn goes to the log.
    private func problem(for error: any Error, _ request: Request, _ requestID: String) -> Problem {
        let problem: Problem
        switch error {
        case let error as Problem: return error
        case let refusal as Refusal: return Problem(refusal)
        case let error as StorageError: problem = Problem(error)
        case is CancellationError: problem = .unavailable
        default: problem = .internalError
        }
        if problem.status.code >= 500 {
            logger.error(
                "\(request.method) \(request.uri.path) failed",
                metadata: ["requestId": .string(requestID), "cause": .string("\(error)")])
        }
        return problem
    }
}
