import Core
import Foundation
import Testing

@testable import Server

/// Backups that are restored to see that they can be, and what is told when one of a timer's fails.
@Suite struct DrillTests {
    private static func polier(
        _ arguments: [String], _ url: String, in folder: TemporaryFolder, _ more: [String: String] = [:]
    ) throws -> (
        code: Int32, output: String
    ) {
        // A drill's folder of its own, which is empty when it is over.
        try? FileManager.default.createDirectory(atPath: folder.path + "/tmp", withIntermediateDirectories: false)
        let environment = ["POLIER_DATABASE_URL": url, "TMPDIR": folder.path + "/tmp"]
        let result = try Binary.run(arguments, environment: environment.merging(more) { $1 }, in: folder.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/tmp").isEmpty)
        return result
    }

    private static func moments(_ url: String) async throws -> [Upkeep.Kind: Instant] {
        try await Stock.at(url) { try await Upkeep($0.database).moments }
    }

    @Test(arguments: Engine.allCases)
    func theNewestBackupOfAFolderIsTried(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await TestServer.run(on: engine, at: url) { _ = try await World($0, mark: "Probe") }
            #expect(try Self.polier(["check"], url, in: folder).output.contains("No backup was restored on trial yet"))
            let none = try Self.polier(["restore", "--drill", "."], url, in: folder)
            #expect(none.code == 1 && none.output.contains("polier: there is no backup in ."), "\(none.output)")
            #expect(try await Self.moments(url).keys.sorted { $0.rawValue < $1.rawValue } == [.drillFailure])

            #expect(try Self.polier(["backup", "--keep", "3", "kept"], url, in: folder).code == 0)
            let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder.path + "/kept").first)
            // Older ones, those of a clock that was ahead, and what isn't complete aren't it.
            for other in [
                "2026-01-01T02-00-00Z.backup.gz", "2199-01-01T02-00-00Z.backup.gz",
                "2026-12-01T02-00-00Z.backup.gz.unfinished",
            ] {
                try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/kept/polier-\(other)"))
            }
            let before = try await Stock.numbers("SELECT COUNT(*) FROM users", at: url)
            let tried = try Self.polier(["restore", "--drill", "kept"], url, in: folder)
            #expect(tried.code == 0 && tried.output.contains("kept/\(name) can be restored: "), "\(tried.output)")
            #expect(!tried.output.contains("couldn't"))
            #expect(try await Stock.numbers("SELECT COUNT(*) FROM users", at: url) == before)
            let moments = try await Self.moments(url)
            #expect(moments[.drill] ?? Instant(milliseconds: 0) > moments[.drillFailure] ?? Instant(milliseconds: 0))
            #expect(try Self.polier(["check"], url, in: folder).output.contains("A backup was restored on trial at 20"))

            // One file by its name, also of an older one, and one that is damaged.
            #expect(try Self.polier(["restore", "--drill", "kept/\(name)"], url, in: folder).code == 0)
            let file = folder.path + "/kept/" + name
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            bytes[bytes.count / 2] ^= 0x40
            try bytes.write(to: URL(fileURLWithPath: file))
            let damaged = try Self.polier(["restore", "--drill", "kept"], url, in: folder)
            #expect(damaged.code == 1 && damaged.output.contains("polier: "), "\(damaged.output)")
            #expect(
                try Self.polier(["check"], url, in: folder).output.contains(
                    "A backup couldn't be restored when that was tried at 20"))
            let server = try await RunningServer(url: url, folder: folder)
            let metrics = try await server.client.get("/metrics").text
            for name in ["backup", "restore_drill", "restore_drill_failure"] {
                #expect(metrics.contains("polier_\(name)_timestamp_seconds 1"), "\(name)")
            }
            #expect(metrics.contains("polier_backup_failure_timestamp_seconds 0\n"))
            #expect(server.terminate() == 0)
        }
    }

    /// A backup of an empty database can be restored well, and is none of this one.
    @Test(arguments: Engine.allCases)
    func aBackupThatLacksPeopleIsNone(_ engine: Engine) async throws {
        try await CopyTests.withDatabases([engine, .sqlite]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            // Its clock stands in the past.
            try await TestServer.run(on: engine, at: urls[0]) { _ = try await World($0, mark: "Alt") }
            #expect(try Self.polier(["migrate"], urls[1], in: folder).code == 0)
            #expect(try Self.polier(["backup", "empty.gz"], urls[1], in: folder).code == 0)
            let tried = try Self.polier(["restore", "--drill", "empty.gz"], urls[0], in: folder)
            #expect(
                tried.code == 1
                    && tried.output.contains(
                        "the backup holds 1 companies and 0 people, and the database has 2 and 3 from before"),
                "\(tried.output)")
            // Where there is no database, only the backup is looked at, and the end says that nobody will know of it.
            let elsewhere = try Self.polier(["restore", "--drill", "empty.gz"], "sqlite:nowhere.sqlite", in: folder)
            #expect(
                elsewhere.code == 1 && elsewhere.output.contains("It couldn't be compared with the database")
                    && elsewhere.output.contains("The backup is good, but the database couldn't note it"),
                "\(elsewhere.output)")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/nowhere.sqlite"))
        }
    }

    @Test func theCopyInTheStoreIsTriedToo() async throws {
        try await BackupStoreTests.withStore { folder, store, environment async throws in
            let url = environment["POLIER_DATABASE_URL"] ?? ""
            #expect(try Self.polier(["backup", "--keep", "3", "kept"], url, in: folder, environment).code == 0)
            let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder.path + "/kept").first)
            for file in ["kept", "s3:\(name)"] {
                let tried = try Self.polier(["restore", "--drill", file], url, in: folder, environment)
                #expect(tried.code == 0, "\(tried.output)")
                #expect(
                    tried.output.contains("Its copy in the store holds the same.") == (file == "kept"),
                    "\(tried.output)")
            }
            let object = "\(folder.path)/objects/backups/site-1/\(name)"
            #expect(try Self.polier(["backup", "other.gz"], url, in: folder).code == 0)
            try Data(contentsOf: URL(fileURLWithPath: object)).dropLast(100).write(to: URL(fileURLWithPath: object))
            #expect(try Self.polier(["restore", "--drill", "kept"], url, in: folder, environment).code == 1)
            try FileManager.default.removeItem(atPath: object)
            let gone = try Self.polier(["restore", "--drill", "kept"], url, in: folder, environment)
            #expect(gone.code == 1 && gone.output.contains("404 NoSuchKey"), "\(gone.output)")
        }
    }

    /// A timer's, and not what an operator mistypes.
    @Test(arguments: Engine.allCases)
    func aBackupThatFailsIsNoted(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            #expect(try Self.polier(["migrate"], url, in: folder).code == 0)
            #expect(try Self.polier(["backup", "no/such.gz"], url, in: folder).code == 1)
            #expect(try await Self.moments(url).isEmpty)
            let failed = try Self.polier(["backup", "--keep", "3", "no/such"], url, in: folder)
            #expect(failed.code == 1 && failed.output.contains("no/such isn't a folder"), "\(failed.output)")
            #expect(try await Array(Self.moments(url).keys) == [.backupFailure])
            #expect(try Self.polier(["check"], url, in: folder).output.contains("A backup failed at 20"))
            #expect(try Self.polier(["backup", "--keep", "3", "kept"], url, in: folder).code == 0)
            #expect(!(try Self.polier(["check"], url, in: folder).output.contains("A backup failed at")))
        }
    }

    @Test func whatFailedIsReportedWithoutADatabase() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let relay = try Part("smtp_relay.py", ["127.0.0.1", "polier", "geheim"], folder: folder)
        defer { relay.stop() }
        let mail = [
            "POLIER_SMTP_URL": "smtp://polier:geheim@127.0.0.1:\(relay.port)",
            "POLIER_MAIL_FROM": "polier@kern.example",
            "POLIER_PUBLIC_URL": "https://polier.kern.example",
            "POLIER_DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
        ]
        let systemd = ["JOURNAL_STREAM": "1:2", "MONITOR_SERVICE_RESULT": "exit-code", "MONITOR_EXIT_STATUS": "1"]
        func report(_ settings: [String: String]...) throws -> (code: Int32, output: String) {
            try Binary.run(
                ["report-failure", "polier-backup.service"],
                environment: settings.reduce([:]) { $0.merging($1) { $1 } },
                in: folder.path)
        }

        // With nothing set it is in the log all the same, as an error to the journal.
        let alone = try report(systemd)
        #expect(
            alone.code == 0 && alone.output.contains("<3>polier: polier-backup.service failed on "), "\(alone.output)")
        #expect(alone.output.contains("POLIER_OPERATOR_EMAIL names no one"))
        #expect(try report(["POLIER_OPERATOR_EMAIL": "ada@kern.example"]).output.contains("No mail goes out: neither"))
        let wrong = try report(["POLIER_NONSENSE": "1"])
        #expect(
            wrong.code == 1 && wrong.output.hasPrefix("polier: polier-backup.service failed on "), "\(wrong.output)")

        // What else is wrong with the settings, which may be what failed, doesn't keep the mail.
        let settings = folder.path + "/wrong.env"
        try Data("no setting\nPOLIER_OPERATOR_EMAIL=ada@kern.example\n".utf8).write(to: URL(fileURLWithPath: settings))
        let amiss = try report(mail, ["POLIER_CONFIG": settings, "POLIER_HTTP_PORT": "abc"])
        #expect(amiss.code == 0 && amiss.output.contains("Mailed ada@kern.example."), "\(amiss.output)")
        #expect(amiss.output.contains("wrong.env, line 1: a line must be NAME=VALUE"), "\(amiss.output)")
        #expect(relay.heard.count == 1)

        let sent = try report(mail, systemd, ["POLIER_OPERATOR_EMAIL": "ada@kern.example"])
        #expect(sent.code == 0 && sent.output.contains("Mailed ada@kern.example."), "\(sent.output)")
        let letter = try #require(relay.heard.last)
        #expect(letter["to"] == ["ada@kern.example"] && letter["defects"] == [])
        #expect(letter["headers"]?["subject"]?.text?.hasPrefix("Polier: polier-backup.service failed on ") == true)
        #expect(letter["headers"]?["message-id"]?.text?.hasSuffix("@polier.kern.example>") == true)
        let text = letter["parts"]?["text/plain"]?.text ?? ""
        #expect(
            text.contains("(exit-code 1) at 20") && text.contains("journalctl --unit polier-backup.service"), "\(text)")

        let refused = try report(mail, ["POLIER_OPERATOR_EMAIL": "bounce@kern.example"])
        #expect(
            refused.code == 1 && refused.output.contains("the mail to bounce@kern.example can't be sent: ")
                && refused.output.contains("550"), "\(refused.output)")
        #expect(!refused.output.contains("geheim"))
    }
}
