import Foundation
import Testing

@testable import Core

@Suite struct SearchWordsTests {
    private struct Case: Decodable, CustomTestStringConvertible, Sendable {
        let search: String
        let text: String
        let isFound: Bool

        init(from decoder: any Decoder) throws {
            var parts = try decoder.unkeyedContainer()
            search = try parts.decode(String.self)
            text = try parts.decode(String.self)
            isFound = try parts.decode(Bool.self)
        }

        var testDescription: String { "\(search) in \(text)" }
    }

    /// The cases that the app's search is tested with, too.
    private static var cases: [Case] {
        get throws {
            let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../web/search-cases.json")
            return try JSONDecoder().decode([Case].self, from: Data(contentsOf: file))
        }
    }

    @Test(arguments: try cases)
    private func findsWhatTheAppFinds(_ one: Case) {
        #expect(SearchWords(one.search).match(one.text) == one.isFound)
    }
}
