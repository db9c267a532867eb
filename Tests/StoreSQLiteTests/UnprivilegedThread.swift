import Core
import Foundation
import Storage
import Testing

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Runs work as someone who isn't root, because root may write everywhere.
enum UnprivilegedThread {
    private static let nobody: UInt32 = 65534

    /// Runs `body` on a thread of its own that has given up root's rights, permanently and for itself alone: to Linux, who
    /// one is belongs to the thread, and only the C library carries a change to all of them. So the system is asked
    /// directly.
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            _ = BlockingThread(name: "nobody") {
                continuation.resume(
                    with: Result {
                        if geteuid() == 0 { try becomeNobody() }
                        return try body()
                    })
            }
        }
    }

    private static func becomeNobody() throws {
        // `syscall` takes any number of arguments, which Swift can't call by name; it hands them on as they come.
        typealias SystemCall = @convention(c) (Int, UInt, UInt, UInt) -> Int
        let symbol = try #require(dlsym(nil, "syscall"))
        let systemCall = unsafeBitCast(symbol, to: SystemCall.self)
        #if arch(x86_64)
        let setGroups = 116
        let setGroupIDs = 119
        let setUserIDs = 117
        #elseif arch(arm64)
        let setGroups = 159
        let setGroupIDs = 149
        let setUserIDs = 147
        #endif
        let id = UInt(nobody)
        try #require(systemCall(setGroups, 0, 0, 0) == 0)
        try #require(systemCall(setGroupIDs, id, id, id) == 0)
        try #require(systemCall(setUserIDs, id, id, id) == 0)
    }
}
