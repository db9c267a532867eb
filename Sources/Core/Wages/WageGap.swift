/// What is missing before a payroll file can be made.
public struct WageGap: Sendable, Equatable {
    public enum Code: String, Sendable, CaseIterable {
        /// `kind` is `consultantNumber` or `clientNumber`.
        case settingMissing = "setting-missing"
        /// Time of `kind` was worked, and has no wage type.
        case wageTypeMissing = "wage-type-missing"
        /// The cost centre of the site has a character that the file can't hold.
        case cannotEncode = "cannot-encode"
        /// A time entry that began on `day` is open.
        case openEntry = "open-entry"
        /// The person worked, was to work or is paid on `day`, and it isn't approved.
        case notApproved = "not-approved"
        /// The person was away for all of `day`, which is paid, and worked: one of the two is wrong.
        case absenceWithEntries = "absence-with-entries"
        /// The person asked for an absence from `day` on, and no one answered.
        case absenceAsked = "absence-asked"
        /// The person was away on `day`, which is paid, and no one said how long they are to work.
        case noTarget = "no-target"
        case noPersonnelNumber = "no-personnel-number"
        /// It isn't a whole number from 1 to 99999.
        case personnelNumberFormat = "personnel-number-format"
        /// Another person's number is the same in the file: 7 and 007 are.
        case personnelNumberTwice = "personnel-number-twice"
        /// No hours of the month are paid.
        case noHours = "no-hours"
        case tooManyLines = "too-many-lines"
    }

    public let code: Code
    public var user: User.ID?
    public var userName: String?
    public var day: Day?
    public var site: Site.ID?
    public var siteName: String?
    /// A `WageKind`, or the name of a setting.
    public var kind: String?

    package init(
        _ code: Code, user: User.ID? = nil, userName: String? = nil, day: Day? = nil, site: Site.ID? = nil,
        siteName: String? = nil, kind: String? = nil
    ) {
        (self.code, self.user, self.userName, self.day) = (code, user, userName, day)
        (self.site, self.siteName, self.kind) = (site, siteName, kind)
    }

    init(_ code: Code, of person: PaidHours, on day: Day? = nil) {
        self.init(code, user: person.user, userName: person.userName, day: day)
    }

    /// How many are listed.
    public static let most = 1_000

    /// The gap as a field of a refusal: named by what it is about.
    var field: Refusal.Field {
        let values: [(String, String?)] = [
            ("userId", user?.text), ("userName", userName), ("day", day?.text), ("siteId", site?.text),
            ("siteName", siteName), ("kind", kind),
        ]
        let flaw = Flaw(code.flaw, Values(values.compactMap { name, value in value.map { (name, .text($0)) } }))
        return Refusal.Field(name, flaw)
    }

    private var name: String {
        switch code {
        case .settingMissing: kind ?? ""
        case .wageTypeMissing: "wageTypes.\(kind ?? "")"
        case .cannotEncode: "costCentres"
        case .openEntry, .notApproved, .absenceWithEntries, .absenceAsked, .noTarget, .noPersonnelNumber,
            .personnelNumberFormat, .personnelNumberTwice:
            "userId"
        case .noHours, .tooManyLines: "month"
        }
    }
}

extension WageGap.Code {
    var flaw: Flaw.Code {
        switch self {
        case .settingMissing: .settingMissing
        case .wageTypeMissing: .wageTypeMissing
        case .cannotEncode: .cannotEncode
        case .openEntry: .openEntry
        case .notApproved: .notApproved
        case .absenceWithEntries: .absenceWithEntries
        case .absenceAsked: .absenceAsked
        case .noTarget: .noTarget
        case .noPersonnelNumber: .noPersonnelNumber
        case .personnelNumberFormat: .personnelNumberFormat
        case .personnelNumberTwice: .personnelNumberTwice
        case .noHours: .noHours
        case .tooManyLines: .tooManyLines
        }
    }
}
