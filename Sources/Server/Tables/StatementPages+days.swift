import Core
import Storage

/// The table of days.
extension StatementPages {
    enum Column: CaseIterable {
        case day, from, to, site, breaks, breakSum, net, target, balance, approval

        var width: Float {
            switch self {
            case .day: 43
            case .from: 25
            case .to: 37
            case .site: 118
            case .breaks: 127
            case .breakSum: 28
            case .net: 28
            case .target: 31
            case .balance: 36
            case .approval: 50.28
            }
        }

        var isNumber: Bool {
            switch self {
            case .from, .to, .breakSum, .net, .target, .balance: true
            case .day, .site, .breaks, .approval: false
            }
        }
    }

    struct Row {
        var cells: [Column: String] = [:]
        var isBold: Set<Column> = []
    }

    mutating func lines(of day: Day, _ work: WorkDay?, _ entries: [TimeEntry.ID: TimeEntry]) -> [Row] {
        guard let work else { return [Row(cells: [.day: words.shortDay(day)])] }
        var lines: [Row] = []
        for entry in work.entries.compactMap({ entries[$0] }) {
            var line = Row()
            line.cells[.from] = clock(entry.checkedInAt, of: day)
            line.cells[.to] = entry.checkedOutAt.map { clock($0, of: day) } ?? words.text("offen", "open")
            if entry.checkedOutAt == nil { line.isBold.insert(.to) }
            line.cells[.site] = entry.siteName + (entry.kind == .travel ? " (\(words.name(entry.kind)))" : "")
            line.cells[.breaks] = entry.breaks.list.isEmpty ? nil : breaks(entry.breaks, of: day)
            lines.append(line)
        }
        if work.breakSource == .rule, !lines.isEmpty {
            lines[0].cells[.breaks] = "\(work.breakMinutes) min \(words.byRule)"
        }
        var others: [String] = []
        if let holiday = work.holiday { others.append("\(words.text("Feiertag", "Holiday")): \(holiday)") }
        for absence in work.absences {
            let part = absence.isHalf ? words.text(" (halb)", " (half)") : ""
            others.append(
                words.name(absence.kind) + part + (absence.minutes > 0 ? " \(words.duration(absence.minutes))" : ""))
        }
        if !others.isEmpty { lines.append(Row(cells: [.site: others.joined(separator: ", ")])) }
        if lines.isEmpty { lines.append(Row()) }
        lines[0].cells[.day] = words.shortDay(day)
        if !work.entries.isEmpty {
            lines[0].cells[.breakSum] = words.duration(work.breakMinutes)
            lines[0].cells[.net] = words.duration(work.minutes)
        }
        if hasBegun { lines[0].cells[.target] = work.targetMinutes.map { words.duration($0) } }
        if day < reading.today {
            lines[0].cells[.balance] = work.balanceMinutes.map { words.duration($0, signed: true) }
        }
        approve(day, work, &lines[0])
        return lines
    }

    mutating func approve(_ day: Day, _ work: WorkDay, _ line: inout Row) {
        if work.approval?.state == .approved, let approved = work.approval?.approved {
            let moment = words.moment(approved.at, in: reading.timeZone)
            let text = words.text(
                "freigegeben von \(approved.byName), \(moment)", "approved by \(approved.byName), \(moment)")
            let number = approvals.firstIndex { $0.hasSuffix(text) } ?? approvals.count
            if number == approvals.count { approvals.append("(\(number + 1)) \(text)") }
            line.cells[.approval] = "\(words.text("ja", "yes")) (\(number + 1))"
            return
        }
        // Days to come are approved later.
        guard day < reading.today || !work.entries.isEmpty else { return }
        notApproved += 1
        line.cells[.approval] =
            work.approval?.state == .submitted
            ? words.text("NEIN, eingereicht", "NO, submitted") : words.text("NEIN", "NO")
        line.isBold.insert(.approval)
    }

    /// What clocks showed, with `+1` on the day after, and with the date farther away.
    func clock(_ instant: Instant, of day: Day) -> String {
        let local = instant.local(in: reading.timeZone)
        let later = local.day.daysSince1970 - day.daysSince1970
        if abs(later) > 1 { return "\(StatementWords.clock(local.minute)) (\(words.day(local.day, near: day)))" }
        return StatementWords.clock(local.minute) + (later > 0 ? " +\(later)" : later < 0 ? " −\(-later)" : "")
    }

    /// Breaks that are known in the same way share the words for it.
    func breaks(_ breaks: Breaks, of day: Day) -> String {
        var (text, last) = ("", Break.Source?.none)
        for one in breaks.list {
            if let last { text += last == one.source ? ", " : " \(words.name(last)), " }
            last = one.source
            if let from = one.from {
                let to = one.to.map { clock($0, of: day) } ?? words.text("läuft", "not over")
                text += "\(clock(from, of: day))–\(to)"
            } else {
                text += "\(one.minutes ?? 0) min"
            }
        }
        return last.map { "\(text) \(words.name($0))" } ?? text
    }

    mutating func table(_ lines: [Row], of day: Day, isFree: Bool) throws {
        for (index, line) in lines.enumerated() {
            let height = height(of: line)
            var line = line
            if y + height > Self.bottom {
                try nextPage()
                heading()
                line.cells[.day] = lines[0].cells[.day]
            }
            if isFree { file.shade(x: Self.left, y: y, width: Self.right - Self.left, height: height, grey: 0.955) }
            if index == 0 { file.line(fromX: Self.left, toX: Self.right, y: y) }
            y += 0.8
            write(line)
            y += Self.gap - 0.8
        }
    }

    func wrapped(_ text: String, _ column: Column, isBold: Bool) -> [String] {
        file.lines(
            text, width: column.width - 4, size: Self.small, isBold ? .bold : .regular,
            atMost: 24)
    }

    func height(of line: Row) -> Float {
        let most = line.cells.map { wrapped($1, $0, isBold: line.isBold.contains($0)).count }.max() ?? 1
        return Float(max(1, most)) * Self.leading + Self.gap
    }

    /// Between two rows.
    static let gap: Float = 2.4

    mutating func write(_ line: Row) {
        var (x, most) = (Self.left, 1)
        for column in Column.allCases {
            let isBold = line.isBold.contains(column)
            let texts = line.cells[column].map { wrapped($0, column, isBold: isBold) } ?? []
            for (index, text) in texts.enumerated() {
                file.text(
                    text, x: column.isNumber ? x + column.width - 4 : x + 2,
                    y: y + Self.leading * Float(index + 1) - 2, size: Self.small, isBold ? .bold : .regular,
                    side: column.isNumber ? .right : .left)
            }
            most = max(most, texts.count)
            x += column.width
        }
        y += Self.leading * Float(most)
    }
}
