import Core
import Foundation
import Storage
import Testing

@testable import Server

/// The comparison reads the target back, rather than trusting what was sent to it.
@Suite struct ComparisonTests {
    @Test(arguments: Engine.allCases)
    func aTargetThatKeepsSomethingElseKeepsNothing(_ engine: Engine) async throws {
        try await CopyTests.withDatabases([.sqlite, engine]) { urls async throws in
            try await DirectAccess.fill(urls[0], movements: 3)
            for flaw in [Unfaithful.Flaw.losesTheLastRow, .changesALetter] {
                try await DirectAccess.at(urls[0]) { source async throws in
                    try await DirectAccess.at(urls[1]) { target async throws in
                        let copy = DatabaseCopy(
                            from: source.database, to: Unfaithful(database: target.database, flaw: flaw),
                            migrations: try Migration.embedded())
                        let refusal = await #expect(throws: CopyRefusal.self) { try await copy.run { _ in } }
                        #expect(
                            refusal?.description.hasPrefix("the table movements reads back differently") == true,
                            "\(flaw): \(String(describing: refusal))")
                        #expect(try await target.isEmpty())
                    }
                }
            }
        }
    }
}

/// A database that stores movements incorrectly.
private struct Unfaithful: BulkDatabase {
    enum Flaw { case losesTheLastRow, changesALetter }

    let database: any BulkDatabase
    let flaw: Flaw

    var dialect: Dialect { database.dialect }

    func read(_ readings: [any Reading]) async throws { try await database.read(readings) }
    func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Result
    ) async throws -> Result { try await database.transaction(body) }
    func executeAlone(_ statement: Statement) async throws { try await database.executeAlone(statement) }
    var metrics: [Metric] { database.metrics }
    var size: Int64 { get async throws { try await database.size } }
    func close() async { await database.close() }
    func withSnapshot<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result {
        try database.withSnapshot(body)
    }
    func withLoad<Result>(_ body: (any BulkSession) throws -> Result) throws -> Result {
        try database.withLoad { try body(Session(session: $0, flaw: flaw)) }
    }

    final class Session: BulkSession {
        let session: any BulkSession
        let flaw: Flaw

        init(session: any BulkSession, flaw: Flaw) { (self.session, self.flaw) = (session, flaw) }

        var catalog: Catalog { session.catalog }
        func claim(_ tables: [Table]) throws { try session.claim(tables) }
        func read(_ table: Table, _ take: (UnsafeRawBufferPointer) throws -> Void) throws {
            try session.read(table, take)
        }
        func read(_ readings: [any Reading]) throws { try session.read(readings) }
        func execute(_ statement: Statement, after readings: [any Reading]) throws -> Int {
            try session.execute(statement, after: readings)
        }
        func liftTimeLimit() throws { try session.liftTimeLimit() }
        func enqueue(_ statement: Statement) throws { try session.enqueue(statement) }
        func relax(_ relaxation: Relaxation) throws { try session.relax(relaxation) }
        func write(_ lines: UnsafeRawBufferPointer, into table: Table) throws {
            guard table.name == "movements" else { return try session.write(lines, into: table) }
            var rows = String(decoding: lines, as: UTF8.self).split(separator: "\n")
            if flaw == .losesTheLastRow { rows.removeLast() }
            let text = rows.joined(separator: "\n").replacing(
                "Raum 2", with: flaw == .changesALetter ? "Raum 3" : "Raum 2")
            try Array("\(text)\n".utf8).withUnsafeBytes { try session.write($0, into: table) }
        }
    }
}
