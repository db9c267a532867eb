import Embedded
import Foundation
import Testing

@testable import Server

/// The binary contains all files of its folders and nothing else.
@Suite struct EmbeddedTests {
    @Test func theWebApp() throws {
        #expect(
            try WebFolder(path: Repository.folder("web").path) == .embedded, "run scripts/embed and build again")
    }

    @Test func theMigrationsAndTheMails() throws {
        for (list, folder, ending) in [
            (polier_migrations(), "migrations", ""), (polier_mails(), "Sources/Embedded/mails", ".mustache"),
        ] {
            let here = try Repository.files(folder, ending: ending.isEmpty ? ".sql" : ending)
            let embedded = UnsafeBufferPointer(start: list.first, count: list.count)
            #expect(
                embedded.map { String(cString: $0.name) + ending } == here.map(\.lastPathComponent),
                "run scripts/embed and build again")
            #expect(
                try embedded.map(\.text) == here.map { try String(contentsOf: $0, encoding: .utf8) }, "build again")
        }
    }
}

/// The folders of this repository.
enum Repository {
    static func folder(_ path: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../" + path)
            .standardizedFileURL
    }

    /// The files of a folder with this ending, sorted by name.
    static func files(_ path: String, ending: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder(path), includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix(ending) }.sorted { $0.lastPathComponent < $1.lastPathComponent }
    }

    /// The migrations' names as messages show them, oldest first: `0001_foundation`.
    static let migrations: [String] = {
        (try? files("migrations", ending: ".sql"))?.map { $0.deletingPathExtension().lastPathComponent } ?? []
    }()
}
