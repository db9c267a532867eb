import Core
import HTTPTypes
import NIOCore
import Storage

/// Makes the routes that need a session. Each kind does what all its routes have in common: identify the caller, authorise, read the
/// request, make the change, answer.
struct SignedInRoutes: Sendable {
    let database: any Database
    let accounts: Accounts
    let tokens: APITokens
    let writes: WriteRate
    let proofs: ProofGate
    let rows: RowMeter
    let trim = AnswerTrim()
    let runtime: Runtime
    let watch: SecurityWatch
    let origins: Origins
    let cookie: SessionCookie
    let uses: SessionUses
    let answers: LargeAnswers
    /// Whether people may call the routes who must have a second factor, and have none yet: no others do anything for them.
    var admitsWithoutFactor = false

    /// Makes routes that these people may call, too.
    var evenWithoutFactor: SignedInRoutes {
        var routes = self
        routes.admitsWithoutFactor = true
        return routes
    }

    /// How much the answers of a route hold.
    enum AnswerSize {
        case small
        /// Some have many nested objects, but each is quick to read: a place is taken for those that turn out to be large, so that the
        /// others wait for none. What waits for a place is read again once it has one.
        case sometimesLarge
        case large
    }

    /// Answers with one object.
    func one<Scope: RouteScope, Value: Wire>(
        _ path: String, in chapter: Chapter, _ access: Access, _ text: Route.Text,
        confirmation: Confirmation = .notNeeded, queries: [QueryDescription] = [],
        size: AnswerSize = .small, _ work: @escaping @Sendable (Call, Scope) async throws -> Value
    ) -> Route {
        Route(
            .get, path, in: chapter, access, text, request: RequestDescription(queries: queries),
            result: .one(Value.self, .ok, "The resource."),
            confirmation: confirmation,
            refusals: size == .small ? [] : Self.largeRefusals
        ) { call in
            let manner = Manner(
                confirmation: confirmation, takes: size == .small ? nil : .list, takesLate: size == .sometimesLarge)
            return try await within(call, access, manner) { .one(try await work(call, $0)) }
        }
    }

    /// Answers with a page of a list.
    func list<Scope: RouteScope, Item: Wire, Key>(
        _ path: String, in chapter: Chapter, _ access: Access, _ text: Route.Text, by cursor: Cursor<Key>,
        queries: [QueryDescription] = [], refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Scope, PageRequest<Key>) async throws -> Page<Item, Key>
    ) -> Route {
        Route(
            .get, path, in: chapter, access, text,
            request: RequestDescription(queries: queries + QueryDescription.page),
            result: .list(Item.self), refusals: refusals + Self.largeRefusals
        ) { call in
            try await within(call, access, Manner(takes: .list)) { scope in
                .list(try await work(call, scope, try call.page(cursor)), of: call, cursor)
            }
        }
    }

    /// Changes something and answers with the updated resource. A POST in a company may be repeated under a key.
    /// - Parameters:
    ///   - isRepeatable: false for a POST whose answer isn't kept.
    ///   - isLarge: whether the answer may hold many nested objects.
    func change<Scope: RouteScope, Fields: BodyFields, Value: Wire>(
        _ method: HTTPRequest.Method, _ path: String, in chapter: Chapter, _ access: Access, _ text: Route.Text,
        status: HTTPResponse.Status = .ok, isConditional: Bool? = nil, isRepeatable: Bool? = nil, isLarge: Bool = false,
        confirmation: Confirmation = .notNeeded, refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Scope, Fields) async throws -> Change<Value>
    ) -> Route {
        change(
            method, path, in: chapter, access, text, result: .one(Value.self, status, status.changed),
            isConditional: isConditional ?? (method != .post), isRepeatable: isRepeatable ?? (method == .post),
            isLarge: isLarge, confirmation: confirmation, refusals: refusals, answer: { .one($0, status) }, work)
    }

    /// Records what a person did, perhaps long ago: with the resource, or with 202 and a clarification if it was reported late and
    /// couldn't be recorded. It may be repeated under a key.
    /// - Parameter isLarge: whether the answer may hold many nested objects.
    func report<Scope: RouteScope, Fields: BodyFields, Value: Wire>(
        _ method: HTTPRequest.Method, _ path: String, in chapter: Chapter, _ access: Access, _ text: Route.Text,
        isLarge: Bool = false,
        refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Scope, Fields) async throws -> Change<Reported<Value>>
    ) -> Route {
        change(
            method, path, in: chapter, access, text, result: .one(Value.self, .ok, "The updated resource."),
            alternative: Self.waits, isConditional: method != .post, isRepeatable: true, isLarge: isLarge,
            evenSwitchedOff: true,
            refusals: refusals + Self.lateRefusals,
            answer: { reported in
                switch reported {
                case .done(let value): .one(value)
                case .waits(let clarification): .one(clarification, .accepted)
                }
            }, work)
    }

    /// The same for several things of one kind, all or none.
    func reportAll<Scope: RouteScope, Fields: BodyFields, Item: Wire>(
        _ path: String, in chapter: Chapter, _ access: Access, _ text: Route.Text, refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Scope, Fields) async throws -> Change<Reported<[Item]>>
    ) -> Route {
        change(
            .post, path, in: chapter, access, text, result: .all(Item.self, .created, "What was added."),
            alternative: Self.waits, isConditional: false, isRepeatable: true, isLarge: false,
            evenSwitchedOff: true,
            refusals: refusals + Self.lateRefusals,
            answer: { reported in
                switch reported {
                case .done(let items): .all(items, .created)
                case .waits(let clarification): .one(clarification, .accepted)
                }
            }, work)
    }

    private static let waits = ResultDescription.one(
        Clarification.self, .accepted,
        "It was reported late and couldn't be recorded: it waits for a manager or a foreman.")

    private static let lateRefusals: [ProblemCode] = [
        .of(LimitRefusal.personClarifications), .of(LimitRefusal.clarifications), .of(LimitRefusal.text),
    ]

    private func change<Scope: RouteScope, Fields: BodyFields, Value: Sendable>(
        _ method: HTTPRequest.Method, _ path: String, in chapter: Chapter, _ access: Access, _ text: Route.Text,
        result: ResultDescription, alternative: ResultDescription? = nil, isConditional: Bool, isRepeatable: Bool,
        isLarge: Bool, confirmation: Confirmation = .notNeeded, evenSwitchedOff: Bool = false, refusals: [ProblemCode],
        answer: @escaping @Sendable (Value) -> Answer,
        _ work: @escaping @Sendable (Call, Scope, Fields) async throws -> Change<Value>
    ) -> Route {
        let description = Fields.description
        let request = RequestDescription(
            body: description.isEmpty ? nil : description, bodyIsOptional: Fields.isOptional,
            isConditional: isConditional, isRepeatable: isRepeatable)
        return Route(
            method, path, in: chapter, access, text, request: request, result: result, alternative: alternative,
            confirmation: confirmation, refusals: refusals + Self.refusals(access) + (isLarge ? Self.largeRefusals : [])
        ) { call in
            // The body first: receiving it may take long, and the caller must be authorised for now.
            let body = try await RequestBody(of: call.request)
            let manner = Manner(
                confirmation: confirmation, changes: true, takes: isLarge ? .list : nil,
                others: evenSwitchedOff ? .switchedOff : [])
            return try await within(call, access, manner) { (scope: Scope) in
                let change = try await work(call, scope, try body.read())
                guard isRepeatable, let company = scope.company, let text = try call.idempotencyKey else {
                    return answer(try await rows.make(change, in: scope.companyID))
                }
                // Ids may be spelled in capitals, and the rest of a path has none.
                let path = call.path.smallASCII
                let target = "\(method.rawValue) \(path.hasSuffix("/") ? String(path.dropLast()) : path)"
                let key = IdempotencyKey(
                    text, target: target, body: Array(body.bytes.readableBytesView), scope: company)
                let now = runtime.now()
                let kept = try await rows.make(change, in: scope.companyID) {
                    $0.once(key, now: now, dropsAnswers: trim.isDue(company.actor.user.id)) {
                        answer($0).kept
                    }
                }
                return try Answer(kept: kept)
            }
        }
    }

    /// Removes something.
    func remove<Scope: RouteScope>(
        _ path: String, in chapter: Chapter, _ access: Access, _ text: Route.Text, isConditional: Bool = true,
        confirmation: Confirmation = .notNeeded, refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Scope) async throws -> Change<Void>
    ) -> Route {
        Route(
            .delete, path, in: chapter, access, text, request: RequestDescription(isConditional: isConditional),
            result: .noContent, confirmation: confirmation, refusals: refusals + Self.refusals(access)
        ) { call in
            try await within(call, access, Manner(confirmation: confirmation, changes: true)) { (scope: Scope) in
                try await rows.make(try await work(call, scope), in: scope.companyID, isRemoval: true)
                return .noContent
            }
        }
    }

    /// Any other route that needs a session.
    /// - Parameters:
    ///   - takes: the kind of place that a large answer takes.
    ///   - evenSuspended: whether people of a suspended company may call it, too.
    func custom<Scope: RouteScope>(
        _ method: HTTPRequest.Method, _ path: String, in chapter: Chapter, _ access: Access, _ text: Route.Text,
        request: RequestDescription = RequestDescription(), result: ResultDescription,
        confirmation: Confirmation = .notNeeded, changes: Bool = false, takes: LargeAnswers.Kind? = nil,
        evenSuspended: Bool = false, refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Scope) async throws -> Answer
    ) -> Route {
        Route(
            method, path, in: chapter, access, text, request: request, result: result, confirmation: confirmation,
            refusals: refusals + (takes == nil ? [] : Self.largeRefusals)
        ) { call in
            // The work may read a body, which comes once.
            let manner = Manner(
                confirmation: confirmation, changes: changes, takes: takes, others: evenSuspended ? .suspended : [],
                isRepeatable: false)
            return try await within(call, access, manner) { try await work(call, $0) }
        }
    }

    // MARK: The caller

    /// How a route is carried out.
    private struct Manner {
        var confirmation = Confirmation.notNeeded
        /// Whether it changes something, which is counted, and refused in a read-only company.
        var changes = false
        /// The kind of place that the answer takes if it may be large.
        var takes: LargeAnswers.Kind?
        /// Whether it takes one only if it turns out to be large.
        var takesLate = false
        /// Who may call it although others are refused.
        var others: Accounts.Admission = []
        /// Whether the work can be done a second time for the same request: then it begins before the caller is known for certain.
        var isRepeatable = true
    }

    /// Authorises the caller and does the work; notes refusals, and the companies that operators look into.
    ///
    /// Where a round trip to the database is what costs, the work begins with the person as they were when they called last. Its first
    /// statements take the question along whether they still are; nothing is answered or changed if they aren't, and it begins again.
    private func within<Scope: RouteScope>(
        _ call: Call, _ access: Access, _ manner: Manner = Manner(), _ work: (Scope) async throws -> Answer
    ) async throws -> Answer {
        var manner = manner
        if admitsWithoutFactor { manner.others.insert(.withoutFactor) }
        let credential = try Credential(call, cookie, origins)
        if manner.isRepeatable, !credential.isAPIToken,
            let (actor, assumption) = accounts.assumedActor(
                token: credential.token, from: call.source, even: manner.others)
        {
            let result = await Assumption.$current.withValue(assumption) {
                await outcome(call, actor, access, manner, work)
            }
            // Asking again would wait as long again, and tells nothing about the caller.
            if case .failure(let error) = result, error is StorageError || error is CancellationError { throw error }
            do {
                try await assumption.check(in: database)
                return try finish(result, call, actor, credential)
            } catch is Assumption.Wrong {}
        }
        let actor =
            credential.isAPIToken
            ? try await tokens.actor(credential.token, from: call.source)
            : try await accounts.actor(token: credential.token, from: call.source, even: manner.others)
        let result = await outcome(call, actor, access, manner, work)
        return try finish(result, call, actor, credential)
    }

    private func outcome<Scope: RouteScope>(
        _ call: Call, _ actor: Actor, _ access: Access, _ manner: Manner, _ work: (Scope) async throws -> Answer
    ) async -> Result<Answer, any Error> {
        do {
            return .success(try await answer(call, actor, access, manner, work))
        } catch {
            return .failure(error)
        }
    }

    private func answer<Scope: RouteScope>(
        _ call: Call, _ actor: Actor, _ access: Access, _ manner: Manner, _ work: (Scope) async throws -> Answer
    ) async throws -> Answer {
        if manner.changes { try await writes.admit(actor) }
        try actor.token?.admit(to: access, manner.confirmation)
        let scope = try Scope(call, actor, access)
        if manner.changes, let company = scope.company { try await proofs.admit(company) }
        if manner.confirmation.isNeeded(call, by: actor), actor.confirmedUntil(now: runtime.now()) == nil {
            throw Refusal(AccountRefusal.confirmAgain)
        }
        if actor.user.role == .admin, case .may(let permission) = access, let company = scope.company?.company {
            try await watch.note(operator: actor, in: company, for: permission)
        }
        guard let kind = manner.takes else { return try await work(scope) }
        if manner.takesLate {
            var answer = try await work(scope)
            if !answer.isLarge { return answer }
            if let place = answers.placeIfFree(kind, for: actor) {
                answer.hold(place)
                return answer
            }
            // While it waited it would take memory that no place bounds: it is made anew.
        }
        let place = try await answers.place(kind, for: actor)
        var answer = try await work(scope)
        place.made()
        answer.hold(place)
        return answer
    }

    /// The codes of the refusals that all changes have in common.
    private static func refusals(_ access: Access) -> [ProblemCode] {
        let busy: [ProblemCode] = [
            .of(LimitRefusal.personWrites), .of(LimitRefusal.companyWrites), .of(LimitRefusal.dailyRows),
        ]
        // Changes of the caller's own account are never refused for that.
        return access == .signedIn ? busy : busy + [.of(CompanyRefusal.readOnly)]
    }

    private static let largeRefusals: [ProblemCode] = [.of(LimitRefusal.largeAnswers)]

    /// Notes who called, once that is certain, and what they were refused.
    private func finish(
        _ result: Result<Answer, any Error>, _ call: Call, _ actor: Actor, _ credential: Credential
    ) throws -> Answer {
        uses.note(actor, isCookie: credential.isCookie)
        if case .failure(let refusal as Refusal) = result { call.source.count(refusal, of: actor) }
        return try result.get()
    }
}

/// The token that a request came with.
private struct Credential {
    let token: Substring
    /// Whether a browser sent it by itself.
    let isCookie: Bool
    let isAPIToken: Bool

    /// - Throws: `AccountRefusal.signInNeeded`; `.malformedAuthorization`; `.otherSite`.
    init(_ call: Call, _ cookie: SessionCookie, _ origins: Origins) throws {
        if let token = try call.bearerToken {
            (self.token, isCookie, isAPIToken) = (token, false, APITokens.isOne(token))
            return
        }
        guard let token = cookie.token(in: call.request.headers) else {
            throw Refusal(AccountRefusal.signInNeeded)
        }
        // Browsers send the cookie by themselves, even for another site's page.
        guard [.get, .head].contains(call.request.method) || origins.isSameSite(call.request.head) else {
            throw Refusal(AccountRefusal.otherSite)
        }
        (self.token, isCookie, isAPIToken) = (token, true, false)
    }
}

extension APIToken.Grant {
    /// The one rule of what a program may call: it is closed to tokens, as a new route is, unless it asks for a permission that they can have
    /// and for no confirmation.
    /// - Throws: `TokenRefusal.personal`; `.scopeMissing`.
    fileprivate func admit(to access: Access, _ confirmation: Confirmation) throws {
        guard let scope = access.tokenScope(confirmation) else { throw Refusal(TokenRefusal.personal) }
        try check(scope)
    }
}

/// What a route may work within: opened for the caller by the table of permissions and the ids in the path.
protocol RouteScope: Sendable {
    init(_ call: Call, _ actor: Actor, _ access: Access) throws
    /// The company in the path.
    var company: CompanyScope? { get }
    /// The company whose rows a change adds.
    var companyID: Company.ID { get }
}

/// A signed-in person, without a company.
struct AsThemselves: RouteScope {
    let actor: Actor
    let company: CompanyScope? = nil
    var companyID: Company.ID { actor.user.companyID }

    init(_ call: Call, _ actor: Actor, _ access: Access) throws {
        if case .may(let permission) = access { try actor.check(permission) }
        self.actor = actor
    }
}

/// A company.
struct InCompany: RouteScope {
    let scope: CompanyScope
    var company: CompanyScope? { scope }
    var companyID: Company.ID { scope.company }

    init(_ call: Call, _ actor: Actor, _ access: Access) throws {
        guard case .may(let permission) = access else { preconditionFailure("\(call.path) needs a permission") }
        scope = try actor.scope(try call.id("companyId"), for: permission)
    }
}

/// A site of a company.
struct OnSite: RouteScope {
    let scope: SiteScope
    let company: CompanyScope?
    var companyID: Company.ID { scope.company }

    init(_ call: Call, _ actor: Actor, _ access: Access) throws {
        let within = try InCompany(call, actor, access).scope
        company = within
        scope = within.site(try call.id("siteId"))
    }
}

extension QueryDescription {
    static let page = [
        QueryDescription(
            name: "limit",
            meaning: """
                The most items in a page. A page also ends at 2,000 nested items or 1 MiB of text; only a page without a `Link` to \
                the next one is the last.
                """,
            schema: ["type": "integer", "minimum": 1, "maximum": 500, "default": 500]),
        QueryDescription(
            name: "cursor", meaning: "Where the page begins, as the `Link` header of the page before says.",
            schema: ["type": "string"]),
    ]
}

extension HTTPResponse.Status {
    /// What an answer to a change holds.
    fileprivate var changed: String {
        switch self {
        case .created: "The created resource."
        case .accepted: "It is recorded, and a mail about it is queued."
        default: "The updated resource."
        }
    }
}
