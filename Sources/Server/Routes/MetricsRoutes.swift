import HTTPTypes
import Logging
import NIOCore
import ServiceLifecycle

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

    /// More than those who read them need.
    private static let mostConnections = 32

    /// A server for the metrics alone.
    func server(host: String, port: Int, logger: Logger) -> any Service {
        let table = RouteTable(routes)
        let answers = RequestAnswers(
            answer: { request in
                guard case .found = table.match(request.method, request.path) else {
                    return Answer(.notFound, ByteBuffer(), type: "text/plain")
                }
                return await answer
            }, refuse: { Answer($0.status, ByteBuffer(), type: "text/plain") })
        let open = OpenConnections(most: Self.mostConnections)
        return HTTPConnection(shared: .init(answers, connections: open))
            .server(host: host, port: port, limit: ConnectionLimit(open, logger: logger), logger: logger)
    }

    private var answer: Answer {
        get async { Answer(.ok, ByteBuffer(string: await metrics.text()), type: Self.type) }
    }

    private static let type = "text/plain; version=0.0.4; charset=utf-8"
}
