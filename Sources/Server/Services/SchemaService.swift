import Core
import Logging
import ServiceLifecycle

/// Brings the schema up to date at the start, or sees whether it fits, then keeps an eye on the database for `readyz`.
/// A database that can't be reached is tried again; one whose schema this server can't use ends the server.
struct SchemaService: Service {
    let database: any Database
    let migrator: Migrator
    /// Whether to run pending migrations (`POLIER_MIGRATE=auto`).
    let migrates: Bool
    let readiness: Readiness
    let logger: Logger

    private static let heartbeat = Duration.seconds(2)
    private static let retry = Duration.milliseconds(500)
    private static let otherDatabase = """
        The database has lost its schema, or another one stands in its place: put the one back that was there, or stop the server before \
        another takes its place.
        """

    /// The first try, before anybody is served. Throws `SchemaRefusal`, or `StorageError` of kind `.misconfigured`, where
    /// trying again is of no use.
    func start() async throws { try await prepare() }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            while !Task.isCancelled, !readiness.schemaFits {
                try? await Task.sleep(for: Self.retry)
                do { try await prepare() } catch is CancellationError { return }
            }
            let fitting = readiness.schemaVersion
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.heartbeat)
                let version = try? await look()
                readiness.sawDatabase(up: version != nil)
                tell(database.fault ?? version.flatMap { $0 < fitting ? Self.otherDatabase : nil })
            }
        }
    }

    /// The version of the schema that is there.
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
            logger.notice("The database is again what it was.")
        }
    }

    private func prepare() async throws {
        do {
            if migrates {
                for name in try await migrator.migrate() { logger.info("migrated the database: \(name)") }
            }
            if let refusal = SchemaRefusal(try await migrator.state()) { throw refusal }
            try await look()
            readiness.sawDatabase(up: true)
            readiness.schemaWasSeenToFit()
        } catch let error as StorageError where error.kind == .unavailable || error.kind == .timeout {
            logger.warning("\(error.detail) Trying again.")
        }
    }
}

/// Why a server doesn't run on a database, and what to do.
struct SchemaRefusal: Error, CustomStringConvertible {
    let description: String

    /// Nil where the schema fits.
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
