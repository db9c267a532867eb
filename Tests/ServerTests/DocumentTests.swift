import Foundation
import Testing

/// The commands in the documents work as they are written.
@Suite struct DocumentTests {
    @Test(arguments: Engine.allCases)
    func theDayWithCurlGoesThrough(_ engine: Engine) async throws {
        let page = try String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
                "../../docs/api.md"), encoding: .utf8)
        let tour = try #require(page.components(separatedBy: "## A company's day with curl").last)
        // With the program's part.
        let section = try #require(tour.components(separatedBy: "\n## Who may do what").first)
        let blocks = section.components(separatedBy: "```sh\n").dropFirst().compactMap {
            $0.components(separatedBy: "```").first
        }
        #expect(blocks.count >= 8)

        try await engine.withDatabase { url in
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            let server = try await RunningServer(url: url, folder: folder)
            let script = """
                set -euo pipefail
                curl() { command curl --fail-with-body "$@"; }
                \(blocks.joined().replacingOccurrences(of: "http://127.0.0.1:8080", with: server.client.base))
                """
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/bash")
            process.arguments = ["-c", script]
            let (code, output) = try await process.outcome()
            #expect(code == 0, "\(output)")
            #expect(output.contains("\"minutes\":60") && output.contains("\"amount\":21.5"), "\(output)")
            #expect(await server.terminate() == 0)
        }
    }
}
