import ArgumentParser
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

    /// The error has the line's number but none of its text, which may be part of a password.
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

    /// Docker passes on everything before the line feed.
    @Test func carriageReturnsOfTheEnvironmentDontCount() throws {
        let settings = try Settings(
            flags: [:],
            environment: ["POLIER_LOG_LEVEL": "debug\r", "POLIER_HTTP_HOST": " [::1] ", "POLIER_HTTP_PORT": "1\r"])
        #expect(settings.logLevel == .debug && settings.httpHost == "::1" && settings.httpPort == 1)
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

    // MARK: The table

    /// With its flag and its default.
    @Test func theDocumentationHasALineForEach() throws {
        let files = [Repository.folder("README.md")] + (try Repository.files("docs", ending: ".md"))
        var documented: [String: (flags: String, fallback: String)] = [:]
        for file in files {
            for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            where line.hasPrefix("| POLIER_") {
                let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                    $0.trimmingCharacters(in: .whitespaces)
                }
                for name in cells[1].split(separator: ", ").map(String.init) {
                    #expect(documented[name] == nil, "\(name) has two lines")
                    documented[name] = (cells[2], cells[3])
                }
            }
        }
        #expect(Set(documented.keys) == Set(SettingTable.all.map(\.name)))
        for setting in SettingTable.all {
            guard let line = documented[setting.name] else { continue }
            // `--operator-name …` covers the flags of all operator settings.
            let isNamed = line.flags.contains("--" + setting.flagName) || line.flags == "--operator-name …"
            #expect(isNamed == (setting.flag != nil), "\(setting.name): \(line.flags)")
            if let fallback = setting.fallbackText { #expect(line.fallback == fallback, "\(setting.name)") }
        }
    }

    @Test func aFlagIsInHelpAndReachesItsSetting() throws {
        let flags = try ServeFlags.parse(["--idle-seconds", "7", "--public-url=https://polier.example.de"])
        #expect(
            flags.values == ["POLIER_IDLE_SECONDS": "7", "POLIER_PUBLIC_URL": "https://polier.example.de"])
        #expect(try Settings(flags: flags.values, environment: [:]).idle == .seconds(7))
        let help = ServeFlags.helpMessage(columns: 300)
        #expect(
            help.contains(
                "before it is closed, 5 to 86400; more than a proxy in front allows. [POLIER_IDLE_SECONDS, 930]"))
        for setting in SettingTable.all where setting.flag?.commands == .serve {
            #expect(help.contains("--\(setting.flagName) <\(setting.flagName)>"))
        }
        #expect(throws: (any Error).self) { try ServeFlags.parse(["--http-port", "1"]) }
    }

    @Test func aMistypedFlagOfATestIsRefused() {
        let error = #expect(throws: SettingsError.self) {
            try Settings(flags: ["POLIER_HTTP_PROT": "1"], environment: [:])
        }
        #expect(error?.description.hasPrefix("there is no setting POLIER_HTTP_PROT (in the flags)") == true)
    }

    private func settings(in bytes: Data) throws -> Settings {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let file = folder.path + "/polier.env"
        try bytes.write(to: URL(fileURLWithPath: file))
        return try Settings(flags: ["POLIER_CONFIG": file], environment: [:])
    }
}
