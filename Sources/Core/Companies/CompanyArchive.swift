import Foundation

/// The first line of a company's export.
struct ArchiveHead: Codable {
    static let format = "polier-company/1"

    let format: String
    let exportedAt: String
    let id: String
    let name: String
    /// For people.
    let address: String
    /// The same in its parts; exports of earlier versions lack them, and the two that follow.
    let addressParts: AddressParts?
    let timeZone: String
    let language: String
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
        version = company.version
        (createdAt, updatedAt) = (company.createdAt.text, company.updatedAt.text)
        suspendedAt = company.suspendedAt?.text
    }

    /// Whole where only the text is known, too: as its street.
    var parsedAddress: Address {
        guard let parts = addressParts else {
            return Address(streetNumber: "", street: address, city: "", postalCode: "", country: "")
        }
        return Address(
            streetNumber: parts.streetNumber, street: parts.street, city: parts.city, postalCode: parts.postalCode,
            country: parts.country)
    }
}

/// A row of a company's export: its columns but `company_id`, by their names.
struct ArchiveLine: Codable {
    let table: String
    let row: [String: Cell]

    init(_ table: CompanyData, _ values: [SQLValue]) {
        self.table = table.name
        row = Dictionary(uniqueKeysWithValues: zip(table.columns.map(\.name), values.map(Cell.init)))
    }
}

/// The last line, by which an export that was cut off is known.
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
