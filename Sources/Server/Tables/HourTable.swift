import Core
import NIOCore
import Storage

/// Hours of a month as a table for spreadsheets: a line for each time entry.
struct HourTable: Sendable {
    /// The company's, for days and times.
    let zone: ZoneDays
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
        var cells: [Cell] = []
        for day in person.days {
            for entry in day.entries {
                cells.removeAll(keepingCapacity: true)
                for column in Column.allCases { cells.append(cell(column, person, day.work, entry)) }
                try take(cells)
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
        let local = zone.local(instant)
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
struct CSVFile {
    /// What was added since the bytes were taken last. Spreadsheets read a file as UTF-8 only if it begins with this mark.
    private var bytes = Array("\u{FEFF}".utf8)

    mutating func add(_ cells: [HourTable.Cell]) {
        for (place, cell) in cells.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ";")) }
            add(cell)
        }
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The number of bytes that weren't taken yet.
    var count: Int { bytes.count }

    mutating func take() -> ByteBuffer {
        defer { bytes.removeAll(keepingCapacity: true) }
        return ByteBuffer(bytes: bytes)
    }

    private mutating func add(_ cell: HourTable.Cell) {
        switch cell {
        case .none: break
        case .text(let text): add(text)
        case .count(let count): add(count)
        // Rounded half up: thirds of hundredths are no halves.
        case .hours(let minutes):
            let hundredths = (minutes * 10 + 3) / 6
            add(hundredths / 100)
            bytes.append(UInt8(ascii: ","))
            addTwo(hundredths % 100)
        case .day(let day): add(day)
        case .moment(let day, let minute):
            add(day)
            bytes.append(UInt8(ascii: " "))
            addTwo(minute / 60)
            bytes.append(UInt8(ascii: ":"))
            addTwo(minute % 60)
        }
    }

    private mutating func add(_ number: Int) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        addDigits(number.magnitude)
    }

    private mutating func addDigits(_ number: UInt) {
        if number >= 10 { addDigits(number / 10) }
        bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number % 10))
    }

    private mutating func addTwo(_ number: Int) {
        bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number / 10))
        bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number % 10))
    }

    /// `DD.MM.YYYY`.
    private mutating func add(_ day: Day) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Day.textLength) { text in
            guard let start = text.baseAddress else { return }
            day.write(to: start)
            let point = CollectionOfOne(UInt8(ascii: "."))
            for part in [8..<10, 5..<7] {
                bytes.append(contentsOf: text[part])
                bytes.append(contentsOf: point)
            }
            bytes.append(contentsOf: text[0..<4])
        }
    }

    /// A text that begins like a formula gets an apostrophe, as the web app's tables have it (web/parts/csv.js).
    private mutating func add(_ text: String) {
        // By bytes: spreadsheets don't see that a mark is combined with the next character.
        let quote = UInt8(ascii: "\"")
        let isQuoted = text.utf8.contains { byte in
            byte == quote || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        }
        if isQuoted { bytes.append(quote) }
        switch text.utf8.first {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), UInt8(ascii: "\t"),
            UInt8(ascii: "\r"):
            bytes.append(UInt8(ascii: "'"))
        default: break
        }
        if isQuoted {
            for byte in text.utf8 {
                if byte == quote { bytes.append(quote) }
                bytes.append(byte)
            }
            bytes.append(quote)
        } else {
            bytes.append(contentsOf: text.utf8)
        }
    }
}
