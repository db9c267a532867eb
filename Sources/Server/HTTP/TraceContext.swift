import Core
import HTTPTypes
import Logging

/// The trace that a request belongs to, if a proxy or client started one (W3C Trace Context, section 3.2).
struct TraceContext: Equatable {
    let trace: String
    let parent: String

    /// Nil if the header is missing or malformed.
    init?(_ head: HTTPRequest) {
        guard let header = head.headerFields[.traceparent] else { return nil }
        let parts = Substring(header).utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        let zero = UInt8(ascii: "0")
        guard parts.count >= 4, parts.prefix(4).map(\.count) == [2, 32, 16, 2], !parts[0].elementsEqual("ff".utf8),
            !parts[0].elementsEqual("00".utf8) || parts.count == 4,
            parts.prefix(4).joined().allSatisfy({ Self.digits.contains($0) }),
            parts[1].contains(where: { $0 != zero }), parts[2].contains(where: { $0 != zero })
        else { return nil }
        (trace, parent) = (String(Substring(parts[1])), String(Substring(parts[2])))
    }

    private static let digits = Set("0123456789abcdef".utf8)

    var metadata: Logger.Metadata { ["traceId": .string(trace), "parentSpanId": .string(parent)] }
}

extension HTTPField.Name {
    fileprivate static let traceparent = Self("traceparent") ?? { preconditionFailure("not a header name") }()
}
