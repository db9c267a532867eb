import Core
import HTTPTypes

struct CompanyRoutes {
    let companies: Companies
    let signedIn: SignedInRoutes

    var routes: [Route] {
        let companies = companies
        return [
            signedIn(.get, "/api/v1/companies/{companyId}") { call, actor in
                .one(try await companies.get(try call.id(0, "company"), as: actor))
            }
        ]
    }
}

extension Address: Wire {
    func describe(_ fields: inout JSONWriter) {
        fields.text("streetNumber", streetNumber)
        fields.text("street", street)
        fields.text("city", city)
        fields.text("postalCode", postalCode)
        fields.text("country", country)
    }
}

extension Company: Wire {
    func describe(_ fields: inout JSONWriter) {
        fields.id("id", id)
        fields.text("name", name)
        fields.text("address", address.text)
        fields.object("addressParts", address)
        fields.text("timeZone", timeZone)
        fields.text("language", language.rawValue)
        fields.integer("siteCount", siteCount)
        fields.integer("userCount", userCount)
        fields.instant("createdAt", createdAt)
        fields.instant("updatedAt", updatedAt)
    }
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
