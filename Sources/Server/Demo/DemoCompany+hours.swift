import Core

/// The hours of the demo company: who works when, and what goes wrong. Clock times are minutes after midnight at the company.
extension DemoCompany {
    /// How a person's breaks are known.
    enum BreakHabit {
        case clocked, stated
        /// Nothing is recorded, and the company's rule subtracts.
        case byRule
    }

    /// A person's usual working day.
    struct WorkingDay {
        let who: String
        let from: Int
        let to: Int
        let breaks: BreakHabit
        /// On the first day of the week the person drives to the site with what it needs.
        var drives = false
        /// Days ago that the person was on holiday.
        var holiday: ClosedRange<Int>?
        /// Of the last days, those that were unlike the others and are told of one by one, counted in working days.
        var unusual: Set<Int> = []
        /// Whether the person was ill for two days of the month that is paid.
        var isSick = false
    }

    static let workingDays = [
        WorkingDay(who: "Mehmet", from: clock(6, 55), to: clock(15, 22), breaks: .clocked, unusual: [5]),
        WorkingDay(
            who: "Piotr", from: clock(7, 0), to: clock(15, 15), breaks: .stated, drives: true, holiday: 38...44,
            unusual: [3]),
        WorkingDay(
            who: "Lena", from: clock(7, 5), to: clock(15, 26), breaks: .clocked, holiday: 60...71, unusual: [4, 6]),
        WorkingDay(who: "Tobias", from: clock(6, 58), to: clock(15, 12), breaks: .byRule, unusual: [1], isSick: true),
        WorkingDay(
            who: "Ion", from: clock(7, 2), to: clock(15, 18), breaks: .stated, holiday: 46...50, unusual: [2, 3, 7]),
    ]

    static func clock(_ hour: Int, _ minute: Int) -> Int { hour * 60 + minute }

    /// Who was taken off a site again, and how many working days ago.
    static let withdrawn = (who: "Ion", site: "Treppenhaus Waldstraße", workingDaysAgo: 4)

    // MARK: What payroll needs

    static let region = Region.saxony
    /// Who makes the payroll.
    static let bookkeeper = "Heike"

    /// How long those who work on sites are to work, from Monday to Sunday, in minutes: 37 hours.
    static let week = [465, 465, 465, 465, 360, 0, 0]
    /// The balance that each of them began with, in minutes.
    static let openings = ["Mehmet": 435, "Piotr": 90, "Lena": 510, "Tobias": -60, "Ion": 0]

    /// What the tax adviser supplied.
    static let payroll = (consultant: 1_234_567, client: 10_101)
    static let wageTypes: [WageKind: Int] = [
        .work: 1000, .travel: 1050, .vacation: 2000, .sick: 2100, .weather: 2200, .holiday: 2300, .other: 2400,
    ]
    static let costCentres = [
        "Badsanierung Südvorstadt": "26101", "Neubau Kita Sonnenhügel": "26102", "Treppenhaus Waldstraße": "26103",
        "Altbau Plagwitz, zwölf Bäder": "26090",
    ]
}
