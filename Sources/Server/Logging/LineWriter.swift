import Core
import Foundation
import Storage

/// Writes lines to a file that may be full, closed, or a pipe whose reader has stalled. Callers never wait: lines go through a bounded
/// buffer to a thread of their own, and those that don't fit, or that the system refuses, are dropped and counted.
///
/// `@unchecked Sendable`: `state` is touched only between `lock` and `unlock` of the one mutex, and `isMidLine` and `told` only by the
/// one thread. A pthread mutex, because the thread sleeps on a condition, which `Synchronization` doesn't have.
final class LineWriter: @unchecked Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var isWriting = false
        var lost = 0
        var notice: (@Sendable (Int) -> String)?
    }

    private let file: Int32
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// Signalled when there is something to write, and when everything is written.
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state = State()
    private var isMidLine = false
    private var told = 0

    /// In bytes: a few thousand lines.
    private static let capacity = 1 << 20

    /// Lives as long as the process, like the thread.
    init(to file: Int32) {
        self.file = file
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        _ = BlockingThread(name: "log") { [self] in while true { writeWhatWaits() } }
    }

    /// Queues text, in the order of the calls. Never blocks for longer than copying it takes.
    func write(_ text: String) {
        locked { state in
            guard state.waiting.count + text.utf8.count <= Self.capacity else {
                state.lost += Self.lines(text.utf8)
                return
            }
            state.waiting.append(contentsOf: text.utf8)
            pthread_cond_broadcast(changed)
        }
    }

    /// The number of lines lost since the start.
    var lost: Int { locked { $0.lost } }

    /// Sets the text about lost lines, which is written once writing works again. It is given their number.
    func tellLosses(_ notice: @escaping @Sendable (Int) -> String) { locked { $0.notice = notice } }

    /// Waits until everything is written, but not for a reader that has stalled.
    func flush(atMost seconds: Int = 1) {
        var end = timespec()
        clock_gettime(CLOCK_REALTIME, &end)
        end.tv_sec += seconds
        locked { state in
            while state.isWriting || !state.waiting.isEmpty {
                guard pthread_cond_timedwait(changed, mutex, &end) == 0 else { return }
            }
        }
    }

    private func writeWhatWaits() {
        let bytes = locked { state in
            while state.waiting.isEmpty { pthread_cond_wait(changed, mutex) }
            state.isWriting = true
            defer { state.waiting = [] }
            return state.waiting
        }
        let lost = put(isMidLine ? [UInt8(ascii: "\n")] + bytes : bytes)
        let (total, notice) = locked { state in
            state.lost += lost
            return (state.lost, state.notice)
        }
        if lost == 0, total > told, let notice, put(Array(notice(total - told).utf8)) == 0 { told = total }
        locked { state in
            state.isWriting = false
            pthread_cond_broadcast(changed)
        }
    }

    /// - Returns: the number of lines that the system refused.
    private func put(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = Foundation.write(file, rest.baseAddress, rest.count)
                if count > 0 {
                    isMidLine = rest[count - 1] != UInt8(ascii: "\n")
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if count < 0, errno == EAGAIN {
                    // Another process has set it to non-blocking.
                    var writable = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
                    poll(&writable, 1, -1)
                } else if count == 0 || errno != EINTR {
                    return Self.lines(rest)
                }
            }
            return 0
        }
    }

    private static func lines(_ bytes: some Sequence<UInt8>) -> Int {
        bytes.reduce(0) { $1 == UInt8(ascii: "\n") ? $0 + 1 : $0 }
    }

    private func locked<Result>(_ body: (inout State) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&state)
    }
}
