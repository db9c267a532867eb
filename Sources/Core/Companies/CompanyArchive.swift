import Foundation
import Storage

/// The first line of a company's export.
struct ArchiveHead: Codable {
    static let format = "polier-company/1"

    let format: String
    let exportedAt: String
    let id: String
    let name: String
    /// For human readers.
    let address: String
    /// The address in its parts. Exports of earlier versions lack it, `version` and `updatedAt`.
    let addressParts: AddressParts?
    let timeZone: String
    let language: String
    /// Exports of earlier versions lack it.
    let breakRule: String?
    /// Null, and missing in exports of earlier versions.
    let region: String?
    let localHolidays: String?
    let secondFactorFor: String?
    let hoursKeptYears: Int64?
    let hoursFrom: String?
    let version: Int64?
    let createdAt: String
    let updatedAt: String?
    let suspendedAt: String?

    struct AddressParts: Codable {
        let streetNumber: String
        let street: String
        let city: String
        let postalCode: String
        let country: String
    }

    init(_ company: Company, at now: Instant) {
        format = Self.format
        exportedAt = now.text
        (id, name, address) = (company.id.text, company.name, company.address.text)
        addressParts = AddressParts(
            streetNumber: company.address.streetNumber, street: company.address.street, city: company.address.city,
            postalCode: company.address.postalCode, country: company.address.country)
        (timeZone, language) = (company.timeZone, company.language.rawValue)
        breakRule = company.breakRule.rawValue
        (region, localHolidays) = (company.region?.rawValue, company.localHolidays.text)
        secondFactorFor = company.secondFactorFor.rawValue
        (hoursKeptYears, hoursFrom) = (company.hoursKeptYears, company.hoursFrom?.text)
        version = company.version
        (createdAt, updatedAt) = (company.createdAt.text, company.updatedAt.text)
        suspendedAt = company.suspendedAt?.text
    }

    /// If only the text is known, all of it becomes the street, so that nothing is lost.
    var parsedAddress: Address {
        guard let parts = addressParts else {
            return Address(streetNumber: "", street: address, city: "", postalCode: "", country: "")
        }
        return Address(
            streetNumber: parts.streetNumber, street: parts.street, city: parts.city, postalCode: parts.postalCode,
            country: parts.country)
    }
}

/// A row of a company's export: its exported columns by their names, without `company_id`.
struct ArchiveLine: Codable {
    let table: String
    let row: [String: Cell]

    init(_ table: CompanyData, _ values: [SQLValue]) {
        self.table = table.name
        row = Dictionary(uniqueKeysWithValues: zip(table.columns.map(\.name), values.map(Cell.init)))
    }
}

/// The last line: the number of rows of each table. An export without it was truncated.
struct ArchiveEnd: Codable {
    let rows: [String: Int]
}

struct Cell: Codable {
    let value: SQLValue

    init(_ value: SQLValue) { self.value = value }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .null(.text)
        } else if let integer = try? container.decode(Int64.self) {
            value = .integer(integer)
        } else {
            value = .text(try container.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .text(let text): try container.encode(text)
        case .integer(let integer): try container.encode(integer)
        case .boolean(let boolean): try container.encode(boolean)
        case .bytes(let bytes): try container.encode(Data(bytes))
        case .null: try container.encodeNil()
        }
    }
}
