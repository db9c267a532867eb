import Storage

/// The origin of a request as security events record it, and the watch that counts and logs them.
public final class RequestSource: Sendable {
    /// The id in the request's response and in the log.
    public let requestID: String?
    let watch: SecurityWatch?
    private let findNetwork: @Sendable () -> String?

    /// The client's network: an IPv4 address, or the first half of an IPv6 address.
    public var network: String? { findNetwork() }

    /// - Parameter network: finds the client's network; few requests need it.
    public init(requestID: String?, watch: SecurityWatch?, network: @escaping @Sendable () -> String?) {
        (self.requestID, self.watch, findNetwork) = (requestID, watch, network)
    }

    /// For acts that no request caused: the command line and the demo.
    public static let none = RequestSource(requestID: nil, watch: nil) { nil }
}

/// Records security events in the transaction of the act that they are about. They are logged once the transaction is durable.
struct SecurityRecord: Sendable {
    private let company: Company.ID?
    private let user: User.ID?
    private let session: Session.ID?
    /// The name of the API token that the request came with.
    private let token: String?
    private let source: RequestSource
    private let runtime: Runtime

    /// For a person who acts in a company: their own or, as an operator, another one.
    init(_ scope: CompanyScope, _ runtime: Runtime) {
        (company, user, session) = (scope.company, scope.actor.user.id, scope.actor.recordedSession)
        (source, token, self.runtime) = (scope.actor.source, scope.actor.token?.name, runtime)
    }

    /// For a person who acts on their own account while signed in.
    init(_ actor: Actor, _ runtime: Runtime) {
        (company, user, session) = (actor.user.companyID, actor.user.id, actor.session)
        (source, token, self.runtime) = (actor.source, actor.token?.name, runtime)
    }

    /// For an event on an account while no one is signed in.
    /// - Parameters:
    ///   - account: nil if it is unknown: then no row is written, which takes the same time, and the event is only logged.
    ///   - session: the session that begins, if any.
    init(of account: User?, session: Session.ID? = nil, _ source: RequestSource, _ runtime: Runtime) {
        (company, user, self.session) = (account?.companyID, account?.id, session)
        (self.source, token, self.runtime) = (source, nil, runtime)
    }

    /// The same, if only the account's id is known.
    init(of user: User.ID, in company: Company.ID, _ source: RequestSource, _ runtime: Runtime) {
        (self.company, self.user, session) = (company, user, nil)
        (self.source, token, self.runtime) = (source, nil, runtime)
    }

    /// - Parameters:
    ///   - subject: the other person who is affected, if any.
    ///   - detail: the new role or status, or a link's purpose; never an address, a name or a secret.
    func write(
        _ kind: SecurityEvent.Kind, of subject: User.ID? = nil, detail: String? = nil,
        in transaction: borrowing Transaction
    ) throws {
        let sighting = sighting(kind, of: subject, detail: detail)
        let (now, id) = (runtime.now(), source.requestID)
        try transaction.enqueue(
            sighting.insertion(runtime.newID(), first: now, last: now, times: 1, requestID: id))
        // Anyone can cause events without an account, in any number: they are added up instead of logged one by one.
        let isOfAccount = sighting.user != nil
        transaction.afterCommit { [watch = source.watch] in
            isOfAccount ? watch?.tell(sighting, requestID: id) : watch?.count(sighting, requestID: id)
        }
    }

    /// Counts an event outside any transaction. It is written within seconds.
    func count(_ kind: SecurityEvent.Kind, detail: String? = nil) {
        source.watch?.count(sighting(kind, of: nil, detail: detail), requestID: source.requestID)
    }

    private func sighting(_ kind: SecurityEvent.Kind, of subject: User.ID?, detail: String?) -> SecurityEvent.Sighting {
        SecurityEvent.Sighting(
            kind, in: company, by: user, session: session, network: source.network,
            subject: subject == user ? nil : subject, detail: detail, token: token)
    }
}

extension RequestSource {
    /// Counts a refusal of kind `.forbidden` or `.notFound` as a security event of the actor. Other kinds are ignored.
    public func count(_ refusal: Refusal, of actor: Actor) {
        guard refusal.kind == .forbidden || refusal.kind == .notFound else { return }
        // The person has access to their company: only the company's state forbids the act.
        let isTheirs = CompanyRefusal(rawValue: refusal.code).map { [.addressNotProven, .readOnly].contains($0) }
        guard isTheirs != true else { return }
        watch?.count(
            .init(
                refusal.kind == .forbidden ? .forbidden : .notFound, in: actor.user.companyID, by: actor.user.id,
                session: actor.recordedSession, network: network, detail: refusal.code, token: actor.token?.name),
            requestID: requestID)
    }
}
