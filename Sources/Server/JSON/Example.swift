import Core
import Storage

/// Values for the examples of the API's description.
enum Example {
    /// An id of the form that this server makes; the number distinguishes it from others.
    static func id<Noun>(_ number: Int, _: Noun.Type = Noun.self) -> ID<Noun> {
        let digits = String(number, radix: 16)
        let text = "01936b7e-5c2a-7d41-9f3e-" + String(repeating: "0", count: 12 - digits.count) + digits
        return ID(text) ?? { preconditionFailure("\(text) is not a UUID") }()
    }

    static let morning = instant("2026-11-23T06:58:12.000Z")
    static let evening = instant("2026-11-23T15:47:30.000Z")
    static let later = instant("2026-12-23T15:47:30.000Z")
    static let start = instant("2026-11-02T00:00:00Z").day
    static let address = Address(
        streetNumber: "87", street: "Karl-Liebknecht-Straße", city: "Leipzig", postalCode: "04275",
        country: "Deutschland")

    private static func instant(_ text: String) -> Instant {
        Instant(text) ?? { preconditionFailure("\(text) is not an instant") }()
    }
}
