import Logging

/// How the log is written.
enum LogFormat: String, CaseIterable, Sendable {
    /// For people: what happens to the server.
    case text
    /// For machines: an object a line, and a line for every request.
    case json

    /// How loud a request that went well is.
    var requests: Logger.Level { self == .json ? .info : .debug }
}

extension Settings {
    func logger() -> Logger {
        let format = logFormat
        var logger = Logger(label: "polier") { label -> any LogHandler in
            switch format {
            case .text: TextLogHandler(label: label)
            case .json: JSONLogHandler()
            }
        }
        logger.logLevel = logLevel
        return logger
    }
}
