public import Storage
import Synchronization

/// Logs security events, and adds up those that no transaction records, refusals above all. Counts are kept in memory and written every few
/// seconds, so that a flood of events costs little more than counting, and few rows. The totals are exact across all servers, except for
/// the last seconds of a server that is killed.
public final class SecurityWatch: Sendable {
    /// - Parameters:
    ///   - times: the number of events since the last time this one was logged.
    ///   - requestID: of the first of them.
    public typealias Log = @Sendable (_ sighting: SecurityEvent.Sighting, _ times: Int, _ requestID: String?) -> Void

    /// How often `flush` should be called.
    public static let pause = Duration.seconds(5)
    /// How many different events are counted at once. Further ones are logged by their kind only.
    static let most = 10_000
    /// How many different events are counted for one company. Further ones are counted by person and kind.
    static let mostOfCompany = 500
    private static let batch = 100

    fileprivate struct Key: Hashable {
        let sighting: SecurityEvent.Sighting
        let hour: Instant
    }

    fileprivate struct Count {
        var first: Instant
        var last: Instant
        var times = 0
        /// How many of `times` are logged already.
        var told = 0
        let requestID: String?
    }

    fileprivate struct Pending {
        var counts: [Key: Count] = [:]
        var ofCompany: [Company.ID: Int] = [:]
        /// The operators' accesses of this hour that are written already.
        var written: Set<Key> = []
    }

    private let database: any Database
    private let runtime: Runtime
    private let log: Log
    private let pending = Mutex(Pending())

    public init(_ database: any Database, runtime: Runtime, log: @escaping Log) {
        (self.database, self.runtime, self.log) = (database, runtime, log)
    }

    /// Logs an event that is written already.
    func tell(_ sighting: SecurityEvent.Sighting, requestID: String?) { log(sighting, 1, requestID) }

    /// Counts an event.
    func count(_ sighting: SecurityEvent.Sighting, requestID: String?) {
        let now = runtime.now()
        pending.withLock {
            $0.add(
                Key(sighting: sighting, hour: now.hour), Count(first: now, last: now, times: 1, requestID: requestID))
        }
    }

    /// Records that an operator accesses a company, before they get an answer: no access goes unrecorded. Repetitions within the hour are
    /// counted.
    /// - Throws: `StorageError` if the entry can't be written.
    public func note(operator actor: Actor, in company: Company.ID, for permission: Permission) async throws {
        let sighting = SecurityEvent.Sighting(
            .operatorAccess, in: company, by: actor.user.id, session: actor.recordedSession,
            network: actor.source.network,
            detail: permission.rawValue, token: actor.token?.name)
        let now = runtime.now()
        let key = Key(sighting: sighting, hour: now.hour)
        guard !pending.withLock({ $0.written.contains(key) }) else {
            return count(sighting, requestID: actor.source.requestID)
        }
        let statement = sighting.insertion(
            runtime.newID(), first: now, last: now, times: 1, requestID: actor.source.requestID)
        try await database.transaction { try $0.enqueue(statement) }
        pending.withLock { $0.remember(key) }
        log(sighting, 1, actor.source.requestID)
    }

    /// Writes the counts, and logs them.
    /// - Throws: `StorageError` if they can't be written; they stay counted.
    public func flush() async throws {
        var rest = pending.withLock { $0.take() }
        for index in rest.indices {
            let (key, count) = rest[index]
            if count.times > count.told { log(key.sighting, count.times - count.told, count.requestID) }
            rest[index].count.told = count.times
        }
        rest.removeAll { $0.key.sighting.company == nil }
        while !rest.isEmpty {
            let part = rest.prefix(Self.batch)
            let statements = part.map { key, count in
                key.sighting.insertion(
                    runtime.newID(), first: count.first, last: count.last, times: Int64(count.times),
                    requestID: count.requestID)
            }
            do {
                try await database.transaction { transaction in
                    for statement in statements { try transaction.enqueue(statement) }
                }
            } catch {
                let kept = rest
                pending.withLock { for (key, count) in kept { $0.add(key, count) } }
                throw error
            }
            rest = Array(rest.dropFirst(part.count))
        }
    }
}

extension SecurityWatch.Pending {
    fileprivate mutating func add(_ key: SecurityWatch.Key, _ count: SecurityWatch.Count) {
        var key = key
        if counts[key] == nil {
            if let company = key.sighting.company, ofCompany[company, default: 0] >= SecurityWatch.mostOfCompany {
                key = .init(
                    sighting: .init(key.sighting.kind, in: company, by: key.sighting.user, network: nil), hour: key.hour
                )
            }
            if counts[key] == nil, counts.count >= SecurityWatch.most {
                key = .init(sighting: .init(key.sighting.kind, in: nil, by: nil, network: nil), hour: key.hour)
            }
        }
        guard var known = counts[key] else {
            counts[key] = count
            if let company = key.sighting.company { ofCompany[company, default: 0] += 1 }
            return
        }
        (known.first, known.last) = (min(known.first, count.first), max(known.last, count.last))
        known.times += count.times
        known.told += count.told
        counts[key] = known
    }

    /// In the same order on every server, so that their transactions can't deadlock.
    fileprivate mutating func take() -> [(key: SecurityWatch.Key, count: SecurityWatch.Count)] {
        defer { (counts, ofCompany) = ([:], [:]) }
        return counts.map { (key: $0.key, count: $0.value) }.sorted { left, right in
            (left.key.sighting.company?.text ?? "", left.count.first) < (
                right.key.sighting.company?.text ?? "", right.count.first
            )
        }
    }

    fileprivate mutating func remember(_ key: SecurityWatch.Key) {
        if written.count >= SecurityWatch.most || written.first?.hour != key.hour { written = [] }
        written.insert(key)
    }
}
