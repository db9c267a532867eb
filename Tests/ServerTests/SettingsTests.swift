import Foundation
import Logging
import Testing

@testable import Server

/// Settings as editors and tools of every system write them.
@Suite struct SettingsTests {
    private static let lines = [
        "# The settings of this server", "; another remark", "POLIER_HTTP_PORT = 9090 ", "",
        "\tPOLIER_OPERATOR_NAME='Fliesen Brandt'",
        "POLIER_OPERATOR_EMAIL=\"büro@brandt.example\"",
    ]

    @Test(arguments: ["\n", "\r\n", "\r"], ["", "\u{FEFF}"])
    func aFileMayHaveAnyLineEnds(_ end: String, _ mark: String) throws {
        let settings = try settings(in: Data((mark + Self.lines.joined(separator: end) + end).utf8))
        #expect(settings.httpPort == 9090)
        #expect(settings.operatedBy.name == "Fliesen Brandt")
        #expect(settings.operatedBy.email == "büro@brandt.example")
    }

    /// With the line's number and nothing of what stands there, which may be the rest of a password.
    @Test(arguments: ["POLIER_HTTP_PORT=1\r\ngeheim", "\r\n-geheim-=1", "#\r=geheim"])
    func aLineThatIsNoSettingIsNamedByItsNumber(_ text: String) throws {
        let error = #expect(throws: SettingsError.self) { try settings(in: Data(text.utf8)) }
        let sentence = try #require(error).description
        #expect(sentence.contains("line 2: a line must be NAME=VALUE") && !sentence.contains("geheim"), "\(sentence)")
    }

    @Test(arguments: [String.Encoding.utf16, .utf16LittleEndian, .isoLatin1])
    func aFileInAnotherEncodingIsRefused(_ encoding: String.Encoding) throws {
        let bytes = try #require("POLIER_OPERATOR_NAME=Büro\r\n".data(using: encoding))
        let error = #expect(throws: SettingsError.self) { try settings(in: bytes) }
        #expect(try #require(error).description.hasSuffix("must be text in UTF-8"))
    }

    /// Docker hands on what stands before the line feed.
    @Test func carriageReturnsOfTheEnvironmentDontCount() throws {
        let settings = try Settings(
            flags: [:],
            environment: ["POLIER_LOG_LEVEL": "debug\r", "POLIER_HTTP_HOST": " [::1] ", "POLIER_HTTP_PORT": "1\r"])
        #expect(settings.logLevel.level == .debug && settings.httpHost == "::1" && settings.httpPort == 1)
        #expect(settings.origins.publicURL == "http://[::1]:1")
    }

    @Test func aSecretsFileMayHaveAMarkAndALineEnd() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = folder.path + "/password"
        try Data("\u{FEFF}ein langes Passwort\r\n".utf8).write(to: URL(fileURLWithPath: file))
        let settings = try Settings(flags: [:], environment: ["POLIER_ADMIN_PASSWORD_FILE": file])
        #expect(settings.adminPassword == "ein langes Passwort")
    }

    private func settings(in bytes: Data) throws -> Settings {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = folder.path + "/polier.env"
        try bytes.write(to: URL(fileURLWithPath: file))
        return try Settings(flags: [.config: file], environment: [:])
    }
}
