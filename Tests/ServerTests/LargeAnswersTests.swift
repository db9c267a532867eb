import Core
import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Places for large responses: their number, the queue for them, and that each is released.
@Suite struct LargeAnswersTests {
    private static func actor(_ company: Company.ID, _ runtime: Runtime = .live) -> Actor {
        let now = runtime.now()
        let user = User(
            id: runtime.newID(), companyID: company, email: "", firstName: "", lastName: "", role: .manager,
            status: .active, language: .german, version: 1, createdAt: now, updatedAt: now)
        return Actor(session: runtime.newID(), user: user)
    }

    private static func company() -> Company.ID { Runtime.live.newID() }

    private static func refusal(_ body: () async throws -> Void) async -> Refusal? {
        do {
            try await body()
            return nil
        } catch {
            return error as? Refusal
        }
    }

    @Test func aPersonHasFourPlacesAndACompanyTwenty() async throws {
        let answers = LargeAnswers(timeout: .milliseconds(30))
        let company = Self.company()
        var places: [LargeAnswers.Place] = []
        for number in 0..<5 {
            let person = Self.actor(company)
            for _ in 0..<4 { places.append(try await answers.made(.list, for: person)) }
            guard number == 0 else { continue }
            let refusal = await Self.refusal { _ = try await answers.place(.list, for: person) }
            #expect(refusal?.code == "too-many-large-answers" && refusal?.kind == .busy)
            #expect(
                refusal?.message.contains("4 large answers") == true && refusal?.message.contains("person-") == true)
        }
        let next = Self.actor(company)
        let refusal = await Self.refusal { _ = try await answers.place(.list, for: next) }
        #expect(refusal?.message == "At most 20 large answers are sent at once (large-answers): try again in a moment.")
        #expect(answers.count == (taken: 20, waiting: 0))
        // Copies have separate places, and so do other companies.
        let copy = try await answers.place(.copy, for: next)
        let other = try await answers.place(.list, for: Self.actor(Self.company()))
        #expect(answers.count.taken == 22)
        #expect(
            await Self.refusal { _ = try await answers.place(.copy, for: next) }?.message.contains("1 large") == true)
        withExtendedLifetime((copy, other)) {}
        places.removeAll()
        withExtendedLifetime(try await answers.place(.list, for: next)) {}
    }

    @Test func twoOfACompanyAreReadAtOnce() async throws {
        let answers = LargeAnswers(timeout: .seconds(20))
        let company = Self.company()
        let first = try await answers.place(.list, for: Self.actor(company))
        var second: LargeAnswers.Place? = try await answers.place(.list, for: Self.actor(company))
        let third = Task { try await answers.place(.list, for: Self.actor(company)) }
        while answers.count.waiting < 1 { try await Task.sleep(for: .milliseconds(1)) }
        first.made()
        first.made()
        let place = try await third.value
        let fourth = Task { try await answers.place(.list, for: Self.actor(company)) }
        while answers.count.waiting < 1 { try await Task.sleep(for: .milliseconds(1)) }
        // A response that fails while it is read also releases its place.
        withExtendedLifetime(second) { second = nil }
        let last = try await fourth.value
        #expect(answers.count == (taken: 3, waiting: 0))
        withExtendedLifetime((first, place, last)) {}
    }

    @Test func whatIsReadAlreadyWaitsForNoOthersReading() async throws {
        let answers = LargeAnswers(timeout: .seconds(20))
        let company = Self.company()
        let reading = (
            try await answers.place(.list, for: Self.actor(company)),
            try await answers.place(.list, for: Self.actor(company))
        )
        let person = Self.actor(company)
        var places = (0..<4).compactMap { _ in answers.placeIfFree(.list, for: person) }
        #expect(places.count == 4 && answers.placeIfFree(.list, for: person) == nil)
        places.removeAll()
        #expect(answers.count == (taken: 2, waiting: 0))
        // They weren't among those that are read: there are still two of these.
        let third = Task { try await answers.place(.list, for: person) }
        while answers.count.waiting < 1 { try await Task.sleep(for: .milliseconds(1)) }
        reading.0.made()
        withExtendedLifetime((reading, try await third.value)) {}
    }

    @Test func whoWaitsGetsWhatComesFree() async throws {
        let answers = LargeAnswers(timeout: .seconds(20))
        let person = Self.actor(Self.company())
        var places: [LargeAnswers.Place] = []
        for _ in 0..<4 { places.append(try await answers.made(.list, for: person)) }
        let waiting = Task { try await answers.place(.list, for: person) }
        let cancelled = Task { try await answers.place(.list, for: person) }
        while answers.count.waiting < 2 { try await Task.sleep(for: .milliseconds(1)) }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { _ = try await cancelled.value }
        #expect(answers.count == (taken: 4, waiting: 1))
        places.removeLast()
        let place = try await waiting.value
        #expect(answers.count == (taken: 4, waiting: 0))
        withExtendedLifetime(place) {}
        places.removeAll()
    }

    /// Whichever companies hold places, there is always one for another company.
    @Test func oneMoreCompanyFindsAPlace() async throws {
        let answers = LargeAnswers(timeout: .milliseconds(1))
        var places: [LargeAnswers.Place] = []
        for _ in 0..<10 {
            let company = Self.company()
            let before = places.count
            for _ in 0..<5 {
                let person = Self.actor(company)
                while places.count < before + 20, let place = try? await answers.made(.list, for: person) {
                    places.append(place)
                }
            }
            #expect(places.count > before)
        }
        #expect(places.count < 100 && answers.count.taken == places.count)
        places.removeAll()
        #expect(answers.count == (taken: 0, waiting: 0))
    }

    /// One company can't have more than a hundred waiting.
    @Test func noQueueGrowsWithoutEnd() async throws {
        let answers = LargeAnswers(timeout: .seconds(20))
        let person = Self.actor(Self.company())
        var places: [LargeAnswers.Place] = []
        for _ in 0..<4 { places.append(try await answers.made(.list, for: person)) }
        let waiting = (0..<100).map { _ in Task { try await answers.place(.list, for: person) } }
        while answers.count.waiting < 100 { try await Task.sleep(for: .milliseconds(1)) }
        let clock = ContinuousClock()
        let time = await clock.measure {
            #expect(await Self.refusal { _ = try await answers.place(.list, for: person) } != nil)
        }
        #expect(time < .seconds(5))
        for task in waiting { task.cancel() }
        for task in waiting { _ = try? await task.value }
        places.removeAll()
        #expect(answers.count == (taken: 0, waiting: 0))
    }

    /// An answer that finds no place isn't kept until there is one: it is read again.
    @Test func whatWaitsForAPlaceIsntKept() async throws {
        let (answers, recorder) = (LargeAnswers(timeout: .seconds(20)), Recorder())
        try await TestServer.run(on: .sqlite, recorder: recorder, answers: answers) { server in
            let company = try await TestCompany.register(server.client)
            let large = try await Self.largeSite(company)
            let actor = try await Self.actor(company.manager, server)
            var places: [LargeAnswers.Place] = []
            for _ in 0..<4 { places.append(try await answers.made(.list, for: actor)) }
            let before = recorder.count(of: "FROM materials m")
            let reply = Task { try await company.manager.get(large) }
            while answers.count.waiting < 1 { try await Task.sleep(for: .milliseconds(1)) }
            let once = recorder.count(of: "FROM materials m") - before
            places.removeAll()
            #expect(try await reply.value.status == 200)
            #expect(once > 0 && recorder.count(of: "FROM materials m") - before == 2 * once)
        }
    }

    /// A site whose answer needs a place.
    private static func largeSite(_ company: TestCompany) async throws -> String {
        let site = try await company.site()
        for number in 0..<230 {
            let name = "\(number) " + String(repeating: "x", count: 150)
            let reply = try await company.manager.post(
                site + "/materials", "{\"name\": \"\(name)\", \"unit\": \"m\", \"amount\": 1, \"threshold\": 0}")
            #expect(reply.status == 201)
        }
        return site
    }

    /// The person who is signed in with the client.
    private static func actor(_ client: Client, _ server: TestServer) async throws -> Actor {
        let id = try #require(try await client.get("/api/v1/users/me").json["id"]?.text.flatMap { User.ID($0) })
        let user = try #require(try await server.database.fetch(User.one(anywhere: id, now: server.clock.now)).first)
        return Actor(session: server.runtime.newID(), user: user)
    }

    /// Requests that are answered, refused or not found release their places; requests that find none are refused.
    @Test func routesTakePlacesAndGiveThemBack() async throws {
        let answers = LargeAnswers(timeout: .milliseconds(50))
        try await TestServer.run(on: .sqlite, answers: answers) { server in
            let company = try await TestCompany.register(server.client)
            let site = try await company.site()
            let large = try await Self.largeSite(company)
            for _ in 0..<6 {
                #expect(try await company.manager.get(large).status == 200)
                #expect(try await company.manager.get(company.path + "/sites").status == 200)
                #expect(try await company.manager.get(company.path + "/overview").status == 200)
                #expect(try await company.manager.get(site + "x").status == 404)
                #expect(try await company.manager.get(company.path + "/sites?status=ALL").status == 400)
                #expect(try await company.manager.get(site + "/materials?cursor=x").status == 400)
                #expect(try await company.manager.get("/api/v1/users/me/export").status == 200)
                #expect(try await company.manager.patch(site, "{\"name\": \"Bad\"}").status == 200)
            }
            for _ in 0..<500 where answers.count.taken > 0 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(answers.count == (taken: 0, waiting: 0))

            let actor = try await Self.actor(company.manager, server)
            var places: [LargeAnswers.Place] = []
            for _ in 0..<4 { places.append(try await answers.made(.list, for: actor)) }
            places.append(try await answers.place(.copy, for: actor))
            for path in [company.path + "/sites", large, company.path + "/overview", "/api/v1/users/me/export"] {
                let reply = try await company.manager.get(path)
                #expect(reply.status == 503 && reply.json["code"] == "too-many-large-answers", "\(path)")
                #expect(reply.header("Retry-After") == "5")
            }
            // Small responses are still served, of routes that sometimes have large ones too.
            #expect(try await company.manager.get("/api/v1/users/me").status == 200)
            #expect(try await company.manager.get(site).status == 200)
            places.removeAll()
            #expect(try await company.manager.get(company.path + "/sites").status == 200)
        }
    }
}

extension LargeAnswers {
    /// A place whose response is only being sent.
    fileprivate func made(_ kind: Kind, for actor: Actor) async throws -> Place {
        let place = try await place(kind, for: actor)
        place.made()
        return place
    }
}
