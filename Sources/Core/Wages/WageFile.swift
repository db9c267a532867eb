extension WageExport.Format {
    /// The text of a file. Every line ends with CR LF.
    /// - Returns: nil if a number of the settings is missing.
    func text(_ lines: [WageLine], of month: Month, _ settings: WageSettings) -> String? {
        guard let consultant = settings.consultantNumber, let client = settings.clientNumber else { return nil }
        let ordered = lines.sorted(by: <)
        let text =
            switch self {
            case .lodas: Self.lodas(ordered, month, consultant, client, settings.lodas)
            case .lohnUndGehalt: Self.lohnUndGehalt(ordered, month, consultant, client)
            }
        return text.joined(separator: "\r\n") + "\r\n"
    }

    /// The ASCII import of DATEV LODAS: movements of a month.
    private static func lodas(
        _ lines: [WageLine], _ month: Month, _ consultant: Int, _ client: Int, _ names: LodasNames
    ) -> [String] {
        let fields = [
            names.record, names.period, names.personnelNumber, names.wageType, names.unit, names.value,
            names.costCentre,
        ]
        return [
            "[Allgemein]", "Ziel=LODAS", "Version_SST=\(names.version)", "BeraterNr=\(consultant)",
            "MandantenNr=\(client)", "Datumsformat=TT/MM/JJJJ", "Feldtrennzeichen=;", "Zahlenkomma=,",
            "[Satzbeschreibung]", "10;\(fields.joined(separator: ";"));", "[Bewegungsdaten]",
        ]
            + lines.map {
                """
                10;01/\(month.german);\($0.personnelNumber);\($0.wageType);\(names.hours);\(decimal($0.hundredths));\
                \($0.costCentre);
                """
            }
    }

    /// DATEV Lohn und Gehalt: rows of a month. Personalnummer; Kalendertag; Ausfallschlüssel; Lohnart; Stunden; Tage; Wert; abweichender
    /// Faktor; abweichende Lohnveränderung; Kostenstelle; Kostenträger. Hours of a month are a Wert; Stunden goes only with a Kalendertag.
    private static func lohnUndGehalt(
        _ lines: [WageLine], _ month: Month, _ consultant: Int, _ client: Int
    ) -> [String] {
        ["\(consultant);\(client);\(month.german)"]
            + lines.map { "\($0.personnelNumber);;;\($0.wageType);;;\(decimal($0.hundredths));;;\($0.costCentre);" }
    }

    /// With two decimals and a comma.
    private static func decimal(_ hundredths: Int) -> String {
        let cents = hundredths % 100
        return "\(hundredths / 100),\(cents < 10 ? "0" : "")\(cents)"
    }
}

extension Month {
    /// `MM/YYYY`.
    fileprivate var german: String { "\(text.suffix(2))/\(text.prefix(4))" }
}
