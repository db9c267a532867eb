import Synchronization

/// Hears of security events: tells the log of them, and adds up those that no transaction of their own records, refusals above all. They
/// are counted in memory and written every few seconds, so that a flood of them costs what counting costs, and few rows. Their number is
/// exact over all servers, but for what a server that is killed had counted in its last seconds.
public final class SecurityWatch: Sendable {
    /// - Parameters:
    ///   - times: how often since the log was told last.
    ///   - requestID: of the first of them.
    public typealias Log = @Sendable (_ sighting: SecurityEvent.Sighting, _ times: Int, _ requestID: String?) -> Void

    /// How often `flush` should be called.
    public static let pause = Duration.seconds(5)
    /// How many different ones are counted at once. What comes beyond is told the log without who and where.
    static let most = 10_000
    /// How many of one company. What comes beyond is counted by person and kind.
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
        /// Of how many the log knows already.
        var told = 0
        let requestID: String?
    }

    fileprivate struct Pending {
        var counts: [Key: Count] = [:]
        var ofCompany: [Company.ID: Int] = [:]
        /// What operators looked at in this hour, as far as it was written already.
        var written: Set<Key> = []
    }

    private let database: any Database
    private let runtime: Runtime
    private let log: Log
    private let pending = Mutex(Pending())

    public init(_ database: any Database, runtime: Runtime, log: @escaping Log) {
        (self.database, self.runtime, self.log) = (database, runtime, log)
    }

    /// Tells the log of what is written already.
    func tell(_ sighting: SecurityEvent.Sighting, requestID: String?) { log(sighting, 1, requestID) }

    /// Counts one more.
    func count(_ sighting: SecurityEvent.Sighting, requestID: String?) {
        let now = runtime.now()
        pending.withLock {
            $0.add(
                Key(sighting: sighting, hour: now.hour), Count(first: now, last: now, times: 1, requestID: requestID))
        }
    }

    /// Writes down that an operator looks into a company, before they are answered: no look without its entry. Later ones of the same
    /// hour are counted.
    /// - Throws: `StorageError` where it can't be written.
    public func note(operator actor: Actor, in company: Company.ID, for permission: Permission) async throws {
        let sighting = SecurityEvent.Sighting(
            .operatorAccess, in: company, by: actor.user.id, session: actor.recordedSession,
            network: actor.source.network,
            detail: permission.rawValue)
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

    /// Writes what was counted, and tells the log of it.
    /// - Throws: `StorageError` where it can't be written; then it goes on being counted.
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

    /// In an order that all servers keep, so that none waits for another in a circle.
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
