import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

@testable import Server

/// A request's body that never ends, on a clock of the test's own.
@Suite struct BodyDeadlineTests {
    private let channel = EmbeddedChannel(handler: BodyDeadline())
    private let loop: EmbeddedEventLoop

    init() throws {
        loop = channel.embeddedEventLoop
        try channel.connect(to: .init(unixDomainSocketPath: "/x")).wait()
    }

    private func read(_ parts: HTTPRequestPart...) throws {
        for part in parts { try channel.writeInbound(part) }
    }

    private let head = HTTPRequestPart.head(
        HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/api/v1/auth/signin"))
    private let piece = HTTPRequestPart.body(ByteBuffer(string: " "))

    @Test func aBodyThatDribblesIsCutOff() throws {
        try read(head)
        for _ in 0..<11 {
            loop.advanceTime(by: .seconds(5))
            try read(piece)
        }
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(5))
        #expect(!channel.isActive)
    }

    /// Each request has the time for itself, and whoever waits for an answer or does nothing isn't meant.
    @Test func requestsThatEndStay() throws {
        for _ in 0..<3 {
            try read(head, piece)
            loop.advanceTime(by: .seconds(50))
            try read(piece, .end(nil))
            loop.advanceTime(by: .seconds(500))
            #expect(channel.isActive)
        }
        _ = try channel.finish()
    }
}
