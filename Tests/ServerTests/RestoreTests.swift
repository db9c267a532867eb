import Core
import Foundation
import Testing

@testable import Server

/// `polier restore` as root types it on a machine whose service is another user, and more than once.
@Suite struct RestoreTests {
    private static func owner(_ path: String) throws -> (user: UInt32, group: UInt32, mode: UInt32) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw POSIXError(.ENOENT) }
        return (status.st_uid, status.st_gid, status.st_mode & 0o777)
    }

    private static func backUp(movements: Int, in folder: TemporaryFolder) async throws -> String {
        let (url, file) = ("sqlite:\(folder.path)/source.sqlite", folder.path + "/\(movements).gz")
        try? FileManager.default.removeItem(atPath: folder.path + "/source.sqlite")
        try await Stock.fill(url, movements: movements)
        #expect(try Binary.run(["backup", file], environment: ["POLIER_DATABASE_URL": url]).code == 0)
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
            let restored = try BackupTests.restore(backup, "sqlite:\(path)")
            #expect(restored.code == 0, "\(restored.output)")
            for path in [path, URL(fileURLWithPath: path).deletingLastPathComponent().path] {
                let owner = try Self.owner(path)
                #expect(owner.user == 12345 && owner.group == 12346, "\(path)")
            }
        }
        // A file that is replaced tells more than its folder. Its log belongs to its owner too.
        let file = state + "/polier.sqlite"
        #expect(chown(file, 12347, 12348) == 0 && chmod(file, 0o640) == 0)
        let replaced = try Binary.run(
            ["restore", "--replace", backup], environment: ["POLIER_DATABASE_URL": "sqlite:\(file)"])
        #expect(replaced.code == 0, "\(replaced.output)")
        let server = try await RunningServer(url: "sqlite:\(file)", folder: folder)
        for ending in ["", "-wal", "-shm"] {
            let owner = try Self.owner(file + ending)
            #expect(owner.user == 12347 && owner.group == 12348 && owner.mode == 0o640, "\(ending)")
        }
        #expect(server.terminate() == 0)
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
        func restore(_ file: String, _ url: String) throws -> (code: Int32, output: String) {
            try Binary.run(["restore", "--replace", file], environment: ["POLIER_DATABASE_URL": url])
        }
        func movements(_ path: String) async throws -> [Int64] {
            try await Stock.numbers("SELECT COUNT(*) FROM movements", at: "sqlite:\(path)")
        }

        // Where there is nothing to replace, it is a restoring like any other.
        #expect(try restore(one, url).code == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state) == ["polier.sqlite"])
        // A server that was killed has left its log, with a commit that is in it alone.
        let server = try await RunningServer(url: url, folder: folder)
        let refused = try restore(two, url)
        #expect(
            refused.code == 1 && refused.output.contains("polier.sqlite is in use: stop the server first"),
            "\(refused.output)")
        _ = try await TestCompany.register(server.client)
        server.kill()
        #expect(FileManager.default.fileExists(atPath: state + "/polier.sqlite-wal"))

        // One that fails, and what an interrupted one has left, changes nothing.
        let damaged = folder.path + "/damaged.gz"
        let large = try await Self.backUp(movements: 20_000, in: folder)
        try Data(contentsOf: URL(fileURLWithPath: large)).dropLast(9).write(to: URL(fileURLWithPath: damaged))
        try Data("x".utf8).write(to: URL(fileURLWithPath: state + "/polier.sqlite.restoring"))
        #expect(try restore(damaged, url).code == 1)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: state).sorted()
                == ["polier.sqlite", "polier.sqlite-shm", "polier.sqlite-wal"])

        let replaced = try restore(two, url)
        #expect(replaced.code == 0, "\(replaced.output)")
        let old = try #require(replaced.output.firstMatch(of: /The old database is (\S+):/)).1
        #expect(try await movements(state + "/polier.sqlite") == [2])
        #expect(try await movements(String(old)) == [1])
        #expect(try await Stock.numbers("SELECT COUNT(*) FROM companies", at: "sqlite:\(old)") == [3])
        try await Task.sleep(for: .seconds(1))
        #expect(try restore(one, url).code == 0)
        #expect(try await movements(state + "/polier.sqlite") == [1])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: state).filter { $0.contains(".before-") }.count == 2)
    }

    @Test func onPostgreSQLItSaysWhatToDo() async throws {
        try await Engine.postgres.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let file = try await Self.backUp(movements: 1, in: folder)
            let (code, output) = try Binary.run(
                ["restore", "--replace", file], environment: ["POLIER_DATABASE_URL": url])
            #expect(code == 1 && output.hasPrefix("polier: --replace is for SQLite files"), "\(output)")
        }
    }
}
