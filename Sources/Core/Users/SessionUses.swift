public import Storage
import Synchronization

/// Records when sessions and API tokens were last used: at most once an hour for each, and without delaying the request. A failed write is made up for by
/// a later request.
public final class SessionUses: Sendable {
    private let database: any Database
    private let runtime: Runtime
    private let underWay = Mutex<Set<String>>([])

    /// How many are written at once. Others wait for their next request.
    private static let most = 64

    public init(_ database: any Database, runtime: Runtime) { (self.database, self.runtime) = (database, runtime) }

    /// Records a session's use in the background.
    /// - Parameter isCookie: whether the token came as a browser's cookie: from now on the session expires without use.
    public func note(_ actor: Actor, isCookie: Bool) {
        let now = runtime.now()
        if let token = actor.token {
            guard token.lastUsedAt.map({ $0 <= now - APIToken.useInterval }) ?? true else { return }
            return write(APIToken.use(token.id, in: actor.user.companyID, now: now), of: token.id)
        }
        let isDue = actor.use.lastUsedAt.map { $0 <= now - Session.useInterval } ?? true
        guard isDue || isCookie && actor.use.idleAt == nil else { return }
        write(Session.use(actor, isCookie: isCookie, now: now), of: actor.session)
    }

    private func write<Noun>(_ statement: Statement, of id: ID<Noun>) {
        let id = id.text
        guard begin(id) else { return }
        Task { [database] in
            try? await database.transaction { try $0.enqueue(statement) }
            end(id)
        }
    }

    private func begin(_ id: String) -> Bool {
        underWay.withLock { $0.count < Self.most && $0.insert(id).inserted }
    }

    private func end(_ id: String) { underWay.withLock { _ = $0.remove(id) } }
}
