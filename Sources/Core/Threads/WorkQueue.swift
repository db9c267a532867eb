#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Work that waits in a queue for a thread.
public protocol QueuedWork: AnyObject, Sendable {
    /// When the caller no longer waits for the work to begin.
    var deadline: ContinuousClock.Instant { get }
    /// Answers the caller with an error, unless the work was begun.
    func giveUp(_ error: any Error)
}

/// What waits for the threads that do the work: a bounded queue, in order. Nothing waits in it past its deadline, even
/// while every thread is busy.
///
/// `@unchecked Sendable`: `waiting`, `sleepers`, `closed` and `nudges` are touched only between `lock` and `unlock` of the one mutex.
/// A pthread mutex, because the threads that take from here sleep on a condition, which `Synchronization` doesn't have.
public final class WorkQueue<Work: QueuedWork>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let capacity: Int
    private var waiting: [Work] = []
    private var sleepers = 0
    private var closed = false
    private var nudges = 0

    /// - Parameter capacity: how many may wait; more are turned away at once.
    public init(capacity: Int) {
        self.capacity = capacity
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(filled, nil)
        Task { [weak self] in
            while await self?.sweep() == true { try? await Task.sleep(for: .milliseconds(200)) }
        }
    }

    deinit {
        pthread_cond_destroy(filled)
        pthread_mutex_destroy(mutex)
        filled.deallocate()
        mutex.deallocate()
    }

    /// Adds work at the end. Where the queue is full or closed, the work is answered with `StorageError.unavailable`.
    public func add(_ work: Work) {
        pthread_mutex_lock(mutex)
        let refusal: String? =
            closed ? "the database is closed" : waiting.count >= capacity ? "too much work waits" : nil
        if refusal == nil {
            waiting.append(work)
            if sleepers > 0 { pthread_cond_signal(filled) }
        }
        pthread_mutex_unlock(mutex)
        if let refusal { work.giveUp(StorageError(.unavailable, refusal)) }
    }

    /// Takes the oldest work, at most so many, as soon as there is any. Nil once the queue is closed and empty. Blocks: for
    /// threads of our own only.
    public func take(atMost limit: Int) -> [Work]? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.isEmpty {
            if closed { return nil }
            sleepers += 1
            pthread_cond_wait(filled, mutex)
            sleepers -= 1
        }
        guard waiting.count > limit else {
            defer { waiting = [] }
            return waiting
        }
        defer {
            waiting.removeFirst(limit)
            if sleepers > 0 { pthread_cond_signal(filled) }
        }
        return Array(waiting.prefix(limit))
    }

    /// Why `wait` came back.
    public enum Awakening {
        /// Work waits, unless another thread has taken it meanwhile: see `takeWaiting`.
        case work
        /// Somebody called `nudge`.
        case nudged
        /// The queue is closed and empty.
        case closed
    }

    /// Waits until there is something to do and takes nothing, for threads that may find that they can't. One that can't says so by
    /// `passOn`. Blocks: for threads of our own only.
    public func wait() -> Awakening {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let nudge = nudges
        while waiting.isEmpty {
            if closed { return .closed }
            if nudges != nudge { return .nudged }
            sleepers += 1
            pthread_cond_wait(filled, mutex)
            sleepers -= 1
        }
        return .work
    }

    /// Takes the oldest work, at most so many, without waiting.
    public func takeWaiting(atMost limit: Int) -> [Work] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let taken = Array(waiting.prefix(limit))
        waiting.removeFirst(taken.count)
        if sleepers > 0, !waiting.isEmpty { pthread_cond_signal(filled) }
        return taken
    }

    /// Wakes another thread for the work that waits.
    public func passOn() {
        pthread_mutex_lock(mutex)
        if sleepers > 0 { pthread_cond_signal(filled) }
        pthread_mutex_unlock(mutex)
    }

    /// Wakes all threads that `wait` has put to sleep, to look around.
    public func nudge() {
        pthread_mutex_lock(mutex)
        nudges &+= 1
        pthread_cond_broadcast(filled)
        pthread_mutex_unlock(mutex)
    }

    /// Lets no more work in. What waits is still taken.
    public func close() {
        pthread_mutex_lock(mutex)
        closed = true
        pthread_cond_broadcast(filled)
        pthread_mutex_unlock(mutex)
    }

    /// How many wait now.
    public var count: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return waiting.count
    }

    /// Turns away what has waited past its deadline. False once the queue is closed and empty.
    private func sweep() async -> Bool {
        let (late, goesOn) = removeLate(now: .now)
        for work in late { work.giveUp(StorageError(.timeout, "waited too long for its turn")) }
        return goesOn
    }

    private func removeLate(now: ContinuousClock.Instant) -> (late: [Work], goesOn: Bool) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !waiting.isEmpty else { return ([], !closed) }
        let late = waiting.filter { $0.deadline < now }
        if !late.isEmpty { waiting.removeAll { $0.deadline < now } }
        return (late, true)
    }
}
