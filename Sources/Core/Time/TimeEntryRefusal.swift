/// Why a time entry can't be recorded or corrected.
public enum TimeEntryRefusal: String, RefusalCode {
    case notFound = "time-entry-not-found"
    /// The caller has an open time entry.
    case checkedInAlready = "checked-in-already"
    case notCheckedIn = "not-checked-in"
    /// The person whose entry is corrected has another open one.
    case otherOpen = "other-entry-open"
    /// A person has an open time entry already, as the database's unique index reports.
    case openMeanwhile = "open-entry-exists"
    case overlaps = "overlaps-another-entry"
    case foremenRecentOnly = "foremen-recent-only"
    case voided = "entry-voided"
    /// The site or the person was removed.
    case cantBeOpen = "entry-cant-be-open"
    case onBreakAlready = "on-break-already"
    case notOnBreak = "not-on-break"
    /// Its hours change only after the day was reopened.
    case dayApproved = "day-approved"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .foremenRecentOnly: .forbidden
        case .checkedInAlready, .notCheckedIn, .otherOpen, .openMeanwhile, .overlaps, .voided, .cantBeOpen,
            .onBreakAlready, .notOnBreak, .dayApproved:
            .conflict
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such time entry."
        case .checkedInAlready: "You are checked in already, since {checkedInAt}: check out first."
        case .notCheckedIn: "You are not checked in on this site."
        case .otherOpen: "{name} is checked in already: a second visit can't be open too."
        case .openMeanwhile: "This person is checked in already."
        case .foremenRecentOnly: "Foremen enter and correct hours of the last seven days: a manager can do it."
        case .overlaps: "{name} has another visit in that time: correct that one first."
        case .voided: "This time entry was declared void: it can't be changed any more."
        case .cantBeOpen: "{name} can't be on this site now: the site or the person was removed."
        case .onBreakAlready: "You are on a break already, since {from}: end it first."
        case .notOnBreak: "You are not on a break."
        case .dayApproved: "The hours of {name} on {day} are approved: reopen the day first."
        }
    }
}

extension TimeEntry: Addressable {
    public static let notFound = Refusal(TimeEntryRefusal.notFound)
}
