/// Where a request came from, as security events say it, and who hears of them.
public final class RequestSource: Sendable {
    /// The id in the request's answer and in the log.
    public let requestID: String?
    let watch: SecurityWatch?
    private let findNetwork: @Sendable () -> String?

    /// The client's network: an IPv4 address, or the first half of an IPv6 address.
    public var network: String? { findNetwork() }

    /// - Parameter network: finds it out; few requests ask.
    public init(requestID: String?, watch: SecurityWatch?, network: @escaping @Sendable () -> String?) {
        (self.requestID, self.watch, findNetwork) = (requestID, watch, network)
    }

    /// Of what no request asked for: the command line, and the demo.
    public static let none = RequestSource(requestID: nil, watch: nil) { nil }
}

/// Records security events in the transaction of what they are about. The log hears of them once that is durable.
struct SecurityRecord: Sendable {
    private let company: Company.ID?
    private let user: User.ID?
    private let session: Session.ID?
    private let source: RequestSource
    private let runtime: Runtime

    /// What a person does in a company, theirs or, as an operator, another one.
    init(_ scope: CompanyScope, _ runtime: Runtime) {
        (company, user, session) = (scope.company, scope.actor.user.id, scope.actor.recordedSession)
        (source, self.runtime) = (scope.actor.source, runtime)
    }

    /// What a person who is signed in does with their own account.
    init(_ actor: Actor, _ runtime: Runtime) {
        (company, user, session) = (actor.user.companyID, actor.user.id, actor.session)
        (source, self.runtime) = (actor.source, runtime)
    }

    /// What happens to an account while no one is signed in.
    /// - Parameters:
    ///   - account: nil for an unknown one: then no row comes of it, in the same time, and only the log hears of it.
    ///   - session: the one that begins.
    init(of account: User?, session: Session.ID? = nil, _ source: RequestSource, _ runtime: Runtime) {
        (company, user, self.session) = (account?.companyID, account?.id, session)
        (self.source, self.runtime) = (source, runtime)
    }

    /// The same, where only the account's id is known.
    init(of user: User.ID, in company: Company.ID, _ source: RequestSource, _ runtime: Runtime) {
        (self.company, self.user, session) = (company, user, nil)
        (self.source, self.runtime) = (source, runtime)
    }

    /// - Parameters:
    ///   - subject: the other person that it was done to, if any.
    ///   - detail: the new role or status, what a link was for; never an address, a name or a secret.
    func write(
        _ kind: SecurityEvent.Kind, of subject: User.ID? = nil, detail: String? = nil,
        in transaction: borrowing Transaction
    ) throws {
        let sighting = sighting(kind, of: subject, detail: detail)
        let (now, id) = (runtime.now(), source.requestID)
        try transaction.enqueue(
            sighting.insertion(runtime.newID(), first: now, last: now, times: 1, requestID: id))
        // What is about no account may come from anyone, any number of times.
        let isOfAccount = sighting.user != nil
        transaction.afterCommit { [watch = source.watch] in
            isOfAccount ? watch?.tell(sighting, requestID: id) : watch?.count(sighting, requestID: id)
        }
    }

    /// Where there is no transaction: counts it, to be written within seconds.
    func count(_ kind: SecurityEvent.Kind, detail: String? = nil) {
        source.watch?.count(sighting(kind, of: nil, detail: detail), requestID: source.requestID)
    }

    private func sighting(_ kind: SecurityEvent.Kind, of subject: User.ID?, detail: String?) -> SecurityEvent.Sighting {
        SecurityEvent.Sighting(
            kind, in: company, by: user, session: session, network: source.network,
            subject: subject == user ? nil : subject, detail: detail)
    }
}

extension RequestSource {
    /// That a person was refused at the wall.
    public func count(_ refusal: Refusal, of actor: Actor) {
        guard refusal.kind == .forbidden || refusal.kind == .notFound else { return }
        // What their company may not do yet is theirs all the same.
        let isTheirs = CompanyRefusal(rawValue: refusal.code).map { [.addressNotProven, .readOnly].contains($0) }
        guard isTheirs != true else { return }
        watch?.count(
            .init(
                refusal.kind == .forbidden ? .forbidden : .notFound, in: actor.user.companyID, by: actor.user.id,
                session: actor.session, network: network, detail: refusal.code), requestID: requestID)
    }
}
