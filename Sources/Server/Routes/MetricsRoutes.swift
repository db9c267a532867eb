import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// This server's metrics, for Prometheus.
struct MetricsRoutes {
    let metrics: Metrics

    var routes: [Route] {
        [
            Route(
                .get, "/metrics", in: .server, .anyone,
                .init(
                    "Read the metrics", "In Prometheus' text format, on the port that POLIER_METRICS_PORT sets."),
                result: .text(Self.type, "The metrics."), needsDatabase: false
            ) { _ in await answer }
        ]
    }

    /// A server for the metrics alone.
    func application(host: String, port: Int, logger: Logger) -> some ApplicationProtocol {
        let table = RouteTable(routes)
        return Application(
            responder: CallbackResponder { (request, context: Responder.Context) in
                guard case .found = table.match(request.method, request.uri.path) else {
                    return Response(status: .notFound)
                }
                return await answer.response(withBody: request.method != .head, on: context.eventLoop)
            },
            server: .checked(
                EarlyAnswers(
                    refuse: { Answer($0.status, ByteBuffer(), type: "text/plain") }, isProbe: { _ in false },
                    probe: { _, _ in Answer(.notFound, ByteBuffer(), type: "text/plain") })),
            configuration: .init(address: .hostname(host, port: port)), logger: logger)
    }

    private var answer: Answer {
        get async { Answer(.ok, ByteBuffer(string: await metrics.text()), type: Self.type) }
    }

    private static let type = "text/plain; version=0.0.4; charset=utf-8"
}
