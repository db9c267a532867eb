import Core
import Foundation
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Server

/// Fifty clients that check in and out, take breaks, enter, correct, move, void and decide about hours while servers are killed: no one is
/// in two places, each acknowledged act is there once, and time sheets say what the entries say.
@Suite struct HoursChaosTests {
    private static let phones = 40
    private static let foremen = 4
    private static let managers = 6
    private static let kills = 3

    @Test(.timeLimit(.minutes(5)), arguments: Engine.allCases)
    func eachActIsThereOnce(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            // An SQLite file is for one server.
            let ports = try (0..<(engine == .sqlite ? 1 : 3)).map { _ in try RunningServer.freePort() }
            var servers: [RunningServer] = []
            for port in ports { servers.append(try await RunningServer(url: url, folder: folder, port: port)) }
            let crew = try await HoursCrew(people: Self.phones / 2, at: url, servers: servers.map(\.client))
            let (ledger, goesOn) = (HoursLedger(), Flag())
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<(Self.phones + Self.foremen + Self.managers) {
                    group.addTask {
                        while goesOn.isUp {
                            switch number {
                            // Two phones of each person.
                            case ..<Self.phones:
                                await crew.live(a: number / 2, ledger)
                                await crew.reportLate(a: number / 2, ledger)
                            case ..<(Self.phones + Self.foremen): await crew.lead(number % 2, ledger)
                            default: await crew.manage(ledger)
                            }
                        }
                    }
                }
                for _ in 0..<Self.kills {
                    try await Task.sleep(for: .milliseconds(Int.random(in: 700...1200)))
                    let victim = Int.random(in: 0..<servers.count)
                    await servers[victim].kill()
                    servers[victim] = try await RunningServer(url: url, folder: folder, port: ports[victim])
                }
                // Until there is enough to prove something, however slow the machine.
                for _ in 0..<1200 where !ledger.isEnough { try await Task.sleep(for: .milliseconds(100)) }
                goesOn.lower()
                try await group.waitForAll()
            }
            try await DirectAccess.at(url) { direct in
                let entries = try await Self.settled(direct)
                Self.checkOverlaps(entries)
                try await Self.checkActs(direct, entries, ledger)
                try await Self.checkSheets(entries, crew)
            }
            try await Self.checkChain(url)
            for server in servers { #expect(await server.terminate() == 0) }
        }
    }

    /// What is there once the servers are done with the acts whose clients went away.
    private static func settled(_ direct: DirectAccess) async throws -> [StoredEntry] {
        var entries = try await StoredEntry.all(direct)
        for _ in 0..<60 {
            try await Task.sleep(for: .milliseconds(500))
            let again = try await StoredEntry.all(direct)
            if again.map(\.version) == entries.map(\.version) { break }
            entries = again
        }
        return entries
    }

    /// No two entries that count share time. What is open takes no time yet, and only begins where there is no other.
    private static func checkOverlaps(_ entries: [StoredEntry]) {
        var meetings: [(StoredEntry, StoredEntry)] = []
        for own in Dictionary(grouping: entries.filter { !$0.isVoid }, by: \.user).values {
            #expect(own.count { $0.to == nil } <= 1)
            for (index, one) in own.enumerated() {
                let end = one.to ?? one.from + .milliseconds(1)
                // In the order in which they began. One of no length shares no time.
                for other in own.dropFirst(index + 1).prefix(while: { $0.from < end }) where other.to != other.from {
                    meetings.append((one, other))
                }
            }
        }
        #expect(meetings.isEmpty, "\(meetings.count) times someone was in two places: \(meetings.prefix(3))")
    }

    /// What each acknowledged act must have left is there, and nothing else.
    private static func checkActs(_ direct: DirectAccess, _ entries: [StoredEntry], _ ledger: HoursLedger) async throws
    {
        var state = ledger.state.withLock { $0 }
        #expect(ledger.isEnough, "the load was too small to prove anything: \(state.done), \(state.refused)")
        #expect(state.differing.isEmpty, "answers that differed: \(state.differing.prefix(3))")
        #expect(state.unanswered.isEmpty, "acts without an answer: \(state.unanswered.prefix(3))")
        #expect(!state.refused.keys.contains { $0.contains("idempotency") || $0 == "unexpected" }, "\(state.refused)")
        let byID = Dictionary(uniqueKeysWithValues: entries.map { ($0.id, $0) })
        // A reason is the key of the one act that it was sent with.
        let corrections = try await direct.texts(
            "SELECT c.reason || ' ' || c.entry_id FROM time_corrections c WHERE c.reason LIKE 'key-%'")
        var corrected: [String: [String]] = [:]
        for pair in corrections.map({ $0.split(separator: " ").map(String.init) }) {
            corrected[pair[0], default: []].append(pair[1])
        }
        let voided = Dictionary(grouping: entries.filter(\.isVoid)) { $0.voidReason ?? "" }
        let entered = Dictionary(grouping: entries) { $0.reason ?? "" }
        for (key, act) in state.doubtful {
            // Its answer was lost, and an act with If-Match can't be repeated: it acted once or not at all.
            if let entry = corrected[key]?.first { state.note(correction: key, of: entry) }
            if let entry = voided[key]?.first { state.note(void: key, of: entry.id) }
            if act.moves, let entry = entered[key]?.first { state.note(added: entry.id, for: key, people: 1) }
        }
        let wrongly = state.corrected.filter { corrected[$0.key] != [$0.value] }
        #expect(wrongly.isEmpty, "corrected not once: \(wrongly)")
        let notOnce = state.voided.filter { (voided[$0.key] ?? []).map(\.id) != [$0.value] }
        #expect(notOnce.isEmpty, "voided not once: \(notOnce)")
        let uneven = state.entered.filter { entered[$0.key]?.count != $0.value }
        #expect(uneven.isEmpty, "entered not once for each person")
        for key in state.entered.keys {
            for entry in entered[key] ?? [] {
                state.added.insert(entry.id)
                state.ended.insert(entry.id)
            }
        }
        // Nothing that no one was told of.
        #expect(Set(corrected.keys) == Set(state.corrected.keys))
        #expect(Set(voided.keys) == Set(state.voided.keys))
        #expect(Set(byID.keys) == state.added, "entries")
        let wrong = entries.filter { $0.version != Int64(1 + state.changes[$0.id, default: 0]) }
        #expect(wrong.isEmpty, "changed more or less often than acknowledged: \(wrong.prefix(3))")
        let untouched = entries.filter { !state.reworked.contains($0.id) }
        let torn = untouched.filter { entry in
            entry.breaks.list.count { $0.source == .taken } != state.breaks[entry.id, default: 0]
                || (entry.to != nil) != state.ended.contains(entry.id)
        }
        #expect(torn.isEmpty, "breaks or ends that no one or someone was told of: \(torn.prefix(3))")
        let kept = try await direct.texts("SELECT c.id || ' ' || c.state FROM clarifications c")
        let states = Dictionary(uniqueKeysWithValues: kept.map { ($0.prefix { $0 != " " }, $0.drop { $0 != " " }) })
        let lost = state.clarified.filter { id, decision in
            let now = states[id[...]].map { String($0.dropFirst()) }
            return decision == "OPEN" ? now == nil : now != decision
        }
        #expect(lost.isEmpty, "clarifications that are lost, or decided otherwise")
        let unknown = Set(states.keys.map(String.init)).subtracting(state.clarified.keys)
        // A late correction has no key: if its answer was lost, it may be there.
        #expect(unknown.count <= state.doubtful.values.count { $0.isLate }, "clarifications no one was told of")
    }

    /// Each time sheet is what the entries come to, counted minute by minute.
    private static func checkSheets(_ entries: [StoredEntry], _ crew: HoursCrew) async throws {
        let now = Runtime.live.now()
        let (from, to) = (now.day + -34, now.day)
        let sheets = try await crew.manager.anyDoor.all("\(crew.path)/time-sheets?from=\(from.text)&to=\(to.text)")
        let own = Dictionary(grouping: entries.filter { !$0.isVoid }, by: \.user)
        let shown = Set(sheets.compactMap { $0["userId"]?.text })
        #expect(shown.isSuperset(of: own.keys))
        for sheet in sheets {
            let stretches = own[sheet["userId"]?.text ?? "", default: []].map(\.stretch)
            let days = MinuteByMinute(stretches, in: "Europe/Berlin", rule: .legal, now: now).days
                .filter { $0.day >= from && $0.day <= to }
            for (shown, computed) in zip(sheet["days"]?.list ?? [], days) where shown != json(computed) {
                let parts = stretches.filter { computed.entries.contains($0.entry) }
                Issue.record("\(computed.day.text) at \(now.text): \(shown) instead of \(computed) from \(parts)")
            }
            #expect(sheet["days"]?.list.count == days.count)
        }
    }

    private static func json(_ day: WorkDay) -> JSON {
        func number(_ minutes: Int) -> JSON { .number(Decimal(minutes)) }
        return .object([
            "day": .text(day.day.text), "from": .text(day.from.text),
            "to": day.to.map { .text($0.text) } ?? .null,
            "presenceMinutes": number(day.presenceMinutes), "gapMinutes": number(day.gapMinutes),
            "breakMinutes": number(day.breakMinutes), "minutes": number(day.minutes),
            "breakSource": day.breakSource.map { .text($0.rawValue) } ?? .null,
            "travelMinutes": number(day.travelMinutes), "isOpen": .boolean(day.isOpen),
            "entries": .list(day.entries.map { .text($0.text) }),
            "warnings": .list(day.warnings.map { .text($0.rawValue) }), "targetMinutes": .null, "creditMinutes": 0,
            "absences": .list([]), "holiday": .null,
        ])
    }

    /// The chain of hours holds.
    private static func checkChain(_ url: String) async throws {
        let verified = try await Binary.run(["verify", "hours"], environment: ["POLIER_DATABASE_URL": url])
        #expect(verified.code == 0, "\(verified.output)")
    }
}

/// A row of time entries.
private struct StoredEntry: Sendable {
    let id: String
    let user: String
    let stretch: WorkStretch
    let breaks: Breaks
    let isVoid: Bool
    let version: Int64
    let reason: String?
    let voidReason: String?

    var from: Instant { stretch.from }
    var to: Instant? { stretch.to }

    static func all(_ direct: DirectAccess) async throws -> [StoredEntry] {
        try await direct.database.fetch(
            Query(
                """
                SELECT t.id, t.user_id, t.checked_in_at, t.checked_out_at, t.kind, t.breaks, t.created_at, t.voided_at,
                    t.version, t.reason, t.void_reason
                FROM time_entries t ORDER BY t.user_id, t.checked_in_at, t.id
                """
            ) { row in
                let (id, user): (TimeEntry.ID, String) = (try row.next(), try row.next())
                let (from, to): (Instant, Instant?) = (try row.next(), try row.next())
                let (kind, breaks): (TimeEntry.Kind, Breaks) = (try row.next(), try row.next())
                let stretch = WorkStretch(
                    id, from: from, to: to, isTravel: kind == .travel, breaks: breaks.list, recordedAt: try row.next())
                return StoredEntry(
                    id: id.text, user: user, stretch: stretch, breaks: breaks,
                    isVoid: (try row.next() as Instant?) != nil, version: try row.next(), reason: try row.next(),
                    voidReason: try row.next())
            })
    }
}
