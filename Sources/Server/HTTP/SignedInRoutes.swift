import Core
import HTTPTypes
import Hummingbird
import NIOCore

/// Makes the routes of those who are signed in. Each kind of route does all that its kind has in common: find out who calls,
/// authorise, read what was sent, make the change, answer.
struct SignedInRoutes: Sendable {
    let accounts: Accounts
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

    /// Answers with one thing.
    /// - Parameter isLarge: whether much may be nested in it.
    func one<Scope: RouteScope, Value: Wire>(
        _ path: String, _ access: Access, _ text: Route.Text, confirmation: Confirmation = .notNeeded,
        isLarge: Bool = false, _ work: @escaping @Sendable (Call, Scope) async throws -> Value
    ) -> Route {
        Route(
            .get, path, access, text, result: .one(Value.self, .ok, "What was asked for."), confirmation: confirmation,
            refusals: isLarge ? Self.largeRefusals : []
        ) { call in
            try await within(call, access, confirmation, takes: isLarge ? .list : nil) {
                .one(try await work(call, $0))
            }
        }
    }

    /// Answers with a page of a list.
    func list<Scope: RouteScope, Item: Wire, Key>(
        _ path: String, _ access: Access, _ text: Route.Text, by cursor: Cursor<Key>,
        queries: [QueryDescription] = [],
        _ work: @escaping @Sendable (Call, Scope, PageRequest<Key>) async throws -> Page<Item, Key>
    ) -> Route {
        Route(
            .get, path, access, text, request: RequestDescription(queries: queries + QueryDescription.page),
            result: .list(Item.self), refusals: Self.largeRefusals
        ) { call in
            try await within(call, access, takes: .list) { scope in
                .list(try await work(call, scope, try call.page(cursor)), of: call, cursor)
            }
        }
    }

    /// Changes something and answers with it as it is now. A POST in a company may be repeated under a key.
    /// - Parameter isLarge: whether much may be nested in it.
    func change<Scope: RouteScope, Fields: BodyFields, Value: Wire>(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ text: Route.Text,
        status: HTTPResponse.Status = .ok, isLarge: Bool = false, refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Scope, Fields) async throws -> Change<Value>
    ) -> Route {
        let description = Fields.description
        let request = RequestDescription(
            body: description.isEmpty ? nil : description, bodyIsOptional: Fields.isOptional,
            isConditional: method != .post, isRepeatable: method == .post)
        return Route(
            method, path, access, text, request: request,
            result: .one(Value.self, status, status == .created ? "It was made." : "As it is now."),
            refusals: refusals + Self.refusals(access) + (isLarge ? Self.largeRefusals : [])
        ) { call in
            // First the body, which may take as long as its sender likes: the leave is for what happens now.
            let body = try await RequestBody(of: call.request)
            return try await within(call, access, changes: true, takes: isLarge ? .list : nil) { (scope: Scope) in
                let change = try await work(call, scope, try body.read())
                guard method == .post, let company = scope.company, let text = try call.idempotencyKey else {
                    return .one(try await rows.make(change, in: scope.companyID), status)
                }
                let target = "\(method.rawValue) \(call.path.hasSuffix("/") ? String(call.path.dropLast()) : call.path)"
                let key = IdempotencyKey(
                    text, target: target, body: Array(body.bytes.readableBytesView), scope: company)
                let now = runtime.now()
                let kept = try await rows.make(change, in: scope.companyID) {
                    $0.once(key, now: now, dropsAnswers: trim.isDue(company.actor.user.id)) {
                        Answer.one($0, status).kept
                    }
                }
                return try Answer(kept: kept)
            }
        }
    }

    /// Removes something.
    func remove<Scope: RouteScope>(
        _ path: String, _ access: Access, _ text: Route.Text, isConditional: Bool = true,
        confirmation: Confirmation = .notNeeded, refusals: [ProblemCode] = [],
        _ work: @escaping @Sendable (Call, Scope) async throws -> Change<Void>
    ) -> Route {
        Route(
            .delete, path, access, text, request: RequestDescription(isConditional: isConditional),
            result: .noContent, confirmation: confirmation, refusals: refusals + Self.refusals(access)
        ) { call in
            try await within(call, access, confirmation, changes: true) { (scope: Scope) in
                try await rows.make(try await work(call, scope), in: scope.companyID, isRemoval: true)
                return .noContent
            }
        }
    }

    /// Whatever else somebody who is signed in asks for.
    /// - Parameters:
    ///   - takes: what kind of place a large answer takes.
    ///   - evenSuspended: whether people of a suspended company may, too.
    func other<Scope: RouteScope>(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ text: Route.Text,
        request: RequestDescription = RequestDescription(), result: ResultDescription,
        confirmation: Confirmation = .notNeeded, takes: LargeAnswers.Kind? = nil, evenSuspended: Bool = false,
        refusals: [ProblemCode] = [], _ work: @escaping @Sendable (Call, Scope) async throws -> Answer
    ) -> Route {
        Route(
            method, path, access, text, request: request, result: result, confirmation: confirmation,
            refusals: refusals + (takes == nil ? [] : Self.largeRefusals)
        ) { call in
            try await within(call, access, confirmation, takes: takes, evenSuspended: evenSuspended) {
                try await work(call, $0)
            }
        }
    }

    // MARK: Who calls

    /// Answers whoever has the permission, and notes who hasn't, and where operators go.
    /// - Parameters:
    ///   - confirmation: whether the password must have been given a short while ago.
    ///   - changes: whether it changes something, which is counted, and refused in a company that is read-only.
    ///   - kind: of the place that the answer takes, where it may be large.
    private func within<Scope: RouteScope>(
        _ call: Call, _ access: Access, _ confirmation: Confirmation = .notNeeded, changes: Bool = false,
        takes kind: LargeAnswers.Kind? = nil, evenSuspended: Bool = false, _ work: (Scope) async throws -> Answer
    ) async throws -> Answer {
        let actor = try await actor(call, evenSuspended: evenSuspended)
        if changes { try await writes.admit(actor) }
        do {
            let scope = try Scope(call, actor, access)
            if changes, let company = scope.company { try await proofs.admit(company) }
            if confirmation.isNeeded(call, by: actor), actor.confirmedUntil(now: runtime.now()) == nil {
                throw Refusal(AccountRefusal.confirmAgain)
            }
            if actor.user.role == .admin, case .may(let permission) = access, let company = scope.company?.company {
                try await watch.note(operator: actor, in: company, for: permission)
            }
            guard let kind else { return try await work(scope) }
            let place = try await answers.place(kind, for: actor)
            var answer = try await work(scope)
            place.made()
            answer.hold(place)
            return answer
        } catch let refusal as Refusal {
            call.source.count(refusal, of: actor)
            throw refusal
        }
    }

    /// Why a change is refused, whatever it changes.
    private static func refusals(_ access: Access) -> [ProblemCode] {
        let busy: [ProblemCode] = [
            .of(LimitRefusal.personWrites), .of(LimitRefusal.companyWrites), .of(LimitRefusal.dailyRows),
        ]
        // Of their own account people may always change something.
        return access == .signedIn ? busy : busy + [.of(CompanyRefusal.readOnly)]
    }

    private static let largeRefusals: [ProblemCode] = [.of(LimitRefusal.largeAnswers)]

    private func actor(_ call: Call, evenSuspended: Bool) async throws -> Actor {
        if let token = try call.bearerToken {
            let actor = try await accounts.actor(
                token: token, from: call.source, evenSuspended: evenSuspended)
            uses.note(actor, isCookie: false)
            return actor
        }
        guard let token = cookie.token(in: call.request.headers) else {
            throw Refusal(AccountRefusal.signInNeeded)
        }
        // Browsers send the cookie by themselves, whoever's page asks.
        guard [.get, .head].contains(call.request.method) || origins.isSameSite(call.request.head) else {
            throw Refusal(AccountRefusal.otherSite)
        }
        let actor = try await accounts.actor(token: token, from: call.source, evenSuspended: evenSuspended)
        uses.note(actor, isCookie: true)
        return actor
    }
}

/// What a route works within: opened for whoever calls, by the table of permissions and the ids in the path.
protocol RouteScope: Sendable {
    init(_ call: Call, _ actor: Actor, _ access: Access) throws
    /// The company that the path leads into.
    var company: CompanyScope? { get }
    /// The one whose rows a change adds.
    var companyID: Company.ID { get }
}

/// Somebody who is signed in, and no company.
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
            details:
                "How many at most. A page also ends at 2,000 nested items or 1 MiB of text: only one without a next page is the last.",
            schema: ["type": "integer", "minimum": 1, "maximum": 500, "default": 500]),
        QueryDescription(
            name: "cursor", details: "Where the page begins: as the Link header of the page before gives it.",
            schema: ["type": "string"]),
    ]
}
