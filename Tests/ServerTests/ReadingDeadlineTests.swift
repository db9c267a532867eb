import Core
import Foundation
import NIOCore
import Storage
import Testing

@testable import Core
@testable import Server

/// Callers that don't read the response to their request.
@Suite(.serialized) struct ReadingDeadlineTests {
    private static let hasty = ReadingDeadline.Limits(silence: .seconds(4), grace: .seconds(6), rate: 80 << 10)

    /// A page of a megabyte or more.
    private static func withList(
        _ body: @escaping @Sendable (TestServer, _ path: String, _ token: String, LargeAnswers) async throws -> Void
    ) async throws {
        let answers = LargeAnswers()
        try await TestServer.run(on: .sqlite, reading: hasty, answers: answers) { server in
            let direct = DirectAccess(database: try #require(server.database as? any BulkDatabase))
            let company = try await FullCompany.fill(
                direct, number: 1,
                .init(people: 5, names: 0, sites: 40, notes: 10_000, stocked: 0, movements: 0, sessions: 1))
            server.clock.set(Runtime.live.now())
            try await body(server, company.path + "/sites", company.tokens[0], answers)
        }
    }

    private static func expectPlaceBack(_ answers: LargeAnswers) async throws {
        for _ in 0..<1500 where answers.count.taken > 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(answers.count.taken == 0)
    }

    @Test func whoDoesntReadIsCutOff() async throws {
        try await Self.withList { server, path, token, answers in
            for gzip in [false, true] {
                let connection = try HeldConnection(server.client)
                connection.ask(path, token: token, gzip: gzip)
                for _ in 0..<500 where connection.status == nil { try await Task.sleep(for: .milliseconds(10)) }
                let taken = answers.count.taken
                #expect(connection.status == 200 && taken == 1)
                try await Self.expectPlaceBack(answers)
                let read = await connection.readAll()
                #expect(read.isCutOff && read.count < 1 << 19, "\(read)")
            }
        }
    }

    @Test func whoOnlyDribblesIsCutOff() async throws {
        try await Self.withList { server, path, token, answers in
            let connection = try HeldConnection(server.client, buffer: 64 << 10)
            connection.ask(path, token: token)
            let (clock, start) = (ContinuousClock(), ContinuousClock.now)
            var (sum, isCutOff) = (0, false)
            // About 55 kB a second.
            while !isCutOff && clock.now - start < .seconds(40) {
                if let count = await connection.read(16 << 10), count > 0 { sum += count } else { isCutOff = true }
                try await Task.sleep(for: .milliseconds(300))
            }
            #expect(isCutOff && sum < 1 << 20 && clock.now - start > .seconds(4))
            try await Self.expectPlaceBack(answers)
        }
    }

    @Test func whoReadsSlowlyGetsAllOfIt() async throws {
        try await Self.withList { server, path, token, answers in
            let connection = try HeldConnection(server.client, buffer: 128 << 10)
            connection.ask(path, token: token)
            var (sum, pauses) = (0, 0)
            // With pauses that add up to more than the grace period.
            while sum < 1_000_000, let count = await connection.read(64 << 10), count > 0 {
                sum += count
                guard sum / 100_000 > pauses else { continue }
                pauses += 1
                try await Task.sleep(for: .milliseconds(700))
            }
            #expect(sum >= 1_000_000)
        }
    }

    /// Including many short responses that add up.
    @Test func whoPipelinesAndDoesntReadIsCutOff() async throws {
        try await Self.withList { server, _, token, _ in
            let connection = try HeldConnection(server.client)
            for _ in 0..<40 { connection.ask("/api/v1/openapi.json", token: token) }
            try await Task.sleep(for: .seconds(8))
            #expect(await connection.readAll().isCutOff)
        }
    }

    /// What stays in this process are less bytes than those after which a connection takes no more to write.
    @Test func whoLeavesTheLastBytesUnreadIsCutOff() async throws {
        try await Self.withList { server, _, token, _ in
            let path = "/api/v1/users/me"
            let first = try HeldConnection(server.client)
            first.ask(path, token: token)
            let length = try #require(await first.read(1 << 16))
            let connection = try HeldConnection(server.client)
            // The system takes 64 KiB and what the peer's buffer holds.
            for _ in 0..<(104 << 10) / length { connection.ask(path, token: token) }
            try await Task.sleep(for: .seconds(8))
            #expect(await connection.readAll().isCutOff)
        }
    }
}
