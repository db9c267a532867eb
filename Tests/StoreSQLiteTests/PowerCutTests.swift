import CSQLite
import Core
import Foundation
import Storage
import StoreContract
import TestSupport
import Testing

@testable import StoreSQLite

/// What was promised is there after kills, failing disks and power cuts, in any order.
@Suite("Power cuts")
struct PowerCutTests {
    // MARK: The ways in which it once was lost

    /// A process that is killed while it syncs leaves a commit in the cache; the next one finds it there, and says so.
    @Test("a commit whose sync was cut off by a kill is durable before anyone is told of it")
    func killedInASync() async throws {
        for seed in 0..<20 {
            let ledger = Ledger(PowerDisk(seed: UInt64(seed)))
            try await ledger.start()
            ledger.disk.die(in: .sync, at: 1)
            await ledger.add(1)
            await ledger.end()
            try await ledger.start()
            #expect(ledger.promised == [1], "the cache holds it, so that it was found")
            ledger.disk.cutPower(losing: .everything)
            await ledger.end()
            try await ledger.start()
            #expect(ledger.faults == [])
            await ledger.end()
        }
    }

    /// Frames whose sync failed are clean in the cache and missing on the disk: what is committed behind them hangs in the air.
    @Test("a commit whose sync failed doesn't take the later ones with it")
    func failedSync() async throws {
        for seed in 0..<20 {
            let ledger = Ledger(PowerDisk(seed: UInt64(seed)))
            try await ledger.start()
            ledger.disk.fail(.sync, at: 1, with: EIO)
            let kind = await ledger.add(1)
            #expect(kind == .diskFailure)
            // Before the driver can erase what failed.
            ledger.disk.kill()
            await ledger.end()
            try await ledger.start()
            for id in 2..<6 { await ledger.add(id) }
            #expect(ledger.promised.count >= 4)
            ledger.disk.cutPower(losing: .everything)
            await ledger.end()
            try await ledger.start()
            #expect(ledger.faults == [], "seed \(seed)")
            await ledger.end()
        }
    }

    /// The same, where the process dies before it can do anything about the failed sync.
    @Test("a commit whose sync failed in a process that died of it doesn't take the later ones with it")
    func failedSyncAndDeath() async throws {
        for seed in 0..<20 {
            let ledger = Ledger(PowerDisk(seed: UInt64(seed)))
            try await ledger.start()
            ledger.disk.fail(.sync, at: 1, with: EIO, dies: true)
            await ledger.add(1)
            ledger.disk.kill()
            await ledger.end()
            try await ledger.start()
            for id in 2..<6 { await ledger.add(id) }
            ledger.disk.cutPower(losing: .everything)
            await ledger.end()
            try await ledger.start()
            #expect(ledger.faults == [], "seed \(seed)")
            await ledger.end()
        }
    }

    @Test("a closing checkpoint that is cut off leaves a whole file, also after a failed sync")
    func cutInTheClosingCheckpoint() async throws {
        for seed in 0..<60 {
            let ledger = Ledger(PowerDisk(seed: UInt64(seed)))
            try await ledger.start()
            for id in 1..<4 { await ledger.add(id) }
            ledger.disk.fail(.sync, at: 1, with: EIO)
            await ledger.add(4, size: 30_000)
            ledger.disk.kill()
            await ledger.end()
            try await ledger.start()
            ledger.disk.die(after: seed)
            await ledger.end()
            ledger.disk.cutPower(losing: PowerDisk.Loss.allCases[seed % PowerDisk.Loss.allCases.count])
            try await ledger.start()
            #expect(ledger.faults == [], "seed \(seed)")
            await ledger.end()
        }
    }

    @Test("the file and its log keep their names, also where the engine couldn't sync the folder")
    func namesAreDurable() async throws {
        let ledger = Ledger(PowerDisk(seed: 1))
        ledger.disk.engineSyncsFolders = false
        try await ledger.start()
        await ledger.add(1)
        ledger.disk.cutPower(losing: .everything)
        await ledger.end()
        try await ledger.start()
        #expect(ledger.promised == [1])
        #expect(ledger.faults == [])
        await ledger.end()
    }

    @Test("a folder that can't be synced, and a log that can't be written over, end the start")
    func refusedStart() async throws {
        for (call, count) in [(PowerDisk.Call.syncFolder, 1), (.sync, 1), (.write, 1), (.read, 3)] {
            let ledger = Ledger(PowerDisk(seed: 1))
            try await ledger.start()
            await ledger.add(1)
            ledger.disk.kill()
            await ledger.end()
            ledger.disk.fail(call, at: count, with: EIO)
            let error = await #expect(throws: (any Error).self, "\(call)") { try await ledger.start() }
            if let error = error as? StorageError { #expect(error.detail.hasSuffix("."), "\(error)") }
            #expect(ledger.disk.mend(), "\(call)")
            try await ledger.start()
            #expect(ledger.faults == [])
            await ledger.end()
        }
    }

    /// What was in the cache when the engine recovered from it may have left the cache when it is written over.
    @Test("a log that reads otherwise than a moment ago ends the start, and not the one after it")
    func forgottenLog() async throws {
        var refusals = 0
        for seed in 0..<20 {
            let ledger = Ledger(PowerDisk(seed: UInt64(seed)))
            try await ledger.start()
            await ledger.add(1)
            ledger.disk.fail(.sync, at: 1, with: EIO, dies: true)
            await ledger.add(2)
            ledger.disk.kill()
            await ledger.end()
            ledger.disk.forgetAtWrite()
            do {
                try await ledger.start()
            } catch let error as StorageError where error.kind == .diskFailure {
                #expect(error.detail.contains("reads otherwise"), "\(error)")
                refusals += 1
                try await ledger.start()
            }
            await ledger.add(3)
            ledger.disk.cutPower(losing: .everything)
            await ledger.end()
            try await ledger.start()
            #expect(ledger.promised.isSuperset(of: [1, 3]))
            #expect(ledger.faults == [], "seed \(seed)")
            await ledger.end()
        }
        #expect(refusals > 0)
    }

    @Test("a disk that can't be read or synced is told as such, and one that is full at a sync as full")
    func words() async throws {
        let ledger = Ledger(PowerDisk(seed: 1))
        try await ledger.start()
        ledger.disk.fail(.sync, at: 1, with: ENOSPC)
        #expect(await ledger.add(1) == .full)
        // After a full disk the log is moved at once, with syncs of its own; what comes next waits for them.
        #expect(await ledger.add(2) == nil)
        ledger.disk.fail(.sync, at: 1, with: EIO)
        #expect(await ledger.add(1) == .diskFailure)
        ledger.disk.fail(.write, at: 1, with: EIO)
        #expect(await ledger.add(1) == .diskFailure)
        await ledger.add(1)
        // The first one, of the header, still belongs to the opening.
        ledger.disk.fail(.read, at: 2, with: EIO)
        let error = await expectError(.diskFailure) { try await ledger.readAnew() }
        #expect(error?.detail.contains("Input/output error") == true, "\(error as Any)")
        // What the system once said isn't repeated when the engine finds a fault of its own.
        _ = ledger.disk.mend()
        try await ledger.readAnew()
        await ledger.end()
    }

    @Test("a failed commit doesn't come back with the next process")
    func noReturn() async throws {
        for code in [EIO, ENOSPC] {
            let ledger = Ledger(PowerDisk(seed: 1))
            try await ledger.start()
            ledger.disk.fail(.sync, at: 1, with: code)
            await ledger.add(1)
            // A caller that waits behind it is answered after the erasing.
            await ledger.look()
            ledger.disk.kill()
            await ledger.end()
            try await ledger.start()
            #expect(ledger.promised == [])
            await ledger.end()
        }
    }

    // MARK: All of it together, by chance

    /// How many runs by chance there are; more of them with POLIER_TEST_POWER_CUTS.
    private static let runs = ProcessInfo.processInfo.environment["POLIER_TEST_POWER_CUTS"].flatMap { Int($0) } ?? 200

    @Test("nothing that was promised is lost", arguments: 0..<4)
    func seeded(part: Int) async throws {
        for seed in stride(from: part, to: Self.runs, by: 4) {
            let story = Story(seed: UInt64(seed))
            await story.play()
            #expect(story.ledger.faults == [], "seed \(seed): \(story.told)")
        }
    }

    @Test("whichever call fails, nothing is lost", .timeLimit(.minutes(2)), arguments: PowerDisk.Call.allCases)
    func everyCall(call: PowerDisk.Call) async throws {
        for count in 1...30 {
            let story = Story(seed: UInt64(count))
            await story.play(failing: call, at: count)
            #expect(story.ledger.faults == [], "\(call) \(count): \(story.told)")
        }
    }

    // MARK: Whether this would see anything

    @Test("a disk that lies about its syncs is caught")
    func lyingDisk() async throws {
        var caught = 0
        for seed in 0..<10 {
            let story = Story(seed: UInt64(seed))
            story.ledger.disk.lies = true
            await story.play()
            if !story.ledger.faults.isEmpty { caught += 1 }
        }
        #expect(caught >= 5, "\(caught)")
    }

    @Test("a driver that doesn't sync is caught")
    func withoutSyncs() async throws {
        var caught = 0
        for seed in 0..<10 {
            let story = Story(seed: UInt64(seed))
            story.ledger.synchronous = .off
            await story.play()
            if !story.ledger.faults.isEmpty { caught += 1 }
        }
        #expect(caught >= 5, "\(caught)")
    }
}

/// One run: a few lives of a process on one disk, and how each ends.
private final class Story {
    let ledger: Ledger
    private(set) var told: [String] = []
    private var random: Chance
    private var nextID = 1

    init(seed: UInt64) {
        random = Chance(seed ^ 0xD15C)
        ledger = Ledger(PowerDisk(seed: seed))
        ledger.disk.engineSyncsFolders = random.isHeads
    }

    func play() async {
        for _ in 0..<(3 + random.below(3)) { await live(prepare: arrange) }
        await reckon()
    }

    /// The n-th call of a kind fails, in the first life or in the second, which finds something there.
    func play(failing call: PowerDisk.Call, at count: Int) async {
        if count % 2 == 0 { await live {} }
        await live { [ledger] in
            told.append("\(call) \(count) fails")
            ledger.disk.fail(call, at: count, with: call == .write && count % 3 == 0 ? ENOSPC : EIO)
        }
        await live {}
        await reckon()
    }

    /// What goes wrong in the next life.
    private func arrange() {
        let disk = ledger.disk
        let count = 1 + random.below(30)
        switch random.below(5) {
        case 0:
            told.append("dies after \(10 * count) calls")
            disk.die(after: 10 * count)
        case 1:
            told.append("dies in sync \(count)")
            disk.die(in: .sync, at: count)
        case 2:
            told.append("sync \(count) fails")
            disk.fail(.sync, at: count, with: random.isHeads ? EIO : ENOSPC, dies: random.isHeads)
        case 3:
            let call = PowerDisk.Call.allCases[random.below(PowerDisk.Call.allCases.count)]
            told.append("\(call) \(count) fails")
            disk.fail(call, at: count, with: call == .write && random.isHeads ? ENOSPC : EIO)
        default: told.append("all goes well")
        }
    }

    private func live(prepare: () -> Void) async {
        let disk = ledger.disk
        let deaths = disk.deaths
        prepare()
        for _ in 0..<3 where disk.deaths == deaths {
            // A start that was refused is tried again.
            do { try await ledger.start() } catch { continue }
            await work()
            break
        }
        if random.isHeads {
            told.append("killed")
            disk.kill()
        } else {
            told.append("closed")
        }
        await ledger.end()
        _ = disk.mend()
        // The end of a life that was arranged, and hasn't come, doesn't come in the next one.
        disk.kill()
        if random.below(4) == 0 {
            told.append("the cache forgets")
            disk.forget()
        }
        if random.isHeads {
            let loss = PowerDisk.Loss.allCases[random.below(PowerDisk.Loss.allCases.count)]
            told.append("power cut, losing \(loss)")
            disk.cutPower(losing: loss)
        }
    }

    private func work() async {
        for _ in 0..<(2 + random.below(4)) {
            let ids = nextID..<(nextID + 1 + random.below(5))
            nextID = ids.upperBound
            let size = random.below(8) == 0 ? 40_000 : 10 + random.below(2000)
            await withTaskGroup(of: Void.self) { group in
                for id in ids { group.addTask { [ledger] in await ledger.add(id, size: size) } }
            }
            await ledger.look()
        }
    }

    private func reckon() async {
        told.append("power cut at last")
        ledger.disk.cutPower(losing: PowerDisk.Loss.allCases[random.below(PowerDisk.Loss.allCases.count)])
        do { try await ledger.start() } catch { ledger.add(fault: "it doesn't start any more: \(error)") }
        await ledger.end()
    }
}
