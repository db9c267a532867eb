import Core
import Foundation
import Testing

@testable import Server

/// The real server while its database file is moved, replaced or damaged.
@Suite struct FileWatchTests {
    private static func expectReady(_ server: RunningServer, _ status: Int, _ says: String) async throws {
        var reply = try await server.client.send("GET", "/readyz")
        for _ in 0..<200 where reply.status != status || !reply.text.contains(says) {
            try await Task.sleep(for: .milliseconds(50))
            reply = try await server.client.send("GET", "/readyz")
        }
        #expect(reply.status == status && reply.text.contains(says), "\(reply.status) \(reply.text)")
    }

    private static func isReady(_ server: RunningServer) async throws -> Bool {
        let text = try await server.client.send("GET", "/metrics").text
        let (ready, broken) = (text.contains("\npolier_ready 1\n"), text.contains("\npolier_database_broken 1\n"))
        #expect(ready != broken, "\(text)")
        return ready
    }

    @Test func aFileThatWasMovedIsMissed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/p.sqlite"
        let server = try await RunningServer(url: "sqlite:\(path)", folder: folder)
        var isReady = try await Self.isReady(server)
        #expect(isReady)
        #expect(rename(path, path + ".moved") == 0)
        try await Self.expectReady(server, 503, "\"broken\"")
        isReady = try await Self.isReady(server)
        #expect(!isReady)
        let lives = try await server.client.send("GET", "/livez").status
        #expect(lives == 200)
        #expect(server.log().contains("p.sqlite' was moved, deleted or replaced"), "\(server.log())")
        // If the file is put back, nothing is lost.
        #expect(rename(path + ".moved", path) == 0)
        try await Self.expectReady(server, 200, "\"ready\"")
        isReady = try await Self.isReady(server)
        #expect(isReady)
        #expect(server.log().split(separator: "\n").filter { $0.contains("was moved, deleted") }.count == 1, "once")
        #expect(await server.terminate() == 0)
    }

    @Test func aFileThatWasReplacedIsNoticed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/p.sqlite"
        try await DirectAccess.fill("sqlite:\(path)", movements: 1)
        let server = try await RunningServer(url: "sqlite:\(path)", folder: folder)
        try FileManager.default.copyItem(atPath: path, toPath: path + ".new")
        #expect(rename(path + ".new", path) == 0)
        try await Self.expectReady(server, 503, "\"broken\"")
        #expect(server.log().contains("moved, deleted or replaced"), "\(server.log())")
        await server.kill()
    }

    /// A database is renamed under a server, and an empty one takes its place.
    @Test(arguments: Engine.allCases)
    func aDatabaseThatLostItsSchemaIsNoticed(_ engine: Engine) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        try await engine.withDatabase { url in
            let server = try await RunningServer(url: url, folder: folder)
            try await DirectAccess.at(url) { try await $0.run("ALTER TABLE schema_migrations RENAME TO others") }
            try await Self.expectReady(server, 503, "\"broken\"")
            #expect(server.log().contains("The database has lost its schema"), "\(server.log())")
            try await DirectAccess.at(url) { try await $0.run("ALTER TABLE others RENAME TO schema_migrations") }
            try await Self.expectReady(server, 200, "\"ready\"")
            #expect(await server.terminate() == 0)
        }
    }

    /// The same file with other content.
    @Test func aFileThatWasOverwrittenIsNoticed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/p.sqlite"
        try await DirectAccess.fill("sqlite:\(path)", movements: 1)
        let server = try await RunningServer(url: "sqlite:\(path)", folder: folder)
        try Damage.overwrite(path, from: 0, count: 100)
        try await Self.expectReady(server, 503, "\"broken\"")
        #expect(server.log().contains("p.sqlite' was overwritten"), "\(server.log())")
        await server.kill()
    }

    /// An older state of the file, as when `cp` puts a copy in its place.
    @Test func anOlderCopyInItsPlaceIsNoticed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/p.sqlite"
        try await DirectAccess.fill("sqlite:\(path)", movements: 1)
        let older = try Data(contentsOf: URL(fileURLWithPath: path))
        try await DirectAccess.at("sqlite:\(path)") { try await $0.run("CREATE TABLE later (id BIGINT)") }
        let server = try await RunningServer(url: "sqlite:\(path)", folder: folder)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.write(contentsOf: older)
        try file.truncate(atOffset: UInt64(older.count))
        try file.close()
        try await Self.expectReady(server, 503, "\"broken\"")
        #expect(server.log().contains("p.sqlite' was overwritten"), "\(server.log())")
        await server.kill()
    }

    @Test func aLogThatWasDeletedIsMissed() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/p.sqlite"
        let server = try await RunningServer(url: "sqlite:\(path)", folder: folder)
        _ = try await TestCompany.register(server.client)
        #expect(unlink(path + "-wal") == 0)
        try await Self.expectReady(server, 503, "\"broken\"")
        #expect(server.log().contains("p.sqlite-wal"), "\(server.log())")
        await server.kill()
    }

    /// Whichever request meets the damage first: from then on no more are sent here.
    @Test func aDamageThatARequestMeetsEndsReadiness() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/p.sqlite"
        try await DirectAccess.fill("sqlite:\(path)", movements: 1)
        let pages = try await Damage.pages(of: ["users", "attempts"], in: path)
        let server = try await RunningServer(url: "sqlite:\(path)", folder: folder)
        try Damage.overwrite(path, pages: pages)
        let reply = try await server.client.send(
            "POST", "/api/v1/auth/signin",
            body: "{\"email\": \"ada@kern.example\", \"password\": \"Kelle und Fugbrett\"}")
        #expect(reply.status == 503, "\(reply.text)")
        #expect(reply.text.contains("disk-failure"), "\(reply.text)")
        try await Self.expectReady(server, 503, "\"broken\"")
        #expect(server.log().contains("p.sqlite' is damaged"), "\(server.log())")
        await server.kill()
    }
}
