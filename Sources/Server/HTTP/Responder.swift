import Core
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Answers every request: finds its route, and turns whatever is thrown on the way into a problem that people understand.
struct Responder: HTTPResponder {
    let table: RouteTable
    let web: WebPages
    let readiness: Readiness
    let requestIDs: RequestIDs
    let origins: Origins
    let proxies: TrustedProxies
    let securityHeaders: SecurityHeaders
    let traffic: Traffic
    /// How loud a request that went well is.
    let requestLevel: Logger.Level
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
        let start = ContinuousClock.now
        traffic.begin()
        let requestID = requestIDs.id(for: request.head)
        var answer: Answer
        let match = table.match(request.method, request.uri.path)
        do {
            if let preflight = origins.preflight(request.head) {
                answer = preflight
            } else {
                answer = try await self.answer(match, request, context)
            }
        } catch {
            answer = problem(for: error, request, requestID).answer(requestID: requestID)
        }
        answer.headers[.requestID] = requestID
        securityHeaders.add(to: &answer.headers)
        origins.addHeaders(to: &answer.headers, for: request.head)
        if readiness.isDraining { answer.headers[.connection] = "close" }
        answer = await answer.compressed(for: request.head)
        let time = ContinuousClock.now - start
        traffic.end(Traffic.Kind(match.route, answer.status), after: time)
        let isQuiet = match.route?.isProbe == true && answer.status == .ok
        logger.log(
            level: isQuiet ? .debug : requestLevel, "\(request.method) \(request.uri.path) \(answer.status.code)",
            metadata: metadata(request, requestID, match.route, answer.status, time))
        return answer.response(withBody: request.method != .head)
    }

    /// What a request's line in the log says. Never the query: it may hold what only one person may know.
    private func metadata(
        _ request: Request, _ requestID: String, _ route: Route?, _ status: HTTPResponse.Status, _ time: Duration
    ) -> Logger.Metadata {
        let metadata: Logger.Metadata = [
            "requestId": .string(requestID), "method": .string(request.method.rawValue),
            "path": .string(request.uri.path), "route": .string(route?.path ?? ""),
            "status": .stringConvertible(status.code), "microseconds": .stringConvertible(Int(time / .microseconds(1))),
        ]
        return TraceContext(request.head).map { metadata.merging($0.metadata) { $1 } } ?? metadata
    }

    private func answer(_ match: RouteTable.Match, _ request: Request, _ context: Context) async throws -> Answer {
        let path = request.uri.path
        switch match {
        case .found(let route, let places):
            if route.needsDatabase && !readiness.schemaFits { throw Problem.unavailable }
            let call = Call(request, path: path, route: route, places: places) {
                ClientAddress(peer: context.peer, headers: request.headers, proxies: proxies)
            }
            // Probes and pages may be asked with what a balancer or a browser adds.
            if request.uri.query != nil, route.path.hasPrefix("/api/") { try call.refuseUnknownParameters() }
            return try await route.answer(call)
        case .wrongMethod(let allowed):
            throw Problem.methodNotAllowed(allowed)
        case .none:
            if !path.hasPrefix("/api/"), path != "/metrics", let answer = try await web.answer(request.head, path: path)
            {
                return answer
            }
            throw Problem(.noSuchAddress)
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
