/// The links in mails and invitations.
struct Links: Sendable {
    /// The start of each, without a slash at the end.
    let publicURL: String
    /// Whether the token is in the query, for front ends that read it there. Otherwise it is in the fragment, which browsers never send,
    /// so that no proxy logs it.
    var tokensInQuery = false

    /// - Parameter token: of an invitation or a forgotten password.
    func setPassword(_ token: String) -> String { link("set-password", token) }

    /// - Parameter token: of a founder's address.
    func verify(_ token: String) -> String { link("verify", token) }

    /// - Parameter token: of an address to be confirmed.
    func confirmEmail(_ token: String) -> String { link("confirm-email", token) }

    /// - Parameter token: of an address that can be restored.
    func restoreEmail(_ token: String) -> String { link("restore-email", token) }

    /// - Parameter token: of a card. Always in the fragment: no published front end reads cards.
    func card(_ token: String) -> String { "\(publicURL)/card#token=\(token)" }

    /// The app's start page, where a person sees their own clock.
    var start: String { "\(publicURL)/" }

    /// Where a person sees their absences, and the office those that wait for an answer.
    var absences: String { "\(publicURL)/absences" }

    /// Where managers see what holds for the company.
    var company: String { "\(publicURL)/company" }

    /// The host of the public address, for message ids and reports; IPv6 addresses are replaced, because they are written differently there.
    var host: String {
        let host = publicURL.split(separator: "/").dropFirst().first?.prefix { $0 != ":" } ?? ""
        return host.isEmpty || host.hasPrefix("[") ? "polier" : String(host)
    }

    private func link(_ page: String, _ token: String) -> String {
        "\(publicURL)/\(page)\(tokensInQuery ? "?" : "#")token=\(token)"
    }
}
