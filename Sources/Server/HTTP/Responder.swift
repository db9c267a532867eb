import Core
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Storage

/// Answers every request: finds its route, and turns every error on the way into a problem that people understand.
struct Responder: Sendable {
    let table: RouteTable
    let web: WebPages
    let readiness: Readiness
    let requestIDs: RequestIDs
    let origins: Origins
    let proxies: TrustedProxies
    let securityHeaders: SecurityHeaders
    let watch: SecurityWatch
    let traffic: Traffic
    /// Log level of successful requests.
    let requestLevel: Logger.Level
    let logger: Logger

    /// The properties of a request that its answer's headers and its line in the log depend on.
    private struct Asked {
        let head: HTTPRequest
        let path: String
        let route: Route?
        let requestID: String
        let start = ContinuousClock.now
    }

    /// The answers of all connections.
    var answers: RequestAnswers {
        RequestAnswers(
            answer: answer, probe: answerProbe, refuse: refuse, failure: failure,
            isDraining: { [readiness] in readiness.isDraining })
    }

    private func answer(_ request: Request) async -> Answer {
        traffic.begin()
        let match = table.match(request.method, request.path)
        let exchange = Asked(
            head: request.head, path: request.path, route: match.route,
            requestID: requestIDs.id(for: request.head, from: request.peer))
        var answer: Answer
        do {
            if let preflight = origins.preflight(request.head) {
                answer = preflight
            } else {
                answer = try await self.answer(match, request, exchange.requestID)
            }
        } catch {
            answer = problem(for: error, request, exchange.requestID).answer(requestID: exchange.requestID)
        }
        complete(&answer, exchange)
        answer = await answer.compressed(for: request.head)
        end(exchange, answer.status)
        return answer
    }

    private func answerProbe(_ head: HTTPRequest, from peer: SocketAddress?) -> Answer? {
        guard let route = table.probe(head.method, head.path ?? ""), var answer = route.probe?() else { return nil }
        traffic.begin()
        let exchange = Asked(
            head: head, path: route.path, route: route, requestID: requestIDs.id(for: head, from: peer))
        complete(&answer, exchange)
        end(exchange, answer.status)
        return answer
    }

    /// The log shows nothing of what was sent: it may be the very problem.
    private func refuse(_ problem: Problem) -> Answer {
        traffic.begin()
        let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil)
        let exchange = Asked(head: head, path: "", route: nil, requestID: requestIDs.next())
        var answer = problem.answer(requestID: exchange.requestID)
        complete(&answer, exchange)
        traffic.end(Traffic.Kind(nil, answer.status), after: ContinuousClock.now - exchange.start)
        logger.log(
            level: requestLevel, "a request was refused by its head: \(problem.code)",
            metadata: [
                "requestId": .string(exchange.requestID), "status": .stringConvertible(answer.status.code),
            ])
        return answer
    }

    /// Adds the headers that every answer has.
    private func complete(_ answer: inout Answer, _ exchange: Asked) {
        answer.requestID = exchange.requestID
        answer.securityHeaders = securityHeaders
        origins.addHeaders(to: &answer.headers, for: exchange.head)
    }

    private func end(_ exchange: Asked, _ status: HTTPResponse.Status) {
        let time = ContinuousClock.now - exchange.start
        traffic.end(Traffic.Kind(exchange.route, status), after: time)
        let isQuiet = exchange.route?.isProbe == true && status == .ok
        logger.log(
            level: isQuiet ? .debug : requestLevel, "\(exchange.head.method) \(exchange.path) \(status.code)",
            metadata: metadata(exchange, status, time))
    }

    /// A request's line in the log. Never the query, which may hold data that is only for one person.
    private func metadata(
        _ exchange: Asked, _ status: HTTPResponse.Status, _ time: Duration
    ) -> Logger.Metadata {
        let metadata: Logger.Metadata = [
            "requestId": .string(exchange.requestID), "method": .string(exchange.head.method.rawValue),
            "path": .string(exchange.path), "route": .string(exchange.route?.path ?? ""),
            "status": .stringConvertible(status.code), "microseconds": .stringConvertible(Int(time / .microseconds(1))),
        ]
        return TraceContext(exchange.head).map { metadata.merging($0.metadata) { $1 } } ?? metadata
    }

    private func answer(
        _ match: RouteTable.Match, _ request: Request, _ requestID: String
    ) async throws -> Answer {
        let path = request.path
        switch match {
        case .found(let route, let places):
            if route.needsDatabase && !readiness.schemaFits { throw Problem.unavailable }
            let source = RequestSource(requestID: requestID, watch: watch) {
                ClientAddress(peer: request.peer, headers: request.headers, proxies: proxies).network
            }
            let call = Call(request, path: path, route: route, places: places, source: source)
            // Load balancers and browsers may add parameters to probes and pages.
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

    /// The problem for an error; details that the caller may not learn are only logged.
    private func problem(for error: any Error, _ request: Request, _ requestID: String) -> Problem {
        let problem = Self.problem(for: error)
        if problem.status.code >= 500, !(error is Problem), !(error is Refusal) {
            logger.error(
                "\(request.method) \(request.path) failed",
                metadata: ["requestId": .string(requestID), "cause": .string("\(error)")])
        }
        return problem
    }

    private static func problem(for error: any Error) -> Problem {
        switch error {
        case let error as Problem: error
        case let refusal as Refusal: Problem(refusal)
        case let error as StorageError: Problem(error)
        case is CancellationError: .unavailable
        default: .internalError
        }
    }

    /// Logs what ended an answer while it was written. Not called for callers that went away: they are no errors.
    /// - Returns: the problem to answer with, if nothing was sent.
    private func failure(_ answer: Answer, _ error: any Error) -> Answer {
        // Cancelled by a server that stops.
        logger.log(
            level: error is CancellationError ? .notice : .error, "an answer failed while it was written",
            metadata: ["requestId": .string(answer.requestID ?? ""), "cause": .string("\(error)")])
        var instead = Self.problem(for: error).answer(requestID: answer.requestID ?? "")
        (instead.requestID, instead.securityHeaders) = (answer.requestID, answer.securityHeaders)
        Origins.copyHeaders(from: answer.headers, to: &instead.headers)
        return instead
    }
}
