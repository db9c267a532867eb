import Core
import HTTPTypes

/// The cookies that a browser keeps for this server: of its session, of the browser itself, and of a phone that took a card.
struct BrowserCookies: Sendable {
    let session: SessionCookie
    let browser: SessionCookie
    let phone: SessionCookie
    let origins: Origins

    init(_ origins: Origins) {
        self.origins = origins
        session = SessionCookie(isHTTPS: origins.isHTTPS)
        browser = SessionCookie(isHTTPS: origins.isHTTPS, of: "browser")
        phone = SessionCookie(isHTTPS: origins.isHTTPS, of: "phone", sameSite: "Strict")
    }

    /// Where a request comes from, with its cookies if a page of this server made it. Browsers send cookies by themselves, so a request
    /// from another site's page must neither end a session nor pass for this browser.
    func origin(of call: Call) -> Accounts.Origin {
        var origin = call.origin
        guard origins.isSameSite(call.request.head) else { return origin }
        origin.isOwnPage = true
        origin.formerToken = session.token(in: call.request.headers)
        origin.browserToken = browser.token(in: call.request.headers)
        origin.phoneKey = phone.token(in: call.request.headers)
        return origin
    }

    /// The same for a request that may carry a phone's key itself, because it comes from no browser.
    /// - Parameter key: from the body.
    func origin(of call: Call, key: String?) -> Accounts.Origin {
        var origin = origin(of: call)
        if let key { origin.phoneKey = key[...] }
        return origin
    }

    /// The same for a request without a body, which may carry the key as its bearer token.
    /// - Throws: `AccountRefusal.malformedAuthorization`.
    func originWithBearer(of call: Call) throws -> Accounts.Origin {
        var origin = origin(of: call)
        if let key = try call.bearerToken {
            origin.phoneKey = key
        } else if call.request.method == .get {
            // Browsers send this cookie to no other site's page, and not all say where a GET comes from.
            origin.phoneKey = phone.token(in: call.request.headers)
        }
        return origin
    }
}
