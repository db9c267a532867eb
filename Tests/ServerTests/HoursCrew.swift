import Foundation
import Storage
import Synchronization

@testable import Core
@testable import Server

/// What servers acknowledged of acts on hours. A key is the reason that an act is sent with.
final class HoursLedger: Sendable {
    /// An act whose answer was lost, and that can't be repeated.
    struct Doubtful {
        let moves: Bool
        let isLate: Bool
    }

    struct State {
        /// The entries that were added, by id.
        var added: Set<String> = []
        /// How often each entry was changed, by id.
        var changes: [String: Int] = [:]
        /// How many breaks were begun in each entry.
        var breaks: [String: Int] = [:]
        /// Those that were ended, or had an end from the start.
        var ended: Set<String> = []
        /// The entries that others corrected, moved here, or decided about.
        var reworked: Set<String> = []
        /// By key, the entry.
        var corrected: [String: String] = [:]
        var voided: [String: String] = [:]
        /// By key, the number of people whose hours were entered, or moved.
        var entered: [String: Int] = [:]
        /// By id, the latest state that was acknowledged.
        var clarified: [String: String] = [:]
        var doubtful: [String: Doubtful] = [:]
        /// How many acts of a kind were acknowledged.
        var done: [String: Int] = [:]
        var refused: [String: Int] = [:]
        var differing: [String] = []
        var unanswered: [String] = []

        mutating func note(change entry: String) { changes[entry, default: 0] += 1 }

        mutating func note(correction key: String, of entry: String) {
            note(change: entry)
            corrected[key] = entry
            reworked.insert(entry)
        }

        mutating func note(void key: String, of entry: String) {
            note(change: entry)
            voided[key] = entry
            reworked.insert(entry)
        }

        mutating func note(added entry: String, for key: String, people: Int) {
            added.insert(entry)
            entered[key] = people
            reworked.insert(entry)
        }
    }

    let state = Mutex(State())

    /// Enough of each kind.
    var isEnough: Bool {
        state.withLock { state in
            [
                ("check-in", 100), ("check-out", 100), ("break-start", 40), ("break-end", 30), ("break-stated", 20),
                ("enter", 40), ("correct", 60), ("void", 20), ("move", 20), ("book", 15), ("decline", 15), ("late", 60),
            ].allSatisfy { state.done[$0.0, default: 0] >= $0.1 }
        }
    }
}

/// People of a company who record hours on its sites through several servers.
struct HoursCrew: Sendable {
    struct Person: Sendable {
        let id: String
        let doors: [Client]
        var anyDoor: Client { doors.randomElement() ?? doors[0] }
    }

    let path: String
    let sites: [String]
    let manager: Person
    /// Workers. The first two lead all sites.
    let people: [Person]

    /// Opens sites with people who can work on all of them.
    init(people count: Int, at url: String, servers: [Client]) async throws {
        let company = try await TestCompany.register(servers[0])
        try await company.hasNoLimits(at: url)
        _ = try await company.manager.patch(company.path, "{\"breakRule\": \"LEGAL\"}")
        let id = Core.Company.ID(company.id)
        people = try await DirectAccess.at(url) { direct in
            let hasher = PasswordHasher(cost: .init(rounds: 2, blockSize: 1, parallelism: 1), width: 1)
            let accounts = Accounts(direct.database, hasher: hasher, runtime: .live)
            var people: [Person] = []
            for number in 0..<count {
                guard let id, let email = EmailAddress("p\(number)-\(company.id)@crew.example") else { break }
                let new = Accounts.NewPerson(
                    email: email, password: try Password(TestCompany.password, refusing: .embedded), firstName: "Kai",
                    lastName: "Roth \(number)")
                let user = try await accounts.create(new, role: .worker, in: id, language: .german)
                let (token, now) = (Token(.live), Runtime.live.now())
                try await direct.run(
                    """
                    INSERT INTO sessions (company_id, id, user_id, token_hash, created_at, expires_at, confirmed_at)
                    VALUES ($1, $2, $3, $4, $5, $6, $5)
                    """,
                    [
                        .text(company.id), .text(UUID().uuidString.lowercased()), .text(user.id.text),
                        .bytes(token.hash), .integer(now.milliseconds), .integer(now.milliseconds + 86_400_000),
                    ])
                people.append(Person(id: user.id.text, doors: servers.map { $0.with(token: token.text) }))
            }
            await hasher.close()
            return people
        }
        path = company.path
        var sites: [String] = []
        let ids = people.map { "\"\($0.id)\"" }
        for name in ["Bad", "Kita", "Treppe"] {
            let site = try await company.site(name, users: people.map(\.id))
            _ = try await company.manager.patch(
                site,
                "{\"users\": [\(ids.joined(separator: ","))], \"foremen\": [\(ids.prefix(2).joined(separator: ","))]}")
            sites.append(site)
        }
        self.sites = sites
        manager = Person(id: company.managerID, doors: servers.map { $0.with(token: company.manager.token) })
    }

    // MARK: Sending

    private func send(
        _ person: Person, _ method: String, _ path: String, _ body: String, _ headers: [String: String], tries: Int
    ) async -> Reply? {
        // Some don't wait for their answer: it is lost.
        var timeout = Duration.milliseconds(Int.random(in: 0..<10) == 0 ? 20 : 5_000)
        for _ in 0..<tries {
            if let reply = try? await person.anyDoor.send(
                method, path, body: body, headers: headers, timeout: timeout), reply.status < 500, reply.status != 429
            {
                return reply
            }
            timeout = .seconds(5)
            try? await Task.sleep(for: .milliseconds(100))
        }
        return nil
    }

    /// Sends an act until it is answered, and often once more, which must be answered alike.
    /// - Returns: the answer if it was done, and not if it waits for a decision.
    private func post(
        _ kind: String, _ path: String, _ body: String, by person: Person, match: String? = nil, _ ledger: HoursLedger
    ) async -> Reply? {
        let headers = ["Idempotency-Key": UUID().uuidString, "If-Match": match ?? ""]
        guard let first = await send(person, "POST", path, body, headers, tries: 400) else {
            ledger.state.withLock { $0.unanswered.append(path) }
            return nil
        }
        if first.status < 400, Bool.random(),
            let second = await send(person, "POST", path, body, headers, tries: 400),
            second.body != first.body || second.status != first.status
        {
            ledger.state.withLock {
                $0.differing.append("\(first.status) \(first.text), \(second.status) \(second.text)")
            }
        }
        return note(kind, first, ledger)
    }

    private func note(_ kind: String, _ reply: Reply, _ ledger: HoursLedger) -> Reply? {
        ledger.state.withLock { state in
            guard reply.status < 400 else {
                state.refused[reply.json["code"]?.text ?? "unexpected", default: 0] += 1
                return nil
            }
            state.done[reply.status == 202 ? "late" : kind, default: 0] += 1
            guard reply.status == 202 else { return reply }
            let id = reply.json["id"]?.text ?? ""
            // It may have been decided already.
            if state.clarified[id] == nil { state.clarified[id] = "OPEN" }
            return nil
        }
    }

    private static func key() -> String { "key-" + UUID().uuidString }

    private static func past(_ minutes: ClosedRange<Int>) -> Instant {
        Runtime.live.now() + .milliseconds(-Int.random(in: minutes.lowerBound * 60_000...minutes.upperBound * 60_000))
    }

    // MARK: Phones

    /// A visit as it happens, of which anything may be left out.
    func live(a number: Int, _ ledger: HoursLedger) async {
        let site = sites.randomElement() ?? ""
        for act in ["check-in", "break-start", "break-end", "break-stated", "check-out"] where Int.random(in: 0..<8) > 0
        {
            await clock(act, at: nil, on: site, people[number], ledger)
        }
    }

    /// A visit of the last days, reported in one go.
    func reportLate(a number: Int, _ ledger: HoursLedger) async {
        let site = sites.randomElement() ?? ""
        var at = Self.past(15...(6 * 1440))
        for act in ["check-in", "break-start", "break-end", "break-stated", "check-out"] where Int.random(in: 0..<6) > 0
        {
            // In the past, sometimes before an earlier report.
            at = min(at, Runtime.live.now() + .seconds(-1))
            await clock(act, at: at, on: site, people[number], ledger)
            at = at + .milliseconds(Int.random(in: -60_000...3_600_000))
        }
    }

    private func clock(_ act: String, at: Instant?, on site: String, _ person: Person, _ ledger: HoursLedger) async {
        var fields: [String] = []
        if let at { fields.append("\"at\": \"\(at.text)\"") }
        if act == "break-stated" { fields.append("\"minutes\": \(Int.random(in: 0...40))") }
        let body = "{" + fields.joined(separator: ", ") + "}"
        guard let reply = await post(act, "\(site)/\(act)", body, by: person, ledger), let id = reply.json["id"]?.text
        else { return }
        ledger.state.withLock { state in
            switch act {
            case "check-in": state.added.insert(id)
            case "break-start":
                state.note(change: id)
                state.breaks[id, default: 0] += 1
            case "check-out":
                state.note(change: id)
                state.ended.insert(id)
            default: state.note(change: id)
            }
        }
    }

    // MARK: Foremen and the office

    /// Enters hours of the crew, and puts others right.
    func lead(_ number: Int, _ ledger: HoursLedger) async {
        let (person, site) = (people[number], sites.randomElement() ?? "")
        if Bool.random() { await enter(on: site, upTo: 6, by: person, ledger) }
        await rework("\(site)/time-entries?limit=100&void=true", by: person, ledger)
    }

    /// Enters hours, puts others right, and decides about what waits.
    func manage(_ ledger: HoursLedger) async {
        switch Int.random(in: 0..<4) {
        case 0: await enter(on: sites.randomElement() ?? "", upTo: 25, by: manager, ledger)
        case 1: await decide(ledger)
        default:
            let user = people.randomElement()?.id ?? ""
            await rework("\(path)/time-entries?limit=100&void=true&userId=\(user)", by: manager, ledger)
        }
    }

    /// - Parameter days: how long ago it was at most.
    private func enter(on site: String, upTo days: Int, by person: Person, _ ledger: HoursLedger) async {
        let (key, users) = (Self.key(), people.shuffled().prefix(Int.random(in: 1...3)))
        let from = Self.past(300...(days * 1440))
        let to = from + .milliseconds(Int.random(in: 0...12_000_000))
        let ids = users.map { "\"\($0.id)\"" }.joined(separator: ",")
        let breaks = [
            "", ", \"breaks\": [{\"minutes\": 0}]",
            ", \"breaks\": [{\"from\": \"\(from.text)\", \"to\": \"\(min(from + .seconds(1_000), to).text)\"}]",
        ]
        let late = Int.random(in: 0..<3) == 0 ? ", \"at\": \"\(Self.past(3...60).text)\"" : ""
        let body = """
            {"userIds": [\(ids)], "checkedInAt": "\(from.text)", "checkedOutAt": "\(to.text)", "reason": "\(key)",
             "kind": "\(Bool.random() ? "WORK" : "TRAVEL")"\(breaks.randomElement() ?? "")\(late)}
            """
        guard let reply = await post("enter", site + "/time-entries", body, by: person, ledger) else { return }
        ledger.state.withLock { state in
            for id in reply.json.list.compactMap({ $0["id"]?.text }) {
                state.added.insert(id)
                state.ended.insert(id)
            }
            state.entered[key] = users.count
        }
    }

    /// Corrects, moves or voids one of the entries of a list.
    private func rework(_ list: String, by person: Person, _ ledger: HoursLedger) async {
        guard let entry = try? await person.anyDoor.get(list).json.list.randomElement(),
            let id = entry["id"]?.text, let site = entry["siteId"]?.text, let version = entry["version"]?.number,
            let from = entry["checkedInAt"]?.text.flatMap({ Instant($0) })
        else { return }
        let (key, match) = (Self.key(), "\"\(version)\"")
        let one = "\(path)/sites/\(site)/time-entries/\(id)"
        if Int.random(in: 0..<6) == 0 {
            let body = "{\"reason\": \"\(key)\"}"
            guard let reply = await post("void", one + "/void", body, by: person, match: match, ledger) else { return }
            // It may have been void before.
            guard reply.json["voidReason"]?.text == key else { return }
            return ledger.state.withLock { $0.note(void: key, of: id) }
        }
        let to = entry["checkedOutAt"]?.text.flatMap { Instant($0) }
        let target = sites.randomElement()?.lastSegment ?? ""
        let shift = Duration.milliseconds(Int.random(in: -1_200_000...1_200_000))
        let changes = [
            "\"checkedInAt\": \"\((from + shift).text)\"",
            "\"checkedOutAt\": \"\(((to ?? from) + shift).text)\"",
            "\"checkedOutAt\": \"\(((to ?? from) + .milliseconds(Int.random(in: 0...60_000))).text)\", \"breaks\": []",
            "\"breaks\": [{\"minutes\": \(Int.random(in: 0...20))}]",
            "\"kind\": \"\(entry["kind"] == "WORK" ? "TRAVEL" : "WORK")\"",
            "\"checkedOutAt\": null",
            "\"siteId\": \"\(target)\"", "\"siteId\": \"\(target)\"",
        ]
        let change = changes.randomElement() ?? ""
        let moves = change.hasPrefix("\"siteId\"") && target != site
        let isLate = !moves && Int.random(in: 0..<5) == 0
        let late = isLate ? ", \"at\": \"\(Self.past(3...60).text)\"" : ""
        let body = "{\(change), \"reason\": \"\(key)\"\(late)}"
        // What was kept for a decision may be decided when it is sent again, and kept twice.
        let reply = await send(person, "PATCH", one, body, ["If-Match": match], tries: isLate ? 1 : 400)
        // Sent again after a lost answer, it is stale by its own doing.
        if reply == nil || reply?.status == 412 || reply?.status == 409 {
            ledger.state.withLock { $0.doubtful[key] = .init(moves: moves, isLate: isLate) }
        }
        guard let reply, let done = note(moves ? "move" : "correct", reply, ledger)?.json else { return }
        ledger.state.withLock { state in
            if moves, let new = done["id"]?.text {
                state.note(void: key, of: id)
                state.note(added: new, for: key, people: 1)
            } else if done["corrections"]?.list.contains(where: { $0["reason"]?.text == key }) == true {
                state.note(correction: key, of: id)
            }
        }
    }

    /// Books or declines something that waits.
    private func decide(_ ledger: HoursLedger) async {
        let list = "\(path)/clarifications?state=OPEN&limit=50"
        guard let one = try? await manager.anyDoor.get(list).json.list.randomElement(), let id = one["id"]?.text,
            let act = one["act"]?.text, let at = one["at"]?.text.flatMap({ Instant($0) })
        else { return }
        if Int.random(in: 0..<3) == 0 {
            let body = "{\"reason\": \"\(Self.key())\"}"
            if await post("decline", "\(path)/clarifications/\(id)/decline", body, by: manager, ledger) != nil {
                ledger.state.withLock { $0.clarified[id] = "DECLINED" }
            }
            return
        }
        var (body, adds) = ("{}", act == "CHECK_IN")
        switch act {
        case "CHECK_IN":
            let to = min(at + .milliseconds(Int.random(in: 0...3_000_000)), Runtime.live.now())
            if Int.random(in: 0..<4) > 0 { body = "{\"checkedOutAt\": \"\(to.text)\"}" }
        case "CHECK_OUT" where Bool.random():
            body = "{\"checkedInAt\": \"\((at + .milliseconds(-Int.random(in: 0...3_000_000))).text)\"}"
            adds = true
        default: break
        }
        let path = "\(path)/clarifications/\(id)/book"
        guard let booked = await post("book", path, body, by: manager, ledger)?.json,
            let entry = booked["entryId"]?.text
        else { return }
        ledger.state.withLock { state in
            state.clarified[id] = "BOOKED"
            state.reworked.insert(entry)
            switch act {
            case "ENTER_TIMES":
                let people = booked["body"]?["people"]?.list.count ?? 0
                if let key = booked["body"]?["reason"]?.text { state.entered[key] = people }
            case "CORRECT_TIMES":
                // It may have changed nothing.
                if let key = booked["body"]?["reason"]?.text {
                    state.doubtful[key] = .init(moves: false, isLate: false)
                }
            default:
                if adds { state.added.insert(entry) } else { state.note(change: entry) }
            }
        }
    }
}
