import Core
import Foundation
import Testing

@testable import Server

/// SQLite files that can't be used as they are: each command's error, and what a backup can still read.
@Suite struct SQLiteDoorTests {
    /// Runs a command on the file of a folder, which is read-only on request.
    private static func polier(_ arguments: [String], in folder: String, readOnly: Bool = false) async throws -> (
        code: Int32, output: String
    ) {
        guard readOnly else {
            return try await Binary.run(arguments, environment: ["POLIER_DATABASE_URL": "sqlite:\(folder)/p.sqlite"])
        }
        return try await ReadOnlyDisk.run(
            [Binary.path] + arguments, at: folder, environment: ["POLIER_DATABASE_URL": "sqlite:\(folder)/p.sqlite"])
    }

    private static func expectRefusal(
        _ arguments: [String], in folder: String, readOnly: Bool = false, says words: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let (code, output) = try await polier(arguments, in: folder, readOnly: readOnly)
        #expect(code == 1, "\(arguments): \(output)", sourceLocation: sourceLocation)
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("polier: ") }
        #expect(lines.count == 1, "\(arguments): \(output)", sourceLocation: sourceLocation)
        for word in words { #expect(output.contains(word), "\(arguments): \(output)", sourceLocation: sourceLocation) }
    }

    private static let door = [["migrate"], ["serve", "--http-port", "0"], ["check"], ["restore", "source.gz"]]

    // MARK: No database, or a damaged one

    @Test func aFileThatIsNoDatabaseIsNamed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let letter = Data(String(repeating: "Sehr geehrte Damen und Herren, ", count: 300).utf8)
        try letter.write(to: URL(fileURLWithPath: folder.path + "/p.sqlite"))
        for arguments in [["migrate"], ["serve", "--http-port", "0"], ["check"], ["backup", folder.path + "/x.gz"]] {
            try await Self.expectRefusal(
                arguments, in: folder.path,
                says: ["p.sqlite' is not an SQLite database: name another, or restore a backup"])
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/p.sqlite")) == letter)
    }

    /// Recently acknowledged changes are only in the log, which the engine deletes when it creates a new file.
    @Test func aLogWithoutItsFileIsKept() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let log = URL(fileURLWithPath: folder.path + "/p.sqlite-wal")
        try Data(repeating: 7, count: 4096).write(to: log)
        for arguments in [["migrate"], ["serve", "--http-port", "0"], ["check"], ["backup", folder.path + "/x.gz"]] {
            try await Self.expectRefusal(
                arguments, in: folder.path, says: ["p.sqlite", "is missing, but its log", "put the file back"])
        }
        #expect(try Data(contentsOf: log) == Data(repeating: 7, count: 4096))
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/p.sqlite"))
    }

    /// The first page's catalog: nothing can be found any more.
    @Test func aDamagedFileIsRefusedWithTheRemedy() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await DirectAccess.fill("sqlite:\(folder.path)/p.sqlite", movements: 100)
        try Damage.overwrite(folder.path + "/p.sqlite", from: 100, count: 3996)
        for arguments in [["migrate"], ["serve", "--http-port", "0"], ["check"], ["backup", folder.path + "/x.gz"]] {
            try await Self.expectRefusal(
                arguments, in: folder.path, says: ["p.sqlite' is damaged", "'polier restore'"])
        }
    }

    /// Pages of one table: the others can be read, and the backup, which can't be complete, names the table.
    @Test func aBackupOfADamagedFileSaysWhatCanBeRead() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await DirectAccess.fill("sqlite:\(folder.path)/p.sqlite", movements: 5000)
        let pages = try await Damage.pages(of: ["movements"], in: folder.path + "/p.sqlite")
        try Damage.overwrite(folder.path + "/p.sqlite", pages: pages)
        let (code, output) = try await Self.polier(["backup", folder.path + "/x.gz"], in: folder.path)
        #expect(code == 1, "\(output)")
        #expect(output.contains("p.sqlite' is damaged"), "\(output)")
        #expect(output.contains("materials: whole, 1 row"), "\(output)")
        #expect(output.contains("movements: damaged after 0 rows"), "\(output)")
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/x.gz"))
    }

    // MARK: A disk that can only be read

    /// The last server stopped cleanly: there is one file.
    @Test(.enabled { await ReadOnlyDisk.isPossible }) func aDatabaseOnAReadOnlyDiskIsBackedUp() async throws {
        let (folder, out) = (try TemporaryFolder(), try TemporaryFolder())
        defer { [folder, out].forEach { $0.remove() } }
        try await DirectAccess.fill("sqlite:\(folder.path)/p.sqlite", movements: 100)
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/p.sqlite"))
        let taken = try await Self.polier(["backup", out.path + "/x.gz"], in: folder.path, readOnly: true)
        #expect(taken.code == 0 && taken.output.contains("Backed up"), "\(taken.output)")
        #expect(try await BackupTests.restore(out.path + "/x.gz", "sqlite:\(out.path)/new.sqlite").code == 0)
        let rows = try await DirectAccess.numbers("SELECT COUNT(*) FROM movements", at: "sqlite:\(out.path)/new.sqlite")
        #expect(rows == [100])
        // A copy works as a way out, too.
        let copied = try await ReadOnlyDisk.run(
            [Binary.path, "copy"], at: folder.path,
            environment: [
                "POLIER_COPY_FROM": "sqlite:\(folder.path)/p.sqlite",
                "POLIER_COPY_TO": "sqlite:\(out.path)/copy.sqlite",
            ])
        #expect(copied.code == 0, "\(copied.output)")
        for arguments in [["migrate"], ["serve", "--http-port", "0"], ["check"], ["restore", out.path + "/x.gz"]] {
            try await Self.expectRefusal(
                arguments, in: folder.path, readOnly: true,
                says: ["read-only disk", "'polier backup' can still read it"])
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path + "/p.sqlite")) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["p.sqlite"])
    }

    /// A machine died, and its disk is mounted read-only: the last commits are only in the log.
    @Test(.enabled { await ReadOnlyDisk.isPossible }) func whatIsInTheLogIsBackedUpToo() async throws {
        let (folder, out) = (try TemporaryFolder(), try TemporaryFolder())
        defer { [folder, out].forEach { $0.remove() } }
        let server = try await RunningServer(url: "sqlite:\(folder.path)/p.sqlite", folder: out)
        let company = try await TestCompany.register(server.client)
        _ = try await company.site()
        await server.kill()
        let log = try FileManager.default.attributesOfItem(atPath: folder.path + "/p.sqlite-wal")[.size] as? Int ?? 0
        try #require(log > 0)
        // The shared memory file isn't required.
        try FileManager.default.removeItem(atPath: folder.path + "/p.sqlite-shm")
        let taken = try await Self.polier(["backup", out.path + "/x.gz"], in: folder.path, readOnly: true)
        #expect(taken.code == 0, "\(taken.output)")
        #expect(try await BackupTests.restore(out.path + "/x.gz", "sqlite:\(out.path)/new.sqlite").code == 0)
        try await DirectAccess.at("sqlite:\(out.path)/new.sqlite") { direct async throws in
            #expect(try await direct.texts("SELECT email FROM users") == [company.email])
            #expect(try await direct.numbers("SELECT COUNT(*) FROM sites WHERE kind = 'SITE'") == [1])
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                == ["p.sqlite", "p.sqlite-serving", "p.sqlite-wal"])
    }

    /// Run by a user with read permission only: while a server has it open, a copy of its files could be half of a change.
    @Test(.enabled(if: geteuid() == 0)) func whoMayOnlyReadItIsToldWhoseItIs() async throws {
        let (folder, out) = (try TemporaryFolder(), try TemporaryFolder())
        defer { [folder, out].forEach { $0.remove() } }
        let url = "sqlite:\(folder.path)/p.sqlite"
        let server = try await RunningServer(url: url, folder: out)
        for path in [folder.path, out.path] {
            try FileManager.default.setAttributes(
                [.posixPermissions: path == out.path ? 0o777 : 0o755], ofItemAtPath: path)
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(folder.path)/\(name)")
        }
        func asNobody(_ arguments: [String]) async throws -> (code: Int32, output: String) {
            let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Binary.path]
            return try await ReadOnlyDisk.output(of: user + arguments, environment: ["POLIER_DATABASE_URL": url])
        }
        let during = try await asNobody(["backup", out.path + "/x.gz"])
        #expect(during.code == 1 && during.output.contains("belongs to root"), "\(during.output)")
        #expect(during.output.contains("has it open"), "\(during.output)")
        #expect(await server.terminate() == 0)
        let after = try await asNobody(["backup", out.path + "/x.gz"])
        #expect(after.code == 0, "\(after.output)")
        let check = try await asNobody(["check"])
        #expect(check.code == 1 && check.output.contains("belongs to root"), "\(check.output)")
    }
}

/// A folder mounted read-only for one command.
enum ReadOnlyDisk {
    /// Whether this machine permits it; a container without the capability doesn't.
    static var isPossible: Bool { get async { await attempt.value } }

    private static let attempt = Task {
        guard let folder = try? TemporaryFolder() else { return false }
        defer { folder.remove() }
        let command = ["/bin/sh", "-c", "! touch \"$0/x\"", folder.path]
        return (try? await run(command, at: folder.path, environment: [:]))?.code == 0
    }

    static func run(_ command: [String], at folder: String, environment: [String: String]) async throws -> (
        code: Int32, output: String
    ) {
        let mounting = """
            mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"
            """
        let unshare = ["unshare", "--mount"] + (geteuid() == 0 ? [] : ["--map-root-user"])
        return try await output(of: unshare + ["/bin/sh", "-c", mounting, folder] + command, environment: environment)
    }

    static func output(of command: [String], environment: [String: String]) async throws -> (
        code: Int32, output: String
    ) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"].merging(environment) {
            $1
        }
        return try await process.outcome()
    }
}

/// Damages an SQLite file in the way that a disk does.
enum Damage {
    static func overwrite(_ path: String, from offset: UInt64, count: Int) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(repeating: 0xAA, count: count))
        try file.close()
    }

    static func overwrite(_ path: String, pages: [Int64]) throws {
        for page in pages { try overwrite(path, from: UInt64(page - 1) * 4096, count: 4096) }
    }

    /// The first page of each table and of each of its indexes.
    static func pages(of tables: [String], in path: String) async throws -> [Int64] {
        let names = tables.map { "'\($0)'" }.joined(separator: ", ")
        let pages = try await DirectAccess.numbers(
            "SELECT rootpage FROM sqlite_schema WHERE tbl_name IN (\(names)) AND rootpage > 0", at: "sqlite:\(path)")
        try #require(!pages.isEmpty)
        return pages
    }
}
