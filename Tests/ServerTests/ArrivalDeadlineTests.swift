import NIOCore
import NIOEmbedded
import Testing

@testable import Server

/// Clients that send a request slowly, with a clock that the test controls.
@Suite struct ArrivalDeadlineTests {
    private let channel = EmbeddedChannel()
    private let loop: EmbeddedEventLoop
    private let handler: ConnectionHandler
    private let connections = OpenConnections(most: 2)

    init() throws {
        loop = channel.embeddedEventLoop
        let answers = RequestAnswers(
            answer: { _ in .noContent }, refuse: { Answer($0.status, ByteBuffer(), type: "text/plain") })
        handler = ConnectionHandler(.init(answers, arrival: .init(idle: .seconds(930)), connections: connections))
        try HTTPConnection.add(handler, to: channel)
        try channel.connect(to: .init(unixDomainSocketPath: "/x")).wait()
    }

    private func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    private func answer() { handler.send(.noContent) }

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
            answer()
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
        answer()
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
        answer()
        loop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func anIdleConnectionStaysForItsTime() throws {
        for _ in 0..<3 {
            try send(Self.whole)
            answer()
            loop.advanceTime(by: .seconds(929))
            #expect(channel.isActive)
        }
        loop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func anIdleConnectionGoesEarlierWhereTheyRunShort() throws {
        try send(Self.whole)
        answer()
        loop.advanceTime(by: .seconds(100))
        _ = (connections.opened(), connections.opened())
        loop.advanceTime(by: .seconds(30))
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
