import Foundation

/// A fake remote server that logs its requests as lines of JSON.
final class Part {
    let port: Int
    private let process: Process
    private let log: String

    /// - Parameter name: a script in `parts/`, which prints its port.
    init(_ name: String, _ arguments: [String] = [], folder: TemporaryFolder) throws {
        log = folder.path + "/\(name)-\(UUID().uuidString).ndjson"
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("parts/\(name)")
        let process = Process()
        let python = ProcessInfo.processInfo.environment["POLIER_TEST_PYTHON"] ?? "/usr/bin/env"
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = (python == "/usr/bin/env" ? ["python3"] : []) + ["-B", script.path, log] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        // Python's servers log a lot about clients that hang up.
        try Data().write(to: URL(fileURLWithPath: log + ".errors"))
        process.standardError = FileHandle(forWritingAtPath: log + ".errors")
        try process.run()
        var line = Data()
        while let byte = try pipe.fileHandleForReading.read(upToCount: 1), byte != Data("\n".utf8) { line += byte }
        guard let port = Int(String(decoding: line, as: UTF8.self)) else {
            throw NotStarted(name: name, errors: (try? String(contentsOfFile: log + ".errors", encoding: .utf8)) ?? "")
        }
        (self.port, self.process) = (port, process)
    }

    struct NotStarted: Error {
        let name: String
        let errors: String
    }

    var heard: [JSON] {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(JSON.self, from: Data($0.utf8)) }
    }

    /// The size of its log in bytes, which grows with each request.
    var length: UInt64 {
        ((try? FileManager.default.attributesOfItem(atPath: log))?[.size] as? NSNumber)?.uint64Value ?? 0
    }

    func stop() {
        guard process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit { stop() }
}
