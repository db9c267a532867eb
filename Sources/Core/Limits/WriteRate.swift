public import Storage
import Synchronization

/// Limits the changes that people and companies request per minute, counted in this server's memory.
public final class WriteRate: Sendable {
    /// The most requests of a person; nil for no limit. A company may make five times as many.
    private let perPerson: Int64?
    private let values: LimitValues
    private let runtime: Runtime
    private let counted = Mutex(Counted())

    fileprivate struct Counted {
        var people: [User.ID: MinuteCount] = [:]
        var companies: [Company.ID: MinuteCount] = [:]
        var sweptAt: Int64 = 0
    }

    /// - Parameter perPerson: the most requests of a person per minute if no operator set another number; 0 for no limit.
    public init(perPerson: Int, _ values: LimitValues, runtime: Runtime) {
        self.perPerson = perPerson > 0 ? Int64(clamping: perPerson) : nil
        (self.values, self.runtime) = (values, runtime)
    }

    /// Counts one request, whatever its outcome. A refused request isn't counted.
    /// - Throws: `LimitRefusal.personWrites` or `.companyWrites`, with the time to wait; the database's `StorageError`.
    public func admit(_ actor: Actor) async throws {
        guard let perPerson else { return }
        let set = try await values.values(of: actor.user.companyID)
        let ofPerson = set[.personWrites] ?? perPerson
        let ofCompany = set[.companyWrites] ?? perPerson &* 5
        let second = runtime.now().milliseconds / 1000
        try counted.withLock { counted in
            counted.sweep(second)
            var person = counted.people[actor.user.id] ?? MinuteCount()
            var company = counted.companies[actor.user.companyID] ?? MinuteCount()
            if ofPerson > 0, let wait = person.wait(second, most: ofPerson) {
                throw LimitRefusal.personWrites.refusal(ofPerson, retryAfter: .seconds(wait))
            }
            if ofCompany > 0, let wait = company.wait(second, most: ofCompany) {
                throw LimitRefusal.companyWrites.refusal(ofCompany, retryAfter: .seconds(wait))
            }
            person.count(second)
            company.count(second)
            counted.people[actor.user.id] = person
            counted.companies[actor.user.companyID] = company
        }
    }
}

extension WriteRate.Counted {
    /// Once a minute, drops the counts of people and companies that made no request in the last minute.
    fileprivate mutating func sweep(_ second: Int64) {
        guard !(sweptAt...sweptAt.adding(59)).contains(second) else { return }
        sweptAt = second
        people = people.filter { !$0.value.isPast(second) }
        companies = companies.filter { !$0.value.isPast(second) }
    }
}

/// The number of events in each of the last 60 seconds.
struct MinuteCount: Sendable {
    /// Indexed by the second of the minute.
    private var counts = [Int32](repeating: 0, count: 60)
    private var sum: Int64 = 0
    /// The latest second that was counted in.
    private var latest: Int64 = .min

    /// The seconds to wait until one more is allowed; nil if it is allowed now.
    mutating func wait(_ second: Int64, most: Int64) -> Int64? {
        move(to: second)
        guard sum >= most else { return nil }
        var left = sum
        // Begins with the oldest: how many seconds have to pass.
        for age in 1...60 {
            left -= Int64(counts[slot(latest.adding(Int64(age)))])
            if left < most { return Int64(age) }
        }
        return 60
    }

    mutating func count(_ second: Int64) {
        move(to: second)
        counts[slot(latest)] &+= 1
        sum += 1
    }

    func isPast(_ second: Int64) -> Bool { second >= latest.adding(60) || second < latest.subtracting(60) }

    /// Drops what is a minute old. A clock that was set back a little continues with the latest second; one that was set back further
    /// starts from zero.
    private mutating func move(to second: Int64) {
        if isPast(second) {
            self = MinuteCount()
            latest = second
        }
        while latest < second {
            latest = latest.adding(1)
            sum -= Int64(counts[slot(latest)])
            counts[slot(latest)] = 0
        }
    }

    private func slot(_ second: Int64) -> Int { Int(((second % 60) + 60) % 60) }
}
