import Storage

/// The hours that a transaction wrote, and the links that it adds to the company's chain at its very end. The rows are read back, so that
/// the links attest what is stored. The head's row, which all who write hours of a company lock, is locked after that, and the database
/// computes the hashes: so the lock is held for no round trip but the commit's.
final class HourChain: LastWrites {
    /// What was written of one entry.
    private struct Written {
        var entry = false
        var corrections: Set<Int64> = []
        /// For an entry from before entries had links.
        var allCorrections = false

        var numbers: ClosedRange<Int64>? {
            if allCorrections { return 0...Int64.max }
            guard let first = corrections.min(), let last = corrections.max() else { return nil }
            return first...last
        }
    }

    private var keys: [HourKey] = []
    private var written: [HourKey: Written] = [:]
    /// Entries that were deleted, with their last versions.
    private var erased: [(key: HourKey, version: Int64)] = []
    /// How many entries each company has that is opened.
    private var openings: [Company.ID: Int64] = [:]
    private var at = Instant(milliseconds: 0)

    init() {}

    /// 16 random bytes, in hexadecimal.
    static func newSalt() -> String { Runtime.live.randomBytes(16).hexadecimal }

    /// An entry was inserted or updated.
    func add(_ entry: TimeEntry.ID, _ scope: SiteScope, at now: Instant) {
        note(HourKey(company: scope.company, site: scope.site.text, entry: entry.text), at: now) { $0.entry = true }
    }

    /// A correction was inserted.
    func add(correction number: Int64, of entry: TimeEntry.ID, _ scope: SiteScope, at now: Instant) {
        note(HourKey(company: scope.company, site: scope.site.text, entry: entry.text), at: now) {
            $0.corrections.insert(number)
        }
    }

    /// An entry from before entries had links was given its salt.
    func add(old key: HourKey, at now: Instant) {
        note(key, at: now) { ($0.entry, $0.allCorrections) = (true, true) }
    }

    /// An entry was deleted with its corrections, because the company keeps hours no longer than that.
    func erase(_ key: HourKey, version: Int64, at now: Instant) {
        erased.append((key, version))
        at = max(at, now)
    }

    /// All entries of a company have links.
    func open(_ company: Company.ID, entries: Int64, at now: Instant) {
        openings[company] = entries
        at = max(at, now)
    }

    private func note(_ key: HourKey, at now: Instant, _ change: (inout Written) -> Void) {
        if written[key] == nil { keys.append(key) }
        change(&written[key, default: Written()])
        at = max(at, now)
    }

    // MARK: Writing

    func write(in transaction: borrowing Transaction) throws {
        let companies = Set((keys + erased.map(\.key)).map(\.company)).union(openings.keys)
        // In one order, so that two transactions with hours of several companies don't wait for each other.
        for company in companies.sorted(by: { $0.text < $1.text }) { try write(company, in: transaction) }
    }

    private func write(_ company: Company.ID, in transaction: borrowing Transaction) throws {
        let keys = keys.filter { $0.company == company }
        let entries = keys.map { Collector(HourRecord.entry($0)) }
        let corrections = keys.map { key in
            written[key]?.numbers.map { Collector(HourRecord.corrections(key, $0)) }
        }
        let highest = Collector(HourHead.highest(company))
        try transaction.read(entries + corrections.compactMap(\.self) + [highest])
        // A company from an export without a head, or one whose head was deleted: hours are recorded all the same.
        let (beyond, hasHead) = highest.rows.first ?? (0, false)
        if !hasHead { try transaction.enqueue(HourHead.insert(of: company, openedAt: nil, now: at)) }
        var records: [HourRecord] = []
        for (number, key) in keys.enumerated() {
            guard let written = written[key], var entry = entries[number].rows.first else { continue }
            var all = corrections[number]?.rows ?? []
            if entry.salt.isEmpty {
                entry.salt = Self.newSalt()
                let (_, older) = try transaction.fetch(
                    key.salted(entry.salt), HourRecord.corrections(key, 0...Int64.max))
                all = older
            } else if !written.allCorrections {
                all.removeAll { !written.corrections.contains($0.version) }
            }
            for index in all.indices { all[index].salt = entry.salt }
            records += all
            if written.entry { records.append(entry) }
        }
        var links = records.map { $0.link(in: company, at: at) }
        for (key, version) in erased where key.company == company { links.append(key.erasure(version, at: at)) }
        if let entries = openings[company], try transaction.fetch(HourHead.opening(company, at: at)).isEmpty == false {
            let content = HourContent(.opening, salt: "", company, site: "", entry: "", version: entries, [])
            links.append(
                HourLink(kind: .opening, site: "", entry: "", version: entries, content: content.sha256, createdAt: at))
        }
        for link in links {
            try transaction.enqueue(HourHead.advance(company, by: link, beyond: beyond))
            try transaction.enqueue(link.insert(in: company))
        }
    }

    // MARK: Hours from before the chain

    /// How many entries get their links in one transaction.
    static let batch = 100

    /// Gives hours from before the chain their links, and opens the chains of companies that have no more of them. Any number of servers
    /// may do it at once.
    static let sweep = Sweep(step: { transaction, now in
        let old = try transaction.fetch(HourKey.unsalted(atMost: batch))
        guard old.isEmpty else {
            let salted = old.map { Collector($0.salted(newSalt())) }
            try transaction.read(salted)
            let chain = transaction.last(HourChain.self)
            for (key, salted) in zip(old, salted) where !salted.rows.isEmpty { chain.add(old: key, at: now) }
            return old.count
        }
        let unopened = try transaction.fetch(HourHead.unopened(atMost: batch))
        for company in unopened {
            let count: Int64 = try transaction.fetch(HourHead.entryCount(company)).first ?? 0
            transaction.last(HourChain.self).open(company, entries: count, at: now)
        }
        return unopened.count
    })
}
