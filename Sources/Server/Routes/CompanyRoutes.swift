import Core
import HTTPTypes

struct CompanyRoutes {
    let companies: Companies
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let companies = companies
        return [
            signedIn(.get, "/api/v1/companies/{companyId}") { call, actor in
                .one(try await companies.get(try call.id(0, "company"), as: actor), .company)
            }
        ]
    }
}

extension Shape<Address> {
    static let address = Shape(
        .text("streetNumber", \.streetNumber), .text("street", \.street), .text("city", \.city),
        .text("postalCode", \.postalCode), .text("country", \.country))
}

extension Shape<Company> {
    static let company = Shape(
        .text("id", \.id.text), .text("name", \.name), .text("address", \.address.text),
        .object("addressParts", .address, \.address), .text("timeZone", \.timeZone),
        .text("language", \.language.rawValue),
        .integer("siteCount", \.siteCount), .integer("userCount", \.userCount), .instant("createdAt", \.createdAt),
        .instant("updatedAt", \.updatedAt))
}

extension FieldReader {
    mutating func address(_ name: String) -> Address? {
        object(name) { part in
            let (streetNumber, street) = (part.line("streetNumber", max: 20), part.line("street"))
            let (city, postalCode) = (part.line("city"), part.line("postalCode", max: 20))
            let country = part.line("country", max: 100)
            guard let streetNumber, let street, let city, let postalCode, let country else { return nil }
            return Address(
                streetNumber: streetNumber, street: street, city: city, postalCode: postalCode, country: country)
        }
    }
}
