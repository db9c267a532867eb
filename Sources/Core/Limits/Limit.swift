public import Storage

/// How much a company may have, add or do. Existing data beyond a limit stays usable: only growth is refused.
public enum Limit: String, Column, CaseIterable {
    case people
    case activeSites = "active-sites"
    case sites
    case siteMaterials = "site-materials"
    case text
    case dailyRows = "daily-rows"
    case personWrites = "person-writes"
    case companyWrites = "company-writes"
    case firstDayMails = "first-day-mails"
    case dailyMails = "daily-mails"
    case sessions
    case phones
    case keptAnswers = "kept-answers"
    case entryCorrections = "entry-corrections"
    case entryBreaks = "entry-breaks"
    case dailyEntries = "daily-entries"
    case personClarifications = "person-clarifications"
    case clarifications
    case personAbsences = "person-absences"
    case wageExports = "wage-exports"
    case apiTokens = "api-tokens"
    case largeAnswers = "large-answers"
    case personLargeAnswers = "person-large-answers"
    case copies
    case personCopies = "person-copies"

    /// The value for a company for which no operator set another one, in `unit`s.
    public var standard: Int64 {
        switch self {
        case .people: 200
        case .activeSites: 300
        case .sites: 5_000
        case .siteMaterials: 5_000
        case .text: 20
        case .dailyRows: 50_000
        case .personWrites: 600
        case .companyWrites: 3_000
        case .firstDayMails: 60
        case .dailyMails: 100
        case .sessions: 50
        case .phones: 10
        case .keptAnswers: 10_000
        case .entryCorrections: 100
        case .entryBreaks: Int64(Breaks.most)
        case .dailyEntries: 60
        case .personClarifications: 100
        case .clarifications: 2_000
        case .personAbsences: 2_000
        case .wageExports: 50
        case .apiTokens: 50
        case .largeAnswers: 20
        case .personLargeAnswers: 4
        case .copies: 2
        case .personCopies: 1
        }
    }

    /// The value for a company: the standard if none was set. A number out of range, from a restored backup, counts as the nearest valid
    /// one.
    func value(_ set: Int64?) -> Int64 {
        guard let set, let range else { return standard }
        return min(max(set, range.lowerBound), range.upperBound)
    }

    public enum Unit: String, Sendable {
        /// A plain number.
        case count
        /// Millions of bytes of UTF-8.
        case megabytes = "MB"
    }

    public var unit: Unit { self == .text ? .megabytes : .count }

    /// What the limit counts, as an English sentence without its full stop.
    public var meaning: String {
        switch self {
        case .people: "People of a company, without those who were removed"
        case .activeSites: "Sites whose status is ACTIVE"
        case .sites: "Sites, without those that were removed"
        case .siteMaterials: "Material of one site, without what was removed"
        case .text:
            "Notes of sites, notes on movements, reasons of time entries, their corrections and reopened days, clarifications, and absences, with those of what was removed"
        case .dailyRows: "Movements, time entries, corrections, audit entries, mails and all else that a UTC day adds"
        case .personWrites: "Requests that change something, by one person in a minute, on one server"
        case .companyWrites: "The same by all people of a company"
        case .firstDayMails: "Invitations in a company's first 24 hours, also those that failed or went again"
        case .dailyMails: "The same in any 24 hours later"
        case .sessions: "Where a person is signed in: the oldest session ends"
        case .phones: "Phones that a person signs in on by PIN: the one that was used longest ago ends"
        case .keptAnswers: "Answers kept for repeated requests of a person: of older ones only the key is kept"
        case .entryCorrections: "Corrections of one time entry"
        case .entryBreaks: "Breaks of one time entry"
        case .dailyEntries: "Time entries of a person that begin on one day, with those that were voided"
        case .personClarifications: "Clarifications of a person that wait for a decision"
        case .clarifications: "The same of a company; as many more as are reported at the same moment"
        case .personAbsences: "Absences of a person, with those that were declined"
        case .wageExports: "Files for payroll that are made of one month, with trials"
        case .apiTokens: "API tokens of a company that aren't expired"
        case .largeAnswers:
            "Lists, large sites and overviews that are read and sent at once to the people of a company, on one server"
        case .personLargeAnswers: "The same to one person"
        case .copies: "Copies of data that are read and sent at once to the people of a company, on one server"
        case .personCopies: "The same to one person"
        }
    }

    /// The values that an operator may set for one company; nil if the limit is the same for all. With 0 the company can't grow any
    /// further; for writes, 0 means no limit.
    public var range: ClosedRange<Int64>? {
        switch self {
        case .people, .activeSites, .sites, .siteMaterials: 0...1_000_000
        case .text: 0...1_000_000
        case .dailyRows: 0...100_000_000
        case .personWrites, .companyWrites: 0...1_000_000
        // The instant of each mail of the last 24 hours is stored.
        case .firstDayMails, .dailyMails: 0...10_000
        case .sessions, .phones, .keptAnswers, .entryCorrections, .entryBreaks, .dailyEntries, .personClarifications,
            .clarifications, .personAbsences, .wageExports, .apiTokens, .largeAnswers, .personLargeAnswers, .copies,
            .personCopies:
            nil
        }
    }
}

/// The reason why a company can't grow, or has to wait. Each code has the values `limit`, the name of a `Limit`, and `value`, the limit's
/// value.
public enum LimitRefusal: String, RefusalCode {
    case people = "too-many-people"
    case activeSites = "too-many-active-sites"
    case sites = "too-many-sites"
    case siteMaterials = "too-many-materials"
    case text = "too-much-text"
    case dailyRows = "too-many-rows"
    case personWrites = "too-many-writes"
    case companyWrites = "too-many-writes-of-company"
    case mails = "too-many-mails"
    case entryCorrections = "too-many-corrections"
    case entryBreaks = "too-many-breaks"
    case dailyEntries = "too-many-daily-entries"
    case personClarifications = "too-many-clarifications"
    case clarifications = "too-many-clarifications-of-company"
    case absences = "too-many-absences"
    case wageExports = "too-many-wage-exports"
    case apiTokens = "too-many-api-tokens"
    case largeAnswers = "too-many-large-answers"

    public var kind: Refusal.Kind {
        switch self {
        case .people, .activeSites, .sites, .siteMaterials, .text, .entryCorrections, .entryBreaks, .dailyEntries,
            .personClarifications, .clarifications, .absences, .wageExports, .apiTokens:
            .conflict
        case .largeAnswers: .busy
        case .dailyRows, .personWrites, .companyWrites, .mails: .tooMany
        }
    }

    public var sentence: String {
        switch self {
        case .people: "A company has at most {value} people ({limit})."
        case .activeSites: "A company has at most {value} active sites ({limit})."
        case .sites: "A company has at most {value} sites ({limit})."
        case .siteMaterials: "A site has at most {value} materials ({limit})."
        case .text: "A company has at most {value} MB of notes ({limit})."
        case .dailyRows: "A company adds at most {value} rows a day ({limit}): try again tomorrow."
        case .personWrites: "A person makes at most {value} changes a minute ({limit}): try again in a moment."
        case .companyWrites: "A company makes at most {value} changes a minute ({limit}): try again in a moment."
        case .mails: "A company invites at most {value} times in 24 hours ({limit}): try again later."
        case .entryCorrections: "A time entry is corrected at most {value} times ({limit})."
        case .entryBreaks: "A time entry has at most {value} breaks ({limit})."
        case .dailyEntries: "A person has at most {value} time entries a day ({limit})."
        case .personClarifications: "At most {value} late reports of a person wait for a decision ({limit})."
        case .clarifications: "At most {value} late reports of a company wait for a decision ({limit})."
        case .absences: "A person has at most {value} absences ({limit})."
        case .wageExports: "At most {value} payroll files are made of one month ({limit})."
        case .apiTokens: "A company has at most {value} API tokens ({limit}): revoke one that isn't needed any more."
        case .largeAnswers: "At most {value} large answers are sent at once ({limit}): try again in a moment."
        }
    }
}

extension LimitRefusal {
    /// The limit that was reached.
    var limit: Limit {
        switch self {
        case .people: .people
        case .activeSites: .activeSites
        case .sites: .sites
        case .siteMaterials: .siteMaterials
        case .text: .text
        case .dailyRows: .dailyRows
        case .personWrites: .personWrites
        case .companyWrites: .companyWrites
        case .mails: .dailyMails
        case .entryCorrections: .entryCorrections
        case .entryBreaks: .entryBreaks
        case .dailyEntries: .dailyEntries
        case .personClarifications: .personClarifications
        case .clarifications: .clarifications
        case .absences: .personAbsences
        case .wageExports: .wageExports
        case .apiTokens: .apiTokens
        case .largeAnswers: .largeAnswers
        }
    }

    /// - Parameters:
    ///   - value: the limit's value for this company.
    ///   - limit: set if it isn't the usual one of this code.
    ///   - retryAfter: set if the request can succeed later.
    func refusal(_ value: Int64, of limit: Limit? = nil, retryAfter: Duration? = nil) -> Refusal {
        Refusal(
            self, ["limit": .text((limit ?? self.limit).rawValue), "value": .integer(Int(clamping: value))],
            retryAfter: retryAfter)
    }
}
