import Foundation

/// An XLSX file as openpyxl reads it.
struct Spreadsheet: Decodable {
    let sheet: String
    /// Each cell as text, with its kind before a number or a date.
    let rows: [[String]]
    /// Of its numbers and dates, in the order of their first use.
    let formats: [String]

    static func read(_ path: String) throws -> Spreadsheet {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("parts/read_table.py")
        let python = ProcessInfo.processInfo.environment["POLIER_TEST_PYTHON"] ?? "/usr/bin/env"
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: python)
        process.arguments = (python == "/usr/bin/env" ? ["python3"] : []) + ["-B", script.path, path]
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode(Spreadsheet.self, from: output)
    }
}
