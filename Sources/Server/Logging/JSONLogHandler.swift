import Core
import Logging
import Storage

/// Writes the log to standard error, one JSON object per line.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var threshold = LogThreshold()

    var logLevel: Logger.Level {
        get { threshold.level }
        set { threshold.floor = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        StandardError.write(line(event, now: Runtime.live.now()) + "\n")
    }

    func line(_ event: LogEvent, now: Instant) -> String {
        var fields: [JSONValue.Field] = [
            .init(name: "time", value: .text(now.text)), .init(name: "level", value: .text(event.level.rawValue)),
            .init(name: "message", value: .text("\(event.message)")),
        ]
        fields += Self.fields(self.metadata.merging(event.metadata ?? [:]) { $1 })
        if let error = event.error { fields.append(.init(name: "error", value: .text("\(error)"))) }
        return JSONValue.object(fields).line
    }

    private static func fields(_ metadata: Logger.Metadata) -> [JSONValue.Field] {
        metadata.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: json($0.value)) }
    }

    private static func json(_ value: Logger.Metadata.Value) -> JSONValue {
        switch value {
        case .string(let text): .text(text)
        case .stringConvertible(let number as Int): .integer(number)
        case .stringConvertible(let other): .text(other.description)
        case .array(let values): .list(values.map(json))
        case .dictionary(let values): .object(fields(values))
        }
    }
}
