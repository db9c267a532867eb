import Core
import Storage

/// What is below the table: corrections, sums and signatures.
extension StatementPages {
    /// On one page, so that the sums are on the page that is signed.
    mutating func sumsAndSignatures() throws {
        let total = statement.sheet.total
        var sums: [(String, String)] = [
            (words.text("Anwesenheit", "Presence"), words.duration(total.presenceMinutes)),
            (words.text("Pausen", "Breaks"), words.duration(total.breakMinutes)),
            (words.text("Arbeitszeit netto", "Work, net"), words.duration(total.minutes)),
            (words.text("davon Fahrt", "of this, travel"), words.duration(total.travelMinutes)),
        ]
        if hasBegun, let target = total.targetMinutes {
            sums.append((words.text("Soll", "Target"), words.duration(target)))
            sums.append(
                (
                    words.text("Angerechnet (Feiertage, Abwesenheit)", "Credited (holidays, absence)"),
                    words.duration(total.creditMinutes)
                ))
        }
        if let balance = total.balanceMinutes {
            sums.append((words.text("Saldo des Monats", "Balance of the month"), words.duration(balance, signed: true)))
        }
        if let running = total.runningMinutes {
            sums.append((words.text("Saldo insgesamt", "Running balance"), words.duration(running, signed: true)))
        }
        let rows = (sums.count + 1) / 2
        let row: Float = 10.5
        try need(Float(rows) * row + 4 + Self.signatureHeight)
        y += 2
        for (index, sum) in sums.enumerated() {
            let x = Self.left + (index < rows ? 0 : 270)
            let line = y + Float(index % rows) * row + 7
            file.text(sum.0, x: x + 2, y: line, size: 8)
            file.text(sum.1, x: x + 230, y: line, size: 8, .bold, side: .right)
        }
        y += Float(rows) * row + 2
        signatures()
    }

    /// Corrections, voided entries, hours that others entered, and days that were reopened.
    mutating func corrections() throws {
        var notes: [String] = []
        var lates: [(note: Int, late: LateEntries)] = []
        for entry in statement.entries {
            let day = entry.checkedInAt.local(in: reading.timeZone).day
            let name = "\(words.day(day)), \(entry.siteName)"
            if entry.source != .clock {
                let late = LateEntries(entry)
                if let place = lates.firstIndex(where: { $0.late.isLike(late) }) {
                    lates[place].late.add(entry)
                } else {
                    lates.append((notes.count, late))
                    notes.append("")
                }
            }
            for (index, correction) in entry.corrections.enumerated() {
                let next = entry.corrections.indices.contains(index + 1) ? entry.corrections[index + 1] : nil
                let before = hours(
                    correction.checkedInAt, correction.checkedOutAt, correction.kind, correction.breaks, of: day)
                let after = hours(
                    next?.checkedInAt ?? entry.checkedInAt, next.map { $0.checkedOutAt } ?? entry.checkedOutAt,
                    next?.kind ?? entry.kind, next?.breaks ?? entry.breaks, of: day)
                let why = correction.cause.map { words.sentence($0) } ?? reason(correction.reason)
                notes.append(
                    "\(name): \(words.text("vorher", "before")) \(before); \(words.text("danach", "after")) \(after); "
                        + "\(by(correction.userName, correction.createdAt)). \(why)")
            }
            if let voided = entry.voided {
                let hours = hours(entry.checkedInAt, entry.checkedOutAt, entry.kind, entry.breaks, of: day)
                notes.append(
                    "\(name): \(words.text("gestrichen", "voided")): \(hours); \(by(voided.byName, voided.at)). \(reason(voided.reason))"
                )
            }
        }
        for work in statement.sheet.days {
            guard let approval = work.approval, let reopened = approval.reopened else { continue }
            notes.append(
                "\(words.day(work.day)): \(words.text("wieder geöffnet", "reopened")), \(by(reopened.byName, reopened.at)). \(reason(approval.reopenReason ?? ""))"
            )
        }
        for (note, late) in lates { notes[note] = self.note(on: late) }
        guard !notes.isEmpty else { return }
        try need(30)
        y += 4
        file.text(
            words.text("Korrekturen und Nachträge", "Corrections and late entries"), x: Self.left + 2, y: y + 8,
            size: 9, .bold)
        y += 12
        for note in notes { try paragraph(note) }
    }

    /// Entries that were entered in the same way, for the same reason.
    struct LateEntries {
        let source: TimeEntry.Source
        let byName: String?
        let reason: String
        private(set) var entries: [TimeEntry]

        init(_ entry: TimeEntry) {
            source = entry.source
            (byName, reason) = (entry.entered?.byName, entry.entered?.reason ?? "")
            entries = [entry]
        }

        func isLike(_ other: LateEntries) -> Bool {
            source == other.source && byName == other.byName && reason == other.reason
        }

        mutating func add(_ entry: TimeEntry) { entries.append(entry) }
    }

    /// From when to when hours were entered, and for which days: as they were before all corrections.
    func note(on late: LateEntries) -> String {
        var spans: [(text: String, days: [String])] = []
        var (first, last) = (late.entries[0].recordedAt, late.entries[0].recordedAt)
        for entry in late.entries {
            let old = entry.corrections.first
            let from = old?.checkedInAt ?? entry.checkedInAt
            let day = from.local(in: reading.timeZone).day
            let end = (old.map { $0.checkedOutAt } ?? entry.checkedOutAt).map { clock($0, of: day) }
            let text = "\(clock(from, of: day))–\(end ?? words.text("offen", "open"))"
            let label = words.day(day, near: reading.month.first)
            if let place = spans.firstIndex(where: { $0.text == text }) {
                spans[place].days.append(label)
            } else {
                spans.append((text, [label]))
            }
            (first, last) = (min(first, entry.recordedAt), max(last, entry.recordedAt))
        }
        let count = late.entries.count
        let what =
            spans.map { "\($0.text): \($0.days.joined(separator: ", "))" }.joined(separator: "; ")
            + (count > 1 ? words.text(" (\(count) Einträge)", " (\(count) entries)") : "")
        let sites = Set(late.entries.map(\.siteName))
        let site = sites.count == 1 ? sites.first.map { ", \($0)" } ?? "" : ""
        var when = words.moment(first, in: reading.timeZone)
        let then = words.moment(last, in: reading.timeZone)
        if then != when { when += " – \(then)" }
        let who = late.byName.map { "\(words.text("von", "by")) \($0), " } ?? ""
        return "\(what)\(site): \(words.source(late.source)), \(who)\(when). \(reason(late.reason))"
    }

    func by(_ name: String, _ at: Instant) -> String {
        "\(words.text("von", "by")) \(name), \(words.moment(at, in: reading.timeZone))"
    }

    func reason(_ reason: String) -> String {
        reason.isEmpty ? "" : words.text("Grund: „\(reason)“", "Reason: “\(reason)”")
    }

    func hours(_ from: Instant, _ to: Instant?, _ kind: TimeEntry.Kind, _ breaks: Breaks, of day: Day) -> String {
        let end = to.map { clock($0, of: day) } ?? words.text("offen", "open")
        let pauses =
            breaks.list.isEmpty
            ? words.text("keine Pause erfasst", "no break recorded")
            : "\(words.text("Pause", "break")) \(self.breaks(breaks, of: day))"
        return "\(clock(from, of: day))–\(end), \(pauses)\(kind == .travel ? ", \(words.name(kind))" : "")"
    }

    static let signatureHeight: Float = 44

    mutating func signatures() {
        y = max(y + 32, min(y + 56, Self.bottom - 12))
        for (x, text) in [
            (Self.left, words.text("Datum, Unterschrift der beschäftigten Person", "Date, signature of the employee")),
            (Self.left + 275, words.text("Datum, Unterschrift der Firma", "Date, signature of the company")),
        ] {
            file.line(fromX: x, toX: x + 245, y: y)
            file.text(text, x: x, y: y + 9, size: Self.small)
        }
        y += 12
    }
}
