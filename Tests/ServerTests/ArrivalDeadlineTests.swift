import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import Synchronization
import Testing

@testable import Server

/// Clients that send a request slowly, with a clock that the test controls.
@Suite struct ArrivalDeadlineTests {
    private let channel = EmbeddedChannel()
    private let loop: EmbeddedEventLoop
    private let crowd = Crowd()

    private final class Crowd: Sendable {
        let isThere = Atomic<Bool>(false)
    }

    init() throws {
        loop = channel.embeddedEventLoop
        let pipeline = channel.pipeline.syncOperations
        let deadline = ArrivalDeadline(
            .init(idle: .seconds(930)), isCrowded: { [crowd] in crowd.isThere.load(ordering: .relaxed) })
        try pipeline.addHandler(ArrivalDeadline.Bytes(for: deadline))
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try pipeline.addHandler(deadline)
        try channel.connect(to: .init(unixDomainSocketPath: "/x")).wait()
    }

    private func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    private func answer() throws {
        try channel.writeOutbound(HTTPResponsePart.head(.init(status: .noContent)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }

    private static let whole = "GET /livez HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let head = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n"

    @Test func aConnectionThatNeverAsksIsCutOff() throws {
        loop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    /// The first head, and one after a response.
    @Test(arguments: [false, true]) func aHeadThatDribblesIsCutOff(isLater: Bool) throws {
        if isLater {
            try send(Self.whole)
            try answer()
            loop.advanceTime(by: .seconds(100))
        }
        for byte in Self.whole.prefix(10) {
            try send(String(byte))
            #expect(channel.isActive)
            loop.advanceTime(by: .seconds(3))
        }
        #expect(!channel.isActive)
    }

    @Test func aBodyThatDribblesIsCutOff() throws {
        try send(Self.head)
        for _ in 0..<11 {
            loop.advanceTime(by: .seconds(5))
            try send("x")
        }
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(5))
        #expect(!channel.isActive)
    }

    @Test func aBodyThatStopsIsCutOff() throws {
        try send(Self.head)
        loop.advanceTime(by: .seconds(20))
        try send("x")
        loop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    /// This includes a body that was refused before its end.
    @Test func anAnswerDoesntGiveABodyMoreTime() throws {
        try send(Self.head)
        try answer()
        loop.advanceTime(by: .seconds(30))
        #expect(!channel.isActive)
    }

    @Test func whoWaitsForAnAnswerStays() throws {
        try send(Self.head + String(repeating: "x", count: 100))
        loop.advanceTime(by: .seconds(5000))
        // The beginning of the next request, which can't be answered yet.
        try send("GET")
        loop.advanceTime(by: .seconds(5000))
        #expect(channel.isActive)
        try answer()
        loop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func anIdleConnectionStaysForItsTime() throws {
        for _ in 0..<3 {
            try send(Self.whole)
            try answer()
            loop.advanceTime(by: .seconds(929))
            #expect(channel.isActive)
        }
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func anIdleConnectionGoesEarlierWhereTheyRunShort() throws {
        try send(Self.whole)
        try answer()
        loop.advanceTime(by: .seconds(100))
        crowd.isThere.store(true, ordering: .relaxed)
        loop.advanceTime(by: .seconds(30))
        #expect(!channel.isActive)
    }

    @Test func whoDoesntCloseBehindTheLastAnswerIsCutOff() throws {
        try send(Self.whole)
        try answer()
        channel.close(mode: .output, promise: nil)
        loop.advanceTime(by: .seconds(60))
        #expect(!channel.isActive)
    }

    @Test func halfOfAllConnectionsIsACrowd() {
        let connections = OpenConnections(most: 4)
        #expect(
            (1...4).map { _ in (connections.opened(), connections.isCrowded, connections.isFull).1 } == [
                false, false, true, true,
            ])
        #expect(connections.isFull)
        connections.closed()
        #expect(!connections.isFull && connections.isCrowded)
    }
}
