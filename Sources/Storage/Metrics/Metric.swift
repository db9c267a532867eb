/// A number that a part of the server reports about itself, with a name and a type of Prometheus.
public struct Metric: Sendable {
    public enum Value: Sendable {
        /// The current value.
        case gauge(Double)
        /// The total since the process started.
        case counter(Double)
        case histogram(Histogram.Snapshot)
    }

    /// Ends with the unit: `polier_http_request_duration_seconds`.
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
