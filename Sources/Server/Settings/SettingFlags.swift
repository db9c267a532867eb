import ArgumentParser
import Foundation

/// The flags that every command with a database has.
struct DatabaseFlags: ParsableArguments {
    @Option(help: "A file of NAME=VALUE settings. [POLIER_CONFIG]")
    var config: String?

    @Option(
        name: .customLong("database-url"),
        help: "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME. [POLIER_DATABASE_URL, sqlite:var/polier.sqlite]")
    var databaseURL: String?

    @Option(help: "Connections to PostgreSQL at most. [POLIER_DATABASE_POOL, 10]")
    var databasePool: String?

    @Option(help: "true, or false for a PgBouncer that knows no prepared statements. [POLIER_DATABASE_PREPARED, true]")
    var databasePrepared: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical. [POLIER_LOG_LEVEL, info]")
    var logLevel: String?

    @Option(help: "text, or json: an object a line, and a line for each request but probes. [POLIER_LOG_FORMAT, text]")
    var logFormat: String?

    var values: [Setting: String] {
        var values: [Setting: String] = [:]
        values[.config] = config
        values[.databaseURL] = databaseURL
        values[.databasePool] = databasePool
        values[.databasePrepared] = databasePrepared
        values[.logLevel] = logLevel
        values[.logFormat] = logFormat
        return values
    }

    /// All settings, with these flags and `more` before the environment and the file.
    func settings(_ more: [Setting: String] = [:]) throws -> Settings {
        try Settings(
            flags: values.merging(more) { _, new in new }, environment: ProcessInfo.processInfo.environment)
    }
}

/// The flags of those that listen, or ask who listens.
struct AddressFlags: ParsableArguments {
    @Option(help: "The address to listen on. [POLIER_HTTP_HOST, 127.0.0.1]")
    var httpHost: String?

    @Option(help: "The port to listen on. [POLIER_HTTP_PORT, 8080]")
    var httpPort: String?

    var values: [Setting: String] {
        var values: [Setting: String] = [:]
        values[.httpHost] = httpHost
        values[.httpPort] = httpPort
        return values
    }
}
