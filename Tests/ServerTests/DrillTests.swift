import Core
import Foundation
import Storage
import Testing

@testable import Server

/// Trial restores of backups, and the reports when a scheduled backup fails.
@Suite struct DrillTests {
    private static func polier(
        _ arguments: [String], _ url: String, in folder: TemporaryFolder, _ more: [String: String] = [:]
    ) async throws -> (
        code: Int32, output: String
    ) {
        // The drill's own folder, which is empty afterwards.
        try? FileManager.default.createDirectory(atPath: folder.path + "/tmp", withIntermediateDirectories: false)
        let environment = ["POLIER_DATABASE_URL": url, "TMPDIR": folder.path + "/tmp"]
        let result = try await Binary.run(arguments, environment: environment.merging(more) { $1 }, in: folder.path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/tmp").isEmpty)
        return result
    }

    private static func moments(_ url: String) async throws -> [Upkeep.Kind: Instant] {
        try await DirectAccess.at(url) { try await Upkeep($0.database).moments }
    }

    @Test(arguments: Engine.allCases)
    func theNewestBackupOfAFolderIsTried(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await TestServer.run(on: engine, at: url) { _ = try await World($0, mark: "Probe") }
            #expect(
                try await Self.polier(["check"], url, in: folder).output.contains(
                    "No backup has been restored on trial yet"))
            // A mistyped name says nothing about the backups.
            for name in ["kpet", "kept/no.backup.gz"] {
                let mistyped = try await Self.polier(["restore", "--drill", name], url, in: folder)
                #expect(
                    mistyped.code == 1 && mistyped.output == "polier: there is no file or directory \(name) to try\n",
                    "\(mistyped.output)")
            }
            #expect(try await Self.moments(url).isEmpty)
            let none = try await Self.polier(["restore", "--drill", "."], url, in: folder)
            #expect(none.code == 1 && none.output.contains("polier: there is no backup in ."), "\(none.output)")
            #expect(try await Self.moments(url).keys.sorted { $0.rawValue < $1.rawValue } == [.drillFailure])

            #expect(try await Self.polier(["backup", "--keep", "3", "kept"], url, in: folder).code == 0)
            let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder.path + "/kept").first)
            // Older backups, those of a clock that was ahead, and incomplete ones don't count as the latest.
            for other in [
                "2026-01-01T02-00-00Z.backup.gz", "2199-01-01T02-00-00Z.backup.gz",
                "2026-12-01T02-00-00Z.backup.gz.unfinished",
            ] {
                try Data("x".utf8).write(to: URL(fileURLWithPath: "\(folder.path)/kept/polier-\(other)"))
            }
            let before = try await DirectAccess.numbers("SELECT COUNT(*) FROM users", at: url)
            let tried = try await Self.polier(["restore", "--drill", "kept"], url, in: folder)
            #expect(tried.code == 0 && tried.output.contains("kept/\(name) can be restored: "), "\(tried.output)")
            #expect(!tried.output.contains("couldn't"))
            #expect(try await DirectAccess.numbers("SELECT COUNT(*) FROM users", at: url) == before)
            let moments = try await Self.moments(url)
            #expect(moments[.drill] ?? Instant(milliseconds: 0) > moments[.drillFailure] ?? Instant(milliseconds: 0))
            #expect(
                try await Self.polier(["check"], url, in: folder).output.contains(
                    "The last trial restore of a backup succeeded at 20"))

            // A file by its name, even an older one, and a damaged one.
            #expect(try await Self.polier(["restore", "--drill", "kept/\(name)"], url, in: folder).code == 0)
            let file = folder.path + "/kept/" + name
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            bytes[bytes.count / 2] ^= 0x40
            try bytes.write(to: URL(fileURLWithPath: file))
            let damaged = try await Self.polier(["restore", "--drill", "kept"], url, in: folder)
            #expect(damaged.code == 1 && damaged.output.contains("polier: "), "\(damaged.output)")
            #expect(
                try await Self.polier(["check"], url, in: folder).output.contains(
                    "A trial restore of a backup failed at 20"))
            let server = try await RunningServer(url: url, folder: folder)
            let metrics = try await server.client.get("/metrics").text
            for name in ["backup", "restore_drill", "restore_drill_failure"] {
                #expect(metrics.contains("polier_\(name)_timestamp_seconds 1"), "\(name)")
            }
            #expect(metrics.contains("polier_backup_failure_timestamp_seconds 0\n"))
            #expect(await server.terminate() == 0)
        }
    }

    /// A backup of an empty database can be restored, but isn't one of this database.
    @Test(arguments: Engine.allCases)
    func aBackupThatLacksPeopleIsNone(_ engine: Engine) async throws {
        try await CopyTests.withDatabases([engine, .sqlite]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            // The clock is in the past.
            try await TestServer.run(on: engine, at: urls[0]) { _ = try await World($0, mark: "Alt") }
            #expect(try await Self.polier(["migrate"], urls[1], in: folder).code == 0)
            #expect(try await Self.polier(["backup", "empty.gz"], urls[1], in: folder).code == 0)
            let tried = try await Self.polier(["restore", "--drill", "empty.gz"], urls[0], in: folder)
            #expect(
                tried.code == 1
                    && tried.output.contains(
                        "the backup holds 1 companies and 0 people, and the database has 2 and 4 from before"),
                "\(tried.output)")
            // Without a database only the backup is checked, and the output says that the result isn't recorded.
            let elsewhere = try await Self.polier(
                ["restore", "--drill", "empty.gz"], "sqlite:nowhere.sqlite", in: folder)
            #expect(
                elsewhere.code == 1 && elsewhere.output.contains("It couldn't be compared with the database")
                    && elsewhere.output.contains("The backup is good, but the database couldn't record it")
                    && !elsewhere.output.contains("misconfigured"),
                "\(elsewhere.output)")
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/nowhere.sqlite"))
        }
    }

    @Test func theCopyInTheStoreIsTriedToo() async throws {
        try await BackupStoreTests.withStore { folder, store, environment async throws in
            let url = environment["POLIER_DATABASE_URL"] ?? ""
            #expect(try await Self.polier(["backup", "--keep", "3", "kept"], url, in: folder, environment).code == 0)
            let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder.path + "/kept").first)
            for file in ["kept", "s3:\(name)"] {
                let tried = try await Self.polier(["restore", "--drill", file], url, in: folder, environment)
                #expect(tried.code == 0, "\(tried.output)")
                #expect(
                    tried.output.contains("Its copy in the store holds the same.") == (file == "kept"),
                    "\(tried.output)")
            }
            let object = "\(folder.path)/objects/backups/site-1/\(name)"
            #expect(try await Self.polier(["backup", "other.gz"], url, in: folder).code == 0)
            try Data(contentsOf: URL(fileURLWithPath: object)).dropLast(100).write(to: URL(fileURLWithPath: object))
            #expect(try await Self.polier(["restore", "--drill", "kept"], url, in: folder, environment).code == 1)
            try FileManager.default.removeItem(atPath: object)
            let gone = try await Self.polier(["restore", "--drill", "kept"], url, in: folder, environment)
            #expect(gone.code == 1 && gone.output.contains("404 NoSuchKey"), "\(gone.output)")
        }
    }

    /// Reported for a timer's command, but not for a mistyped one.
    @Test(arguments: Engine.allCases)
    func aBackupThatFailsIsNoted(_ engine: Engine) async throws {
        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            #expect(try await Self.polier(["migrate"], url, in: folder).code == 0)
            #expect(try await Self.polier(["backup", "no/such.gz"], url, in: folder).code == 1)
            #expect(try await Self.moments(url).isEmpty)
            let failed = try await Self.polier(["backup", "--keep", "3", "no/such"], url, in: folder)
            #expect(
                failed.code == 1
                    && failed.output.contains("the folder no/such for backups can't be made: No such file or directory"),
                "\(failed.output)")
            #expect(try await Array(Self.moments(url).keys) == [.backupFailure])
            #expect(try await Self.polier(["check"], url, in: folder).output.contains("A backup failed at 20"))
            #expect(try await Self.polier(["backup", "--keep", "3", "kept"], url, in: folder).code == 0)
            #expect(!(try await Self.polier(["check"], url, in: folder).output.contains("A backup failed at")))
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
        func report(_ settings: [String: String]...) async throws -> (code: Int32, output: String) {
            try await Binary.run(
                ["report-failure", "polier-backup.service"],
                environment: settings.reduce([:]) { $0.merging($1) { $1 } },
                in: folder.path)
        }

        // Without any settings it is still in the log, as an error for the journal.
        let alone = try await report(systemd)
        #expect(
            alone.code == 0 && alone.output.contains("<3>polier: polier-backup.service failed on "), "\(alone.output)")
        #expect(alone.output.contains("POLIER_OPERATOR_EMAIL is not set"))
        #expect(
            try await report(["POLIER_OPERATOR_EMAIL": "ada@kern.example"]).output.contains("No mail is sent: neither"))
        let wrong = try await report(["POLIER_NONSENSE": "1"])
        #expect(
            wrong.code == 1 && wrong.output.hasPrefix("polier: polier-backup.service failed on "), "\(wrong.output)")

        // Other errors in the settings, which may be the cause of the failure, don't prevent the mail.
        let settings = folder.path + "/wrong.env"
        try Data("no setting\nPOLIER_OPERATOR_EMAIL=ada@kern.example\n".utf8).write(to: URL(fileURLWithPath: settings))
        let amiss = try await report(mail, ["POLIER_CONFIG": settings, "POLIER_HTTP_PORT": "abc"])
        #expect(amiss.code == 0 && amiss.output.contains("Mailed ada@kern.example."), "\(amiss.output)")
        #expect(amiss.output.contains("wrong.env, line 1: a line must be NAME=VALUE"), "\(amiss.output)")
        #expect(relay.heard.count == 1)

        let sent = try await report(mail, systemd, ["POLIER_OPERATOR_EMAIL": "ada@kern.example"])
        #expect(sent.code == 0 && sent.output.contains("Mailed ada@kern.example."), "\(sent.output)")
        let letter = try #require(relay.heard.last)
        #expect(letter["to"] == ["ada@kern.example"] && letter["defects"] == [])
        #expect(letter["headers"]?["subject"]?.text?.hasPrefix("Polier: polier-backup.service failed on ") == true)
        #expect(letter["headers"]?["message-id"]?.text?.hasSuffix("@polier.kern.example>") == true)
        let text = letter["parts"]?["text/plain"]?.text ?? ""
        #expect(
            text.contains("(exit-code 1) at 20") && text.contains("journalctl --unit polier-backup.service"), "\(text)")

        let refused = try await report(mail, ["POLIER_OPERATOR_EMAIL": "bounce@kern.example"])
        #expect(
            refused.code == 1 && refused.output.contains("the mail to bounce@kern.example can't be sent: ")
                && refused.output.contains("550"), "\(refused.output)")
        #expect(!refused.output.contains("geheim"))
    }
}
