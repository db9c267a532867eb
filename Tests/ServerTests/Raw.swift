import Testing

/// Requests as bytes, and what is seen of their answers.
enum Raw {
    static func get(_ path: String, _ headers: String = "", version: String = "1.1") -> String {
        "GET \(path) HTTP/\(version)\r\nHost: a\r\n\(headers)\r\n"
    }

    static func post(_ path: String, _ headers: String, _ body: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\n\(headers)\r\n\(body)"
    }

    /// The statuses of all answers in a text.
    static func statuses(_ text: String) -> [Int] {
        text.matches(of: /HTTP\/1\.[01] (\d{3})/).compactMap { Int($0.1) }
    }

    /// For half a minute at most.
    static func wait(until isTrue: () -> Bool) async throws {
        for _ in 0..<3000 where !isTrue() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(isTrue())
    }
}
