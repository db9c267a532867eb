import Core
import Foundation
import Testing

@testable import Server

/// Backups stored on another machine: a store that checks each signature, the real binary, and libcurl's own signing.
@Suite struct BackupStoreTests {
    private static let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCY"

    /// A database with some movements, and a store.
    static func withStore(
        failing failures: Int = 0, _ body: (TemporaryFolder, Part, _ environment: [String: String]) async throws -> Void
    ) async throws {
        try await Engine.sqlite.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await DirectAccess.fill(url, movements: 30_000)
            let store = try Part(
                "object_store.py", ["AKIDEXAMPLE", secret, "eu-central-1", folder.path + "/objects", "\(failures)"],
                folder: folder)
            defer { store.stop() }
            try await body(
                folder, store,
                [
                    "POLIER_DATABASE_URL": url, "POLIER_BACKUP_S3_REGION": "eu-central-1",
                    "POLIER_BACKUP_S3_URL": "http://127.0.0.1:\(store.port)/backups/site-1",
                    "POLIER_BACKUP_S3_ACCESS_KEY_ID": "AKIDEXAMPLE", "POLIER_BACKUP_S3_SECRET_ACCESS_KEY": secret,
                ])
        }
    }

    @Test func aBackupGoesThereAndComesBack() async throws {
        try await Self.withStore { folder, store, environment async throws in
            let taken = try await Binary.run(["backup", "--keep", "2", "."], environment: environment, in: folder.path)
            #expect(taken.code == 0, "\(taken.output)")
            let name = try #require(
                FileManager.default.contentsOfDirectory(atPath: folder.path).first { $0.hasSuffix(".backup.gz") })
            let stored = try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/objects/backups/site-1/\(name)"))
            #expect(stored == (try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)"))))
            #expect(stored.count > 200_000)
            #expect(store.heard.count == 1)

            let verified = try await Binary.run(["backup", "--verify", "s3:\(name)"], environment: environment)
            #expect(verified.code == 0 && verified.output.contains("Whole: "), "\(verified.output)")
            var other = environment
            other["POLIER_DATABASE_URL"] = "sqlite:restored.sqlite"
            let restored = try await Binary.run(["restore", "s3:\(name)"], environment: other, in: folder.path)
            #expect(restored.code == 0, "\(restored.output)")
            #expect(
                try await DirectAccess.numbers(
                    "SELECT COUNT(*) FROM movements", at: "sqlite:\(folder.path)/restored.sqlite")
                    == [30_000])
            // With spaces, umlauts and characters that have a meaning in URLs.
            let strange = "Sicherung für Büro & Lager #1 (50 %)+?.gz"
            #expect(try await Binary.run(["backup", strange], environment: environment, in: folder.path).code == 0)
            let fetched = try await Binary.run(["backup", "--verify", "s3:\(strange)"], environment: environment)
            #expect(fetched.code == 0 && fetched.output.contains("Whole: "), "\(fetched.output)")
            let missing = try await Binary.run(["restore", "s3:nowhere"], environment: other, in: folder.path)
            #expect(missing.code == 1 && missing.output.contains("it answered 404 NoSuchKey"), "\(missing.output)")
        }
    }

    @Test func aStoreThatIsBusyIsAskedAgain() async throws {
        try await Self.withStore(failing: 2) { folder, store, environment async throws in
            let taken = try await Binary.run(["backup", "b.gz"], environment: environment, in: folder.path)
            #expect(taken.code == 0, "\(taken.output)")
            #expect(store.heard.compactMap { $0["status"]?.number } == [503, 503, 200])
        }
    }

    /// The local files remain, no more of them than should be kept, and the secret isn't shown.
    @Test func anUploadThatFailsIsOneSentence() async throws {
        try await Self.withStore { folder, store, environment async throws in
            let old = folder.path + "/polier-2026-01-01T02-00-00Z.backup.gz"
            try "x".write(toFile: old, atomically: false, encoding: .utf8)
            for (setting, value, sentence) in [
                ("POLIER_BACKUP_S3_SECRET_ACCESS_KEY", "geheim", "it answered 403 SignatureDoesNotMatch"),
                ("POLIER_BACKUP_S3_REGION", "eu-west-1", "it answered 403 InvalidAccessKeyId"),
                ("POLIER_BACKUP_S3_URL", "http://127.0.0.1:1/backups", "Couldn't connect to server"),
            ] {
                let (code, output) = try await Binary.run(
                    ["backup", "--keep", "1", "."], environment: environment.merging([setting: value]) { $1 },
                    in: folder.path)
                #expect(code == 1 && output.contains(sentence), "\(output)")
                #expect(!output.contains("geheim") && !output.contains(Self.secret))
                let kept = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
                    $0.hasSuffix(".backup.gz")
                }
                #expect(kept.count == 1 && !FileManager.default.fileExists(atPath: old))
            }
            #expect(!FileManager.default.fileExists(atPath: folder.path + "/objects"))
            #expect(store.heard.count == 2)
            // A backup that didn't arrive at its destination doesn't count.
            #expect(try await Binary.run(["check"], environment: environment).output.contains("There is no backup yet"))
        }
    }

    @Test func whatCannotBeAStoreStopsTheStart() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let keys = ["POLIER_BACKUP_S3_ACCESS_KEY_ID": "k", "POLIER_BACKUP_S3_SECRET_ACCESS_KEY": "geheim"]
        for (environment, sentence) in [
            (keys, "backups go to a store with all of POLIER_BACKUP_S3_URL"),
            (
                ["POLIER_BACKUP_S3_URL": "https://s3.example/b"],
                "backups go to a store with all of POLIER_BACKUP_S3_URL"
            ),
            (keys.merging(["POLIER_BACKUP_S3_URL": "s3://b/p"]) { $1 }, "must look like https://ENDPOINT/BUCKET"),
            (
                keys.merging(["POLIER_BACKUP_S3_URL": "https://s3.example"]) { $1 },
                "must look like https://ENDPOINT/BUCKET"
            ),
            (keys.merging(["POLIER_BACKUP_S3_URL": "http://s3.example/b"]) { $1 }, "must begin with https://"),
            ([:], "s3:x is in a store, and POLIER_BACKUP_S3_URL is not set"),
        ] {
            let (code, output) = try await Binary.run(["restore", "s3:x"], environment: environment, in: folder.path)
            #expect(code == 1 && output.contains(sentence) && !output.contains("geheim"), "\(output)")
            #expect(output.split(separator: "\n").count == 1)
        }
    }
}
