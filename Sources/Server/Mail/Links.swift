/// The addresses that letters and invitations lead to.
struct Links: Sendable {
    /// What they begin with, without a slash at the end.
    let publicURL: String
    /// Whether a token stands in the query, for front ends that read it there. Otherwise it stands in the fragment, which browsers
    /// send to no server and so no proxy writes into its log.
    var tokensInQuery = false

    /// - Parameter token: of an invitation or a forgotten password.
    func setPassword(_ token: String) -> String { link("set-password", token) }

    /// - Parameter token: of a founder's address.
    func verify(_ token: String) -> String { link("verify", token) }

    /// - Parameter token: of an address that is to hold.
    func confirmEmail(_ token: String) -> String { link("confirm-email", token) }

    /// - Parameter token: of an address that can be had back.
    func restoreEmail(_ token: String) -> String { link("restore-email", token) }

    /// The host of the server's address, for what must name one: but for an IPv6 address, which is written otherwise there.
    var host: String {
        let host = publicURL.split(separator: "/").dropFirst().first?.prefix { $0 != ":" } ?? ""
        return host.isEmpty || host.hasPrefix("[") ? "polier" : String(host)
    }

    private func link(_ page: String, _ token: String) -> String {
        "\(publicURL)/\(page)\(tokensInQuery ? "?" : "#")token=\(token)"
    }
}
