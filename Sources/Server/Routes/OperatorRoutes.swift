import Core
import HTTPTypes

/// Who runs this server: for the imprint and the privacy notice.
struct OperatorRoutes {
    let settings: OperatorSettings

    var routes: [Route] {
        let settings = settings
        return [
            .still(
                "/api/v1/operator",
                .init(
                    "Say who runs this server",
                    "As the operator's settings say, for the imprint and the privacy notice."),
                result: .one(OperatorSettings.self, .ok, "Who it is; null for what isn't set.")
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
        fields.text("name", name)
        fields.text("address", address)
        fields.text("email", email)
        fields.text("phone", phone)
        fields.text("details", details)
    }
}
