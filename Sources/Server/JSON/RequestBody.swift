import Core
import Foundation
import Hummingbird
import NIOCore

/// What a route reads from a request's JSON body. `init` returns nil, or what it likes, where the reader has problems.
protocol BodyFields: Sendable {
    init?(_ fields: inout FieldReader) throws
}

extension BodyFields {
    /// The largest body that is read. Nothing a client sends comes near it.
    private static var largestBody: Int { 256 * 1024 }

    /// Reads and checks the body. Throws `Problem` for what isn't a JSON object of this size, `Refusal` for wrong fields.
    static func read(from request: Request) async throws -> Self {
        if let type = request.headers[.contentType], !isJSON(type) {
            throw Problem(.unsupportedMediaType, "The body must be JSON, with Content-Type application/json.")
        }
        let tooLarge = Problem(.contentTooLarge, "The body must have at most \(largestBody / 1024) KiB.")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > largestBody { throw tooLarge }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: largestBody)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch let error as CancellationError {
            throw error
        } catch {
            throw Problem(.badRequest, "The body ended early or its framing is malformed.")
        }
        if body.readableBytes == 0 { throw Problem(.badRequest, "The body is empty; it must be a JSON object.") }
        if request.headers[.contentType] == nil {
            throw Problem(.unsupportedMediaType, "The body must be JSON, with Content-Type application/json.")
        }

        guard String(validating: body.readableBytesView, as: UTF8.self) != nil else {
            throw Problem(.badRequest, "The body is not UTF-8.")
        }

        let decoded: Decoded<Self>
        do {
            decoded = try JSONDecoder().decode(Decoded<Self>.self, from: Data(body.readableBytesView))
        } catch let DecodingError.dataCorrupted(context) {
            let reason = (context.underlyingError as NSError?)?.userInfo[NSDebugDescriptionErrorKey] as? String
            throw Problem(.badRequest, "The body is not valid JSON\(reason.map { ": \($0)" } ?? ".")")
        } catch is DecodingError {
            throw Problem(.badRequest, "The body must be a JSON object.")
        }
        guard decoded.problems.isEmpty, let value = decoded.value else { throw Refusal.invalid(decoded.problems) }
        return value
    }

    private static func isJSON(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        return type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }
}

/// Hands the decoder's container to the fields while it is valid.
private struct Decoded<Fields: BodyFields>: Decodable {
    let value: Fields?
    let problems: [Refusal.Field]

    init(from decoder: any Decoder) throws {
        var reader = FieldReader(try decoder.container(keyedBy: FieldReader.Key.self))
        do {
            value = try Fields(&reader)
            problems = reader.problems
        } catch let refusal as Refusal {
            value = nil
            problems = reader.problems + refusal.fields
        }
    }
}
