/// A postal address, of a company or a site. Of a site any part may be missing, which is an empty text then.
public struct Address: Sendable, Equatable {
    /// Of a site that has none.
    public static let none = Address(streetNumber: "", street: "", city: "", postalCode: "", country: "")

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

    /// `Street 1, 12345 City, Country`, of the parts that are there; empty where none is.
    public var text: String {
        func joined(_ parts: [String], by separator: String) -> String {
            parts.filter { !$0.isEmpty }.joined(separator: separator)
        }
        return joined(
            [joined([street, streetNumber], by: " "), joined([postalCode, city], by: " "), country], by: ", ")
    }
}
