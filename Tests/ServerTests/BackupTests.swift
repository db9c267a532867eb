import Core
import Foundation
import Storage
import Testing

@testable import Server

/// `polier backup` and `polier restore`, as an operator runs them.
@Suite struct BackupTests {
    private static func backUp(_ url: String, _ arguments: [String], in folder: TemporaryFolder) async throws -> (
        code: Int32, output: String
    ) {
        try await Binary.run(["backup"] + arguments, environment: ["POLIER_DATABASE_URL": url], in: folder.path)
    }

    private static func check(_ url: String) async throws -> String {
        try await Binary.run(["check"], environment: ["POLIER_DATABASE_URL": url]).output
    }

    static func restore(_ file: String, _ url: String) async throws -> (code: Int32, output: String) {
        try await Binary.run(["restore", file], environment: ["POLIER_DATABASE_URL": url])
    }

    @Test(arguments: Engine.allCases)
    func aBackupGoesIntoEitherEngine(_ engine: Engine) async throws {
        try await CopyTests.withDatabases([engine, .sqlite, .postgres]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await TestServer.run(on: engine, at: urls[0]) { _ = try await World($0, mark: "Größe") }
            let file = folder.path + "/today.gz"
            // A file that another user left here grants no one the right to read.
            #expect(
                FileManager.default.createFile(
                    atPath: file + ".unfinished", contents: Data("x".utf8), attributes: [.posixPermissions: 0o666]))
            let taken = try await Self.backUp(urls[0], [file], in: folder)
            #expect(taken.code == 0 && taken.output.hasPrefix("Backed up "), "\(taken.output)")
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["today.gz"])
            #expect(try await Self.check(urls[0]).contains("The last backup was taken at 20"))
            let verified = try await Binary.run(["backup", "--verify", file])
            let latest = try #require(Repository.migrations.last)
            #expect(
                verified.code == 0 && verified.output.contains("schema \(latest)"),
                "\(verified.output)")
            // A timer has run here already: the database is still empty, and keeps its record.
            #expect(try await Binary.run(["migrate"], environment: ["POLIER_DATABASE_URL": urls[2]]).code == 0)
            #expect(try await Self.backUp(urls[2], [folder.path + "/empty.gz"], in: folder).code == 0)
            for (url, note) in zip(urls.dropFirst(), ["There is no backup yet", "The last backup was taken at 20"]) {
                let restored = try await Self.restore(file, url)
                #expect(restored.code == 0, "\(restored.output)")
                #expect(CopyTests.hashes(restored.output) == CopyTests.hashes(verified.output))
                #expect(try await Self.restore(file, url).output.hasPrefix("polier: the target isn't empty"))
                #expect(try await Self.check(url).contains(note))
            }
            // The restored database equals the original: the engines' own copy compares the same hashes.
            let again = folder.path + "/again.gz"
            #expect(try await Self.backUp(urls[2], [again], in: folder).code == 0)
            #expect(
                try await CopyTests.hashes(Binary.run(["backup", "--verify", again]).output)
                    == CopyTests.hashes(verified.output))
        }
    }

    /// Three backups while eight people take and add: each is a snapshot of one moment, whatever happens while it is written.
    @Test(.timeLimit(.minutes(3)), arguments: Engine.allCases)
    func aBackupWhilePeopleWorkIsOneMoment(_ engine: Engine) async throws {
        try await CopyTests.withDatabases([engine, .sqlite, .postgres, .sqlite]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let server = try await RunningServer(url: urls[0], folder: folder)
            let company = try await TestCompany.register(server.client)
            let site = try await company.site()
            var materials: [String] = []
            for _ in 0..<4 { materials.append(try await company.material(site, amount: "1000")) }
            // In the order of the tables between materials and movements, so that reading takes a while there.
            try await DirectAccess.at(urls[0]) { direct async throws in
                try await direct.run(
                    """
                    INSERT INTO sessions (company_id, id, user_id, token_hash, created_at, expires_at)
                    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 20000)
                    SELECT company_id, 'session ' || n, id, $1, 0, 9999999999999 FROM numbers, users
                    """, [.bytes([0])])
            }
            let (paths, manager) = (materials, company.manager)
            let goesOn = Flag()
            let files = ["a", "b", "c"].map { folder.path + "/\($0).gz" }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        while goesOn.isUp {
                            let delta = writer % 2 == 0 ? "2" : "-1"
                            let path = paths[writer % paths.count] + "/adjust-quantity"
                            let reply = try await manager.post(path, "{\"delta\": \(delta)}")
                            #expect(reply.status == 200)
                        }
                    }
                }
                for file in files {
                    try await Task.sleep(for: .milliseconds(400))
                    let url = urls[0]
                    let taken = try await Self.backUp(url, [file], in: folder)
                    #expect(taken.code == 0, "\(taken.output)")
                }
                goesOn.lower()
                try await group.waitForAll()
            }
            #expect(await server.terminate() == 0)

            var counts: [Int64] = []
            for (file, url) in zip(files, urls.dropFirst()) {
                #expect(try await Self.restore(file, url).code == 0)
                try await DirectAccess.at(url) { direct async throws in
                    counts += try await direct.numbers("SELECT COUNT(*) FROM movements")
                    let wrong = try await direct.texts(
                        """
                        SELECT m.id FROM materials m WHERE m.amount <> (SELECT SUM(v.delta) FROM movements v
                            WHERE v.company_id = m.company_id AND v.site_id = m.site_id AND v.material_id = m.id)
                        """)
                    #expect(wrong.isEmpty, "an amount isn't the sum of its movements")
                }
            }
            #expect(counts[0] < counts[1] && counts[1] < counts[2], "no one worked meanwhile: \(counts)")
            let restored = try await RunningServer(url: urls[2], folder: folder)
            _ = try await TestCompany.signIn(restored.client, email: company.email)
            #expect(await restored.terminate() == 0)
        }
    }

    /// A backup of an earlier release becomes a database of this one; for one of a later release, the error names that release.
    @Test(arguments: Engine.allCases)
    func anOlderSchemaIsBroughtUpToDateAndANewerOneRefused(_ engine: Engine) async throws {
        try await CopyTests.withDatabases([engine, engine, engine, engine]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let (old, new) = (folder.path + "/old.gz", folder.path + "/new.gz")
            let embedded = try Migration.embedded()
            try await DirectAccess.at(urls[0]) { direct async throws in
                _ = try await Migrator(direct.database, migrations: [embedded[0]]).migrate()
                try await direct.run("UPDATE companies SET name = 'Betreiber'")
            }
            let taken = try await Self.backUp(urls[0], [old], in: folder)
            #expect(taken.code == 0 && taken.output.contains("The database couldn't note it"), "\(taken.output)")
            #expect(try await Self.restore(old, urls[1]).code == 0)
            try await DirectAccess.at(urls[1]) { direct async throws in
                #expect(try await direct.texts("SELECT name FROM companies") == ["Betreiber"])
                #expect(try await direct.numbers("SELECT COUNT(*) FROM mails") == [0])
                #expect(try await Migrator(direct.database, migrations: embedded).state() == .fits)
            }
            let latest = try #require(Repository.migrations.last)
            #expect(
                try await Self.restore(old, urls[1]).output.contains(
                    "the target's schema is at \(latest), which can't become"))

            let later = try Migration(
                file: "9999_later.sql", text: "-- polier: runs-with 1\nCREATE TABLE l (id BIGINT PRIMARY KEY);")
            try await DirectAccess.at(urls[2]) { direct async throws in
                _ = try await Migrator(direct.database, migrations: embedded + [later]).migrate()
            }
            #expect(
                try await Self.backUp(urls[2], [new], in: folder).code == 0, "an old server's timer goes on working")
            let refused = try await Self.restore(new, urls[3])
            #expect(
                refused.output == """
                    polier: the backup's schema is at 9999_later, which this polier doesn't know: restore it with polier \
                    \(Release.version) or a later one

                    """)
        }
    }

    @Test func theLatestStayAndNothingElseIsTouched() async throws {
        try await Engine.sqlite.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await DirectAccess.fill(url, movements: 1)
            let old = (1...3).map { "polier-2026-01-0\($0)T02-00-00Z.backup.gz" }
            let strange = ["polier-2026.backup.gz", "letter.txt", "polier-2026-01-01T02-00-00Z.backup.gz.old"]
            let abandoned = "polier-2026-01-02T03-00-00Z.backup.gz.unfinished"
            for name in old + strange + [abandoned] {
                try "x".write(toFile: "\(folder.path)/\(name)", atomically: false, encoding: .utf8)
            }

            // A backup that fails costs none of the existing ones.
            #expect(try await Self.backUp("sqlite:nowhere", ["--keep", "1", "."], in: folder).code == 1)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 7)

            let taken = try await Self.backUp(url, ["--keep", "2", "."], in: folder)
            #expect(taken.code == 0, "\(taken.output)")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            let new = try #require(names.first { !(old + strange + [abandoned]).contains($0) })
            #expect(Set(names) == Set(strange + [old[2], new]))
            #expect(try await Binary.run(["backup", "--verify", folder.path + "/" + new]).code == 0)

            for (arguments, sentence) in [
                (["--keep", "0", "."], "at least one backup stays"), (["--keep", "2", "letter.txt"], "isn't a folder"),
                (["nowhere/x.gz"], "the backup nowhere/x.gz can't be written: No such file or directory"),
            ] {
                let (code, output) = try await Self.backUp(url, arguments, in: folder)
                #expect(code != 0 && output.contains(sentence), "\(output)")
            }
        }
    }

    /// Backups before upgrades have a folder of their own, which is created automatically: they displace no nightly backup.
    @Test func aFolderBelowIsAnother() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        _ = try await Binary.run(["migrate"], in: folder.path)
        let url = "sqlite:\(folder.path)/var/polier.sqlite"
        for kept in ["nightly", "nightly/upgrades", "nightly/upgrades"] {
            let (code, output) = try await Self.backUp(url, ["--keep", "1", kept], in: folder)
            #expect(code == 0, "\(output)")
            // File names have a resolution of one second.
            try await Task.sleep(for: .seconds(1))
        }
        let nightly = try FileManager.default.contentsOfDirectory(atPath: folder.path + "/nightly")
        #expect(nightly.count == 2 && nightly.contains("upgrades"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/nightly/upgrades").count == 1)
        #expect(
            try FileManager.default.attributesOfItem(atPath: folder.path + "/nightly/upgrades")[.posixPermissions]
                as? Int == 0o700)
        for name in ["no/such", "/proc/nope"] {
            let (code, output) = try await Self.backUp(url, ["--keep", "1", name], in: folder)
            #expect(code == 1 && output.contains("the folder \(name) for backups can't be made: No such"), "\(output)")
        }
    }

    /// A clock was ahead once: the current backup doesn't count as older.
    @Test func whatWasJustMadeStaysBesideDatesInTheFuture() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        _ = try await Binary.run(["migrate"], in: folder.path)
        let url = "sqlite:\(folder.path)/var/polier.sqlite"
        try FileManager.default.createDirectory(atPath: folder.path + "/kept", withIntermediateDirectories: false)
        let future = ["polier-2199-01-01T02-00-00Z.backup.gz", "polier-2199-01-02T02-00-00Z.backup.gz"]
        let old = "polier-2026-01-01T02-00-00Z.backup.gz"
        for name in future + [old] {
            try "x".write(toFile: "\(folder.path)/kept/\(name)", atomically: false, encoding: .utf8)
        }
        let (code, output) = try await Self.backUp(url, ["--keep", "1", "kept"], in: folder)
        #expect(code == 0, "\(output)")
        let names = Set(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/kept"))
        #expect(names.count == 3 && names.isSuperset(of: future) && !names.contains(old))
        for name in future { #expect(output.contains("\(name) has a date in the future"), "\(output)") }
    }

    /// A backup written to a pipe may be lost. A record from a clock that was ahead is replaced by the next backup.
    @Test func onlyAFileIsTheLastBackup() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        _ = try await Binary.run(["migrate"], in: folder.path)
        let url = "sqlite:\(folder.path)/var/polier.sqlite"
        #expect(try await Self.backUp(url, ["-"], in: folder).code == 0)
        #expect(try await Binary.run(["check"], in: folder.path).output.contains("There is no backup yet"))
        let future = Instant(milliseconds: 4_102_444_800_000)
        try await DirectAccess.at(url) { try await Upkeep($0.database).note(.backup, of: future, at: future) }
        #expect(
            try await Binary.run(["check"], in: folder.path).output.contains("The last backup was taken at 2100-01-01"))
        #expect(try await Self.backUp(url, ["a.gz"], in: folder).code == 0)
        #expect(!(try await Binary.run(["check"], in: folder.path).output.contains("2100")))
    }

    /// A device, pipe or link would be destroyed if it were replaced.
    @Test func whatIsNoFileStays() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        _ = try await Binary.run(["migrate"], in: folder.path)
        let (pipe, link) = (folder.path + "/pipe", folder.path + "/link")
        #expect(mkfifo(pipe, 0o600) == 0 && symlink("/dev/null", link) == 0)
        for path in [pipe, link, folder.path] {
            let (code, output) = try await Binary.run(["backup", path], in: folder.path)
            #expect(code == 1 && output.contains("\(path) is there and isn't a file: name another"), "\(output)")
            var there = stat()
            #expect(lstat(path, &there) == 0 && there.st_mode & S_IFMT != S_IFREG)
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasSuffix(".unfinished") }
        )
    }

    @Test func aBackupFlowsThroughPipes() async throws {
        try await CopyTests.withDatabases([.sqlite, .postgres]) { urls async throws in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try await DirectAccess.fill(urls[0], movements: 100)
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/bash")
            shell.arguments = [
                "-c", "set -o pipefail; \"$0\" backup - | POLIER_DATABASE_URL=$TO \"$0\" restore -", Binary.path,
            ]
            shell.environment = ["POLIER_DATABASE_URL": urls[0], "TO": urls[1], "PATH": "/usr/bin:/bin"]
            let (code, output) = try await shell.outcome()
            #expect(code == 0, "\(output)")
            #expect(try await DirectAccess.numbers("SELECT COUNT(*) FROM movements", at: urls[1]) == [100])
        }
    }
}
