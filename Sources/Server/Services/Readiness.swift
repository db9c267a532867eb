import Core
import Synchronization

/// Whether this server should be sent requests: once its schema was seen to fit, until it is told to stop, and not while its database is
/// broken.
final class Readiness: Sendable {
    private let fits = Atomic<Bool>(false)
    private let version = Atomic<Int>(0)
    private let draining = Atomic<Bool>(false)
    private let database = Atomic<Bool>(false)
    private let mail = Atomic<Bool>(true)
    private let hasMail: Bool
    /// When the database was last heard of once the schema fitted, by the process's own clock.
    private let lookedAt = Mutex<SuspendingClock.Instant?>(nil)
    /// What is wrong with the database itself (`Database.fault`).
    private let fault = Mutex<String?>(nil)
    private let isBroken = Atomic<Bool>(false)

    /// - Parameter hasMail: whether a way for mail is set.
    init(hasMail: Bool = true) { self.hasMail = hasMail }

    var schemaFits: Bool { fits.load(ordering: .relaxed) }
    var isDraining: Bool { draining.load(ordering: .relaxed) }
    /// Whether the database answered when it was last asked, a moment ago.
    var databaseIsUp: Bool { database.load(ordering: .relaxed) }

    /// Whether the database is damaged, or its file isn't where it was.
    var databaseIsBroken: Bool { isBroken.load(ordering: .relaxed) }

    /// - Returns: whether this is news.
    func sawFault(_ sentence: String?) -> Bool {
        isBroken.store(sentence != nil, ordering: .relaxed)
        return fault.withLock { known in
            defer { known = sentence }
            return known != sentence
        }
    }

    /// Whether mail can leave, as far as is known: `up`, `down`, or `off` where no way for it is set.
    var mailState: String { hasMail ? (mail.load(ordering: .relaxed) ? "up" : "down") : "off" }

    /// The last migration that the database has; 0 until it was seen.
    var schemaVersion: Int { version.load(ordering: .relaxed) }

    func sawMail(up: Bool) { mail.store(up, ordering: .relaxed) }
    func schemaWasSeenToFit() {
        fits.store(true, ordering: .relaxed)
        lookedAt.withLock { $0 = .now }
    }
    func sawSchema(version: Int) { self.version.store(version, ordering: .relaxed) }
    var metrics: [Metric] {
        func told(_ name: String, _ help: String, _ value: Bool) -> Metric {
            Metric(name, help, .gauge(value ? 1 : 0))
        }
        return [
            told(
                "polier_ready", "1 while requests should be sent here.", schemaFits && !isDraining && !databaseIsBroken),
            told(
                "polier_database_broken", "1 when the database is damaged, or its file was moved or replaced.",
                databaseIsBroken),
            told("polier_database_up", "1 when the database answered a moment ago.", databaseIsUp),
            Metric(
                "polier_schema_version", "The last migration that the database has; 0 until it was seen.",
                .gauge(Double(schemaVersion))),
        ]
    }

    func drain() { draining.store(true, ordering: .relaxed) }
    func sawDatabase(up: Bool) {
        database.store(up, ordering: .relaxed)
        lookedAt.withLock { if $0 != nil { $0 = .now } }
    }

    /// How long ago the database last answered or failed; nil while the schema wasn't seen yet, since a migration takes as long as it
    /// takes.
    var databaseSilence: Duration? { lookedAt.withLock { $0 }.map { .now - $0 } }
}
