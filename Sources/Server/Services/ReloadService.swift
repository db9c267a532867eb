import Core
import Logging
import MailTransport
import ServiceLifecycle
import StorePostgres
import Synchronization
import UnixSignals

/// Reads the settings again at each SIGHUP, takes up what can change while the server runs, and tells what takes a restart. Where
/// anything in them is wrong, all stays as it was.
struct ReloadService: Service {
    let settings: LiveSettings
    /// The settings as they are now. Throws `SettingsError`.
    let read: @Sendable () throws -> Settings
    let database: any Database
    let postroom: Postroom
    let transport: CurrentTransport
    let manager: ServiceManager
    let signals: UnixSignalsSequence
    /// Yields once the server listens: before that nothing is reloaded, since the manager would take it for served.
    let listening: AsyncStream<Void>
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in listening { break }
            for await _ in signals {
                manager.tell(.reloading, logger)
                await reload()
                manager.tell(.ready, logger)
            }
        }
    }

    private func reload() async {
        do {
            let news = try read()
            var (live, later) = settings.changes(to: news)
            if live.contains(.databaseURL), try await !adopt(news.databaseURL) {
                live.removeAll { $0 == .databaseURL }
                later.append(.databaseURL)
            }
            settings.takeUp(live, from: news)
            if live.contains(where: \.isOfTransport), let chain = news.mail.chain(postroom, runtime: .live) {
                postroom.trust(news.mail.authorities)
                transport.replace(by: chain)
            }
            tell(live, later)
        } catch let error as StorageError {
            refuse(error.detail)
        } catch {
            refuse("\(error)")
        }
    }

    /// Returns false where the URL takes a restart.
    private func adopt(_ url: String) async throws -> Bool {
        guard let database = database as? PostgresDatabase, url.hasPrefix("postgres") else { return false }
        return try await database.adopt(url: url)
    }

    /// Also where the level, before or after, hides what is below a warning.
    private func tell(_ live: [Setting], _ later: [Setting]) {
        let level = max(.notice, logger.logLevel)
        func list(_ settings: [Setting]) -> String { settings.map(\.rawValue).joined(separator: ", ") }
        let news = live.isEmpty ? "nothing has changed that can be taken up" : "taken up: \(list(live))"
        logger.log(level: level, "read the settings again; \(news)")
        if !later.isEmpty { logger.log(level: max(.warning, level), "changed, and needs a restart: \(list(later))") }
    }

    private func refuse(_ sentence: String) {
        logger.error("the settings stay as they were: \(sentence)")
    }
}

/// What the settings say that a running server goes by; some of it changes.
final class LiveSettings: Sendable {
    private let values: Mutex<[Setting: String]>
    private let logLevel: LogThreshold.Shared

    init(_ settings: Settings) {
        values = Mutex(settings.values)
        logLevel = settings.logLevel
    }

    var mailgunSigningKey: String? { values.withLock { $0[.mailgunSigningKey] } }

    /// What is other in new settings: what can be taken up, and what can't.
    func changes(to news: Settings) -> (live: [Setting], later: [Setting]) {
        let (old, new) = (values.withLock { $0 }, news.values)
        // Which transports there are decides at the start what the server offers.
        let keepsTransports = [.mailgunKey, .smtpURL].allSatisfy { (old[$0] == nil) == (new[$0] == nil) }
        let changed = Setting.allCases.filter { !$0.isOfCommandsOnly && old[$0] != new[$0] }
        let isLive = { (setting: Setting) in
            switch setting {
            case .logLevel, .databaseURL, .mailgunSigningKey: true
            default: setting.isOfTransport && keepsTransports
            }
        }
        return (changed.filter(isLive), changed.filter { !isLive($0) })
    }

    func takeUp(_ live: [Setting], from news: Settings) {
        values.withLock { values in for setting in live { values[setting] = news.values[setting] } }
        if live.contains(.logLevel) { logLevel.level = news.logLevel.level }
    }
}

extension Setting {
    /// Whether it says how mail leaves.
    var isOfTransport: Bool {
        switch self {
        case .mailFrom, .mailgunKey, .mailgunDomain, .mailgunBaseURL, .mailgunTestMode, .smtpURL, .caFile: true
        default: false
        }
    }

    /// Whether no server goes by it.
    fileprivate var isOfCommandsOnly: Bool {
        switch self {
        case .adminPassword, .copyFrom, .copyTo, .backupStoreURL, .backupStoreRegion, .backupStoreKeyID,
            .backupStoreSecret:
            true
        default: false
        }
    }
}
