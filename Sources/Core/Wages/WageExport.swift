public import Storage

/// A payroll file that was made: kept with its hash, so that it can be shown later what was handed in, and what has changed since.
public struct WageExport: Stored {
    public typealias ID = Core.ID<WageExport>

    public enum Format: String, Column, CaseIterable {
        case lodas
        case lohnUndGehalt = "lohn-und-gehalt"
    }

    public internal(set) var id = ID()
    public internal(set) var month = Month(of: Day(daysSince1970: 0))
    public internal(set) var format = Format.lodas
    /// Whose hours a trial has; nil for everyone's.
    public internal(set) var user: User.ID?
    /// Nil for everyone's.
    public internal(set) var userName: String?
    public internal(set) var madeAt = Instant(milliseconds: 0)
    public internal(set) var madeBy = User.ID()
    public internal(set) var madeByName = ""
    /// Of the file's bytes, 64 hexadecimal digits.
    public internal(set) var sha256 = ""
    public internal(set) var people: Int64 = 0
    public internal(set) var lines: Int64 = 0

    package init() {}

    package init(
        id: ID, month: Month, format: Format, user: User.ID?, userName: String?, madeAt: Instant, madeBy: User.ID,
        madeByName: String, sha256: String, people: Int64, lines: Int64
    ) {
        (self.id, self.month, self.format) = (id, month, format)
        (self.user, self.userName) = (user, userName)
        (self.madeAt, self.madeBy, self.madeByName) = (madeAt, madeBy, madeByName)
        (self.sha256, self.people, self.lines) = (sha256, people, lines)
    }

    package static let table = "wage_exports"

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.column("month", .fixed, &month)
        try columns.column("format", .fixed, &format)
        try columns.column("user_id", .fixed, &user)
        try columns.column("made_at", .fixed, &madeAt)
        try columns.column("made_by", .fixed, &madeBy)
        try columns.column("sha256", .fixed, &sha256)
        try columns.column("people", .fixed, &people)
        try columns.column("lines", .fixed, &lines)
        columns.unread("amounts", .text, .exported)
        columns.unread("file", .text, .exported)
    }
}

/// What a payroll file would have, what is missing for it, and how it differs from the one that was made last.
public struct WageCheck: Sendable {
    /// The hours of a person and wage type in the last file and now, in hundredths; nil for none.
    public struct Difference: Sendable, Equatable {
        public let user: User.ID
        public let userName: String
        public let wageType: Int
        public let before: Int?
        public let now: Int?

        package init(user: User.ID, userName: String, wageType: Int, before: Int?, now: Int?) {
            (self.user, self.userName, self.wageType) = (user, userName, wageType)
            (self.before, self.now) = (before, now)
        }
    }

    public let month: Month
    public let format: WageExport.Format
    public let people: Int
    public let lines: Int
    /// At most `WageGap.most`.
    public let gaps: [WageGap]
    /// How many there are.
    public let gapCount: Int
    /// The file with everyone's hours that was made last for the month and the format; nil without one, and for a trial.
    public let previous: WageExport?
    /// By the people's names, at most `mostDifferences`; empty without a previous file.
    public let differences: [Difference]
    public let differenceCount: Int

    public static let mostDifferences = 1_000

    package init(
        month: Month, format: WageExport.Format, people: Int, lines: Int, gaps: [WageGap], gapCount: Int,
        previous: WageExport?, differences: [Difference]
    ) {
        (self.month, self.format, self.people, self.lines) = (month, format, people, lines)
        (self.gaps, self.gapCount, self.previous) = (gaps, gapCount, previous)
        self.differences = Array(differences.prefix(Self.mostDifferences))
        differenceCount = differences.count
    }
}

/// Why a payroll file can't be made or read.
public enum WageRefusal: String, RefusalCode {
    case notFound = "wage-export-not-found"
    case notReady = "export-not-ready"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .notReady: .conflict
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such payroll file."
        case .notReady: "{count} things are missing for this file: the fields name them."
        }
    }
}

extension WageExport: Addressable {
    public static let notFound = Refusal(WageRefusal.notFound)
}
