import Core
import Foundation
import Storage
import Testing

/// Code that must not compile. Each text is passed to the compiler together with the built modules of Core and Storage.
@Suite("What the compiler refuses", .serialized)
struct CompilerTests {
    struct Snippet: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        /// The compiler's message; nil if the code compiles.
        let refusal: String?

        var testDescription: String { name }
    }

    static let snippets = [
        Snippet(
            name: "a transaction as it should be (so that the others fail for their own reason)",
            text: """
                func rename(_ database: any Database, _ name: String) async throws -> Int {
                    let columns: SQL = "id, name"
                    return try await database.transaction { transaction in
                        let all = Query("SELECT \\(columns) FROM users") { try $0.next() as Int64 }
                        let ids = try transaction.fetch(all)
                        return try transaction.execute(Statement("UPDATE users SET name = $1", name)) + ids.count
                    }
                }
                func read(_ actor: Actor, _ company: Company.ID) throws -> CompanyScope {
                    try actor.scope(company, for: .readCompany)
                }
                """,
            refusal: nil),
        Snippet(
            name: "keeping a transaction in a variable",
            text: """
                func keep(_ database: any Database) async throws {
                    try await database.transaction { transaction in
                        let kept = transaction
                        _ = consume kept
                    }
                }
                """,
            refusal: "'transaction' is borrowed and cannot be consumed"),
        Snippet(
            name: "returning a transaction",
            text: """
                func keep(_ database: any Database) async throws {
                    let kept: Transaction = try await database.transaction { transaction in transaction }
                    _ = consume kept
                }
                """,
            refusal: "requires that 'Transaction' conform to 'Copyable'"),
        Snippet(
            name: "copying a transaction",
            text: """
                func copied(_ transaction: borrowing Transaction) { _ = copy transaction }
                """,
            refusal: "'copy' cannot be applied to noncopyable types"),
        Snippet(
            name: "beginning a transaction inside another",
            text: """
                func nest(_ database: any Database) async throws {
                    try await database.transaction { _ in
                        try await database.transaction { try $0.execute(Statement("DELETE FROM users")) }
                    }
                }
                """,
            refusal: "parameter expecting synchronous function type"),
        Snippet(
            name: "waiting for something else inside a transaction",
            text: """
                func wait(_ database: any Database) async throws {
                    try await database.transaction { _ in try await Task.sleep(for: .seconds(1)) }
                }
                """,
            refusal: "parameter expecting synchronous function type"),
        Snippet(
            name: "a value within the text of a statement",
            text: """
                func find(_ name: String) -> Statement { Statement("SELECT id FROM users WHERE name = '\\(name)'") }
                """,
            refusal: "cannot convert value of type 'String' to expected argument type 'SQL'"),
        Snippet(
            name: "a text from outside as a statement",
            text: """
                func find(_ text: String) -> Statement { Statement(text) }
                """,
            refusal: "cannot convert value of type 'String' to expected argument type 'SQL'"),
        Snippet(
            name: "a company's scope that no permission granted",
            text: """
                func enter(_ company: Company.ID, _ actor: Actor) -> CompanyScope {
                    CompanyScope(company: company, actor: actor, permission: .readSites, reach: .anyCompany)
                }
                """,
            refusal: "'CompanyScope' initializer is inaccessible due to 'internal' protection level"),
        Snippet(
            name: "a site's scope that no permission granted",
            text: """
                func enter(_ scope: CompanyScope, _ site: Site.ID) -> SiteScope { SiteScope(within: scope, site: site) }
                """,
            refusal: "'SiteScope' initializer is inaccessible due to 'internal' protection level"),
        Snippet(
            name: "someone who never signed in",
            text: """
                func pretend(_ session: Session.ID, _ user: User) -> Actor { Actor(session: session, user: user) }
                """,
            refusal: "'Actor' initializer is inaccessible due to 'package' protection level"),
    ]

    @Test("the compiler's word", arguments: snippets)
    func snippet(_ snippet: Snippet) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "polier-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("snippet.swift")
        try Data("import Core\nimport Storage\n\(snippet.text)\n".utf8).write(to: file)

        let (status, words) = try await Self.compile(file)
        if let refusal = snippet.refusal {
            #expect(status != 0, "it compiles")
            #expect(words.contains("error: ") && words.contains(refusal), "\(words)")
        } else {
            #expect(status == 0, "\(words)")
        }
    }

    /// Runs the compiler up to its ownership checks, without output files.
    private static func compile(_ file: URL) async throws -> (status: Int32, words: String) {
        // Waiting for a process blocks a thread, and tests share only a few.
        try await withCheckedThrowingContinuation { continuation in
            _ = BlockingThread(name: "compiler") { continuation.resume(with: Result { try run(file) }) }
        }
    }

    private static func run(_ file: URL) throws -> (status: Int32, words: String) {
        // The build folder of the running test bundle.
        let build = Bundle.main.bundleURL.path
        try #require(
            FileManager.default.fileExists(atPath: build + "/Modules/Core.swiftmodule"), "\(build)")
        let sources = URL(fileURLWithPath: #filePath).pathComponents.dropLast(3).joined(separator: "/") + "/Sources"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            // The compiler leaves its temporary files behind when it refuses code.
            "TMPDIR=\(file.deletingLastPathComponent().path)",
            "swiftc", "-emit-sil", "-o", "/dev/null", "-swift-version", "6", "-I", build + "/Modules",
            // The modules that Core's modules are built from.
            "-I", sources + "/CCrypto",
            "-module-cache-path", build + "/ModuleCache", file.path,
        ]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let words = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: words, as: UTF8.self))
    }
}
