import Core
import Logging
import ServiceLifecycle
import Storage

/// Migrates the schema at the start, or checks that it fits, then monitors the database for `readyz`. An unreachable database is tried
/// again; one whose schema this server can't use ends the server.
struct SchemaService: Service {
    let database: any Database
    let migrator: Migrator
    /// Whether to run pending migrations (`POLIER_MIGRATE=auto`).
    let migrates: Bool
    let readiness: Readiness
    let logger: Logger
    /// How often the log hears that the database still can't be reached.
    var reminder = Duration.seconds(60)

    private static let heartbeat = Duration.seconds(2)
    private static let retry = Duration.milliseconds(500)
    private static let otherDatabase = """
        The database has lost its schema, or another one is in its place: put the one back that was there, or stop the server before \
        another takes its place.
        """

    /// The first attempt, before any request is served.
    /// - Throws: `SchemaRefusal`, or `StorageError` of kind `.misconfigured`: trying again wouldn't help.
    func start() async throws {
        if let failure = try await prepare() { logger.warning("\(failure.detail) Trying again.") }
    }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await prepareAtLast()
            let fitting = readiness.schemaVersion
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.heartbeat)
                let version = try? await look()
                readiness.sawDatabase(up: version != nil)
                tell(database.fault ?? version.flatMap { $0 < fitting ? Self.otherDatabase : nil })
            }
        }
    }

    /// Tries until the schema fits. The first failure was logged; the others are logged once a minute.
    private func prepareAtLast() async throws {
        var (failures, told) = (0, ContinuousClock.now)
        while !Task.isCancelled, !readiness.schemaFits {
            try? await Task.sleep(for: Self.retry)
            do {
                guard let failure = try await prepare() else { continue }
                failures += 1
                guard ContinuousClock.now - told >= reminder else { continue }
                logger.warning("\(failure.detail) Tried \(failures) times since, and trying again.")
                (failures, told) = (0, .now)
            } catch is CancellationError {
                return
            }
        }
    }

    /// The version of the database's schema.
    @discardableResult
    private func look() async throws -> Int {
        let version = try await migrator.history().filter { $0.appliedAt != nil }.map(\.version).max() ?? 0
        readiness.sawSchema(version: version)
        return version
    }

    private func tell(_ fault: String?) {
        guard readiness.sawFault(fault) else { return }
        if let fault {
            logger.critical("\(fault) Until then, /readyz says that no requests should come here.")
        } else {
            logger.notice("The database file is back.")
        }
    }

    /// - Returns: what keeps the database from answering, where that may pass.
    private func prepare() async throws -> StorageError? {
        do {
            if migrates {
                for name in try await migrator.migrate() { logger.info("migrated the database: \(name)") }
            }
            if let refusal = SchemaRefusal(try await migrator.state()) { throw refusal }
            try await look()
            readiness.sawDatabase(up: true)
            readiness.schemaWasSeenToFit()
            return nil
        } catch let error as StorageError where error.kind == .unavailable || error.kind == .timeout {
            return error
        }
    }
}

/// Why a server can't run on a database, and what to do.
struct SchemaRefusal: Error, CustomStringConvertible {
    let description: String

    /// Nil if the schema fits.
    init?(_ state: SchemaState) {
        switch state {
        case .fits:
            return nil
        case .older(let pending):
            description = "the database lacks \(pending.joined(separator: ", ")): run 'polier migrate' first"
        case .newer(let version, let oldest):
            description = """
                the database has schema version \(version), which needs a newer polier (one that knows version \(oldest)): \
                install it, 'polier version' shows what this one knows
                """
        case .changed(let file):
            description = """
                the database was migrated with another text of \(file) than this polier has: \
                use the polier that migrated it, 'polier migrate status' shows more
                """
        }
    }
}
