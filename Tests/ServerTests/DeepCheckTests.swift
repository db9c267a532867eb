import Core
import Foundation
import Storage
import Testing

@testable import Server

/// `polier check --deep`, as an operator runs it.
@Suite struct DeepCheckTests {
    private static func check(_ url: String, _ settings: [String: String] = [:]) async throws -> (
        code: Int32, output: String
    ) {
        try await Binary.run(["check", "--deep"], environment: settings.merging(["POLIER_DATABASE_URL": url]) { $1 })
    }

    /// The line of a result, by its name.
    private static func line(_ name: String, _ output: String) -> String {
        output.split(separator: "\n").map(String.init).first { $0.contains(" \(name): ") }
            ?? "no line \(name): \(output)"
    }

    @Test(arguments: Engine.allCases)
    func aSoundDatabasePasses(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await DirectAccess.fill(url, movements: 1000)
            let (code, output) = try await Self.check(url)
            #expect(code == 0, "\(output)")
            #expect(Self.line("rows", output).hasPrefix("ok "), "\(output)")
            #expect(Self.line("foreign keys", output).hasPrefix("ok "), "\(output)")
            #expect(Self.line("encoding", output).contains(engine == .sqlite ? "UTF-8" : "UTF8"), "\(output)")
            #expect(Self.line("clock", output).hasPrefix("ok "), "\(output)")
            #expect(!output.contains("WRONG"), "\(output)")
            switch engine {
            case .sqlite:
                #expect(Self.line("file", output).hasPrefix("ok "), "\(output)")
                #expect(Self.line("disk", output).contains(" free "), "\(output)")
            case .postgres:
                #expect(Self.line("connections", output).hasPrefix("ok "), "\(output)")
                #expect(Self.line("disk", output).contains("can't be seen from here"), "\(output)")
            }
        }
    }

    /// `check` alone looks only at the schema, which is intact.
    @Test func damagedPagesAreFound() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/p.sqlite"
        try await DirectAccess.fill("sqlite:\(path)", movements: 5000)
        try Damage.overwrite(path, pages: try await Damage.pages(of: ["movements"], in: path))
        #expect(try await Binary.run(["check"], environment: ["POLIER_DATABASE_URL": "sqlite:\(path)"]).code == 0)
        let (code, output) = try await Self.check("sqlite:\(path)")
        #expect(code == 1, "\(output)")
        #expect(Self.line("file", output).hasPrefix("WRONG "), "\(output)")
        #expect(Self.line("rows", output).contains("movements: damaged after 0 rows"), "\(output)")
        // Their indexes still hold the rows.
        let keys = Self.line("foreign keys", output)
        #expect(
            keys.hasPrefix("WRONG ") && keys.contains("what refers to or from movements couldn't be checked"),
            "\(output)")
        #expect(output.contains("polier: "), "\(output)")
    }

    /// The catalog can't be read either: the check says so, and what else it could see.
    @Test func aFileWithoutACatalogIsToldToo() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/p.sqlite"
        try await DirectAccess.fill("sqlite:\(path)", movements: 10)
        try Damage.overwrite(path, from: 100, count: 3996)
        let (code, output) = try await Self.check("sqlite:\(path)")
        #expect(code == 1 && output.contains("p.sqlite' is damaged"), "\(output)")
        #expect(!output.contains("check --deep"), "it is what says so")
    }

    @Test(arguments: Engine.allCases)
    func rowsThatReferToNothingAreFound(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await DirectAccess.fill(url, movements: 10)
            switch engine {
            case .sqlite:
                try await DirectAccess.at(url) {
                    try await $0.database.executeAlone(Statement("PRAGMA foreign_keys = OFF"))
                    try await $0.run("DELETE FROM materials")
                }
            case .postgres:
                try await DirectAccess.at(url) {
                    try await $0.run("ALTER TABLE materials DISABLE TRIGGER ALL")
                    try await $0.run("DELETE FROM materials")
                }
            }
            let (code, output) = try await Self.check(url)
            #expect(code == 1, "\(output)")
            let line = Self.line("foreign keys", output)
            #expect(line.hasPrefix("WRONG ") && line.contains("10 rows of movements refer to materials"), "\(output)")
        }
    }

    @Test func aPoolThatNeverFitsIsFound() async throws {
        try await Engine.postgres.withDatabase { url in
            try await DirectAccess.fill(url, movements: 1)
            let role = "few_" + UUID().uuidString.lowercased().filter { $0 != "-" }
            try await DirectAccess.at(url) {
                try await $0.run("CREATE ROLE \(role) LOGIN PASSWORD 'few' CONNECTION LIMIT 5")
                try await $0.run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO \(role)")
            }
            var own = try #require(URLComponents(string: url))
            (own.user, own.password) = (role, "few")
            let (code, output) = try await Self.check(own.string ?? "")
            #expect(code == 1, "\(output)")
            let line = Self.line("connections", output)
            #expect(line.hasPrefix("WRONG ") && line.contains("5 ") && line.contains("10"), "\(output)")
            let less = try await Self.check(own.string ?? "", ["POLIER_DATABASE_POOL": "3"])
            #expect(less.code == 0, "\(less.output)")
            try await DirectAccess.at(url) {
                try await $0.run("DROP OWNED BY \(role)")
                try await $0.run("DROP ROLE \(role)")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func aClockThatIsBehindIsFound(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            try await DirectAccess.fill(url, movements: 1)
            try await DirectAccess.at(url) {
                try await $0.run("UPDATE schema_migrations SET applied_at = 4102444800000 WHERE version = 3")
            }
            let (code, output) = try await Self.check(url)
            let line = Self.line("clock", output)
            #expect(code == 1 && line.hasPrefix("WRONG ") && line.contains("2100-01-01"), "\(output)")
        }
    }
}
