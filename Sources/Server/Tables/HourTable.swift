import Core
import Storage

/// Hours of a month as a table for spreadsheets: a line for each time entry.
struct HourTable: Sendable {
    /// The company's, for days and times.
    let timeZone: String
    let language: Language

    /// A column: its heading, and its value of each line.
    enum Column: CaseIterable {
        case personnelNumber, userName, day, siteName, kind, from, to, presence, breaks, breakSource, minutes, hours,
            approved
    }

    /// A value that each format writes in its own way.
    enum Cell: Equatable {
        case none
        case text(String)
        case count(Int)
        /// Minutes that are shown in hours with two decimals.
        case hours(Int)
        case day(Day)
        /// A day and a minute of it, as clocks showed it.
        case moment(Day, Int)
    }

    var headings: [String] { Column.allCases.map { heading($0) } }

    /// - Parameter take: takes the cells of the next line.
    func lines(of person: PaidHours, _ take: ([Cell]) throws -> Void) rethrows {
        for day in person.days {
            for entry in day.entries {
                try take(Column.allCases.map { cell($0, person, day.work, entry) })
            }
        }
    }

    private func heading(_ column: Column) -> String {
        let words: (german: String, english: String) =
            switch column {
            case .personnelNumber: ("Personalnummer", "Personnel number")
            case .userName: ("Name", "Name")
            case .day: ("Tag", "Day")
            case .siteName: ("Baustelle", "Site")
            case .kind: ("Art", "Kind")
            case .from: ("Von", "From")
            case .to: ("Bis", "To")
            case .presence: ("Anwesenheit (Min.)", "Presence (min)")
            case .breaks: ("Pause (Min.)", "Break (min)")
            case .breakSource: ("Pause bekannt", "Break known")
            case .minutes: ("Arbeitszeit (Min.)", "Work (min)")
            case .hours: ("Arbeitszeit (Std.)", "Work (h)")
            case .approved: ("Freigegeben", "Approved")
            }
        return language == .german ? words.german : words.english
    }

    private func cell(_ column: Column, _ person: PaidHours, _ day: WorkDay, _ entry: PaidHours.Entry) -> Cell {
        let breaks = entry.presenceMinutes - entry.minutes
        return switch column {
        case .personnelNumber: person.personnelNumber.map(Cell.text) ?? .none
        case .userName: .text(person.userName)
        case .day: .day(day.day)
        case .siteName: .text(entry.siteName)
        case .kind: .text(name(entry.kind))
        case .from: moment(entry.from)
        case .to: entry.to.map(moment) ?? .none
        case .presence: entry.to == nil ? .none : .count(entry.presenceMinutes)
        case .breaks: entry.to == nil ? .none : .count(breaks)
        case .breakSource: breaks > 0 ? day.breakSource.map { .text(name($0)) } ?? .none : .none
        case .minutes: entry.to == nil ? .none : .count(entry.minutes)
        case .hours: entry.to == nil ? .none : .hours(entry.minutes)
        case .approved: .text(yesOrNo(day.approval?.state == .approved))
        }
    }

    private func moment(_ instant: Instant) -> Cell {
        let local = instant.local(in: timeZone)
        return .moment(local.day, local.minute)
    }

    private func yesOrNo(_ isSo: Bool) -> String {
        switch (isSo, language) {
        case (true, .german): "ja"
        case (true, .english): "yes"
        case (false, .german): "nein"
        case (false, .english): "no"
        }
    }

    private func name(_ kind: TimeEntry.Kind) -> String {
        switch (kind, language) {
        case (.work, .german): "Arbeit"
        case (.work, .english): "Work"
        case (.travel, .german): "Fahrt"
        case (.travel, .english): "Travel"
        }
    }

    private func name(_ source: WorkDay.BreakSource) -> String {
        switch (source, language) {
        case (.taken, .german): "gestempelt"
        case (.taken, .english): "clocked"
        case (.stated, .german): "angegeben"
        case (.stated, .english): "stated"
        case (.rule, .german): "nach Regel abgezogen"
        case (.rule, .english): "subtracted by rule"
        }
    }
}

/// The table as a CSV file for German spreadsheets: UTF-8 with a mark, semicolons, decimal commas, lines that end with CR LF.
enum CSV {
    /// Spreadsheets read a file as UTF-8 only if it begins with this mark.
    static let mark = "\u{FEFF}"

    static func line(_ cells: [HourTable.Cell]) -> String {
        cells.map(text).joined(separator: ";") + "\r\n"
    }

    private static func text(_ cell: HourTable.Cell) -> String {
        switch cell {
        case .none: ""
        case .text(let text): quoted(text)
        case .count(let count): "\(count)"
        case .hours(let minutes): hours(minutes)
        case .day(let day): date(day)
        case .moment(let day, let minute): "\(date(day)) \(two(minute / 60)):\(two(minute % 60))"
        }
    }

    /// Rounded half up: thirds of hundredths are no halves.
    private static func hours(_ minutes: Int) -> String {
        let hundredths = (minutes * 10 + 3) / 6
        return "\(hundredths / 100),\(two(hundredths % 100))"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// `DD.MM.YYYY`.
    private static func date(_ day: Day) -> String {
        day.text.split(separator: "-").reversed().joined(separator: ".")
    }

    /// A text that begins like a formula gets an apostrophe, as the web app's tables have it (web/parts/csv.js).
    private static func quoted(_ text: String) -> String {
        // By scalars: spreadsheets don't see that a mark is combined with the next one.
        let (formula, special): (Set<UInt8>, Set<UInt8>) = (Set("=+-@\t\r".utf8), Set(";\"\n\r".utf8))
        let text = text.utf8.first.map(formula.contains) == true ? "'\(text)" : text
        guard text.utf8.contains(where: special.contains) else { return text }
        let quote = UInt8(ascii: "\"")
        return "\"\(String(decoding: text.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }, as: UTF8.self))\""
    }
}
