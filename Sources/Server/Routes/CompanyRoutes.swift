import Core
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

struct CompanyRoutes {
    let companies: Companies
    let signedIn: SignedInRoutes

    private static let one = "/api/v1/companies/{companyId}"

    var routes: [Route] {
        let (companies, rows) = (companies, signedIn.rows)
        return [
            signedIn.list(
                "/api/v1/companies", .may(.listCompanies),
                .init("List companies", "For operators: all of them, in the order in which they came."), by: .id()
            ) { (_, caller: AsThemselves, page) in try await companies.list(page, as: caller.actor) },
            signedIn.one(
                Self.one, .may(.readCompany),
                .init(
                    "Read a company",
                    """
                    Its name, address, settings and size. `isAddressProven` is false until its founder has opened the link that \
                    was mailed to confirm their e-mail address: before that the company mails and invites no one, and from \
                    `readOnlyFrom` on nothing can be changed in it. It is erased after 30 days without a sign-in.
                    """)
            ) { (_, company: InCompany) in try await companies.get(in: company.scope) },
            signedIn.change(
                .patch, Self.one, .may(.changeCompany), .init("Change a company", "Takes any of the fields.")
            ) { (call, company: InCompany, fields: CompanyFields) in
                try companies.change(fields.edit, if: call.precondition, in: company.scope)
            },
            signedIn.other(
                .get, Self.one + "/export", .may(.copyCompany),
                .init(
                    "Take a copy of a whole company",
                    """
                    For operators. A file of lines of JSON: the first says what it is, then each row as it is stored \
                    (instants in milliseconds since 1970 UTC, amounts in thousandths), and the last counts the rows, so that \
                    a copy that was cut off shows. Passwords and tokens are not in it. `polier company restore` puts it back.
                    """),
                result: .text("application/x-ndjson", "The file."), confirmation: .needed, takes: .copy
            ) { (_, company: InCompany) in
                // First, so that a company that isn't there is an answer and not a broken file.
                try await companies.checkExport(in: company.scope)
                return .download(
                    "polier-\(company.scope.company.text).ndjson", type: "application/x-ndjson"
                ) { writer in
                    try await companies.export(in: company.scope) { lines in
                        for piece in ByteBuffer(bytes: lines).pieces { try await writer.write(piece) }
                    }
                }
            },
            signedIn.other(
                .put, Self.one + "/suspension", .may(.suspendCompany),
                .init(
                    "Suspend a company, or let it go on",
                    """
                    For operators. While it is suspended none of its people signs in, and their sessions are refused with \
                    `company-suspended`; they can only sign out, or set a password by a link that they were sent. Nothing is deleted or ended: once it goes on, so do \
                    their sessions.
                    """),
                request: RequestDescription(body: SuspensionFields.description, isConditional: true),
                result: .one(Company.self, .ok, "As it is now."), confirmation: .needed
            ) { (call, company: InCompany) in
                let fields: SuspensionFields = try await RequestBody(of: call.request).read()
                return .one(
                    try await rows.make(
                        companies.suspend(fields.isSuspended, if: call.precondition, in: company.scope),
                        in: company.companyID))
            },
            signedIn.other(
                .delete, Self.one, .may(.removeCompany),
                .init(
                    "Erase a company",
                    """
                    For operators. Deletes every row of the company, for ever, and answers with how many there were in each \
                    table; take a copy first. Its people are signed out before anything goes.
                    """),
                request: RequestDescription(isConditional: true),
                result: .one(Erasure.self, .ok, "Nothing of the company is left."), confirmation: .needed,
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
        guard let isSuspended = fields.boolean("isSuspended", example: true) else { return nil }
        self.isSuspended = isSuspended
    }
}

private struct CompanyFields: BodyFields {
    let edit: Companies.Edit

    init?(_ fields: inout FieldReader) {
        let name = fields.changed("name") { $0.name("name", of: .sender, example: "Fliesen Brandt GmbH") }
        let address = fields.changed("address") { $0.address("address") }
        let timeZone = fields.changed("timeZone") { $0.line("timeZone", max: 100, example: "Europe/Berlin") }
        if let timeZone, !TimeZone.knownTimeZoneIdentifiers.contains(timeZone), timeZone != "UTC" {
            fields.report("timeZone", .notTimeZone)
        }
        edit = Companies.Edit(
            name: name, address: address, timeZone: timeZone,
            language: fields.changed("language") { $0.choice("language") })
    }
}

extension Address: Wire {
    static let example = Example.address

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("streetNumber", streetNumber)
        fields.text("street", street)
        fields.text("city", city)
        fields.text("postalCode", postalCode)
        fields.text("country", country)
    }
}

extension Company: Wire {
    static let example = Company(
        id: Example.id(4), name: "Fliesen Brandt GmbH", address: Example.address, timeZone: "Europe/Berlin",
        language: .german, siteCount: 3, userCount: 6, version: 2, createdAt: Example.morning,
        updatedAt: Example.evening)

    var entityVersion: Int64? { version }

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id)
        fields.text("name", name)
        fields.text("address", address.text)
        fields.object("addressParts", address)
        fields.text("timeZone", timeZone)
        fields.choice("language", language)
        fields.integer("siteCount", siteCount)
        fields.integer("userCount", userCount)
        fields.instant("createdAt", createdAt)
        fields.instant("updatedAt", updatedAt)
        fields.boolean("isAddressProven", unprovenSince == nil)
        fields.instant("readOnlyFrom", readOnlyFrom)
        fields.instant("suspendedAt", suspendedAt)
    }
}

extension Erasure: Wire {
    static let example = Erasure(company: Example.id(4), tables: [.example])

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("companyId", company)
        fields.list("erased", tables)
    }
}

extension Erasure.Table: Wire {
    static let schemaName = "ErasedTable"
    static let example = Erasure.Table(name: "sites", rows: 3)

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("table", name)
        fields.integer("rows", rows)
    }
}

extension FieldReader {
    mutating func address(_ name: String) -> Address? {
        object(name) { part in
            let example = Example.address
            let streetNumber = part.line("streetNumber", max: 20, example: example.streetNumber)
            let (street, city) = (
                part.line("street", example: example.street), part.line("city", example: example.city)
            )
            let postalCode = part.line("postalCode", max: 20, example: example.postalCode)
            let country = part.line("country", max: 100, example: example.country)
            guard let streetNumber, let street, let city, let postalCode, let country else { return nil }
            return Address(
                streetNumber: streetNumber, street: street, city: city, postalCode: postalCode, country: country)
        }
    }
}
