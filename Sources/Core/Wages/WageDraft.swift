import Storage

/// The hours of a person and wage type in a month, in hundredths of an hour.
public struct WageAmount: Sendable, Equatable {
    public let user: User.ID
    public let wageType: Int
    public let hundredths: Int

    package init(user: User.ID, wageType: Int, hundredths: Int) {
        (self.user, self.wageType, self.hundredths) = (user, wageType, hundredths)
    }
}

/// One line of a payroll file.
struct WageLine: Sendable, Equatable {
    let personnelNumber: Int
    let wageType: Int
    /// Empty without one.
    let costCentre: String
    let hundredths: Int

    static func < (left: WageLine, right: WageLine) -> Bool {
        (left.personnelNumber, left.wageType, left.costCentre) < (
            right.personnelNumber, right.wageType, right.costCentre
        )
    }
}

/// A month's hours on their way into a payroll file: what is in it, and what is missing.
struct WageDraft: Sendable {
    /// So that the text of a file is shorter than a megabyte.
    static let mostLines = 15_000

    private let settings: WageSettings
    private let costCentres: [Site.ID: String]
    /// By a personnel number's value, the first person who has it.
    private var numbers: [Int: PaidHours] = [:]
    private var kinds: Set<WageKind> = []
    private var sites: Set<Site.ID> = []
    private var ofPeople: [WageGap] = []
    private var countOfPeople = 0
    private(set) var amounts: [WageAmount] = []
    private(set) var lines: [WageLine] = []
    /// How many people have hours that are paid.
    private(set) var people = 0
    /// The names of the people with entries.
    private(set) var names: [User.ID: String] = [:]

    init(_ settings: WageSettings) {
        self.settings = settings
        costCentres = Dictionary(uniqueKeysWithValues: settings.costCentres.map { ($0.site, $0.number) })
    }

    /// All that is missing, and the first `WageGap.most` of it.
    var gaps: (count: Int, first: [WageGap]) {
        var gaps: [WageGap] = []
        if settings.consultantNumber == nil { gaps.append(WageGap(.settingMissing, kind: "consultantNumber")) }
        if settings.clientNumber == nil { gaps.append(WageGap(.settingMissing, kind: "clientNumber")) }
        for kind in WageKind.allCases where kinds.contains(kind) && settings.wageTypes[kind] == nil {
            gaps.append(WageGap(.wageTypeMissing, kind: kind.rawValue))
        }
        for centre in settings.costCentres where sites.contains(centre.site) && !Self.isWritable(centre.number) {
            gaps.append(WageGap(.cannotEncode, site: centre.site, siteName: centre.siteName))
        }
        if kinds.isEmpty { gaps.append(WageGap(.noHours)) }
        if lines.count > Self.mostLines { gaps.append(WageGap(.tooManyLines)) }
        return (gaps.count + countOfPeople, Array((gaps + ofPeople).prefix(WageGap.most)))
    }

    /// A semicolon would end the field, and a line break the line.
    private static func isWritable(_ text: String) -> Bool {
        !text.unicodeScalars.contains { $0 == ";" || $0 == "\"" || $0.value < 0x20 } && Windows1252.bytes(text) != nil
    }

    /// - Parameter gap: made only if it is among the first.
    private mutating func note(_ gap: @autoclosure () -> WageGap) {
        countOfPeople += 1
        if ofPeople.count < WageGap.most { ofPeople.append(gap()) }
    }

    /// What a person's hours of one kind and place add up to.
    private struct Part {
        let wageType: Int
        let costCentre: String
        var minutes: Int
    }

    mutating func add(_ person: PaidHours) {
        for day in person.askedFor { note(WageGap(.absenceAsked, of: person, on: day)) }
        // Few parts, and mostly the one of the entry before.
        var parts: [Part] = []
        var (isPaid, hasDays) = (false, false)
        func pay(_ minutes: Int, _ kind: WageKind, _ costCentre: String) {
            guard minutes > 0 else { return }
            isPaid = true
            kinds.insert(kind)
            guard let type = settings.wageTypes[kind] else { return }
            if let place = parts.lastIndex(where: { $0.wageType == type && $0.costCentre == costCentre }) {
                parts[place].minutes += minutes
            } else {
                parts.append(Part(wageType: type, costCentre: costCentre, minutes: minutes))
            }
        }
        var (site, costCentre): (Site.ID?, String) = (nil, "")
        for day in person.days {
            // Each rule that a day must keep before it is paid is one line here.
            if day.work.isOpen { note(WageGap(.openEntry, of: person, on: day.work.day)) }
            let paidAbsence = day.paidAbsence
            let isPaidAbsence = paidAbsence.contains { $0.minutes > 0 }
            if !day.entries.isEmpty || isPaidAbsence || day.work.targetMinutes ?? 0 > 0, !day.work.isOpen,
                day.work.approval?.state != .approved
            {
                note(WageGap(.notApproved, of: person, on: day.work.day))
            }
            if isPaidAbsence, day.work.warnings.contains(.absenceWithEntries) {
                note(WageGap(.absenceWithEntries, of: person, on: day.work.day))
            }
            if day.lacksTarget { note(WageGap(.noTarget, of: person, on: day.work.day)) }
            if !day.entries.isEmpty || !day.work.absences.isEmpty || day.work.creditMinutes > 0 { hasDays = true }
            for entry in day.entries where entry.minutes > 0 {
                if entry.site != site {
                    site = entry.site
                    sites.insert(entry.site)
                    costCentre = costCentres[entry.site] ?? ""
                }
                pay(entry.minutes, entry.kind == .travel ? .travel : .work, costCentre)
            }
            for (kind, minutes) in paidAbsence { pay(minutes, kind, "") }
        }
        guard hasDays else { return }
        names[person.user] = person.userName
        let number = number(of: person)
        if isPaid { people += 1 }
        for (type, parts) in Dictionary(grouping: parts, by: \.wageType).sorted(by: { $0.key < $1.key }) {
            let hours = Self.hundredths(
                Dictionary(uniqueKeysWithValues: parts.map { ($0.costCentre, $0.minutes) }))
            amounts.append(
                WageAmount(user: person.user, wageType: type, hundredths: hours.reduce(0) { $0 + $1.hundredths }))
            // One more than fits shows that there are too many.
            guard let number, lines.count <= Self.mostLines else { continue }
            lines += hours.filter { $0.hundredths > 0 }.map {
                WageLine(
                    personnelNumber: number, wageType: type, costCentre: $0.costCentre, hundredths: $0.hundredths)
            }
        }
    }

    /// The number in the file; nil if there is none that is right.
    private mutating func number(of person: PaidHours) -> Int? {
        guard let text = person.personnelNumber else {
            note(WageGap(.noPersonnelNumber, of: person))
            return nil
        }
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = Int(text),
            WageSettings.personnelNumbers.contains(number)
        else {
            note(WageGap(.personnelNumberFormat, of: person))
            return nil
        }
        if let other = numbers[number] {
            note(WageGap(.personnelNumberTwice, of: other))
            note(WageGap(.personnelNumberTwice, of: person))
            return nil
        }
        numbers[number] = person
        return number
    }

    /// Hours in hundredths, rounded half up once on the sum of all parts. Each part is rounded down, and what is missing from the sum then
    /// goes to the parts that lost most, a hundredth each; to the first of the alphabet where they lost the same.
    /// - Parameter minutes: by cost centre.
    static func hundredths(_ minutes: [String: Int]) -> [(costCentre: String, hundredths: Int)] {
        let parts = minutes.sorted { $0.key < $1.key }
        let total = (parts.reduce(0) { $0 + $1.value } * 10 + 3) / 6
        var hours = parts.map { (costCentre: $0.key, hundredths: $0.value * 5 / 3) }
        let missing = total - hours.reduce(0) { $0 + $1.hundredths }
        let losers = parts.indices.sorted { (-(parts[$0].value * 5 % 3), $0) < (-(parts[$1].value * 5 % 3), $1) }
        for index in losers.prefix(max(0, missing)) { hours[index].hundredths += 1 }
        return hours
    }
}
