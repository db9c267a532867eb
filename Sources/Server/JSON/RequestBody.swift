import Core
import Foundation
import HTTPTypes
import NIOCore
import Storage

/// The fields that a route reads from a request's JSON body. If the reader has problems, the value of `init` is ignored.
protocol BodyFields: Sendable {
    /// Whether the body may be missing.
    static var isOptional: Bool { get }
    /// Whether fields that aren't read are ignored: for bodies whose shape another service decides.
    static var allowsOthers: Bool { get }
    init?(_ fields: inout FieldReader) throws
}

extension BodyFields {
    static var isOptional: Bool { false }
    static var allowsOthers: Bool { false }

    /// The fields, for the API's description.
    static var description: ObjectDescription {
        var reader = FieldReader(nil, allowsOthers: allowsOthers)
        _ = try? Self(&reader)
        return reader.description
    }
}

/// For a route that takes no body.
struct NoFields: BodyFields {
    static var isOptional: Bool { true }
    init?(_ fields: inout FieldReader) {}
}

/// A request's body as it was received.
struct RequestBody: Sendable {
    /// The largest body that is read, in bytes; far more than any client sends.
    private static let largest = 256 * 1024

    let bytes: ByteBuffer
    private let contentType: String?

    /// - Throws: `Problem`, `.bodyTooLarge`, `.tooManyBodies` or `.bodyCutOff`; `CancellationError`.
    init(of request: Request) async throws {
        contentType = request.headers[.contentType]
        let tooLarge = Problem(.bodyTooLarge, ["max": .integer(Self.largest / 1024)])
        // The parser has checked that it is a number, but not that it has 64 bits at most.
        if let length = request.headers[.contentLength], Int(length).map({ $0 > Self.largest }) ?? true {
            throw tooLarge
        }
        do {
            bytes = try await request.body.collect(upTo: Self.largest)
        } catch is IncomingBody.TooLong {
            throw tooLarge
        } catch is IncomingBody.NoRoom {
            throw Problem(.tooManyBodies, headers: [.retryAfter: "5"])
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Problem(.bodyCutOff)
        }
    }

    /// Reads and checks the fields.
    /// - Throws: `Problem` for a body that isn't a JSON object, `Refusal` for wrong fields.
    func read<Fields: BodyFields>(_: Fields.Type = Fields.self) throws -> Fields {
        let data = bytes.readableBytes == 0 && Fields.isOptional ? Data("{}".utf8) : try json()
        try scan()
        let decoded: Decoded<Fields>
        do {
            decoded = try JSONDecoder().decode(Decoded<Fields>.self, from: data)
        } catch let DecodingError.dataCorrupted(context) {
            let reason = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
            throw Problem(.malformedJSON, ["reason": .text(reason ?? "it can't be read.")])
        } catch is DecodingError {
            throw Problem(.notAnObject)
        }
        guard decoded.problems.isEmpty, let value = decoded.value else { throw Refusal(fields: decoded.problems) }
        return value
    }

    private func json() throws -> Data {
        let wrongType = Problem(.wrongContentType)
        if let contentType, !Self.isJSON(contentType) { throw wrongType }
        if bytes.readableBytes == 0 { throw Problem(.bodyEmpty) }
        if contentType == nil { throw wrongType }
        guard String(validating: bytes.readableBytesView, as: UTF8.self) != nil else {
            throw Problem(.notUTF8)
        }
        return Data(bytes.readableBytesView)
    }

    private static func isJSON(_ contentType: String) -> Bool {
        let type = Substring(contentType).utf8.prefix { $0 != UInt8(ascii: ";") }.trimmed.map(\.smallASCII)
        return type.elementsEqual("application/json".utf8)
            || type.starts(with: "application/".utf8) && type.suffix(5).elementsEqual("+json".utf8)
    }

    /// Throws for a body that would take longer to decode than its length allows, or that the decoder would read differently.
    private func scan() throws {
        do throws(BodyScan.Finding) {
            try bytes.readableBytesView.withUnsafeBytes { bytes throws(BodyScan.Finding) in
                try BodyScan.check(bytes.bindMemory(to: UInt8.self))
            }
        } catch {
            let (digits, marks) = (BodyScan.longestNumber, MarkRun.longest)
            switch error {
            case .zeroByte: throw Problem(.malformedJSON, ["reason": .text("it holds a byte 0.")])
            case .tooDeep: throw Problem(.bodyTooDeep, ["max": .integer(BodyScan.deepest)])
            case .longNumber(let field?): throw Refusal(field, .tooLong, ["max": .integer(digits)])
            case .longNumber(nil): throw Problem(.numberTooLong, ["max": .integer(digits)])
            case .tooManyMarks(let field?): throw Refusal(field, .tooManyMarks, ["max": .integer(marks)])
            case .tooManyMarks(nil): throw Problem(.bodyMarks, ["max": .integer(marks)])
            case .strangeName(let field?): throw Refusal(Line.clean(field, max: 100), .unknownField)
            case .strangeName(nil): throw Problem(.fieldNameNotASCII)
            }
        }
    }
}

/// Passes the decoder's container to the fields while it is valid.
private struct Decoded<Fields: BodyFields>: Decodable {
    let value: Fields?
    let problems: [Refusal.Field]

    init(from decoder: any Decoder) throws {
        var reader = FieldReader(
            try decoder.container(keyedBy: FieldReader.Key.self), allowsOthers: Fields.allowsOthers)
        do {
            value = try Fields(&reader)
            reader.reportUnknown()
            problems = reader.problems
        } catch let refusal as Refusal {
            value = nil
            problems = reader.problems + refusal.fields
        }
    }
}
