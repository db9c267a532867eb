import Core
import Foundation
import Storage
import Testing

@testable import Server

/// `polier restore` as root runs it on a machine whose service is another user, and more than once.
@Suite struct RestoreTests {
    private static func owner(_ path: String) throws -> (user: UInt32, group: UInt32, mode: UInt32) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw POSIXError(.ENOENT) }
        return (status.st_uid, status.st_gid, status.st_mode & 0o777)
    }

    private static func backUp(movements: Int, in folder: TemporaryFolder) async throws -> String {
        let (url, file) = ("sqlite:\(folder.path)/source.sqlite", folder.path + "/\(movements).gz")
        try? FileManager.default.removeItem(atPath: folder.path + "/source.sqlite")
        try await DirectAccess.fill(url, movements: movements)
        #expect(try await Binary.run(["backup", file], environment: ["POLIER_DATABASE_URL": url]).code == 0)
        return file
    }

    @Test(.enabled(if: geteuid() == 0, "only root can give files away"))
    func whatRootRestoresIsTheServices() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let backup = try await Self.backUp(movements: 10, in: folder)
        let state = folder.path + "/state"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
        #expect(chown(state, 12345, 12346) == 0)
        for path in [state + "/polier.sqlite", state + "/new/below/polier.sqlite"] {
            let restored = try await BackupTests.restore(backup, "sqlite:\(path)")
            #expect(restored.code == 0, "\(restored.output)")
            for path in [path, URL(fileURLWithPath: path).deletingLastPathComponent().path] {
                let owner = try Self.owner(path)
                #expect(owner.user == 12345 && owner.group == 12346, "\(path)")
            }
        }
        // The replaced file decides the owner, rather than its folder. Its log belongs to its owner too.
        let file = state + "/polier.sqlite"
        #expect(chown(file, 12347, 12348) == 0 && chmod(file, 0o640) == 0)
        let replaced = try await Binary.run(
            ["restore", "--replace", backup], environment: ["POLIER_DATABASE_URL": "sqlite:\(file)"])
        #expect(replaced.code == 0, "\(replaced.output)")
        let server = try await RunningServer(url: "sqlite:\(file)", folder: folder)
        for ending in ["", "-wal", "-shm"] {
            let owner = try Self.owner(file + ending)
            #expect(owner.user == 12347 && owner.group == 12348 && owner.mode == 0o640, "\(ending)")
        }
        #expect(await server.terminate() == 0)
    }

    @Test func aRestoringCanBeRepeatedAndKeepsWhatWasThere() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (one, two) = (
            try await Self.backUp(movements: 1, in: folder), try await Self.backUp(movements: 2, in: folder)
        )
        let state = folder.path + "/state"
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false)
        let url = "sqlite:\(state)/polier.sqlite"
        func restore(_ file: String, _ url: String) async throws -> (code: Int32, output: String) {
            try await Binary.run(["restore", "--replace", file], environment: ["POLIER_DATABASE_URL": url])
        }
        func movements(_ path: String) async throws -> [Int64] {
            try await DirectAccess.numbers("SELECT COUNT(*) FROM movements", at: "sqlite:\(path)")
        }

        // With nothing to replace, it is an ordinary restore.
        #expect(try await restore(one, url).code == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state) == ["polier.sqlite"])
        // A killed server has left its log, with a commit that is only there.
        let server = try await RunningServer(url: url, folder: folder)
        let refused = try await restore(two, url)
        #expect(
            refused.code == 1 && refused.output.contains("polier.sqlite is in use by a server (process "),
            "\(refused.output)")
        _ = try await TestCompany.register(server.client)
        await server.kill()
        #expect(FileManager.default.fileExists(atPath: state + "/polier.sqlite-wal"))

        // A failed restore, and the remains of an interrupted one, change nothing.
        let damaged = folder.path + "/damaged.gz"
        let large = try await Self.backUp(movements: 20_000, in: folder)
        try Data(contentsOf: URL(fileURLWithPath: large)).dropLast(9).write(to: URL(fileURLWithPath: damaged))
        try Data("x".utf8).write(to: URL(fileURLWithPath: state + "/polier.sqlite.restoring"))
        #expect(try await restore(damaged, url).code == 1)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: state).sorted()
                == ["polier.sqlite", "polier.sqlite-serving", "polier.sqlite-shm", "polier.sqlite-wal"])

        let replaced = try await restore(two, url)
        #expect(replaced.code == 0, "\(replaced.output)")
        let old = try #require(replaced.output.firstMatch(of: /The old database is (\S+):/)).1
        #expect(try await movements(state + "/polier.sqlite") == [2])
        #expect(try await movements(String(old)) == [1])
        #expect(try await DirectAccess.numbers("SELECT COUNT(*) FROM companies", at: "sqlite:\(old)") == [3])
        // However quickly they follow each other, each keeps the previous file.
        for file in [one, two, one] { #expect(try await restore(file, url).code == 0) }
        #expect(try await movements(state + "/polier.sqlite") == [1])
        let kept = try FileManager.default.contentsOfDirectory(atPath: state).filter {
            $0.contains(".before-") && !$0.hasSuffix("-wal")
        }
        #expect(kept.count == 4)
    }

    /// File names have a resolution of one second, and none is used twice.
    @Test func twoWithinOneSecondKeepBothFiles() throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/p.sqlite"
        let names = try ["a", "b", "c"].map { text in
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let replaced = try #require(try ReplacedDatabase(path))
            try Data().write(to: URL(fileURLWithPath: replaced.unfinished))
            return try replaced.finish(at: Instant(milliseconds: 0))
        }
        let first =
            URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path
            + "/p.sqlite.before-1970-01-01T00-00-00Z"
        #expect(names == [first, first + "-2", first + "-3"])
        for (name, text) in zip(names, ["a", "b", "c"]) {
            #expect(try String(contentsOfFile: name, encoding: .utf8) == text)
        }
    }

    @Test func onPostgreSQLItSaysWhatToDo() async throws {
        try await Engine.postgres.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let file = try await Self.backUp(movements: 1, in: folder)
            let (code, output) = try await Binary.run(
                ["restore", "--replace", file], environment: ["POLIER_DATABASE_URL": url])
            #expect(code == 1 && output.hasPrefix("polier: --replace is for SQLite files"), "\(output)")
        }
    }
}
