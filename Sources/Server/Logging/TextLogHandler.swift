import Core
import Logging
import Storage

/// Writes the log to standard error, as lines for people. One event can't be mistaken for another: control characters are escaped, and
/// the further lines of a message are indented.
struct TextLogHandler: LogHandler {
    let label: String
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
        StandardError.write(text(event, now: Runtime.live.now()) + "\n")
    }

    func text(_ event: LogEvent, now: Instant) -> String {
        var fields = metadata.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { fields["error"] = .string("\(error)") }
        let message = Self.plain("\(event.message)", lineBreak: "\n    ")
        let pairs = fields.sorted { $0.key < $1.key }.map {
            " \($0.key)=\(Self.plain("\($0.value)", lineBreak: "\\n"))"
        }
        return "\(now.text) \(event.level) \(label): \(message)" + pairs.joined()
    }

    private static func plain(_ text: String, lineBreak: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case _ where scalar == "\n": plain += lineBreak
            case .control, .lineSeparator, .paragraphSeparator, .format: plain += scalar.escaped(asASCII: true)
            default: plain.unicodeScalars.append(scalar)
            }
        }
        return plain
    }
}
