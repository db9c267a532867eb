/// Who runs this server, as the law wants it told (in Germany section 5 of the Digitale-Dienste-Gesetz): the imprint and the
/// privacy notice name them.
struct OperatorSettings: Sendable {
    let name: String?
    let address: String?
    let email: String?
    let phone: String?
    /// Whatever else the law asks for: who represents it, its register and VAT numbers. Lines end with a line break or `\n`.
    let details: String?
}
