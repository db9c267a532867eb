import Crypto
import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// An authenticator app, which knows nothing of Polier's sources but the secret.
struct Authenticator: Sendable {
    let id: String
    let secret: [UInt8]
    /// The ones that came with the first factor.
    var recoveryCodes: [String] = []

    init(_ begun: JSON) throws {
        id = try #require(begun["id"]?.text)
        let text = try #require(begun["secret"]?.text)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var bits = ""
        for character in text {
            let value = try #require(alphabet.firstIndex(of: character))
            bits += String(repeating: "0", count: 5 - String(value, radix: 2).count) + String(value, radix: 2)
        }
        secret = stride(from: 0, to: bits.count - 7, by: 8).compactMap {
            UInt8(bits.dropFirst($0).prefix(8), radix: 2)
        }
    }

    /// - Parameter steps: how many steps later than this moment.
    func code(_ now: Instant, steps: Int64 = 0) -> String {
        var counter = (now.milliseconds / 30_000 + steps).bigEndian
        let message = withUnsafeBytes(of: &counter) { Data($0) }
        let hash = Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: SymmetricKey(data: secret)))
        let start = Int(hash[19] & 15)
        let value =
            Int(hash[start] & 0x7F) << 24 | Int(hash[start + 1]) << 16 | Int(hash[start + 2]) << 8
            | Int(hash[start + 3])
        return String(format: "%06d", value % 1_000_000)
    }

    /// A code that none of the three steps has.
    func wrong(_ now: Instant) -> String {
        let right = (-1...1).map { code(now, steps: Int64($0)) }
        return ["000000", "111111", "222222", "333333"].first { !right.contains($0) } ?? ""
    }
}

extension TestServer {
    /// Adds a second factor to a person's account. The step of this moment is spent by it.
    func enrol(_ client: Client) async throws -> Authenticator {
        let begun = try await client.post("/api/v1/users/me/factors", "{\"kind\": \"TOTP\", \"name\": \"Handy\"}")
        guard begun.status == 201 else { throw Unexpected(reply: begun) }
        var phone = try Authenticator(begun.json)
        let activated = try await client.post(
            "/api/v1/users/me/factors/\(phone.id)/activate", "{\"code\": \"\(phone.code(clock.now))\"}")
        guard activated.status == 200 else { throw Unexpected(reply: activated) }
        phone.recoveryCodes = activated.json["recoveryCodes"]?.list.compactMap { $0["code"]?.text } ?? []
        return phone
    }

    /// The first step of signing in.
    func challenge(_ email: String, password: String = TestCompany.password) async throws -> String {
        let reply = try await client.post(
            "/api/v1/auth/signin", "{\"email\": \"\(email)\", \"password\": \"\(password)\"}")
        guard reply.status == 401, reply.json["code"] == "second-factor-needed",
            let challenge = reply.json["params"]?["challenge"]?.text
        else { throw Unexpected(reply: reply) }
        return challenge
    }

    func secondStep(_ challenge: String, _ code: String, from address: String? = nil) async throws -> Reply {
        try await client.send(
            "POST", "/api/v1/auth/second-factor", body: "{\"challenge\": \"\(challenge)\", \"code\": \"\(code)\"}",
            headers: address.map { ["X-Forwarded-For": $0] } ?? [:])
    }
}

extension TestServer {
    /// The security events of a company, newest first, as its manager or another client reads them.
    func securityEvents(of company: TestCompany, by client: Client? = nil) async throws -> [JSON] {
        try await watch.flush()
        return try await (client ?? company.manager).all(company.path + "/audit/security")
    }
}
