import Core
import Storage

/// All settings of payroll, as a body replaces them.
struct WageSettingsFields: BodyFields {
    let settings: WageSettings

    init?(_ fields: inout FieldReader) {
        var settings = WageSettings()
        settings.consultantNumber = fields.optional("consultantNumber") {
            $0.integer(
                "consultantNumber", .consultantNumber, in: WageSettings.consultantNumbers, example: 1_234_567)
        }
        settings.clientNumber = fields.optional("clientNumber") {
            $0.integer("clientNumber", .clientNumber, in: WageSettings.clientNumbers, example: 12_345)
        }
        let types = fields.optional("wageTypes") { fields in
            fields.object("wageTypes", .wageTypes) { part -> [WageKind: Int] in
                var types: [WageKind: Int] = [:]
                for kind in WageKind.allCases {
                    types[kind] = part.optional(kind.rawValue) {
                        $0.wageType(kind.rawValue, kind.meaning, example: kind == .work ? "1000" : "1010")
                    }
                }
                return types
            }
        }
        settings.wageTypes = types ?? [:]
        settings.costCentres = fields.objects(
            "costCentres", "The sites whose hours have a cost centre.", max: WageSettings.mostCostCentres
        ) { part in
            let site: Site.ID? = part.id("siteId", .siteID)
            let number = part.line(
                "costCentre", .costCentre, max: WageSettings.longestCostCentre, example: "77")
            guard let site, let number else { return nil }
            return WageSettings.CostCentre(site: site, number: number)
        }
        if let lodas = fields.optional("lodas", { $0.object("lodas", .lodas) { LodasNames(&$0) } }) {
            settings.lodas = lodas
        }
        self.settings = settings
    }
}

extension LodasNames {
    fileprivate init(_ fields: inout FieldReader) {
        self.init()
        let usual = LodasNames()
        func name(_ field: String, _ meaning: Meaning, _ usual: String) -> String {
            fields.optional(field) { $0.lodasName(field, meaning, example: usual) } ?? usual
        }
        version = name("version", "The interface's version.", usual.version)
        record = name("record", "The name of the record.", usual.record)
        period = name("period", "The field of the month.", usual.period)
        personnelNumber = name("personnelNumber", "The field of the personnel number.", usual.personnelNumber)
        wageType = name("wageType", "The field of the wage type.", usual.wageType)
        unit = name("unit", "The field of the unit.", usual.unit)
        value = name("value", "The field of the hours.", usual.value)
        costCentre = name("costCentre", "The field of the cost centre.", usual.costCentre)
        hours =
            fields.optional("hours") {
                $0.integer(
                    "hours", "The value of the unit's field that means hours.", in: Self.hoursCodes, example: 1)
            } ?? usual.hours
    }
}

extension FieldReader {
    fileprivate mutating func wageType(_ name: String, _ meaning: Meaning, example: String) -> Int? {
        if describe(name, meaning, ["type": "string", "pattern": "^[0-9]{1,4}$"], .text(example)) {
            return Int(example)
        }
        let range = WageSettings.wageTypeNumbers
        let flaw = Flaw(.notWholeNumber, ["min": .integer(range.lowerBound), "max": .integer(range.upperBound)])
        guard require(name), let text = decode(name, else: flaw) as String? else { return nil }
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let type = Int(text), range.contains(type)
        else {
            report(name, flaw)
            return nil
        }
        return type
    }

    fileprivate mutating func lodasName(_ name: String, _ meaning: Meaning, example: String) -> String? {
        let pattern: JSONValue = [
            "type": "string", "pattern": "^[A-Za-z0-9._#]{1,\(LodasNames.longest)}$",
        ]
        if describe(name, meaning, pattern, .text(example)) { return example }
        let flaw = Flaw(.notLodasName, ["max": .integer(LodasNames.longest)])
        guard require(name), let text = decode(name, else: flaw) as String? else { return nil }
        guard LodasNames.isName(text) else {
            report(name, flaw)
            return nil
        }
        return text
    }
}

extension WageKind {
    fileprivate var meaning: Meaning {
        switch self {
        case .work: "The wage type of work; null without one."
        case .travel: "The wage type of time on the way; null without one."
        case .vacation: "The wage type of holidays that a person takes; null without one."
        case .sick: "The wage type of sickness; null without one."
        case .weather: "The wage type of hours that the weather took; null without one."
        case .holiday: "The wage type of legal holidays, and of days off that the company gives; null without one."
        case .school: "The wage type of vocational school; null without one."
        case .other: "The wage type of other paid absences; null without one."
        }
    }

    fileprivate var field: StaticString {
        switch self {
        case .work: "WORK"
        case .travel: "TRAVEL"
        case .vacation: "VACATION"
        case .sick: "SICK"
        case .weather: "WEATHER"
        case .holiday: "HOLIDAY"
        case .school: "SCHOOL"
        case .other: "OTHER"
        }
    }
}

extension Meaning {
    fileprivate static var consultantNumber: Meaning { "The tax adviser's number (Berater); null if it isn't known." }
    fileprivate static var clientNumber: Meaning {
        "The company's number at the tax adviser (Mandant); null if it isn't known."
    }
    fileprivate static var wageTypes: Meaning { "The wage type (Lohnart) of each kind of time: up to four digits." }
    fileprivate static var costCentre: Meaning { "The cost centre (Kostenstelle) of the site's hours." }
    fileprivate static var lodas: Meaning { "The names that LODAS knows the record and its fields by." }
}

extension WageSettings: Wire {
    static let example: WageSettings = {
        var settings = WageSettings()
        (settings.consultantNumber, settings.clientNumber) = (1_234_567, 12_345)
        settings.wageTypes = [.work: 1000, .travel: 1010]
        settings.costCentres = [.example]
        return settings
    }()

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.integer("consultantNumber", consultantNumber, .consultantNumber)
        fields.integer("clientNumber", clientNumber, .clientNumber)
        fields.object("wageTypes", WageTypes(types: wageTypes), .wageTypes)
        fields.list("costCentres", costCentres, "The sites whose hours have a cost centre.")
        fields.object("lodas", lodas, .lodas)
    }
}

private struct WageTypes: Wire {
    let types: [WageKind: Int]

    static let example = WageTypes(types: WageSettings.example.wageTypes)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        for kind in WageKind.allCases { fields.text(kind.field, types[kind].map { "\($0)" }, kind.meaning) }
    }
}

extension WageSettings.CostCentre: Wire {
    static let example = Self(site: Example.id(2), siteName: Site.example.record.name, number: "77")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("siteId", site, .siteID)
        fields.text("siteName", siteName, .siteName)
        fields.text("costCentre", number, .costCentre)
    }
}

extension LodasNames: Wire {
    static let example = LodasNames()

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("version", version, "The interface's version (`Version_SST`).")
        fields.text("record", record, "The name of the record.")
        fields.text("period", period, "The field of the month.")
        fields.text("personnelNumber", personnelNumber, "The field of the personnel number.")
        fields.text("wageType", wageType, "The field of the wage type.")
        fields.text("unit", unit, "The field of the unit.")
        fields.text("value", value, "The field of the hours.")
        fields.text("costCentre", costCentre, "The field of the cost centre.")
        fields.integer("hours", hours, "The value of the unit's field that means hours.")
    }
}
