import NIOCore
import Synchronization

/// A request's body while it arrives: a connection's event loop adds to it, and its task collects it. Until the task wants it, the
/// connection reads only a little of it.
final class IncomingBody: Sendable {
    /// The body is longer than the caller of `collect` accepts.
    struct TooLong: Error {}

    /// The server holds too many bytes of other bodies.
    struct NoRoom: Error {}

    /// The connection ended, or the body's framing is malformed.
    struct CutOff: Error {}

    private struct State {
        var bytes = ByteBuffer()
        /// What `collect` throws.
        var failure: (any Error)?
        var isComplete = false
        var collector: (most: Int, continuation: CheckedContinuation<ByteBuffer, any Error>)?
        /// Whether it was collected; nothing that arrives later is kept.
        var isCollected = false

        /// What a collector gets; nil if more has to arrive first.
        mutating func result(upTo most: Int) -> Result<ByteBuffer, any Error>? {
            let result: Result<ByteBuffer, any Error>
            if bytes.readableBytes > most {
                result = .failure(TooLong())
            } else if let failure {
                result = .failure(failure)
            } else if isComplete {
                result = .success(bytes)
            } else {
                return nil
            }
            (bytes, isCollected) = (ByteBuffer(), true)
            return result
        }
    }

    private let state: Mutex<State>
    private let onWanted: @Sendable () -> Void

    /// - Parameter onWanted: called once the body is wanted and isn't complete.
    init(onWanted: @escaping @Sendable () -> Void) {
        state = Mutex(State())
        self.onWanted = onWanted
    }

    /// A body that has arrived.
    init(_ bytes: ByteBuffer) {
        state = Mutex(State(bytes: bytes, isComplete: true))
        onWanted = {}
    }

    static let empty = IncomingBody(ByteBuffer())

    /// The whole body, once.
    /// - Parameter most: the largest accepted length, in bytes.
    /// - Throws: `TooLong` as soon as more than that has arrived; `NoRoom`; `CutOff`; `CancellationError` if the server is stopped.
    func collect(upTo most: Int) async throws -> ByteBuffer {
        if let result = state.withLock({ $0.result(upTo: most) }) { return try result.get() }
        onWanted()
        return try await withCheckedThrowingContinuation { continuation in
            let result = state.withLock { state in
                let result = state.result(upTo: most)
                if result == nil { state.collector = (most, continuation) }
                return result
            }
            if let result { continuation.resume(with: result) }
        }
    }

    // MARK: On the event loop

    /// Adds bytes.
    /// - Returns: the number of bytes held.
    func add(_ bytes: inout ByteBuffer) -> Int {
        change { if !$0.isCollected { $0.bytes.writeBuffer(&bytes) } }
    }

    func complete() { change { $0.isComplete = true } }

    /// A body that is complete stays so.
    func fail(_ error: any Error) { change { if !$0.isComplete { $0.failure = error } } }

    @discardableResult
    private func change(_ change: (inout State) -> Void) -> Int {
        let (held, collected) = state.withLock { state in
            change(&state)
            guard let (most, continuation) = state.collector, let result = state.result(upTo: most) else {
                return (state.bytes.readableBytes, nil as (() -> Void)?)
            }
            state.collector = nil
            return (state.bytes.readableBytes, { continuation.resume(with: result) })
        }
        collected?()
        return held
    }
}
