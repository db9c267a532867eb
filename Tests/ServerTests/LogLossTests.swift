import Foundation
import Testing

@testable import Server

/// A log that can't be written stops nothing and delays nothing.
@Suite struct LogLossTests {
    /// A collector that doesn't read: lines without room are lost, counted, and reported when it reads again.
    @Test(.timeLimit(.minutes(1))) func aStuckPipeHoldsUpNobody() throws {
        let pipe = Pipe()
        let writer = LineWriter(to: pipe.fileHandleForWriting.fileDescriptor)
        writer.tellLosses { "lost \($0)\n" }
        let line = String(repeating: "x", count: 999) + "\n"
        let start = ContinuousClock.now
        for _ in 0..<3000 { writer.write(line) }
        #expect(.now - start < .seconds(1))
        writer.flush()
        #expect(.now - start < .seconds(3), "no one waits for a reader that sleeps")
        let lost = writer.lost
        #expect(lost > 500 && lost < 3000)

        var text = ""
        var told = 0
        var whole = 0
        while told < lost || whole < 3000 - lost {
            text += String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            for line in lines.dropLast() {
                if line.hasPrefix("lost ") {
                    told += Int(line.dropFirst(5)) ?? 0
                } else {
                    whole += line.utf8.count == 999 ? 1 : 0
                }
            }
            text = lines.last.map(String.init) ?? ""
        }
        #expect(told == lost && whole == 3000 - lost)
    }

    @Test func aServerServesWithItsLogOnAFullDisk() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let server = try await RunningServer(
            url: "sqlite:\(folder.path)/polier.sqlite", folder: folder, settings: ["POLIER_LOG_FORMAT": "json"],
            errorsTo: "/dev/full")
        for _ in 0..<3 { #expect(try await server.client.get("/api/v1/users/me").status == 401) }
        let metrics = try await server.client.get("/metrics").text
        let lost = try #require(metrics.split(separator: "\n").first { $0.hasPrefix("polier_log_lines_lost_total ") })
        #expect(lost.split(separator: " ").last.flatMap { Double($0) } ?? 0 >= 3, "\(lost)")
        #expect(await server.terminate() == 0)
    }

    /// Each command does its work and ends with its own exit code, wherever its output goes.
    @Test(arguments: ["", "2>/dev/full", "2>&-", "2> >(true)", "1>/dev/full", "1>&-", "1> >(true)"])
    func aCommandEndsAsItsWorkDid(_ redirection: String) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        // Full, and without a reader.
        let pipe = Pipe()
        let end = pipe.fileHandleForWriting.fileDescriptor
        #expect(fcntl(end, F_SETFL, O_NONBLOCK) == 0)
        while write(end, [UInt8](repeating: 0, count: 1024), 1024) > 0 {}
        #expect(fcntl(end, F_SETFL, 0) == 0)
        func run(_ command: String) async throws -> Int32 {
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/bash")
            shell.arguments = ["-c", "\"$0\" \(command) \(redirection)", Binary.path]
            shell.environment = ["POLIER_DATABASE_URL": "sqlite:\(folder.path)/polier.sqlite", "PATH": "/usr/bin:/bin"]
            shell.standardOutput = FileHandle.nullDevice
            shell.standardError = FileHandle(fileDescriptor: end, closeOnDealloc: false)
            try shell.run()
            await shell.end()
            return shell.terminationReason == .exit ? shell.terminationStatus : -1
        }
        let start = ContinuousClock.now
        #expect(try await run("migrate") == 0)
        #expect(try await run("backup \(folder.path)/a.gz") == 0)
        #expect(try await run("backup --verify \(folder.path)/a.gz") == 0)
        #expect(try await run("check") == 0)
        #expect(try await run("serve --http-port nothing") == 1)
        #expect(.now - start < .seconds(40))
    }
}
