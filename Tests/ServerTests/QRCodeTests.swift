import Foundation
import Testing

@testable import Server

/// What phones read in the QR codes.
@Suite struct QRCodeTests {
    @Test(arguments: [
        "https://polier.example.de/card#token=" + String(repeating: "5a0f", count: 16),
        String(repeating: "x", count: 2331),
    ])
    func whatIsDrawnIsRead(_ text: String) async throws {
        let qr = try #require(QRCode(text))
        let picture = Self.picture(qr, scale: 4)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("qr-\(UUID().uuidString).pgm")
        try picture.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let reader = Process()
        reader.executableURL = URL(fileURLWithPath: "/usr/bin/zbarimg")
        reader.arguments = ["--quiet", "--nodbus", "--raw", file.path]
        let (code, output) = try await reader.outcome()
        #expect(code == 0 && output == text + "\n", "\(output)")
    }

    @Test func tooLongATextHasNone() {
        #expect(QRCode(String(repeating: "x", count: 2332)) == nil)
    }

    /// The path drawn with a quiet zone of four modules, as a PGM.
    private static func picture(_ code: QRCode, scale: Int) -> String {
        let side = code.size + 8
        var isDark = [[Bool]](repeating: [Bool](repeating: false, count: side), count: side)
        for run in code.path.matches(of: /M(\d+) (\d+)h(\d+)v1h-(\d+)z/) {
            guard let x = Int(run.1), let y = Int(run.2), let count = Int(run.3), run.3 == run.4 else { continue }
            for step in 0..<count { isDark[y + 4][x + 4 + step] = true }
        }
        let rows = isDark.map { row in
            row.map { Array(repeating: $0 ? "0" : "255", count: scale).joined(separator: " ") }.joined(separator: " ")
        }
        let lines = rows.flatMap { Array(repeating: $0, count: scale) }.joined(separator: "\n")
        return "P2\n\(side * scale) \(side * scale)\n255\n\(lines)\n"
    }
}
