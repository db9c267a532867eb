import Core
import Foundation
import Storage
import Testing

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// A PostgreSQL server of one test, to be stopped and started again.
final class Cluster: Sendable {
    let url: String
    private let folder: String
    private let binaries: String
    private let user: String
    private let port: UInt16

    init() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let binaries = environment["POLIER_TEST_PG_BIN"], !binaries.isEmpty else { throw MissingBinaries() }
        self.binaries = binaries
        user = environment["POLIER_TEST_PG_USER"] ?? ""
        // Short, because a socket's path holds 107 bytes at most, and where another user may go.
        folder = "/tmp/polier-cluster-\(UUID().uuidString.prefix(8))"
        port = try Self.freePort()
        url = "postgres://polier@127.0.0.1:\(port)/postgres"
        do {
            // Makes the folder too, which must be the user's.
            try await run(
                "initdb", "--pgdata", data, "--username", "polier", "--auth", "trust", "--encoding", "UTF8", "--locale",
                "C",
                "--no-sync")
            try await start()
        } catch {
            await remove()
            throw error
        }
    }

    private var data: String { folder + "/data" }

    func start() async throws {
        try await run(
            "pg_ctl", "start", "--wait", "--timeout", "30", "--silent", "--pgdata", data, "--log", folder + "/log",
            "--options",
            "-p \(port) -c listen_addresses=127.0.0.1 -c unix_socket_directories=\(folder) -c fsync=off")
    }

    /// Lets the server vanish, as in a crash.
    func kill() async throws { try await stop("immediate") }

    /// Lets the server end its work and turn its clients out, as in a maintenance.
    func stop(_ mode: String) async throws {
        try await run("pg_ctl", "stop", "--wait", "--timeout", "30", "--silent", "--pgdata", data, "--mode", mode)
    }

    /// Ends it and removes everything.
    func remove() async {
        if FileManager.default.fileExists(atPath: data + "/postmaster.pid") { try? await kill() }
        do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }

    /// Runs one of the server's programs, as the user that the server runs as.
    private func run(_ program: String, _ arguments: String...) async throws {
        let own = user.isEmpty ? [] : ["runuser", "-u", user, "--"]
        // From a folder that everyone may enter, in a language that is always there.
        let command = ["env", "-C", "/", "LC_ALL=C"] + own + ["\(binaries)/\(program)"] + arguments
        let status = await withCheckedContinuation { continuation in
            // Waiting for a program blocks a thread.
            _ = BlockingThread(name: program) { continuation.resume(returning: Self.status(of: command)) }
        }
        try #require(status == 0, "\(command.joined(separator: " "))")
    }

    /// What a program ended with. Foundation's `Process` would wait for the server too, which inherits its socket.
    private static func status(of command: [String]) -> Int32 {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        for file in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&files, file, "/dev/null", O_RDWR, 0)
        }
        var arguments = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        guard posix_spawnp(&process, "env", &files, nil, &arguments, environ) == 0 else { return -1 }
        var status: Int32 = -1
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    /// A port that no one listens on now.
    static func freePort() throws -> UInt16 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(listener >= 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                try #require(bind(listener, address, length) == 0)
                try #require(getsockname(listener, address, &length) == 0)
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    struct MissingBinaries: Error, CustomStringConvertible {
        let description =
            "POLIER_TEST_PG_BIN names no folder with PostgreSQL's programs: run the tests with 'make test'."
    }
}

/// Gives a test a cluster of its own, and removes it whatever happens.
func withCluster(_ body: (Cluster) async throws -> Void) async throws {
    let cluster = try await Cluster()
    do {
        try await body(cluster)
    } catch {
        await cluster.remove()
        throw error
    }
    await cluster.remove()
}
