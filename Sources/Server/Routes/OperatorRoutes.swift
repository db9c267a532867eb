import Core
import HTTPTypes

/// The operator of this server, for the imprint and the privacy notice.
struct OperatorRoutes {
    let settings: OperatorSettings

    var routes: [Route] {
        let settings = settings
        return [
            .fixed(
                "/api/v1/operator", in: .server,
                .init(
                    "Read who operates this server",
                    "From the server's settings, for the imprint and the privacy notice."),
                result: .one(OperatorSettings.self, .ok, "The operator.")
            ) { .one(settings) }
        ]
    }
}

extension OperatorSettings: Wire {
    static let schemaName = "Operator"
    static let example = OperatorSettings(
        name: "Beispiel IT GmbH", address: "Werkstraße 1a, 50667 Köln, Deutschland", email: "hallo@polier.example",
        phone: "+49 221 123456", details: "Geschäftsführerin: Ada Kern\nAmtsgericht Köln, HRB 12345")

    func describe<Fields: FieldWriter & ~Copyable>(_ fields: inout Fields) {
        fields.text("name", name, "Name of the person or company; null if it isn't set.")
        fields.text("address", address, "Postal address in one line; null if it isn't set.")
        fields.text("email", email, "Email address; null if it isn't set.")
        fields.text("phone", phone, "Phone number; null if it isn't set.")
        fields.text(
            "details", details,
            "Other particulars that the law requires, such as representatives and registers, in lines; null if they aren't set."
        )
    }
}
