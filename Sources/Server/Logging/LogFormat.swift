import Core
import Logging
import Storage

/// The format of the log.
enum LogFormat: String, CaseIterable, Sendable {
    /// For people: events of the server.
    case text
    /// For machines: one object per line, and a line for every request.
    case json

    /// The log level of successful requests.
    var requests: Logger.Level { self == .json ? .info : .debug }
}

extension Settings {
    func logger() -> Logger {
        let format = self.logFormat
        let threshold = LogThreshold(shared: logThreshold)
        let logger = Logger(label: "polier") { label -> any LogHandler in
            switch format {
            case .text: TextLogHandler(label: label, threshold: threshold)
            case .json: JSONLogHandler(threshold: threshold)
            }
        }
        StandardError.tellLosses { lost in
            let event = LogEvent(
                level: .warning, message: "lines of the log were lost", error: nil,
                metadata: ["lines": .stringConvertible(lost)], source: "", file: "", function: "", line: 0)
            let now = Runtime.live.now()
            return switch format {
            case .text: TextLogHandler(label: "polier").text(event, now: now) + "\n"
            case .json: JSONLogHandler().line(event, now: now) + "\n"
            }
        }
        return logger
    }
}
