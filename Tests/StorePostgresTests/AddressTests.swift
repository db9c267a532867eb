import Core
import Foundation
import Storage
import StoreContract
import StorePostgres
import Testing

/// The URL that names the server: what may be wrong with it, and what is said then.
@Suite("The URL of a PostgreSQL")
struct AddressTests {
    private let password = "geheim-4711"

    private func expectSentence(
        _ kind: StorageError.Kind, _ url: String, says words: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let error = await expectError(kind, sourceLocation: sourceLocation) {
            var options = PostgresDatabase.Options(url: url)
            options.connectTimeout = .seconds(2)
            let database = try PostgresDatabase(options)
            do {
                _ = try await database.fetch(Query("SELECT 1") { try $0.next() as Int64 })
            } catch {
                await database.close()
                throw error
            }
            await database.close()
        }
        let detail = error?.detail ?? ""
        for word in words { #expect(detail.contains(word), "\(detail)", sourceLocation: sourceLocation) }
        #expect(detail.hasSuffix("."), "a whole sentence: \(detail)", sourceLocation: sourceLocation)
        #expect(!detail.contains("geheim") && !detail.contains("4711"), "\(detail)", sourceLocation: sourceLocation)
    }

    @Test("a wrong password, user or database is the operator's to mend")
    func refused() async throws {
        await expectSentence(.misconfigured, try PostgresStore.url { $0.password = password }, says: ["polier"])
        await expectSentence(
            .misconfigured,
            try PostgresStore.url {
                $0.user = "nobody_known"
                $0.password = password
            }, says: ["nobody_known"])
        await expectSentence(.misconfigured, try PostgresStore.url(database: "not_there"), says: ["not_there"])
        await expectSentence(.misconfigured, try PostgresStore.url { $0.password = nil }, says: ["polier"])
    }

    @Test("a host or a port where no one listens may come back")
    func unreachable() async throws {
        let port = try Cluster.freePort()
        await expectSentence(
            .unavailable, "postgres://polier:\(password)@127.0.0.1:\(port)/postgres", says: ["127.0.0.1", "\(port)"])
        await expectSentence(.unavailable, "postgres://polier:\(password)@db.invalid/postgres", says: ["db.invalid"])
    }

    @Test(
        "what isn't such a URL is refused before anyone is asked",
        arguments: [
            "", "x", "mysql://u:geheim-4711@h/d", "postgres:/u:geheim-4711@h/d", "postgres://u:geheim-4711@h:port/d",
            "postgres://u:geheim-4711@h:99999/d", "postgres://u:geheim-4711@x@h/d", "postgres://u:geheim/4711@h/d",
            "postgres://u:geheim-4711@h/d?no_such_option=1", "postgres://u:geheim-4711%zz@h/d",
        ])
    func malformed(url: String) async {
        await expectSentence(.misconfigured, url, says: ["URL"])
    }

    @Test("of several hosts the one that takes writes is found")
    func severalHosts() async throws {
        let dead = try Cluster.freePort()
        let url = try PostgresStore.url()
        let parts = try #require(URLComponents(string: url))
        let (host, port) = (try #require(parts.host), try #require(parts.port))
        for hosts in ["\(host):\(dead),\(host):\(port)", "\(host):\(port),\(host):\(dead)"] {
            let several = url.replacing("\(host):\(port)", with: hosts) + "?target_session_attrs=read-write"
            let database = try PostgresDatabase(PostgresDatabase.Options(url: several))
            let one = try await database.fetchOne(Query("SELECT 1") { try $0.next() as Int64 })
            #expect(one == 1)
            let answer = try await database.transaction { try $0.fetch(Query("SELECT 2") { try $0.next() as Int64 }) }
            #expect(answer == [2])
            await database.close()
        }
    }

    @Test("a server that only reads isn't taken where writes are asked for")
    func readOnlyServer() async throws {
        let store = try await PostgresStore()
        try await withStore(store) { database in
            try await database.executeAlone(
                Statement(SQL(unchecked: "ALTER DATABASE \(store.name) SET default_transaction_read_only = on")))
            await expectSentence(.unavailable, store.url + "?target_session_attrs=read-write", says: ["127.0.0.1"])
        }
    }

    @Test("a pool of fewer than two connections is refused")
    func smallPool() async throws {
        var options = PostgresDatabase.Options(url: try PostgresStore.url())
        options.pool = 1
        await expectError(.misconfigured) { try PostgresDatabase(options) }
        options.pool = 2
        let database = try PostgresDatabase(options)
        let results = await atOnce(50) { number in
            number % 2 == 0
                ? try await database.fetchOne(Query("SELECT 1") { try $0.next() as Int64 })
                : try await database.transaction {
                    try $0.fetch(Query("SELECT 1") { try $0.next() as Int64 }).first ?? 0
                }
        }
        for result in results { #expect(try result.get() == 1) }
        await database.close()
    }
}
