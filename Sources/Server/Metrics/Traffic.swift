import Core
import HTTPTypes
import Storage
import Synchronization

/// Response times by route and status.
final class Traffic: Sendable {
    struct Kind: Hashable {
        let method: String
        /// The route's path with its placeholders; empty for the web app and for unknown addresses.
        let route: String
        let status: Int

        init(_ route: Route?, _ status: HTTPResponse.Status) {
            method = route?.method.rawValue ?? ""
            self.route = route?.path ?? ""
            self.status = status.code
        }
    }

    private let times = Mutex<[Kind: Histogram]>([:])
    private let running = Atomic<Int>(0)

    /// Half a millisecond to ten seconds.
    private static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    func begin() { running.add(1, ordering: .relaxed) }

    func end(_ kind: Kind, after time: Duration) {
        running.subtract(1, ordering: .relaxed)
        let histogram = times.withLock { times in
            if let known = times[kind] { return known }
            let new = Histogram(Self.bounds)
            times[kind] = new
            return new
        }
        histogram.observe(time / .seconds(1))
    }

    var metrics: [Metric] {
        let all = times.withLock { $0 }.sorted {
            ($0.key.route, $0.key.method, $0.key.status) < ($1.key.route, $1.key.method, $1.key.status)
        }
        return all.map { kind, histogram in
            Metric(
                "polier_http_request_duration_seconds",
                "Time from a request's head to its response's; the route is empty for other addresses.",
                .histogram(histogram.snapshot),
                ["method": kind.method, "route": kind.route, "status": "\(kind.status)"])
        } + [
            Metric(
                "polier_http_requests_running", "Requests under way.",
                .gauge(Double(running.load(ordering: .relaxed))))
        ]
    }
}
