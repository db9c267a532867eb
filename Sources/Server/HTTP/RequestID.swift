import Core
import HTTPTypes
import NIOCore
import Storage
import Synchronization

/// Identifies each request in its answer and in the log: a name of this process, and a count.
final class RequestIDs: Sendable {
    private let process: String
    private let proxies: TrustedProxies
    private let count = Atomic<UInt64>(0)

    /// - Parameter proxies: whose ids are adopted; everyone else's are ignored, so that no caller can use another's id.
    init(_ runtime: Runtime, proxies: TrustedProxies) {
        process = runtime.randomBytes(4).hexadecimal
        self.proxies = proxies
    }

    /// The id that a proxy in front of this server set, if it is a plain one; otherwise a new one.
    /// - Parameter peer: the other end of the connection.
    func id(for head: HTTPRequest, from peer: SocketAddress?) -> String {
        guard !proxies.isEmpty, let given = head.headerFields.first(where: { $0.name == .requestID })?.value,
            (1...64).contains(given.utf8.count), given.utf8.allSatisfy(Self.isPlain),
            let address = peer.flatMap({ IPAddress($0) }), proxies.contains(address)
        else { return next() }
        return given
    }

    func next() -> String {
        "\(process)-\(count.add(1, ordering: .relaxed).newValue)"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}

extension HTTPField.Name {
    static let requestID = Self("X-Request-Id") ?? { preconditionFailure("not a header name") }()
    static let link = Self("Link") ?? { preconditionFailure("not a header name") }()
}
