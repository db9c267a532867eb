import Crypto
import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// A passkey and the browser that uses it, written after WebAuthn alone.
struct SoftPasskey: Sendable {
    static let origin = "http://localhost:8080"
    /// What makes a test's server offer passkeys.
    static let flags = ["POLIER_PUBLIC_URL": origin]

    var id = ""
    var recoveryCodes: [String] = []
    let credential: [UInt8]
    let key: P256.Signing.PrivateKey
    let handle: String

    init(handle: String) {
        (credential, key) = (Runtime.live.randomBytes(20), P256.Signing.PrivateKey())
        self.handle = handle
    }

    /// Base64 as WebAuthn has it.
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func bytes(_ text: String) -> [UInt8] {
        let standard = text.replacing("-", with: "+").replacing("_", with: "/")
        return Array(Data(base64Encoded: standard + String(repeating: "=", count: (4 - text.count % 4) % 4)) ?? Data())
    }

    private static func client(_ type: String, _ challenge: String, _ origin: String) -> [UInt8] {
        Array(
            "{\"type\":\"webauthn.\(type)\",\"challenge\":\"\(challenge)\",\"origin\":\"\(origin)\",\"crossOrigin\":false}"
                .utf8)
    }

    private static func data(_ flags: UInt8, _ counter: UInt32) -> [UInt8] {
        Array(SHA256.hash(data: Data("localhost".utf8))) + [flags]
            + withUnsafeBytes(of: counter.bigEndian) { Array($0) }
    }

    /// The body that registers it.
    func registration(
        _ challenge: String, origin: String = origin, counter: UInt32 = 0, algorithm: UInt8 = 0x26, flags: UInt8 = 0x45
    ) -> String {
        let point = Array(key.publicKey.rawRepresentation)
        let cose: [UInt8] =
            [0xA5, 0x01, 0x02, 0x03, algorithm, 0x20, 0x01, 0x21, 0x58, 32] + point.prefix(32) + [0x22, 0x58, 32]
            + point.suffix(32)
        let data =
            Self.data(flags, counter) + [UInt8](repeating: 0, count: 16) + [0, UInt8(credential.count)] + credential
            + cose
        let object: [UInt8] =
            [0xA3, 0x63] + Array("fmt".utf8) + [0x64] + Array("none".utf8) + [0x67] + Array("attStmt".utf8)
            + [0xA0, 0x68] + Array("authData".utf8) + [0x58, UInt8(data.count)] + data
        return """
            {"credential": {"id": "\(Self.text(credential))", "attestationObject": "\(Self.text(object))",
            "clientDataJSON": "\(Self.text(Self.client("create", challenge, origin)))"}}
            """
    }

    /// What the browser answers, as a JSON object.
    func assertion(
        _ challenge: String, origin: String = origin, counter: UInt32 = 0, flags: UInt8 = 0x05, handle: String?? = nil
    ) throws -> String {
        let (client, data) = (Self.client("get", challenge, origin), Self.data(flags, counter))
        let signature = try key.signature(for: Data(data) + Data(SHA256.hash(data: Data(client))))
        let handle = (handle ?? self.handle).map { "\"\($0)\"" } ?? "null"
        return """
            {"id": "\(Self.text(credential))", "clientDataJSON": "\(Self.text(client))",
            "authenticatorData": "\(Self.text(data))", "signature": "\(Self.text(signature.derRepresentation))",
            "userHandle": \(handle)}
            """
    }
}

extension TestServer {
    /// Adds a passkey to a person's account.
    func enrolPasskey(_ client: Client, counter: UInt32 = 0) async throws -> SoftPasskey {
        let begun = try await client.post("/api/v1/users/me/factors", "{\"kind\": \"PASSKEY\", \"name\": \"Laptop\"}")
        guard begun.status == 201, let new = begun.json["passkey"], let handle = new["userHandle"]?.text,
            let challenge = new["challenge"]?.text, let id = begun.json["id"]?.text
        else { throw Unexpected(reply: begun) }
        var passkey = SoftPasskey(handle: handle)
        passkey.id = id
        let activated = try await client.post(
            "/api/v1/users/me/factors/\(id)/activate", passkey.registration(challenge, counter: counter))
        guard activated.status == 200 else { throw Unexpected(reply: activated) }
        passkey.recoveryCodes = activated.json["recoveryCodes"]?.list.compactMap { $0["code"]?.text } ?? []
        return passkey
    }

    func passkeyChallenge() async throws -> String {
        let reply = try await client.post("/api/v1/auth/passkey-challenge")
        guard reply.status == 200, let challenge = reply.json["challenge"]?.text else {
            throw Unexpected(reply: reply)
        }
        return challenge
    }

    func enter(_ assertion: String, headers: [String: String] = [:]) async throws -> Reply {
        try await client.send(
            "POST", "/api/v1/auth/passkey", body: "{\"credential\": \(assertion)}", headers: headers)
    }

    /// The second step of signing in.
    func secondStep(_ challenge: String, passkey: SoftPasskey, counter: UInt32 = 0) async throws -> Reply {
        let assertion = try passkey.assertion(SoftPasskey.text(challenge.utf8), counter: counter)
        return try await client.post(
            "/api/v1/auth/second-factor", "{\"challenge\": \"\(challenge)\", \"credential\": \(assertion)}")
    }
}
