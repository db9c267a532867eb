import Core
import Foundation
import HTTPTypes
import NIOCore

struct CompanyRoutes {
    let companies: Companies
    let signedIn: SignedInRoutes

    private static let one = "/api/v1/companies/{companyId}"

    var routes: [Route] {
        let (companies, rows) = (companies, signedIn.rows)
        return [
            signedIn.list(
                "/api/v1/companies", in: .companies, .may(.listCompanies),
                .init("List companies", "For operators: all companies, oldest first."), by: .id()
            ) { (_, caller: AsThemselves, page) in try await companies.list(page, as: caller.actor) },
            signedIn.one(
                Self.one, in: .companies, .may(.readCompany),
                .init(
                    "Read a company",
                    """
                    Its name, address, settings and size. While `isAddressProven` is false the company can't mail or invite \
                    anyone, from `readOnlyFrom` on nothing can be changed in it, and after 30 days without a sign-in it is erased.
                    """)
            ) { (_, company: InCompany) in try await companies.get(in: company.scope) },
            signedIn.change(
                .patch, Self.one, in: .companies, .may(.changeCompany),
                .init("Change a company", "Fields that are left out stay unchanged."),
                refusals: [
                    .of(
                        AccountRefusal.confirmAgain,
                        "`hoursKeptYears` keeps hours for less long, or `secondFactorFor` asks others: both need a confirmation of the last ten minutes."
                    ),
                    .of(FactorRefusal.noSecretKey, "`secondFactorFor` asks for what no one could add."),
                ]
            ) { (call, company: InCompany, fields: CompanyFields) in
                try companies.change(fields.edit, if: call.precondition, in: company.scope)
            },
            signedIn.custom(
                .get, Self.one + "/export", in: .companies, .may(.copyCompany),
                .init(
                    "Export a company",
                    """
                    For operators. A file of JSON lines: a first line that describes it, each row as it is stored (instants in \
                    milliseconds since 1970 UTC, amounts in thousandths), and a last line with the number of rows, which shows \
                    whether the file is complete. It contains no passwords and no tokens. `polier company restore` imports it.
                    """),
                result: .text("application/x-ndjson", "The file."), confirmation: .needed, takes: .copy
            ) { (_, company: InCompany) in
                // First, so that an unknown company gets an answer and not a broken file.
                try await companies.checkExport(in: company.scope)
                return .download(
                    "polier-\(company.scope.company.text).ndjson", type: "application/x-ndjson"
                ) { writer in
                    try await companies.export(in: company.scope) { lines in
                        for piece in ByteBuffer(bytes: lines).pieces { try await writer.write(piece) }
                    }
                }
            },
            signedIn.custom(
                .put, Self.one + "/suspension", in: .companies, .may(.suspendCompany),
                .init(
                    "Suspend or resume a company",
                    """
                    For operators. While a company is suspended its people can't sign in, and their sessions are refused with \
                    `company-suspended`; they can only sign out, or set a password with a link that they were sent. Nothing is \
                    deleted or ended: once the company is resumed, their sessions work again.
                    """),
                request: RequestDescription(body: SuspensionFields.description, isConditional: true),
                result: .one(Company.self, .ok, "The updated resource."), confirmation: .needed
            ) { (call, company: InCompany) in
                let fields: SuspensionFields = try await RequestBody(of: call.request).read()
                return .one(
                    try await rows.make(
                        companies.suspend(fields.isSuspended, if: call.precondition, in: company.scope),
                        in: company.companyID))
            },
            signedIn.custom(
                .delete, Self.one, in: .companies, .may(.removeCompany),
                .init(
                    "Erase a company",
                    """
                    For operators. Permanently deletes every row of the company and returns the number of rows of each table; \
                    export it first. Its people are signed out before anything is deleted.
                    """),
                request: RequestDescription(isConditional: true),
                result: .one(Erasure.self, .ok, "The company was erased."), confirmation: .needed,
                refusals: [.of(CompanyRefusal.inUse)]
            ) { (call, company: InCompany) in
                .one(try await companies.erase(if: call.precondition, in: company.scope))
            },
        ]
    }
}

private struct SuspensionFields: BodyFields {
    let isSuspended: Bool

    init?(_ fields: inout FieldReader) {
        guard
            let isSuspended = fields.boolean(
                "isSuspended", "Whether the company is suspended from now on.", example: true)
        else { return nil }
        self.isSuspended = isSuspended
    }
}

private struct CompanyFields: BodyFields {
    let edit: Edit<Company>

    init?(_ fields: inout FieldReader) {
        var company = Edit<Company>()
        company.set(
            \.name,
            fields.changed("name") {
                $0.name("name", "The company's name.", of: .sender, example: "Fliesen Brandt GmbH")
            })
        company.set(
            \.address,
            fields.changed("address") { $0.address("address", "The company's address; all parts are replaced.") })
        let timeZone = fields.changed("timeZone") { $0.line("timeZone", .timeZone, max: 100, example: "Europe/Berlin") }
        if let timeZone, !TimeZone.knownTimeZoneIdentifiers.contains(timeZone), timeZone != "UTC" {
            fields.report("timeZone", .notTimeZone)
        }
        company.set(\.timeZone, timeZone)
        company.set(\.language, fields.changed("language") { $0.choice("language", .language) })
        company.set(\.breakRule, fields.changed("breakRule") { $0.choice("breakRule", .breakRule) })
        company.set(
            \.region,
            fields.clearable("region") { fields in
                fields.optional("region") { $0.choice("region", .region.and("Null for no holidays.")) as Region? }
            })
        company.set(
            \.hoursKeptYears,
            fields.clearable("hoursKeptYears") { fields in
                fields.optional("hoursKeptYears") {
                    $0.integer("hoursKeptYears", .hoursKeptYears, in: HourErasures.years, example: 10).map(Int64.init)
                }
            })
        company.set(
            \.secondFactorFor, fields.changed("secondFactorFor") { $0.choice("secondFactorFor", .secondFactorFor) })
        company.set(\.localHolidays, fields.changed("localHolidays") { $0.localHolidays() })
        edit = company
    }
}

extension FieldReader {
    fileprivate mutating func localHolidays() -> LocalHolidays? {
        let entries = objects("localHolidays", .localHolidays, max: LocalHolidays.most) {
            line -> LocalHolidays.Entry? in
            let day = line.day("day", "The day.", example: LocalHolidays.Entry.example.day)
            let name = line.line(
                "name", "Its name.", max: LocalHolidays.longestName, example: LocalHolidays.Entry.example.name)
            guard let day, let name else { return nil }
            return LocalHolidays.Entry(day, name)
        }
        return LocalHolidays(entries)
    }
}

extension LocalHolidays.Entry: Wire {
    static let schemaName = "LocalHoliday"
    static let example = LocalHolidays.Entry(Day(daysSince1970: 20_680), "Mariä Himmelfahrt")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.day("day", day, "The day.")
        fields.text("name", name, "Its name.")
    }
}

extension Meaning {
    static var region: Meaning { "The state of Germany whose statutory holidays hold, by its code of ISO 3166-2." }
    static var hoursKeptYears: Meaning {
        """
        For how many whole years hours are kept after the calendar year in which they were worked; null for ever. Older ones are erased \
        in the night, first in the one after this was set.
        """
    }
    fileprivate static var secondFactorFor: Meaning {
        "Who can do nothing before they have a second factor: `MANAGERS`, or `NONE`."
    }
    fileprivate static var localHolidays: Meaning {
        "Days that the company keeps as holidays besides; of several with the same day the first counts."
    }
}

extension Address: Wire {
    static let example = Example.address

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("streetNumber", streetNumber, "House number.")
        fields.text("street", street, "Street.")
        fields.text("city", city, "City.")
        fields.text("postalCode", postalCode, "Postal code.")
        fields.text("country", country, "Country.")
    }
}

extension Company: Wire {
    static let example = Company(
        id: Example.id(4), name: "Fliesen Brandt GmbH", address: Example.address, timeZone: "Europe/Berlin",
        language: .german, breakRule: .legal, siteCount: 3, userCount: 6, version: 2, createdAt: Example.morning,
        updatedAt: Example.evening)

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.text("name", name, "The company's name.")
        fields.text("address", address.text, "The address in one line.")
        fields.object("addressParts", address, "The same address in its parts.")
        fields.text("timeZone", timeZone, .timeZone)
        fields.choice("language", language, .language)
        fields.choice("breakRule", breakRule, .breakRule)
        fields.choice("region", orNull: region, .region.and("Null for no holidays."))
        fields.list("localHolidays", localHolidays.list, .localHolidays)
        fields.integer("hoursKeptYears", hoursKeptYears.map { Int(clamping: $0) }, .hoursKeptYears)
        fields.choice("secondFactorFor", secondFactorFor, .secondFactorFor)
        fields.day("hoursFrom", hoursFrom, "Hours of earlier days were erased by this rule; null if none were.")
        fields.integer("siteCount", siteCount, "Number of sites, without removed ones.")
        fields.integer("userCount", userCount, "Number of people, without removed ones.")
        fields.instant("createdAt", createdAt, .createdAt)
        fields.instant("updatedAt", updatedAt, .updatedAt)
        fields.boolean(
            "isAddressProven", unprovenSince == nil,
            "Whether the founder has confirmed their email address, or doesn't have to.")
        fields.instant(
            "readOnlyFrom", readOnlyFrom,
            "From when on nothing can be changed unless the address is confirmed; null if it is, or needn't be.")
        fields.instant("suspendedAt", suspendedAt, "Since when the company is suspended; null if it isn't.")
    }
}

extension Erasure: Wire {
    static let example = Erasure(company: Example.id(4), tables: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("companyId", company, "The company's id.")
        fields.list("erased", tables, "The number of rows that were deleted, by table.")
    }
}

extension Erasure.Emptied: Wire {
    static let schemaName = "ErasedTable"
    static let example = Erasure.Emptied(name: "sites", rows: 3)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("table", name, "The table's name.")
        fields.integer("rows", rows, "Number of rows that were deleted from it.")
    }
}

extension FieldReader {
    mutating func address(_ name: String, _ meaning: Meaning) -> Address? {
        object(name, meaning) { part in
            let example = Example.address
            let streetNumber = part.line("streetNumber", "House number.", max: 20, example: example.streetNumber)
            let street = part.line("street", "Street.", example: example.street)
            let city = part.line("city", "City.", example: example.city)
            let postalCode = part.line("postalCode", "Postal code.", max: 20, example: example.postalCode)
            let country = part.line("country", "Country.", max: 100, example: example.country)
            guard let streetNumber, let street, let city, let postalCode, let country else { return nil }
            return Address(
                streetNumber: streetNumber, street: street, city: city, postalCode: postalCode, country: country)
        }
    }
}
