import Storage

/// A kind of paid time with a wage type of its own.
public enum WageKind: String, Codable, Sendable, CaseIterable {
    case work = "WORK"
    case travel = "TRAVEL"
    case vacation = "VACATION"
    case sick = "SICK"
    case weather = "WEATHER"
    /// A legal holiday, or a day off that the company gives.
    case holiday = "HOLIDAY"
    case school = "SCHOOL"
    case other = "OTHER"

    /// Nil for absences that aren't paid: the hours of `COMP_TIME` were paid when they were worked.
    init?(_ kind: Absence.Kind) {
        switch kind {
        case .vacation: self = .vacation
        case .sick: self = .sick
        case .weather: self = .weather
        case .holiday: self = .holiday
        case .school: self = .school
        case .other: self = .other
        case .compensation, .unpaid: return nil
        }
    }
}

/// What a company's tax adviser supplies for its payroll files. Nothing of it is guessed.
public struct WageSettings: Sendable, Equatable {
    /// The number of the company that a site's hours are paid from.
    public struct CostCentre: Sendable, Equatable {
        public let site: Site.ID
        /// Empty in a request.
        public let siteName: String
        public let number: String

        public init(site: Site.ID, siteName: String = "", number: String) {
            (self.site, self.siteName, self.number) = (site, siteName, number)
        }
    }

    /// The tax adviser's number (Berater).
    public var consultantNumber: Int?
    /// The company's number there (Mandant).
    public var clientNumber: Int?
    /// The wage type (Lohnart) of each kind of time.
    public var wageTypes: [WageKind: Int] = [:]
    /// In the order of the sites' ids; sites without one aren't listed.
    public var costCentres: [CostCentre] = []
    public var lodas = LodasNames()
    /// Increases with each change; 0 before the first.
    public internal(set) var version: Int64 = 0

    public static let consultantNumbers = 1...9_999_999
    public static let clientNumbers = 1...99_999
    public static let wageTypeNumbers = 1...9_999
    public static let personnelNumbers = 1...99_999
    /// The most characters of a cost centre.
    public static let longestCostCentre = 8
    /// The most sites that have a cost centre.
    public static let mostCostCentres = 1_000

    public init() {}
}

/// The names that LODAS knows the record and its fields by, and the code of the unit. Tax advisers' systems differ; these are the usual
/// ones.
public struct LodasNames: Sendable, Equatable, Codable {
    /// The version of the interface (`Version_SST`).
    public var version = "1.0"
    public var record = "u_lod_bwd_buchung_standard"
    public var period = "abrechnung_zeitraum#bwd"
    public var personnelNumber = "pnr#bwd"
    public var wageType = "la_eigene#bwd"
    public var unit = "bs_nr#bwd"
    public var value = "bs_wert_butab#bwd"
    public var costCentre = "kostenstelle#bwd"
    /// The value of `unit` that means hours.
    public var hours = 1

    public static let hoursCodes = 1...99
    public static let longest = 60

    public init() {}

    /// Whether a text can be a name: 1 to 60 letters of ASCII, digits, points, underscores and number signs.
    public static func isName(_ text: String) -> Bool {
        (1...longest).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || [UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "#")].contains(byte)
            }
    }
}
