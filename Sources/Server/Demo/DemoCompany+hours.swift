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
    }

    static let workingDays = [
        WorkingDay(who: "Mehmet", from: clock(6, 55), to: clock(15, 22), breaks: .clocked, unusual: [5]),
        WorkingDay(
            who: "Piotr", from: clock(7, 0), to: clock(15, 15), breaks: .stated, drives: true, holiday: 38...44,
            unusual: [3]),
        WorkingDay(
            who: "Lena", from: clock(7, 5), to: clock(15, 26), breaks: .clocked, holiday: 60...71, unusual: [4, 6]),
        WorkingDay(who: "Tobias", from: clock(6, 58), to: clock(15, 12), breaks: .byRule, unusual: [1]),
        WorkingDay(
            who: "Ion", from: clock(7, 2), to: clock(15, 18), breaks: .stated, holiday: 46...50, unusual: [2, 3, 7]),
    ]

    static func clock(_ hour: Int, _ minute: Int) -> Int { hour * 60 + minute }

    /// Who was taken off a site again, and how many working days ago.
    static let withdrawn = (who: "Ion", site: "Treppenhaus Waldstraße", workingDaysAgo: 4)
}
