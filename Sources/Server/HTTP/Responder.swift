import Core
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Storage

/// Answers every request: finds its route, and turns every error on the way into a problem that people understand.
struct Responder: HTTPResponder {
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

    /// The properties of a connection that an answer depends on.
    struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let peer: SocketAddress?
        let eventLoop: any EventLoop

        init(source: ApplicationRequestContextSource) {
            coreContext = .init(source: source)
            peer = source.channel.remoteAddress
            eventLoop = source.channel.eventLoop
        }
    }

    /// The properties of a request that its answer's headers and its line in the log depend on.
    private struct Exchange {
        let head: HTTPRequest
        let path: String
        let route: Route?
        let requestID: String
        let start = ContinuousClock.now
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        traffic.begin()
        let match = table.match(request.method, request.uri.path)
        let exchange = Exchange(
            head: request.head, path: request.uri.path, route: match.route,
            requestID: requestIDs.id(for: request.head, from: context.peer))
        var answer: Answer
        do {
            if let preflight = origins.preflight(request.head) {
                answer = preflight
            } else {
                answer = try await self.answer(match, request, context, exchange.requestID)
            }
        } catch {
            answer = problem(for: error, request, exchange.requestID).answer(requestID: exchange.requestID)
        }
        complete(&answer, exchange)
        answer = await answer.compressed(for: request.head)
        end(exchange, answer.status)
        return answer.response(withBody: request.method != .head, on: context.eventLoop)
    }

    /// The answers that are given on a connection's event loop: the same as here.
    var early: EarlyAnswers {
        EarlyAnswers(
            refuse: refuse, isProbe: { table.probe($0.method, $0.path ?? "") != nil }, probe: answerProbe)
    }

    private func answerProbe(_ head: HTTPRequest, from peer: SocketAddress?) -> Answer {
        traffic.begin()
        let route = table.probe(head.method, head.path ?? "")
        let exchange = Exchange(
            head: head, path: route?.path ?? "", route: route, requestID: requestIDs.id(for: head, from: peer))
        var answer = route?.probe?() ?? Problem(.noSuchAddress).answer(requestID: exchange.requestID)
        complete(&answer, exchange)
        end(exchange, answer.status)
        return answer
    }

    /// The log shows nothing of what was sent: it may be the very problem.
    private func refuse(_ problem: Problem) -> Answer {
        traffic.begin()
        let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: nil)
        let exchange = Exchange(head: head, path: "", route: nil, requestID: requestIDs.next())
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
    private func complete(_ answer: inout Answer, _ exchange: Exchange) {
        answer.headers[.requestID] = exchange.requestID
        securityHeaders.add(to: &answer.headers)
        origins.addHeaders(to: &answer.headers, for: exchange.head)
        if readiness.isDraining { answer.headers[.connection] = "close" }
    }

    private func end(_ exchange: Exchange, _ status: HTTPResponse.Status) {
        let time = ContinuousClock.now - exchange.start
        traffic.end(Traffic.Kind(exchange.route, status), after: time)
        let isQuiet = exchange.route?.isProbe == true && status == .ok
        logger.log(
            level: isQuiet ? .debug : requestLevel, "\(exchange.head.method) \(exchange.path) \(status.code)",
            metadata: metadata(exchange, status, time))
    }

    /// A request's line in the log. Never the query, which may hold data that is only for one person.
    private func metadata(
        _ exchange: Exchange, _ status: HTTPResponse.Status, _ time: Duration
    ) -> Logger.Metadata {
        let metadata: Logger.Metadata = [
            "requestId": .string(exchange.requestID), "method": .string(exchange.head.method.rawValue),
            "path": .string(exchange.path), "route": .string(exchange.route?.path ?? ""),
            "status": .stringConvertible(status.code), "microseconds": .stringConvertible(Int(time / .microseconds(1))),
        ]
        return TraceContext(exchange.head).map { metadata.merging($0.metadata) { $1 } } ?? metadata
    }

    private func answer(
        _ match: RouteTable.Match, _ request: Request, _ context: Context, _ requestID: String
    ) async throws -> Answer {
        let path = request.uri.path
        switch match {
        case .found(let route, let places):
            if route.needsDatabase && !readiness.schemaFits { throw Problem.unavailable }
            let source = RequestSource(requestID: requestID, watch: watch) {
                ClientAddress(peer: context.peer, headers: request.headers, proxies: proxies).network
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
