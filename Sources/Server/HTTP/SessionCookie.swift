import Core
import HTTPTypes
import Hummingbird

/// A cookie with a token: the one that keeps a browser signed in, or the one by which accounts know a browser. No script of a page can read it, and other sites' forms don't send it.
struct SessionCookie: Sendable {
    let name: String
    private let attributes: String

    /// - Parameters:
    ///   - isHTTPS: whether people reach this server by https: then the cookie never goes over plain http, and no neighbour under the
    ///     same domain can set it (`__Host-`, RFC 6265bis section 4.1.3.2).
    ///   - what: the token's purpose, as it stands in the cookie's name.
    init(isHTTPS: Bool, of what: String = "session") {
        name = isHTTPS ? "__Host-polier-\(what)" : "polier-\(what)"
        attributes = "; Path=/; HttpOnly; SameSite=Lax" + (isHTTPS ? "; Secure" : "")
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

    func set(_ token: Token, lasting: Duration) -> String {
        "\(name)=\(token.text)\(attributes); Max-Age=\(lasting.components.seconds)"
    }

    /// What browsers are to forget at the end of a session beside the cookie (`Clear-Site-Data`): what HTTP caches hold. `"storage"` would
    /// take with it what other people on this device haven't sent yet, and `"cookies"` those of all neighbours under one domain; the app
    /// deletes what it keeps by itself.
    static let clearedData = #""cache""#

    var clear: String { "\(name)=\(attributes); Max-Age=0" }
}

extension HTTPField.Name {
    static let clearSiteData = Self("Clear-Site-Data") ?? { preconditionFailure("not a header name") }()
}
