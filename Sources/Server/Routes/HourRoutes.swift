import Core
import HTTPTypes
import Storage

struct HourRoutes {
    let check: HoursCheck
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let check = check
        return [
            signedIn.custom(
                .get, "/api/v1/companies/{companyId}/hours/verify", in: .times, .may(.verifyHours),
                .init(
                    "Verify hours",
                    """
                    Compares the hours with the company's chain of hashes: the links since the last daily comparison of everything, and \
                    at most \(HoursCheck.mostLinks) of them. A chain that holds proves that nothing was changed since a head that was \
                    kept elsewhere; not that the first entry was true.
                    """),
                result: .one(HoursCheck.Report.self, .ok, "What was found."), takes: .list
            ) { (_, company: InCompany) in
                .one(try await check.recent(in: company.scope))
            }
        ]
    }
}

extension HoursCheck.Report: Wire {
    static let schemaName = "HoursReport"
    static let example = HoursCheck.Report(
        company: Example.id(9), isSealed: true, links: 1_207,
        head: "49cd5a784abf2caad4b3a6323e571bd32c2374213ac34c4012eb667624de8d8e", from: 1_180, to: 1_207,
        broken: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.boolean("holds", holds, "Whether hours and chain agree, as far as they were compared.")
        fields.boolean(
            "sealed", isSealed,
            "Whether all hours have links: false for a short time after an update from a version that had no chain.")
        fields.integer("links", Int(clamping: links), "The number of links.")
        fields.text("head", head, "The hash of the last link: 64 hexadecimal digits; empty without links.")
        fields.integer(
            "checkedFrom", Int(clamping: from), "The last link of the daily comparison: links after it were compared.")
        fields.integer("checkedTo", Int(clamping: to), "The last link that was compared.")
        fields.object(
            "broken", ifThere: broken.first, "The first place at which the chain doesn't hold; left out if it holds.")
    }
}

extension HoursCheck.Broken: Wire {
    static let schemaName = "BrokenLink"
    static let example = HoursCheck.Broken(.entryChanged, number: 1_191, entry: Example.id(6))

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("entryId", entry, "The time entry's id; null if it isn't known.")
        fields.integer("number", number.map { Int(clamping: $0) }, "The link's number; null for hours without a link.")
        fields.choice(
            "reason", reason,
            """
            What is wrong. A link or the head: `link-missing`, `link-changed`, `head-missing`, `head-changed`. The hours: \
            `entry-changed` and `correction-changed`, `entry-missing` and `correction-missing`, `entry-unlinked` and \
            `correction-unlinked` (written without a link).
            """)
    }
}
