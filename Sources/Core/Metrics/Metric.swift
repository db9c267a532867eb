/// A number that a part of the server tells of itself, named and kinded as Prometheus wants it.
public struct Metric: Sendable {
    public enum Value: Sendable {
        /// What is now.
        case gauge(Double)
        /// What has added up since the process started.
        case counter(Double)
        case histogram(Histogram.Snapshot)
    }

    /// With the unit at its end: `polier_http_request_duration_seconds`.
    public let name: String
    public let help: String
    public let labels: [Label]
    public let value: Value

    public struct Label: Sendable, Equatable {
        public let name: String
        public let value: String

        public init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
    }

    public init(_ name: String, _ help: String, _ value: Value, _ labels: KeyValuePairs<String, String> = [:]) {
        self.name = name
        self.help = help
        self.labels = labels.map { Label($0.key, $0.value) }
        self.value = value
    }
}
