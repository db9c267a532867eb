import Storage
import Testing

@testable import Core
@testable import Server

/// Outages of the mail transport.
@Suite struct MailOutageTests {
    private static let outage = Duration.seconds(6 * 3600)
    private static let down = Outbox.Outcome.unanswered(MailReason(.unreachable, "Mailgun: Couldn't connect to server"))

    /// A server's mail service with a breaker of its own, as every newly started server has.
    private static func started(_ server: TestServer, _ provider: Postbox) throws -> MailService {
        try server.mailService(by: LetterChain([Breaker(provider, name: "mailgun", runtime: server.runtime)]))
    }

    /// Lets time pass as a server's mail service does, which checks once a second.
    private static func pass(_ seconds: Int, _ server: TestServer, _ service: MailService) async throws {
        for _ in 0..<seconds {
            try await service.sendDue()
            server.clock.advance(by: MailService.pause)
        }
    }

    /// How often the provider accepted each mail.
    private static func taken(_ letters: ArraySlice<Letter>) -> [String: Int] {
        letters.reduce(into: [:]) { $0[$1.messageID, default: 0] += 1 }
    }

    private static func states(_ company: TestCompany) async throws -> [String: Int] {
        try await company.manager.all(company.path + "/mails").reduce(into: [:]) {
            $0[$1["state"]?.text ?? "", default: 0] += 1
        }
    }

    /// A thousand mails queue up in six hours. Meanwhile the provider is probed twice a minute; three minutes after it is back all have
    /// arrived, each once.
    @Test(arguments: Engine.allCases)
    func sixHoursWithoutAProviderLoseNothing(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let provider = Postbox()
            let service = try Self.started(server, provider)
            provider.answer(Self.down)
            let start = server.clock.now
            if let id = Company.ID(company.id) {
                // More than a company may invite in so short a time.
                try await CompanyLimits(server.database, runtime: server.runtime).set(
                    [.people: 2000, .firstDayMails: 2000], of: id)
            }
            for number in 0..<1000 {
                #expect(try await company.invite("person\(number)@vogt.example").status == 201)
                try await Self.pass(number % 5 < 3 ? 22 : 21, server, service)
            }
            #expect(server.clock.now == start + Self.outage)
            let asked = provider.letters.count
            #expect((700...740).contains(asked), "\(asked)")
            #expect(try await Self.states(company) == ["queued": 1000])

            provider.answer(.accepted)
            try await Self.pass(180, server, service)
            let taken = Self.taken(provider.letters[asked...])
            #expect(taken.count == 1000 && taken.values.allSatisfy { $0 == 1 })
            #expect(try await Self.states(company) == ["sent": 1000])
        }
    }

    /// A single waiting mail isn't delayed by the number of failed attempts, not even if the server was restarted in the meantime.
    @Test(arguments: Engine.allCases)
    func whatWaitedAloneGoesAtOnceToo(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let provider = Postbox()
            provider.answer(Self.down)
            #expect(try await company.invite("lena@vogt.example").status == 201)
            try await Self.pass(6 * 3600 - 60, server, try Self.started(server, provider))
            #expect(try await Self.states(company) == ["queued": 1])
            let service = try Self.started(server, provider)
            try await Self.pass(60, server, service)
            let asked = provider.letters.count
            #expect((700...740).contains(asked), "\(asked)")
            provider.answer(.accepted)
            try await Self.pass(180, server, service)
            #expect(Self.taken(provider.letters[asked...]).values.map(\.self) == [1])
            #expect(try await Self.states(company) == ["sent": 1])
        }
    }

    private static func letter() -> Letter {
        Letter(messageID: "<1@x.example>", to: "a@b.example", subject: "", text: "", html: "", tag: "invitation")
    }

    /// After three failures only a probe is sent every half minute, and the second transport takes over at once.
    @Test func aWayThatIsDownIsSpared() async throws {
        let clock = TestClock()
        let runtime = Runtime(now: { clock.now }, randomBytes: Runtime.live.randomBytes)
        let (first, second) = (Postbox(), Postbox())
        let (primary, secondary) = (
            Breaker(first, name: "first", runtime: runtime), Breaker(second, name: "second", runtime: runtime)
        )
        let chain = LetterChain([primary, secondary])
        func send() async -> Outbox.Outcome { await chain.send(Self.letter(), by: .now + .seconds(30)) }
        first.answer(Self.down)
        for _ in 0..<20 { #expect(await send() == .accepted) }
        #expect(first.letters.count == 3 && second.letters.count == 20 && primary.isDown && !chain.isDown)
        second.answer(Self.down)
        #expect(await send() == Self.down, "a failure of its own, as far as anyone knows")
        for _ in 0..<20 { _ = await send() }
        #expect(first.letters.count == 3 && second.letters.count == 23 && chain.isDown && chain.capacity == 0)
        guard case .down = await send() else {
            Issue.record("what isn't sent counts against the mail")
            return
        }
        clock.advance(by: .seconds(30))
        #expect(chain.capacity == 1)
        first.answer(.accepted)
        #expect(await send() == .accepted)
        #expect(!primary.isDown && chain.capacity > 1 && first.letters.count == 4)

        // A response about a single mail shows that the transport is up.
        first.answer(.postponed(MailReason(.postponed, "this mailbox is busy"), retryAfter: nil))
        for _ in 0..<20 { _ = await send() }
        #expect(!primary.isDown && first.letters.count == 24)
    }

    /// A transport that asks for a pause is left alone until it is over.
    @Test func aWayThatAsksForAPauseGetsIt() async throws {
        let clock = TestClock()
        let postbox = Postbox()
        let breaker = Breaker(
            postbox, name: "mailgun", runtime: Runtime(now: { clock.now }, randomBytes: Runtime.live.randomBytes))
        postbox.answer(.postponed(MailReason(.postponed, "slow down"), retryAfter: .seconds(300)))
        for _ in 0..<5 { _ = await breaker.send(Self.letter(), by: .now + .seconds(30)) }
        #expect(postbox.letters.count == 1 && breaker.capacity == 0)
        clock.advance(by: .seconds(299))
        #expect(breaker.capacity == 0)
        clock.advance(by: .seconds(1))
        postbox.answer(.accepted)
        #expect(breaker.capacity == 1)
        #expect(await breaker.send(Self.letter(), by: .now + .seconds(30)) == .accepted)
        #expect(breaker.capacity > 1)
    }
}
