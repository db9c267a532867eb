/// The operator of this server, whom the imprint and the privacy notice must name (in Germany section 5 of the
/// Digitale-Dienste-Gesetz).
struct OperatorSettings: Sendable {
    let name: String?
    let address: String?
    let email: String?
    let phone: String?
    /// Further details that the law requires, such as representatives, register and VAT numbers. Several lines.
    let details: String?
}
