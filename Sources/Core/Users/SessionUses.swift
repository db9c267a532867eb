public import Storage
import Synchronization

/// Records when sessions were last used: at most once an hour for each, and without delaying the request. A failed write is made up for by
/// a later request.
public final class SessionUses: Sendable {
    private let database: any Database
    private let runtime: Runtime
    private let underWay = Mutex<Set<Session.ID>>([])

    /// How many are written at once. Others wait for their next request.
    private static let most = 64

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// Records a session's use in the background.
    /// - Parameter isCookie: whether the token came as a browser's cookie: from now on the session expires without use.
    public func note(_ actor: Actor, isCookie: Bool) {
        let now = runtime.now()
        let isDue = actor.use.lastUsedAt.map { $0 <= now - Session.useInterval } ?? true
        guard isDue || isCookie && actor.use.idleAt == nil, begin(actor.session) else { return }
        Task { [database] in
            try? await database.transaction { try $0.enqueue(Session.use(actor, isCookie: isCookie, now: now)) }
            end(actor.session)
        }
    }

    private func begin(_ session: Session.ID) -> Bool {
        underWay.withLock { $0.count < Self.most && $0.insert(session).inserted }
    }

    private func end(_ session: Session.ID) { underWay.withLock { _ = $0.remove(session) } }
}
