import Foundation
import Testing

@testable import Server

/// One server works on an SQLite file; commands may work beside it.
@Suite struct ServingLockTests {
    private static func serve(_ url: String, in folder: TemporaryFolder) async throws -> (code: Int32, output: String) {
        try await Binary.run(
            ["serve", "--http-port", "0", "--drain-seconds", "0"], environment: ["POLIER_DATABASE_URL": url],
            in: folder.path)
    }

    @Test func aSecondServerIsRefused() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let state = folder.path + "/state"
        let (url, path) = ("sqlite:\(state)/p.sqlite", state + "/p.sqlite")
        let first = try await RunningServer(url: url, folder: folder)
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/link.sqlite", withDestinationPath: path)
        for other in [url, "sqlite:\(folder.path)/link.sqlite"] {
            let (code, output) = try await Self.serve(other, in: folder)
            let lines = output.split(separator: "\n")
            #expect(code == 1 && lines.count == 2, "\(output)")
            #expect(lines.first?.contains(": waiting up to 20 s for its end") == true, "\(output)")
            #expect(
                lines.last?.wholeMatch(
                    of: /polier: a server is already using \S+ \(process \d+ on .+\), and an SQLite file .+/)
                    != nil, "\(output)")
        }
        for command in [["check"], ["check", "--deep"], ["migrate"], ["backup", folder.path + "/b.gz"]] {
            let beside = try await Binary.run(command, environment: ["POLIER_DATABASE_URL": url])
            #expect(beside.code == 0, "\(command): \(beside.output)")
        }
        _ = try await TestCompany.register(first.client)

        // Its lock ends with the process, even if it couldn't clean up.
        await first.kill()
        let second = try await RunningServer(url: url, folder: folder)
        #expect(!second.log().contains("waiting"), "\(second.log())")
        #expect(await second.terminate() == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state) == ["p.sqlite"])
    }

    /// An operator or a service manager starts the next server while the previous one is still finishing its requests.
    @Test func theNextServerWaitsForTheEndOfTheOneBefore() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let first = try await RunningServer(url: "sqlite:p.sqlite", folder: folder, drainSeconds: 2)
        first.signal(SIGTERM)
        let second = try await RunningServer(url: "sqlite:p.sqlite", folder: folder)
        #expect(second.log().contains("a server is already using p.sqlite (process "), "\(second.log())")
        #expect(await first.exitCode() == 0)
        // The first server removed its own file, and not the second's.
        #expect(FileManager.default.fileExists(atPath: folder.path + "/p.sqlite-serving"))
        #expect(await second.terminate() == 0)
    }

    /// On a file system without locks a server still runs, and reports what it can't detect.
    @Test func aPlaceWithoutLocksIsServed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try FileManager.default.createDirectory(
            atPath: folder.path + "/p.sqlite-serving", withIntermediateDirectories: false)
        let server = try await RunningServer(url: "sqlite:p.sqlite", folder: folder)
        #expect(
            server.log().contains("a second server on p.sqlite would not be noticed: ")
                && server.log().contains("p.sqlite-serving can't be locked: Is a directory"), "\(server.log())")
        #expect(await server.terminate() == 0)
    }

    /// A server continues with the file that was moved away: it would never see a database restored in its place.
    @Test func aRestoringNoticesAServerWhoseFileWasMoved() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let (path, backup) = (folder.path + "/p.sqlite", folder.path + "/b.gz")
        let server = try await RunningServer(url: "sqlite:\(path)", folder: folder)
        func polier(_ arguments: String...) async throws -> (code: Int32, output: String) {
            try await Binary.run(arguments, environment: ["POLIER_DATABASE_URL": "sqlite:\(path)"])
        }
        #expect(try await polier("backup", backup).code == 0)
        #expect(rename(path, path + ".moved") == 0)
        for arguments in [["--replace", backup], [backup]] {
            let (code, output) = try await Binary.run(
                ["restore"] + arguments, environment: ["POLIER_DATABASE_URL": "sqlite:\(path)"])
            #expect(code == 1 && output.contains("p.sqlite is in use by a server (process "), "\(output)")
            #expect(!FileManager.default.fileExists(atPath: path))
        }
        // A second server is refused before it creates a file in the old one's place.
        let second = try await polier("serve", "--http-port", "0", "--drain-seconds", "0")
        #expect(second.code == 1 && second.output.contains("a server is already using"), "\(second.output)")
        #expect(!FileManager.default.fileExists(atPath: path))
        // Another file in its place isn't in use, but it still has the server's file name.
        try FileManager.default.copyItem(atPath: path + ".moved", toPath: path)
        let replaced = try await polier("restore", "--replace", backup)
        #expect(replaced.code == 1 && replaced.output.contains("is in use by a server"), "\(replaced.output)")
        #expect(rename(path + ".moved", path) == 0)
        #expect(await server.terminate() == 0)
        #expect(try await polier("restore", "--replace", backup).code == 0)
    }
}
