import Storage
import Synchronization

/// Limits how many large responses are read and sent at the same time. Each holds a place until its last byte is handed on, so that callers
/// who read slowly, or not at all, hold no more memory than the places allow. It takes the place before anything is read for it; where few
/// responses of a route are large, once it turns out to be, and if there is none it is dropped, waits, and is read anew.
public final class LargeAnswers: Sendable {
    public enum Kind: Sendable, CaseIterable {
        /// A page of a list, or one resource with a lot of content.
        case list
        /// All data of a person or a company.
        case copy

        var ofCompany: Limit { self == .list ? .largeAnswers : .copies }
        var ofPerson: Limit { self == .list ? .personLargeAnswers : .personCopies }
        /// The number of places on the whole server.
        var ofAll: Int { self == .list ? 100 : 10 }
    }

    /// One place. It is released with the last reference to it, however the response ends.
    public final class Place: Sendable {
        private let answers: LargeAnswers
        private let claim: Claim
        private let isMade: Mutex<Bool>

        fileprivate init(_ answers: LargeAnswers, _ claim: Claim, isMade: Bool = false) {
            (self.answers, self.claim) = (answers, claim)
            self.isMade = Mutex(isMade)
        }

        deinit { answers.giveBack(claim, isMade: isMade.withLock(\.self)) }

        /// Reports that everything the response needs has been read: from here on it is only sent.
        public func made() {
            let isFirst = isMade.withLock { isMade in
                defer { isMade = true }
                return !isMade
            }
            if isFirst { answers.made(claim) }
        }
    }

    fileprivate struct Claim: Equatable, Sendable {
        let kind: Kind
        let company: Company.ID
        let person: User.ID
    }

    private struct Waiter: Sendable {
        let claim: Claim
        let answer: PendingResult<Place>
    }

    private struct Taken {
        var all = 0
        var byCompany: [Company.ID: Int] = [:]
        var byPerson: [User.ID: Int] = [:]
        /// Of the places by company, those whose response is still being read.
        var making: [Company.ID: Int] = [:]
    }

    private struct State {
        var taken: [Kind: Taken] = [:]
        var waiting: [Waiter] = []
    }

    private let state = Mutex(State())
    private let timeout: Duration
    /// How many of one company's responses are read at the same time: reading takes CPU time, which others need, and more memory than
    /// sending.
    private static let madeAtOnce = 2
    /// How many of one company's callers may wait, per place that it may have; further ones are refused at once.
    private static let waitersPerPlace = 5

    /// - Parameter timeout: the longest wait for a place.
    public init(timeout: Duration = .seconds(10)) { self.timeout = timeout }

    /// Waits for a place. One company gets at most about a third of what is free on the whole server, so that others find places
    /// regardless of who came first.
    ///
    /// - Throws: `LimitRefusal.largeAnswers` if there is no place in time, and `CancellationError`.
    public func place(_ kind: Kind, for actor: Actor) async throws -> Place {
        let claim = Claim(kind: kind, company: actor.user.companyID, person: actor.user.id)
        let mayWait = state.withLock { state -> Bool? in
            if Self.take(claim, &state) { return nil }
            let most = Int(claim.kind.ofCompany.standard) * Self.waitersPerPlace
            return state.waiting.count { $0.claim.kind == kind && $0.claim.company == claim.company } < most
        }
        guard let mayWait else { return Place(self, claim) }
        guard mayWait else { throw refusal(claim) }
        return try await wait(claim)
    }

    /// A place for a response that has been read already; nil if none is free.
    public func placeIfFree(_ kind: Kind, for actor: Actor) -> Place? {
        let claim = Claim(kind: kind, company: actor.user.companyID, person: actor.user.id)
        return state.withLock { Self.take(claim, isMade: true, &$0) } ? Place(self, claim, isMade: true) : nil
    }

    /// The number of places taken, and of callers that wait for one.
    var count: (taken: Int, waiting: Int) {
        state.withLock { ($0.taken.values.reduce(0) { $0 + $1.all }, $0.waiting.count) }
    }

    private func wait(_ claim: Claim) async throws -> Place {
        let answer = PendingResult<Place>()
        let timer = Task { [timeout] in
            try await Task.sleep(for: timeout)
            answer.giveUp(self.refusal(claim))
        }
        defer {
            timer.cancel()
            state.withLock { $0.waiting.removeAll { $0.answer === answer } }
        }
        return try await answer.wait {
            // A place may have been released since.
            let isTaken = state.withLock { state in
                if Self.take(claim, &state) { return true }
                state.waiting.append(Waiter(claim: claim, answer: answer))
                return false
            }
            if isTaken { hand(Place(self, claim), to: answer) }
        }
    }

    private func giveBack(_ claim: Claim, isMade: Bool) {
        letNext(claim.kind) { state in
            if !isMade { Self.countMade(claim, &state) }
            Self.release(claim, &state)
        }
    }

    private func made(_ claim: Claim) { letNext(claim.kind) { Self.countMade(claim, &$0) } }

    private func letNext(_ kind: Kind, after change: (inout State) -> Void) {
        let next = state.withLock { state in
            change(&state)
            guard !state.waiting.isEmpty else { return [Waiter]() }
            var waiting: [Waiter] = []
            swap(&waiting, &state.waiting)
            var next: [Waiter] = []
            // Mostly one person's requests wait behind each other: where one gets no place, the others get none.
            var refused: Claim?
            waiting.removeAll { waiter in
                guard waiter.claim.kind == kind, waiter.claim != refused else { return false }
                guard Self.take(waiter.claim, &state) else {
                    refused = waiter.claim
                    return false
                }
                next.append(waiter)
                return true
            }
            state.waiting = waiting
            return next
        }
        for waiter in next { hand(Place(self, waiter.claim), to: waiter.answer) }
    }

    /// If the caller has gone in the meantime, the place is released when this function returns.
    private func hand(_ place: Place, to answer: PendingResult<Place>) {
        if answer.begin() { answer.end(.success(place)) }
    }

    private static func take(_ claim: Claim, isMade: Bool = false, _ state: inout State) -> Bool {
        var taken = state.taken[claim.kind] ?? Taken()
        let (company, person) = (taken.byCompany[claim.company] ?? 0, taken.byPerson[claim.person] ?? 0)
        let free = claim.kind.ofAll - taken.all
        guard isMade || (taken.making[claim.company] ?? 0) < Self.madeAtOnce,
            company < min(Int(claim.kind.ofCompany.standard), (free + 1) / 2),
            person < Int(claim.kind.ofPerson.standard)
        else { return false }
        taken.all += 1
        taken.byCompany[claim.company] = company + 1
        taken.byPerson[claim.person] = person + 1
        if !isMade { taken.making[claim.company, default: 0] += 1 }
        state.taken[claim.kind] = taken
        return true
    }

    private static func countMade(_ claim: Claim, _ state: inout State) {
        guard var taken = state.taken[claim.kind] else { return }
        taken.making[claim.company] = taken.making[claim.company].flatMap { $0 > 1 ? $0 - 1 : nil }
        state.taken[claim.kind] = taken
    }

    private static func release(_ claim: Claim, _ state: inout State) {
        guard var taken = state.taken[claim.kind] else { return }
        taken.all -= 1
        taken.byCompany[claim.company] = taken.byCompany[claim.company].flatMap { $0 > 1 ? $0 - 1 : nil }
        taken.byPerson[claim.person] = taken.byPerson[claim.person].flatMap { $0 > 1 ? $0 - 1 : nil }
        state.taken[claim.kind] = taken
    }

    private func refusal(_ claim: Claim) -> Refusal {
        let ofPerson = claim.kind.ofPerson
        let isPersons = state.withLock { state in
            (state.taken[claim.kind]?.byPerson[claim.person] ?? 0) >= Int(ofPerson.standard)
        }
        let limit = isPersons ? ofPerson : claim.kind.ofCompany
        return LimitRefusal.largeAnswers.refusal(limit.standard, of: limit)
    }
}
