import Core
import Storage

/// What statements say, in the reader's language.
struct StatementWords: Sendable {
    let isGerman: Bool

    init(_ language: Language) { isGerman = language == .german }

    func text(_ german: String, _ english: String) -> String { isGerman ? german : english }

    var title: String { text("Stundennachweis", "Statement of hours") }

    func month(_ month: Month) -> String {
        let names =
            isGerman
            ? [
                "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
                "November",
                "Dezember",
            ]
            : [
                "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
                "November", "December",
            ]
        let parts = month.text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 2, names.indices.contains(parts[1] - 1) else { return month.text }
        return "\(names[parts[1] - 1]) \(parts[0])"
    }

    /// `Mo 02.11.`
    func shortDay(_ day: Day) -> String {
        let names =
            isGerman
            ? ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"] : ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        let parts = day.text.split(separator: "-")
        return "\(names[day.weekday]) \(isGerman ? "\(parts[2]).\(parts[1])." : "\(parts[2])/\(parts[1])")"
    }

    /// `02.11.2026`
    func day(_ day: Day) -> String {
        let parts = day.text.split(separator: "-").reversed()
        return parts.joined(separator: isGerman ? "." : "/")
    }

    /// `02.11.`, with the year unless it is that of another day.
    func day(_ day: Day, near other: Day) -> String {
        guard day.text.prefix(4) == other.text.prefix(4) else { return self.day(day) }
        let parts = day.text.split(separator: "-")
        return isGerman ? "\(parts[2]).\(parts[1])." : "\(parts[2])/\(parts[1])"
    }

    func moment(_ instant: Instant, in timeZone: String) -> String {
        let (day, minute) = instant.local(in: timeZone)
        return "\(self.day(day)), \(Self.clock(minute))"
    }

    /// A minute of the day, as `08:30`.
    static func clock(_ minute: Int) -> String { "\(two(minute / 60)):\(two(minute % 60))" }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// Minutes as hours and minutes: `8:30`.
    func duration(_ minutes: Int, signed: Bool = false) -> String {
        let sign = minutes < 0 ? "−" : signed && minutes > 0 ? "+" : ""
        return "\(sign)\(minutes.magnitude / 60):\(Self.two(Int(minutes.magnitude % 60)))"
    }

    func name(_ kind: TimeEntry.Kind) -> String {
        kind == .travel ? text("Fahrt", "travel") : text("Arbeit", "work")
    }

    func name(_ source: Break.Source) -> String {
        source == .taken ? text("gestempelt", "clocked") : text("angegeben", "stated")
    }

    var byRule: String { text("nach Regel", "by rule") }

    func name(_ kind: Absence.Kind) -> String {
        switch kind {
        case .vacation: text("Urlaub", "Holiday leave")
        case .sick: text("Krank", "Sick")
        case .weather: text("Schlechtwetter", "Bad weather")
        case .holiday: text("Frei", "Day off")
        case .compensation: text("Freizeitausgleich", "Time off in lieu")
        case .school: text("Berufsschule", "Vocational school")
        case .unpaid: text("Unbezahlt frei", "Unpaid")
        case .other: text("Andere Abwesenheit", "Other absence")
        }
    }

    func sentence(_ cause: TimeEntry.Correction.Cause) -> String {
        guard isGerman else { return cause.sentence }
        switch cause {
        case .personRemoved: return "Person entfernt"
        case .personDeactivated: return "Person abgeschaltet"
        case .siteRemoved: return "Baustelle entfernt"
        case .checkedOut: return "Früher gegangen"
        case .clarified: return "Nachgemeldet und gebucht"
        }
    }

    func source(_ source: TimeEntry.Source) -> String {
        switch source {
        case .clock: text("gestempelt", "clocked")
        case .manual: text("vom Büro eingetragen", "entered by the office")
        case .foreman: text("vom Vorarbeiter eingetragen", "entered by the foreman")
        case .clarification: text("nachgemeldet", "reported late")
        }
    }
}
