/// Why a time entry can't be written.
public enum TimeEntryRefusal: String, RefusalCode {
    case notFound = "time-entry-not-found"
    /// The caller is.
    case checkedInAlready = "checked-in-already"
    case notCheckedIn = "not-checked-in"
    /// The person whose entry it is has another one that is open.
    case otherOpen = "other-entry-open"
    /// The same, found out by the database itself.
    case openMeanwhile = "open-entry-exists"
    case overlaps = "overlaps-another-entry"

    public var kind: Refusal.Kind { self == .notFound ? .notFound : .conflict }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such time entry."
        case .checkedInAlready: "You are checked in already, since {checkedInAt}: check out first."
        case .notCheckedIn: "You are not checked in on this site."
        case .otherOpen: "{name} is checked in already: a second visit can't be open too."
        case .openMeanwhile: "This person is checked in already."
        case .overlaps: "{name} has another visit in that time: correct that one first."
        }
    }
}

extension TimeEntry: Addressable {
    public static let notFound = Refusal(TimeEntryRefusal.notFound)
}
