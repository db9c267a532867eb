import Logging

extension Logger {
    /// For libraries: their messages below a warning are of no use to an operator, except when tracing.
    var quiet: Logger {
        var logger = self
        logger.logLevel = .warning
        return logger
    }
}
