import Core
import Storage

/// The metrics of this server, in Prometheus' text format (version 0.0.4).
struct Metrics: Sendable {
    /// Called for each response, one after the other.
    let sources: [@Sendable () async -> [Metric]]

    func text() async -> String {
        var all: [Metric] = []
        for source in sources { all += await source() }
        var text = ""
        var told: Set<String> = []
        // Samples of the same name must be adjacent, under one head.
        for metric in all where told.insert(metric.name).inserted {
            text +=
                "# HELP \(metric.name) \(metric.help)\n# TYPE \(metric.name) \(metric.value.kind)\n"
            for sample in all where sample.name == metric.name { text += sample.lines }
        }
        return text
    }
}

extension Metric.Value {
    fileprivate var kind: String {
        switch self {
        case .gauge: "gauge"
        case .counter: "counter"
        case .histogram: "histogram"
        }
    }
}

extension Metric {
    fileprivate var lines: String {
        switch value {
        case .gauge(let number), .counter(let number):
            return line("", number)
        case .histogram(let histogram):
            var text = ""
            var total: UInt64 = 0
            for (bound, count) in zip(histogram.bounds.map(Self.number) + ["+Inf"], histogram.counts) {
                total += count
                text += line("_bucket", Double(total), and: Label("le", bound))
            }
            return text + line("_sum", histogram.sum) + line("_count", Double(total))
        }
    }

    private func line(_ suffix: String, _ number: Double, and label: Label? = nil) -> String {
        let labels = (self.labels + (label.map { [$0] } ?? [])).map { "\($0.name)=\"\(Self.escaped($0.value))\"" }
        let list = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
        return "\(name)\(suffix)\(list) \(Self.number(number))\n"
    }

    /// Integers without a fraction.
    private static func number(_ number: Double) -> String { Int64(exactly: number).map { "\($0)" } ?? "\(number)" }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
