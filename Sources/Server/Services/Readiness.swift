import Core
import Storage
import Synchronization

/// Whether requests should be sent to this server: from when its schema was found to fit until it stops, and not while its database is
/// broken.
final class Readiness: Sendable {
    private let fits = Atomic<Bool>(false)
    private let version = Atomic<Int>(0)
    private let draining = Atomic<Bool>(false)
    private let database = Atomic<Bool>(false)
    private let mail = Atomic<Bool>(true)
    private let hasMail: Bool
    /// When the database last answered or failed, since the schema fits, by the monotonic clock.
    private let lookedAt = Mutex<SuspendingClock.Instant?>(nil)
    /// A sentence about what is wrong with the database (`Database.fault`).
    private let fault = Mutex<String?>(nil)
    private let isBroken = Atomic<Bool>(false)

    /// - Parameter hasMail: whether a mail transport is set.
    init(hasMail: Bool = true) { self.hasMail = hasMail }

    var schemaFits: Bool { fits.load(ordering: .relaxed) }
    var isDraining: Bool { draining.load(ordering: .relaxed) }
    /// Whether the database answered the last time it was asked.
    var databaseIsUp: Bool { database.load(ordering: .relaxed) }

    /// Whether the database is damaged, or its file isn't where it was.
    var databaseIsBroken: Bool { isBroken.load(ordering: .relaxed) }

    /// - Returns: whether it has changed.
    func sawFault(_ sentence: String?) -> Bool {
        isBroken.store(sentence != nil, ordering: .relaxed)
        return fault.withLock { known in
            defer { known = sentence }
            return known != sentence
        }
    }

    /// Whether mail can be sent, as far as is known: `up`, `down`, or `off` if no transport is set.
    var mailState: String { hasMail ? (mail.load(ordering: .relaxed) ? "up" : "down") : "off" }

    /// The version of the database's last migration; 0 until it is known.
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
                "polier_schema_version", "The version of the database's last migration; 0 until it is known.",
                .gauge(Double(schemaVersion))),
        ]
    }

    func drain() { draining.store(true, ordering: .relaxed) }
    func sawDatabase(up: Bool) {
        database.store(up, ordering: .relaxed)
        lookedAt.withLock { if $0 != nil { $0 = .now } }
    }

    /// The time since the database last answered or failed; nil until the schema fits, because migrations may take any time.
    var databaseSilence: Duration? { lookedAt.withLock { $0 }.map { .now - $0 } }
}
