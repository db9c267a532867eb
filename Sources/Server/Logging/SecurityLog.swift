import Core
import Logging

/// Logs security events: ids, networks and codes, never an email address, a name or a secret.
struct SecurityLog: Sendable {
    let logger: Logger

    /// - Parameter times: how often it happened since the previous line.
    func write(_ event: SecurityEvent.Sighting, times: Int, requestID: String?) {
        var metadata: Logger.Metadata = ["event": .string(event.kind.rawValue), "times": .stringConvertible(times)]
        metadata["companyId"] = event.company.map { .string($0.text) }
        metadata["userId"] = event.user.map { .string($0.text) }
        metadata["sessionId"] = event.session.map { .string($0.text) }
        metadata["network"] = event.network.map { .string($0) }
        metadata["requestId"] = requestID.map { .string($0) }
        metadata["subjectId"] = event.subject.map { .string($0.text) }
        metadata["detail"] = event.detail.map { .string($0) }
        logger.log(level: event.kind == .signedIn ? .info : .notice, "security event", metadata: metadata)
    }
}
