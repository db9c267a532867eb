import Core
import HTTPTypes
import Storage

struct TransferRoutes {
    let transfers: Transfers
    let sites: Sites
    let signedIn: SignedInRoutes

    private static let company = "/api/v1/companies/{companyId}"

    var routes: [Route] {
        let (transfers, sites) = (transfers, sites)
        return [
            signedIn.change(
                .post, Self.company + "/transfers", in: .materials, .may(.moveMaterial),
                .init(
                    "Move material",
                    """
                    From one site, or the depot, to another: all lines or none. It arrives as the material of the same name and unit; \
                    one that isn't there is made. A foreman can move from a site they lead to another one they lead, or to the depot. \
                    `at` is when it happened, for work done offline.
                    """), status: .created,
                refusals: [
                    .of(MaterialRefusal.notEnough), .of(MaterialRefusal.tooMuch), .of(MaterialRefusal.notFound),
                    .of(MaterialRefusal.unitChanged), .of(MaterialRefusal.beforeMaterial),
                    .of(TransferRefusal.otherUnit), .of(SiteRefusal.notFound),
                    .of(SiteRefusal.foremenOnly),
                    .of(LimitRefusal.siteMaterials), .of(LimitRefusal.text),
                ]
            ) { (_, company: InCompany, fields: TransferFields) in
                try transfers.create(fields.transfer, in: company.scope)
            },
            signedIn.one(
                Self.company + "/transfers/{transferId}", in: .materials, .may(.readSites),
                .init(
                    "Read a transfer",
                    "By the `refId` of a movement; also what was moved when a site was finished."),
                size: .sometimesLarge
            ) { (call, company: InCompany) in try await transfers.get(try call.id("transferId"), in: company.scope) },
            signedIn.change(
                .post, Self.company + "/sites/{siteId}/finish", in: .sites, .may(.changeSites),
                .init(
                    "Finish a site",
                    """
                    Makes its status FINISHED, and moves all material that is left or records it as scrapped, in one act. No one gets a \
                    mail about what is running low because of it.
                    """),
                isLarge: true,
                refusals: [
                    .of(SiteRefusal.depotStays), .of(TransferRefusal.otherUnit), .of(TransferRefusal.tooMuchLeft),
                    .of(MaterialRefusal.notFound), .of(MaterialRefusal.tooMuch), .of(LimitRefusal.siteMaterials),
                    .of(LimitRefusal.text),
                ]
            ) { (_, site: OnSite, fields: FinishFields) in try sites.finish(fields.finish, on: site.scope) },
        ]
    }
}

private struct TransferFields: BodyFields {
    let transfer: NewTransfer

    init?(_ fields: inout FieldReader) {
        let from: Site.ID? = fields.id("fromSiteId", "The site that the material leaves.")
        let to: Site.ID? = fields.id("toSiteId", "The site that it goes to.")
        let lines = fields.objects(
            "lines", "What is moved, each material once.", max: MaterialTransfer.mostLines, isNeeded: true
        ) { line -> NewTransfer.Item? in
            let material: Material.ID? = line.id("materialId", .materialID)
            let amount = line.quantity(
                "amount", "How much, in the material's unit.", positive: true, example: TransferExample.amount)
            let unit = line.optional("unit") {
                $0.name(
                    "unit", "The unit that `amount` is in: refused if the material's is another one by now.", max: 50,
                    example: "Sack")
            }
            guard let material, let amount else { return nil }
            return NewTransfer.Item(material: material, amount: amount, unit: unit)
        }
        let note = fields.note("note", .transferNote, max: 1000, example: TransferExample.note)
        let at = fields.optional("at") { $0.instant("at", .happenedAt, example: Example.morning) }
        guard let from, let to else { return nil }
        transfer = NewTransfer(from: from, to: to, lines: lines, note: note, at: at)
    }
}

private struct FinishFields: BodyFields {
    static var isOptional: Bool { true }
    let finish: Finish

    init?(_ fields: inout FieldReader) {
        let rest = fields.optional("restTo") { fields -> Site.ID? in
            fields.id("restTo", "The site that all goes to that no line names; the depot by default.")
        }
        let lines = fields.objects(
            "lines", "What goes elsewhere, each material once.", max: Finish.mostMaterials
        ) { line -> Finish.Item? in
            let material: Material.ID? = line.id("materialId", .materialID)
            let site = line.optional("toSiteId") { line -> Site.ID? in
                line.id("toSiteId", "The site that it goes to, unless it is scrapped.")
            }
            let reason = line.note(
                "scrap", "Why it is thrown away, unless it goes to a site.", max: 1000, example: "Angebrochen")
            line.leaveOutOfExample("scrap")
            if (site == nil) == (reason == nil), !line.isDescribing {
                line.report("toSiteId", .oneOfTwo, ["other": .text("scrap")])
            }
            guard let material else { return nil }
            if let site { return Finish.Item(material: material, destination: .site(site)) }
            return reason.map { Finish.Item(material: material, destination: .scrap($0)) }
        }
        let note = fields.note("note", .transferNote, max: 1000, example: TransferExample.note)
        let at = fields.optional("at") { $0.instant("at", .happenedAt, example: Example.morning) }
        finish = Finish(rest: rest, lines: lines, note: note, at: at)
    }
}

private enum TransferExample {
    static let amount = Quantity(thousandths: 2_500)
    static let note = "Mit dem Transporter"
}

extension Meaning {
    fileprivate static var transferNote: Meaning { "What it is for, in any number of lines." }
}

extension MaterialTransfer: Wire {
    static let schemaName = "Transfer"
    static let example: MaterialTransfer = {
        let depot = Place(site: Example.id(7), name: "Lager")
        return MaterialTransfer(
            id: Example.id(6), from: depot, to: Place(site: Example.id(2), name: "Badsanierung Südvorstadt"),
            note: TransferExample.note, user: Example.id(1), userName: "Lena Vogt", at: Example.morning,
            createdAt: Example.evening, lines: [.example])
    }()

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("id", id, .id)
        fields.id("fromSiteId", from.site, "The site that the material left.")
        fields.text("fromSiteName", from.name, .siteName)
        fields.id(
            "toSiteId", to?.site, "The site that all of it went to; null if it went to several, or was thrown away.")
        fields.text("toSiteName", to?.name, "That site's name, even after it was removed.")
        fields.text("note", note, "What it was for; null without a note.")
        fields.id("userId", user, "The id of the person who moved it.")
        fields.text("userName", userName, .userName)
        fields.instant("at", at, "When it happened.")
        fields.instant("createdAt", createdAt, "When it was recorded: later than `at` for work done offline.")
        fields.list("lines", lines, "What was moved.")
    }
}

extension MaterialTransfer.Item: Wire {
    static let schemaName = "TransferLine"
    static let example = MaterialTransfer.Item(
        material: Example.id(3), name: "Flexkleber C2TE", unit: "Sack", amount: TransferExample.amount,
        left: Quantity(thousandths: 21_500),
        arrival: .init(
            .init(site: Example.id(2), name: "Badsanierung Südvorstadt"), material: Example.id(8),
            amount: Quantity(thousandths: 4_500)))

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.id("materialId", material, "The material that it was taken from.")
        fields.text("materialName", name, "The material's name at that time.")
        fields.text("unit", unit, .unit)
        fields.quantity("amount", amount, "How much was moved, in `unit`.")
        fields.quantity("amountLeft", left, "How much was left, in `unit`.")
        fields.id("toSiteId", arrival?.place.site, "The site that it went to; null if it was thrown away.")
        fields.text("toSiteName", arrival?.place.name, "That site's name, even after it was removed.")
        fields.id("toMaterialId", arrival?.material, "The material there; null if it was thrown away.")
        fields.quantity(
            "amountThere", arrival?.amount, "How much was there afterwards, in `unit`; null if it was thrown away.")
    }
}
