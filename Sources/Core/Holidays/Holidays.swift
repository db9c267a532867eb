/// The statutory holidays of the German states.
///
/// Sources: the states' laws on Sundays and holidays as of 2025 (BW FTG section 1, BY FTG article 1, BE FeiertG section 1, BB FTG section 2,
/// HB SFeiertG section 2, HH FeiertG section 1, HE HFeiertagsG section 1, MV FTG section 2, NI NFeiertagsG section 2, NW section 2, RP LFtG
/// section 2, SL SFG section 2, SN SächsSFG section 1, ST FeiTG section 2, SH SFTG section 2, TH ThürFGtG section 2), and for 3 October the treaty
/// of unification, article 2. What holds in parts of a state only is left to a company's local days: the Assumption in Bavaria, Corpus Christi in
/// places of Saxony and Thuringia, Augsburg's feast.
package enum Holidays {
    /// The holidays of a year, by their days. Names are German, as the laws have them.
    package static func of(_ year: Int, in region: Region) -> [Day: String] {
        let easter = easter(year)
        var found: [Day: String] = [:]
        func add(_ name: String, _ day: Day?) { if let day { found[day] = name } }
        func on(_ month: Int, _ day: Int) -> Day? { Day(year: year, month: month, day: day) }
        add("Neujahr", on(1, 1))
        add("Karfreitag", easter + -2)
        add("Ostermontag", easter + 1)
        add("Tag der Arbeit", on(5, 1))
        add("Christi Himmelfahrt", easter + 39)
        add("Pfingstmontag", easter + 50)
        add("Tag der Deutschen Einheit", on(10, 3))
        add("1. Weihnachtstag", on(12, 25))
        add("2. Weihnachtstag", on(12, 26))
        if [.badenWuerttemberg, .bavaria, .saxonyAnhalt].contains(region) { add("Heilige Drei Könige", on(1, 6)) }
        if region == .berlin && year >= 2019 || region == .mecklenburg && year >= 2023 {
            add("Internationaler Frauentag", on(3, 8))
        }
        if region == .brandenburg {
            add("Ostersonntag", easter)
            add("Pfingstsonntag", easter + 49)
        }
        if [.badenWuerttemberg, .bavaria, .hesse, .northRhine, .rhineland, .saarland].contains(region) {
            add("Fronleichnam", easter + 60)
        }
        if region == .saarland { add("Mariä Himmelfahrt", on(8, 15)) }
        if region == .thuringia, year >= 2019 { add("Weltkindertag", on(9, 20)) }
        if isReformationDay(region, year) { add("Reformationstag", on(10, 31)) }
        if [.badenWuerttemberg, .bavaria, .northRhine, .rhineland, .saarland].contains(region) {
            add("Allerheiligen", on(11, 1))
        }
        // The Wednesday before 23 November.
        if region == .saxony, let day = on(11, 22) {
            add("Buß- und Bettag", day + -((day.weekday + 5) % 7))
        }
        if region == .berlin {
            if year == 2020 || year == 2025 { add("Tag der Befreiung", on(5, 8)) }
            if year == 2028 { add("75. Jahrestag des Volksaufstandes", on(6, 17)) }
        }
        return found
    }

    private static func isReformationDay(_ region: Region, _ year: Int) -> Bool {
        switch region {
        case .brandenburg, .mecklenburg, .saxony, .saxonyAnhalt, .thuringia: true
        case .bremen, .hamburg, .lowerSaxony, .schleswig: year >= 2017
        default: year == 2017
        }
    }

    /// Easter Sunday of the Gregorian calendar (Jean Meeus, Astronomical Algorithms, chapter 8).
    package static func easter(_ year: Int) -> Day {
        let (a, b, c) = (year % 19, year / 100, year % 100)
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
        let n = h + l - 7 * ((a + 11 * h + 22 * l) / 451) + 114
        return Day(year: year, month: n / 31, day: n % 31 + 1) ?? Day(daysSince1970: 0)
    }
}
