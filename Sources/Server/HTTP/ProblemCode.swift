import Core
import HTTPTypes

/// A stable name for why a request was refused or failed, with its HTTP status: a value of `code` of a problem.
struct ProblemCode: Sendable, Equatable {
    let name: String
    let status: HTTPResponse.Status
    /// In English, with the names of its values in braces.
    let sentence: String
    /// When a certain route refuses with this code, if the sentence doesn't say it.
    var when: String?

    static func of(_ code: some RefusalCode, _ when: String? = nil) -> ProblemCode {
        ProblemCode(name: code.rawValue, status: status(of: code.kind), sentence: code.sentence, when: when)
    }

    static func of(_ problem: RequestProblem, _ when: String? = nil) -> ProblemCode {
        ProblemCode(name: problem.rawValue, status: problem.status, sentence: problem.sentence, when: when)
    }

    static func status(of kind: Refusal.Kind) -> HTTPResponse.Status {
        switch kind {
        case .invalid: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .conflict: .conflict
        case .stale: .preconditionFailed
        case .keyReused: .unprocessableContent
        case .tooMany: .tooManyRequests
        case .busy: .serviceUnavailable
        }
    }

    /// Every code.
    static let all: [ProblemCode] = RefusalCodes.all.flatMap { codes(of: $0) } + RequestProblem.allCases.map { .of($0) }

    private static func codes(of type: any RefusalCode.Type) -> [ProblemCode] {
        func all<Code: RefusalCode>(_: Code.Type) -> [ProblemCode] { Code.allCases.map { .of($0) } }
        return all(type)
    }

    /// The names of its values.
    var values: [String] { sentence.placeholders }

    /// The `type` of a problem: the address of the code's page.
    static func type(_ name: String) -> String { "/problems/\(name)" }
}
