import Foundation
import Storage

/// Waiting for a program blocks a thread, and all tests and the servers inside this process share as many as there are processors: two
/// tests that waited on those stopped all others.
extension Process {
    /// Runs it to its end and returns its exit code and all that it printed.
    /// - Parameter input: what it reads; without it, its input is empty.
    func outcome(input: String? = nil) async throws -> (code: Int32, output: String) {
        let (stdin, printed) = (input.map { _ in Pipe() }, Pipe())
        standardInput = stdin ?? FileHandle.nullDevice
        (standardOutput, standardError) = (printed, printed)
        try run()
        if let stdin, let input {
            Task {
                try? await BlockingThread.run(name: "input") {
                    try stdin.fileHandleForWriting.write(contentsOf: Data(input.utf8))
                    try stdin.fileHandleForWriting.close()
                }
            }
        }
        let output = try await BlockingThread.run(name: "output") { try printed.fileHandleForReading.readToEnd() }
        await end()
        return (terminationStatus, String(decoding: output ?? Data(), as: UTF8.self))
    }

    /// Waits until it has ended.
    func end() async { try? await BlockingThread.run(name: "process") { self.waitUntilExit() } }
}
