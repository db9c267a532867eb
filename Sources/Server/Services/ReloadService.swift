import Core
import Logging
import MailTransport
import ServiceLifecycle
import Storage
import StorePostgres
import Synchronization
import UnixSignals

/// Reloads the settings at each SIGHUP: applies those that can change while the server runs, and logs those that need a restart. If
/// anything in them is wrong, nothing changes.
struct ReloadService: Service {
    let settings: LiveSettings
    /// Reads the current settings. Throws `SettingsError`.
    let read: @Sendable () throws -> Settings
    let database: any Database
    let transfers: MailTransfers
    let transport: CurrentTransport
    let manager: ServiceManager
    let signals: UnixSignalsSequence
    /// Yields once the server listens. Nothing is reloaded before that, because the manager would take the server for ready.
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
            if let url = live.firstIndex(where: { $0.name == SettingTable.rows.databaseURL.name }),
                try await !adopt(news.databaseURL)
            {
                later.append(live.remove(at: url))
            }
            settings.takeUp(live, from: news)
            if live.contains(where: { $0.reload == .transport }), let chain = news.mail.chain(transfers, runtime: .live)
            {
                transfers.trust(news.mail.authorities)
                transport.replace(by: chain)
            }
            tell(live, later)
        } catch let error as StorageError {
            refuse(error.detail)
        } catch {
            refuse("\(error)")
        }
    }

    /// - Returns: false if the URL needs a restart.
    private func adopt(_ url: String) async throws -> Bool {
        guard let database = database as? PostgresDatabase, url.hasPrefix("postgres") else { return false }
        return try await database.adopt(url: url)
    }

    /// Logs it even if the level, old or new, hides messages below a warning.
    private func tell(_ live: [any AnySetting], _ later: [any AnySetting]) {
        let level = max(.notice, logger.logLevel)
        func list(_ settings: [any AnySetting]) -> String { settings.map(\.name).joined(separator: ", ") }
        let news = live.isEmpty ? "no setting that can change while running has changed" : "taken up: \(list(live))"
        logger.log(level: level, "read the settings again; \(news)")
        if !later.isEmpty { logger.log(level: max(.warning, level), "changed, and needs a restart: \(list(later))") }
    }

    private func refuse(_ sentence: String) {
        logger.error("the settings stay as they were: \(sentence)")
    }
}

/// The settings of a running server, some of which can change.
final class LiveSettings: Sendable {
    private let texts: Mutex<[String: String]>
    private let logThreshold: LogThreshold.Shared

    init(_ settings: Settings) {
        texts = Mutex(settings.texts)
        logThreshold = settings.logThreshold
    }

    var mailgunSigningKey: String? { texts.withLock { $0[SettingTable.rows.mailgunSigningKey.name] } }

    /// The settings that differ: those that can be applied, and those that need a restart.
    func changes(to news: Settings) -> (live: [any AnySetting], later: [any AnySetting]) {
        let (old, new, rows) = (texts.withLock { $0 }, news.texts, SettingTable.rows)
        // Features of the server depend on which transports there are at the start.
        let keepsTransports = [rows.mailgunKey.name, rows.smtpURL.name].allSatisfy {
            (old[$0] == nil) == (new[$0] == nil)
        }
        let changed = SettingTable.all.filter { $0.reload != .ignored && old[$0.name] != new[$0.name] }
        let isLive = { (setting: any AnySetting) in
            setting.reload == .live || setting.reload == .transport && keepsTransports
        }
        return (changed.filter(isLive), changed.filter { !isLive($0) })
    }

    func takeUp(_ live: [any AnySetting], from news: Settings) {
        texts.withLock { texts in for setting in live { texts[setting.name] = news.texts[setting.name] } }
        if live.contains(where: { $0.name == SettingTable.rows.logLevel.name }) {
            logThreshold.level = news.logThreshold.level
        }
    }
}
