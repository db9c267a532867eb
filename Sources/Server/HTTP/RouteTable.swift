import HTTPTypes

/// All routes, found by the segments of a path. A trailing slash is the same route; other empty
/// segments make another address.
struct RouteTable: Sendable {
    enum Match {
        case found(Route, parameters: [Substring])
        /// The path exists, but only with these methods.
        case wrongMethod(allowed: [HTTPRequest.Method])
        case none

        var route: Route? {
            if case .found(let route, _) = self { route } else { nil }
        }
    }

    private final class Node: Sendable {
        let literals: [(segment: [UInt8], node: Node)]
        let place: Node?
        let routes: [Route]

        /// - Parameter routes: each with the remaining segments of its path.
        init(_ routes: [(segments: ArraySlice<Substring>, route: Route)]) {
            self.routes = routes.filter { $0.segments.isEmpty }.map(\.route)
            let onward = routes.filter { !$0.segments.isEmpty }
            let places = onward.filter { $0.segments.first?.hasPrefix("{") == true }
            let literal = onward.filter { $0.segments.first?.hasPrefix("{") == false }
            place = places.isEmpty ? nil : Node(places.map { ($0.segments.dropFirst(), $0.route) })
            literals = Dictionary(grouping: literal) { $0.segments.first ?? "" }.map { segment, routes in
                (Array(segment.utf8), Node(routes.map { ($0.segments.dropFirst(), $0.route) }))
            }
        }
    }

    let routes: [Route]
    private let probes: [Route]
    private let root: Node

    init(_ routes: [Route]) {
        self.routes = routes
        probes = routes.filter(\.isProbe)
        root = Node(routes.map { ($0.path.split(separator: "/")[...], $0) })
    }

    /// The probe at this address; nil for another route.
    /// - Parameter target: the path with its query.
    func probe(_ method: HTTPRequest.Method, _ target: String) -> Route? {
        guard method == .get || method == .head else { return nil }
        var path = Substring(target).utf8.prefix { $0 != UInt8(ascii: "?") }
        if path.last == UInt8(ascii: "/") { path.removeLast() }
        return probes.first { $0.path.utf8.elementsEqual(path) }
    }

    func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
        var node = root
        var parameters: [Substring] = []
        var rest = path.utf8.dropFirst()
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            let segment = rest[..<end]
            rest = rest[end...].dropFirst()
            if let next = node.literals.first(where: { $0.segment.elementsEqual(segment) }) {
                node = next.node
            } else if let next = node.place {
                parameters.append(Substring(segment))
                node = next
            } else {
                return .none
            }
        }
        guard !node.routes.isEmpty else { return .none }
        let wanted = method == .head ? .get : method
        if let route = node.routes.first(where: { $0.method == wanted }) {
            return .found(route, parameters: parameters)
        }
        var allowed = node.routes.map(\.method)
        if allowed.contains(.get) { allowed.append(.head) }
        return .wrongMethod(allowed: allowed)
    }
}
