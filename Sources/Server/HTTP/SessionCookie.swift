import Core
import HTTPTypes
import Storage

/// A cookie with a token, which keeps a browser signed in or identifies it to accounts. Scripts can't read it, and forms of other sites
/// don't send it.
struct SessionCookie: Sendable {
    let name: String
    private let attributes: String

    /// - Parameters:
    ///   - isHTTPS: whether this server has an HTTPS address: the cookie is then never sent over plain HTTP, and no other host of the
    ///     same domain can set it (`__Host-`, RFC 6265bis section 4.1.3.2).
    ///   - what: the token's purpose, as in the cookie's name.
    ///   - sameSite: whether links of other sites send it too (`Lax`) or not (`Strict`).
    init(isHTTPS: Bool, of what: String = "session", sameSite: String = "Lax") {
        name = isHTTPS ? "__Host-polier-\(what)" : "polier-\(what)"
        attributes = "; Path=/; HttpOnly; SameSite=\(sameSite)" + (isHTTPS ? "; Secure" : "")
    }

    func token(in headers: HTTPFields) -> Substring? {
        for header in headers[values: .cookie] {
            for pair in Substring(header).utf8.parts(by: ";") {
                let value = pair.dropFirst(name.utf8.count)
                if pair.starts(with: name.utf8), value.first == UInt8(ascii: "=") {
                    return Substring(value.dropFirst())
                }
            }
        }
        return nil
    }

    func set(_ token: Token, lasting: Duration) -> String { set(token.text, lasting: lasting) }

    func set(_ token: String, lasting: Duration) -> String {
        "\(name)=\(token)\(attributes); Max-Age=\(lasting.components.seconds)"
    }

    /// What browsers delete at the end of a session beside the cookie (`Clear-Site-Data`): HTTP caches. `"storage"` would also delete
    /// unsent work of other people on this device, and `"cookies"` those of all hosts of the domain; the app deletes its own data
    /// itself.
    static let clearedData = #""cache""#

    var clear: String { "\(name)=\(attributes); Max-Age=0" }
}

extension HTTPField.Name {
    static let clearSiteData = Self("Clear-Site-Data") ?? { preconditionFailure("not a header name") }()
}
