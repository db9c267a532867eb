import Foundation

/// The built binary, run as an operator runs it.
struct Binary: Sendable {
    /// It is next to the test bundle.
    static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appendingPathComponent(
        "polier"
    ).path

    /// Runs a command to its end and returns its exit code and its output.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil, input: String? = nil
    ) async throws -> (code: Int32, output: String) {
        try await prepare(arguments, environment, in: folder).outcome(input: input)
    }

    /// Starts a command without reading its output.
    static func start(_ arguments: [String], environment: [String: String] = [:], in folder: String) throws -> Process {
        let process = prepare(arguments, environment, in: folder)
        for output in [\Process.standardOutput, \.standardError] { process[keyPath: output] = FileHandle.nullDevice }
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    fileprivate static func prepare(_ arguments: [String], _ environment: [String: String], in folder: String?)
        -> Process
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        var inherited = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
        for (setting, value) in Engine.postgresSettings { inherited[setting] = value }
        process.environment = inherited.merging(environment) { _, new in new }
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        return process
    }
}

/// `polier serve` in a process of its own.
final class RunningServer {
    let client: Client
    private let process: Process
    private let logPath: String

    /// Starts it on a free port and waits until it is ready.
    /// - Parameters:
    ///   - openFiles: the most files and connections it may have open.
    ///   - hangups: the number of SIGHUPs it receives in its first tenths of a second.
    ///   - errors: receives its log if that isn't a file.
    ///   - errorsTo: the device that receives its log.
    init(
        url: String, folder: TemporaryFolder, port: Int? = nil, drainSeconds: Int = 0, openFiles: Int? = nil,
        hangups: Int = 0, settings: [String: String] = [:], errors: Pipe? = nil, errorsTo: String? = nil
    ) async throws {
        let port = try port ?? RunningServer.freePort()
        client = Client(base: "http://127.0.0.1:\(port)")
        logPath = folder.path + "/log-\(UUID().uuidString)"
        try Data().write(to: URL(fileURLWithPath: logPath))
        process = Binary.prepare(
            ["serve", "--http-port", "\(port)", "--drain-seconds", "\(drainSeconds)"],
            // Tests do in a minute what people do in a day.
            ["POLIER_WRITES_PER_MINUTE": "0"].merging(settings) { $1 }.merging(["POLIER_DATABASE_URL": url]) { $1 },
            in: folder.path)
        if let openFiles {
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments =
                ["-c", "ulimit -n \(openFiles) && exec \"$@\"", "sh", Binary.path] + (process.arguments ?? [])
        }
        let output = FileHandle(forWritingAtPath: logPath)
        process.standardOutput = output
        process.standardError = errors ?? errorsTo.map { FileHandle(forWritingAtPath: $0) } ?? output
        try process.run()
        for _ in 0..<hangups {
            // The time of the dynamic loader doesn't count.
            try await Task.sleep(for: .milliseconds(40))
            if log().contains("\n") { signal(SIGHUP) }
        }
        for _ in 0..<600 {
            if let reply = try? await client.send("GET", "/readyz", timeout: .milliseconds(300)), reply.status == 200 {
                return
            }
            if !process.isRunning { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw NotReady(log: log() + "\nended: \(!process.isRunning)")
    }

    struct NotReady: Error { let log: String }

    func log() -> String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

    func kill() async {
        Foundation.kill(process.processIdentifier, SIGKILL)
        await process.end()
    }

    /// Asks it to stop and returns its exit code.
    func terminate() async -> Int32 {
        signal(SIGTERM)
        return await exitCode()
    }

    /// The number of files and connections it has open.
    var openFiles: Int {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.processIdentifier)/fd").count
        }
    }

    /// Its peak memory use in bytes.
    var peakMemory: Int {
        get throws {
            let status = try String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
            return (Int(line.filter(\.isNumber)) ?? 0) << 10
        }
    }

    func signal(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

    /// Waits until it has ended.
    func exitCode() async -> Int32 {
        await process.end()
        return process.terminationStatus
    }

    deinit { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }

    /// A port that was free a moment ago.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in(loopback: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let found = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard found else { throw POSIXError(.EADDRNOTAVAIL) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

extension sockaddr_in {
    /// A port on the loopback interface.
    init(loopback port: Int) {
        self.init()
        sin_family = sa_family_t(AF_INET)
        sin_port = in_port_t(port).bigEndian
        sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    }
}
