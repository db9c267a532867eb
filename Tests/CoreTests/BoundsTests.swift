@testable import Core
import Storage
import Testing

/// Numbers at the limits of their types, on which a trap would end the process.
@Suite("Bounds")
struct BoundsTests {
    private static let ends: [Int64] = [
        .min, .min + 1, -62_135_596_800_001, -1, 0, 253_402_300_800_000, .max - 1, .max,
    ]

    @Test("an instant of any number is written and moved without a trap", arguments: ends)
    func anyInstant(milliseconds: Int64) {
        let instant = Instant(milliseconds: milliseconds)
        #expect(instant.text.utf8.count == Instant.textLength)
        #expect(instant.day.text.utf8.count == Day.textLength)
        for duration in [Duration.seconds(60), .seconds(-60), .seconds(Int64.max), .seconds(Int64.min), .zero] {
            #expect((instant + duration >= instant) == (duration >= .zero) || instant + duration == instant)
            #expect((instant - duration <= instant) == (duration >= .zero) || instant - duration == instant)
        }
        #expect(Quantity(thousandths: milliseconds).text.utf8.count <= Quantity.longestText)
        #expect((-Quantity(thousandths: milliseconds)).text.utf8.count <= Quantity.longestText)
    }

    @Test("what leads beyond the last instant leads to it")
    func lastInstant() {
        #expect(Instant(milliseconds: .max) + .seconds(1) == Instant(milliseconds: .max))
        #expect(Instant(milliseconds: .min) - .seconds(1) == Instant(milliseconds: .min))
        #expect(Instant(milliseconds: 0) - .seconds(Int64.min) == Instant(milliseconds: .max))
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
    }

    @Test("a row holds no instant that can't be written", arguments: ends)
    func instantOfRow(milliseconds: Int64) {
        var row = Row(OneInteger(milliseconds))
        let instant = try? Instant(next: &row)
        #expect((instant != nil) == (-62_135_596_800_000...253_402_300_799_999).contains(milliseconds))
    }

    @Test(
        "tries at impossible instants hold no one, and those of a clock a little ahead no longer than the limit's window"
    )
    func attempts() throws {
        let attempts = Attempts(.signInsOfAccount, of: "lena")
        func check(_ instant: Instant) throws {
            try attempts.check([[Instant](repeating: instant, count: 10)], now: Instant(milliseconds: 0))
        }
        try check(Instant(milliseconds: .max))
        try check(Instant(milliseconds: .max - 1))
        let refusal = #expect(throws: Refusal.self) { try check(Instant(milliseconds: 899_999)) }
        #expect(refusal?.retryAfter == .seconds(15 * 60))
    }

    @Test(
        "a hash of other costs than ours is no one's",
        arguments: [
            "scrypt$-1$8$3$AAAA$AAAA", "scrypt$32768$-8$3$AAAA$AAAA", "scrypt$32768$8$-3$AAAA$AAAA",
            "scrypt$9223372036854775807$9223372036854775807$9223372036854775807$AAAA$AAAA", "scrypt$0$0$0$AAAA$AAAA",
            "scrypt$$$$$",
        ])
    func hostileHash(hash: String) async throws {
        let hasher = PasswordHasher(cost: .init(rounds: 16, blockSize: 1, parallelism: 1), width: 1)
        let isRight = try? await hasher.verify("Kelle und Fugbrett", against: hash, of: "a")
        #expect(isRight == false)
        await hasher.close()
    }

    @Test("a backup of fewer than no rows is none")
    func backupHead() {
        let text = #"-- polier-backup/1 {"polier":"0.1.0","rows":-1,"schema":[],"takenAt":""}"# + "\n"
        var pieces = [[UInt8](text.utf8)]
        #expect(throws: CopyRefusal.self) { try BackupText { pieces.popLast() } }
    }
}

/// A row of one column.
private final class OneInteger: RowSource {
    private let value: Int64

    init(_ value: Int64) { self.value = value }

    func isNull(_ column: Int) -> Bool { false }
    func text(_ column: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws {}
    func integer(_ column: Int) throws -> Int64 { value }
    func boolean(_ column: Int) throws -> Bool { false }
    func bytes(_ column: Int) throws -> [UInt8] { [] }
}
