/// A postal address, of a company or a site.
public struct Address: Sendable, Equatable {
    public let streetNumber: String
    public let street: String
    public let city: String
    public let postalCode: String
    public let country: String

    public init(streetNumber: String, street: String, city: String, postalCode: String, country: String) {
        self.streetNumber = streetNumber
        self.street = street
        self.city = city
        self.postalCode = postalCode
        self.country = country
    }

    /// The columns in the order in which they are read and bound.
    static let columns: SQL = "street_number, street, city, postal_code, country"

    init(_ row: inout Row) throws {
        streetNumber = try row.next()
        street = try row.next()
        city = try row.next()
        postalCode = try row.next()
        country = try row.next()
    }

    /// `Street 1, 12345 City, Country`.
    public var text: String { "\(street) \(streetNumber), \(postalCode) \(city), \(country)" }
}
