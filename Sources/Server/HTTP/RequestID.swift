import Core
import HTTPTypes
import Synchronization

/// Names each request in the answer and in the log: a name of this process, and a count.
final class RequestIDs: Sendable {
    private let process: String
    private let count = Atomic<UInt64>(0)

    init(_ runtime: Runtime) {
        process = runtime.randomBytes(4).hexadecimal
    }

    /// The id that a proxy in front of us gave, where it is a plain one, else a new one.
    func id(for head: HTTPRequest) -> String {
        if let given = head.headerFields.first(where: { $0.name == .requestID })?.value,
            (1...64).contains(given.utf8.count),
            given.utf8.allSatisfy(Self.isPlain)
        {
            return given
        }
        return "\(process)-\(count.add(1, ordering: .relaxed).newValue)"
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
