/// A postal address of a company or a site. Any part of a site's address may be missing; it is an empty text then.
public struct Address: Sendable, Equatable {
    /// The address of a site that has none.
    public static let none = Address(streetNumber: "", street: "", city: "", postalCode: "", country: "")

    public internal(set) var streetNumber: String
    public internal(set) var street: String
    public internal(set) var city: String
    public internal(set) var postalCode: String
    public internal(set) var country: String

    public init(streetNumber: String, street: String, city: String, postalCode: String, country: String) {
        self.streetNumber = streetNumber
        self.street = street
        self.city = city
        self.postalCode = postalCode
        self.country = country
    }

    /// `Street 1, 12345 City, Country`, from the parts that are known; empty if none is.
    public var text: String {
        func joined(_ parts: [String], by separator: String) -> String {
            parts.filter { !$0.isEmpty }.joined(separator: separator)
        }
        return joined(
            [joined([street, streetNumber], by: " "), joined([postalCode, city], by: " "), country], by: ", ")
    }
}
