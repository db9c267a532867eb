import Foundation
import HTTPTypes
import NIOCore

extension Route {
    /// `GET /constant`: a file's bytes, for `make bench`.
    /// - Throws: `SettingsError` if the file can't be read.
    static func constant(file: String) throws -> Route {
        guard let bytes = FileManager.default.contents(atPath: file) else {
            throw SettingsError("\(file) can't be read")
        }
        let answer = Answer(.ok, ByteBuffer(bytes: bytes), type: "application/json")
        return .fixed(
            "/constant", in: .server, .init("A file's bytes", "For make bench."),
            result: .text("application/json", "The bytes.")
        ) { answer }
    }
}
