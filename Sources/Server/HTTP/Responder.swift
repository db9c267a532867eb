import Core
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Answers every request: finds its route, and turns whatever is thrown on the way into a problem that people understand.
struct Responder: HTTPResponder {
    let table: RouteTable
    let readiness: Readiness
    let requestIDs: RequestIDs
    let origins: Origins
    let proxies: TrustedProxies
    let securityHeaders: SecurityHeaders
    let logger: Logger

    /// A connection, as far as an answer depends on it.
    struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let peer: SocketAddress?

        init(source: ApplicationRequestContextSource) {
            coreContext = .init(source: source)
            peer = source.channel.remoteAddress
        }
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        let requestID = requestIDs.id(for: request.head)
        var answer: Answer
        do {
            if let preflight = origins.preflight(request.head) {
                answer = preflight
            } else {
                answer = try await route(request, context)
            }
        } catch {
            answer = problem(for: error, request, requestID).answer(requestID: requestID)
        }
        answer.headers[.requestID] = requestID
        securityHeaders.add(to: &answer.headers)
        origins.addHeaders(to: &answer.headers, for: request.head)
        if readiness.isDraining { answer.headers[.connection] = "close" }
        logger.debug(
            "\(request.method) \(request.uri.path) \(answer.status.code)", metadata: ["requestId": .string(requestID)])
        return answer.response(withBody: request.method != .head)
    }

    private func route(_ request: Request, _ context: Context) async throws -> Answer {
        let path = request.uri.path
        switch table.match(request.method, path) {
        case .found(let route, let places):
            if route.needsDatabase && !readiness.schemaFits { throw Problem.unavailable }
            let call = Call(request, path: path, route: route, places: places) {
                ClientAddress(peer: context.peer, headers: request.headers, proxies: proxies)
            }
            return try await route.answer(call)
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
