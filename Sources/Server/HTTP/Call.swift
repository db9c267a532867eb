import Core
import HTTPTypes
import Hummingbird

/// A request on its way to its route: what the path and the query say.
struct Call: Sendable {
    let request: Request
    let path: String
    private let parameters: [Substring]

    /// - Parameter parameters: the values of the route's `{places}`, from left to right.
    init(_ request: Request, path: String, parameters: [Substring]) {
        (self.request, self.path, self.parameters) = (request, path, parameters)
    }

    /// The id at the n-th place of the path, from 0. What isn't an id names nothing: it is not found.
    func id<Noun>(_ place: Int, _ noun: String) throws -> ID<Noun> {
        guard let id = ID<Noun>(String(parameters[place])) else { throw Refusal.notFound(noun) }
        return id
    }

    func query(_ name: String) -> String? { request.uri.queryParameters[Substring(name)].map(String.init) }

    /// `?limit=` and `?cursor=`.
    /// - Parameter key: reads a cursor; nil where it isn't one that we gave.
    func page<Key>(_ key: (String) -> Key?) throws -> PageRequest<Key> {
        var limit = PageRequest<Key>.largest
        if let text = query("limit") {
            guard let number = Int(text), (1...PageRequest<Key>.largest).contains(number) else {
                throw Refusal.invalid([.init("limit", "must be a whole number from 1 to \(PageRequest<Key>.largest)")])
            }
            limit = number
        }
        guard let cursor = query("cursor") else { return PageRequest(limit: limit, after: nil) }
        guard let after = key(cursor) else {
            throw Refusal.invalid([.init("cursor", "must be one that a Link header gave")])
        }
        return PageRequest(limit: limit, after: after)
    }

    /// The token of `Authorization: Bearer …`.
    func bearerToken() throws -> Substring {
        guard let header = request.headers.first(where: { $0.name == .authorization })?.value else {
            throw Refusal(.unauthenticated, "Sign in first: this needs an access token.")
        }
        guard let blank = header.firstIndex(of: " "), header[..<blank].lowercased() == "bearer" else {
            throw Refusal(.unauthenticated, "The Authorization header must be 'Bearer' and an access token.")
        }
        return header[header.index(after: blank)...]
    }
}
