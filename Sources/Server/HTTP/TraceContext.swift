import HTTPTypes
import Logging

/// The trace that a request belongs to, where a proxy or client in front began one (W3C Trace Context, section 3.2).
struct TraceContext: Equatable {
    let trace: String
    let parent: String

    /// Nil where the header isn't there or not as the standard has it.
    init?(_ head: HTTPRequest) {
        guard let header = head.headerFields[.traceparent] else { return nil }
        let parts = header.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[0] != "ff", parts[1].count == 32, parts[2].count == 16,
            parts[0] != "00" || parts.count == 4, parts[3].count == 2,
            parts.prefix(4).joined().utf8.allSatisfy({ Self.digits.contains($0) }),
            parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" })
        else { return nil }
        (trace, parent) = (String(parts[1]), String(parts[2]))
    }

    private static let digits = Set("0123456789abcdef".utf8)

    var metadata: Logger.Metadata { ["traceId": .string(trace), "parentSpanId": .string(parent)] }
}

extension HTTPField.Name {
    fileprivate static let traceparent = Self("traceparent") ?? { preconditionFailure("not a header name") }()
}
