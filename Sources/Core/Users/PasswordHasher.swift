import Crypto
import Foundation
import Scrypt
public import Storage

/// Hashes and checks passwords with scrypt (RFC 7914), on threads of its own. One hash takes 32 MiB and a good part of a second, so only a
/// few run at once, and the rest wait for their turn.
///
/// A hash is `scrypt$N$r$p$SALT$KEY`, with salt and key in base64: old hashes stay readable if the costs are raised.
public final class PasswordHasher: Sendable {
    /// The cost parameters of scrypt: N, r and p (RFC 7914 section 2).
    public struct Cost: Sendable, Equatable {
        public let rounds: Int
        public let blockSize: Int
        public let parallelism: Int

        public init(rounds: Int, blockSize: Int, parallelism: Int) {
            (self.rounds, self.blockSize, self.parallelism) = (rounds, blockSize, parallelism)
        }

        /// One of the equivalent settings for scrypt in OWASP's password storage cheat sheet.
        public static let standard = Cost(rounds: 1 << 15, blockSize: 8, parallelism: 3)
    }

    private let cost: Cost
    private let runtime: Runtime
    private let queue: WorkQueue<HashJob>
    private let turns = PasswordTurns<HashJob>()
    private let threads: [BlockingThread]

    /// - Parameters:
    ///   - width: how many hashes are computed at once.
    ///   - capacity: how many may wait. Further ones are refused as `AccountRefusal.tooManySignIns`.
    public init(cost: Cost = .standard, width: Int, capacity: Int = 50, runtime: Runtime = .live) {
        self.cost = cost
        self.runtime = runtime
        let queue = WorkQueue<HashJob>(capacity: capacity)
        self.queue = queue
        threads = (0..<width).map { _ in
            BlockingThread(name: "scrypt") {
                while let jobs = queue.take(atMost: 1) { for job in jobs { job.run() } }
            }
        }
    }

    /// The hash of an invalidated password: no password matches it.
    static let void = "void"

    /// SHA-256 of a password's hash: whether it is still the same password.
    static func mark(_ passwordHash: String) -> [UInt8] { Array(SHA256.hash(data: Data(passwordHash.utf8))) }

    /// Hashes a password with a new salt.
    /// - Parameter account: the password's owner, always in the same spelling. Each account has one job in the queue and one behind it.
    /// - Throws: `AccountRefusal.tooManySignIns` if the queue is full, the account has two jobs already, or the job waited for 15 seconds.
    public func hash(_ password: String, of account: String) async throws -> String {
        let salt = runtime.randomBytes(16)
        let key = try await derive(password, salt: salt, cost: cost, of: account)
        return "scrypt$\(cost.rounds)$\(cost.blockSize)$\(cost.parallelism)$\(Data(salt).base64EncodedString())$"
            + Data(key).base64EncodedString()
    }

    /// Whether the password is the one that was hashed. Without a hash it takes as long and returns false, so that the time doesn't reveal
    /// whether an account exists.
    /// - Parameter account: as in `hash`.
    /// - Throws: as `hash`.
    public func verify(_ password: String, against hash: String?, of account: String) async throws -> Bool {
        guard let hash, let parts = Parts(hash) else {
            _ = try await derive(password, salt: [UInt8](repeating: 0, count: 16), cost: cost, of: account)
            return false
        }
        let key = try await derive(password, salt: parts.salt, cost: parts.cost, of: account)
        guard key.count == parts.key.count else { return false }
        return zip(key, parts.key).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// Hashes a random text that is too short to be kept as a fast hash, always to the same bytes, by which it is found again. With other
    /// costs the bytes are others.
    /// - Parameters:
    ///   - purpose: distinguishes the hashes from those of equal texts.
    ///   - account: as in `hash`.
    /// - Throws: as `hash`.
    func fixedHash(_ text: String, purpose: String, of account: String) async throws -> [UInt8] {
        try await derive(text, salt: Array("polier \(purpose)".utf8), cost: cost, of: account)
    }

    /// Whether a hash has other costs than this server's. If so, the next right password is hashed again.
    func isOutdated(_ hash: String) -> Bool { Parts(hash).map { $0.cost != cost } ?? true }

    public var metrics: [Metric] {
        [
            Metric(
                "polier_passwords_waiting", "Passwords that wait to be hashed or checked.", .gauge(Double(queue.count)))
        ]
    }

    /// Accepts no more work, and waits until the threads have finished what is queued.
    public func close() async {
        queue.close()
        await BlockingThread.joined(threads)
    }

    private func derive(
        _ password: String, salt: [UInt8], cost: Cost, of account: String
    ) async throws -> [UInt8] {
        let (queue, turns) = (queue, turns)
        let job = HashJob(password: password, salt: salt, cost: cost, deadline: .now + .seconds(15)) {
            if let next = turns.leave(account) { queue.add(next) }
        }
        do {
            return try await job.answer.wait {
                switch turns.enter(job, of: account) {
                case .inQueue: queue.add(job)
                case .behind: break
                case .refused: job.answer.giveUp(StorageError(.unavailable, "too much work of one account waits"))
                }
            }
        } catch is StorageError {
            throw Refusal(AccountRefusal.tooManySignIns)
        }
    }

    private struct Parts {
        let cost: Cost
        let salt: [UInt8]
        let key: [UInt8]

        init?(_ text: String) {
            let parts = text.split(separator: "$")
            guard parts.count == 6, parts[0] == "scrypt", let rounds = Int(parts[1]), let blockSize = Int(parts[2]),
                let parallelism = Int(parts[3]), let salt = Data(base64Encoded: String(parts[4])),
                let key = Data(base64Encoded: String(parts[5])),
                // Other costs than these could take any time and memory.
                (2...1 << 20).contains(rounds), (1...32).contains(blockSize), (1...32).contains(parallelism)
            else { return nil }
            self.cost = Cost(rounds: rounds, blockSize: blockSize, parallelism: parallelism)
            self.salt = Array(salt)
            self.key = Array(key)
        }
    }
}

private final class HashJob: QueuedWork {
    let password: String
    let salt: [UInt8]
    let cost: PasswordHasher.Cost
    let deadline: ContinuousClock.Instant
    let answer = PendingResult<[UInt8]>()
    /// Called once when the job has left the queue, whatever its outcome.
    private let left: @Sendable () -> Void

    init(
        password: String, salt: [UInt8], cost: PasswordHasher.Cost, deadline: ContinuousClock.Instant,
        left: @escaping @Sendable () -> Void
    ) {
        (self.password, self.salt, self.cost, self.deadline) = (password, salt, cost, deadline)
        self.left = left
    }

    func run() {
        left()
        guard answer.begin() else { return }
        // Unicode has several spellings of one text, and keyboards differ: the password is composed (NFC) first. For some texts that takes
        // its time, too.
        let composed = Array(password.precomposedStringWithCanonicalMapping.utf8)
        answer.end(
            Result {
                try Scrypt.key(
                    of: composed, salt: salt, rounds: cost.rounds, blockSize: cost.blockSize,
                    parallelism: cost.parallelism,
                    length: 32)
            })
    }

    /// Called only by the queue, for jobs that it rejects.
    func giveUp(_ error: any Error) {
        answer.giveUp(error)
        left()
    }
}
