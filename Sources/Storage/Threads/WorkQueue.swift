#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Work that waits in a queue for a thread.
public protocol QueuedWork: AnyObject, Sendable {
    /// The time after which the caller no longer waits for the work to begin.
    var deadline: ContinuousClock.Instant { get }
    /// Delivers an error to the caller, unless the work has begun.
    func giveUp(_ error: any Error)
}

/// A bounded first-in, first-out queue of work for threads. Nothing waits in it past its deadline, even while every thread is busy.
///
/// `@unchecked Sendable`: `waiting`, `sleepers`, `closed` and `nudges` are accessed only while the one mutex is locked. It is a pthread
/// mutex because the threads that take work sleep on a condition variable, which `Synchronization` lacks.
public final class WorkQueue<Work: QueuedWork>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let capacity: Int
    private var waiting: [Work] = []
    private var sleepers = 0
    private var closed = false
    private var nudges = 0

    /// - Parameter capacity: the most items that may wait; further ones are refused at once.
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

    /// Adds work at the end. If the queue is full or closed, the caller receives `StorageError` of kind `.unavailable`.
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

    /// Takes up to `limit` of the oldest items, as soon as there are any. Returns nil once the queue is closed and empty. Blocks: call it
    /// only on a dedicated thread.
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

    /// The reason why `wait` returned.
    public enum Awakening {
        /// Work is waiting, unless another thread has taken it in the meantime: see `takeWaiting`.
        case work
        /// `nudge` was called.
        case nudged
        /// The queue is closed and empty.
        case closed
    }

    /// Waits until there is something to do, without taking it, for threads that may turn out to be unable to do it. Such a thread calls
    /// `passOn`. Blocks: call it only on a dedicated thread.
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

    /// Takes up to `limit` of the oldest items, without waiting.
    public func takeWaiting(atMost limit: Int) -> [Work] {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let taken = Array(waiting.prefix(limit))
        waiting.removeFirst(taken.count)
        if sleepers > 0, !waiting.isEmpty { pthread_cond_signal(filled) }
        return taken
    }

    /// Wakes another thread for the waiting work.
    public func passOn() {
        pthread_mutex_lock(mutex)
        if sleepers > 0 { pthread_cond_signal(filled) }
        pthread_mutex_unlock(mutex)
    }

    /// Wakes all threads that sleep in `wait`.
    public func nudge() {
        pthread_mutex_lock(mutex)
        nudges &+= 1
        pthread_cond_broadcast(filled)
        pthread_mutex_unlock(mutex)
    }

    /// Refuses further work. Waiting work is still taken.
    public func close() {
        pthread_mutex_lock(mutex)
        closed = true
        pthread_cond_broadcast(filled)
        pthread_mutex_unlock(mutex)
    }

    /// The number of waiting items.
    public var count: Int {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return waiting.count
    }

    /// Refuses work whose deadline has passed. Returns false once the queue is closed and empty.
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
