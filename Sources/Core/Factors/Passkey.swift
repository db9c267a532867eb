import Crypto
import Foundation
public import Storage

/// Whom passkeys are made for: this server, as browsers know it (WebAuthn's relying party).
public struct RelyingParty: Sendable {
    /// The host of the public address: a passkey works there and on no other host.
    public let id: String
    /// Of the pages that may use passkeys, as browsers write origins.
    let origins: [String]

    public init(id: String, origins: [String]) { (self.id, self.origins) = (id, origins) }
}

/// Why a passkey isn't accepted. For tests: no answer tells them apart.
enum PasskeyFault: Error {
    case malformed
    case wrongType, wrongChallenge, wrongOrigin, crossOrigin, wrongParty
    case notPresent, notVerified
    case wrongAlgorithm, wrongKey, wrongSignature, wrongUser, wrongCredential
    /// The count of signatures didn't grow: there may be a copy of the passkey.
    case cloned
}

/// What the browser says that it did (WebAuthn level 2, section 5.8.1).
struct ClientData: Sendable {
    let challenge: [UInt8]

    private struct Fields: Decodable {
        let type: String
        let challenge: String
        let origin: String
        let crossOrigin: Bool?
    }

    init(_ json: [UInt8], type: String, for party: RelyingParty) throws(PasskeyFault) {
        guard json.count <= Passkey.longestClientData,
            let fields = try? JSONDecoder().decode(Fields.self, from: Data(json))
        else {
            throw .malformed
        }
        guard fields.type.isBytes(type) else { throw .wrongType }
        guard party.origins.contains(where: { fields.origin.isBytes($0) }) else { throw .wrongOrigin }
        guard fields.crossOrigin != true else { throw .crossOrigin }
        guard let challenge = Base64URL.bytes(fields.challenge) else { throw .wrongChallenge }
        self.challenge = challenge
    }
}

/// What an authenticator signs (WebAuthn level 2, section 6.1).
struct AuthenticatorData: Sendable {
    /// How often the authenticator has signed; zero if it doesn't count.
    let counter: Int64
    /// A new credential, if there is one: its id and its public key as COSE has it.
    let credential: (id: [UInt8], key: CBOR)?

    /// Checks that it is about this server, and that the authenticator knew its owner by a finger, a face or a PIN.
    init(_ bytes: [UInt8], for party: RelyingParty) throws(PasskeyFault) {
        guard bytes.count <= Passkey.longestData else { throw .malformed }
        var reader = ByteReader(bytes)
        let hash = try reader.take(32)
        let flags = try reader.number(of: 1)
        counter = Int64(truncatingIfNeeded: try reader.number(of: 4))
        if flags & 0x40 != 0 {
            _ = try reader.take(16)
            let id = try reader.take(try reader.number(of: 2))
            credential = (id, try reader.cbor())
        } else {
            credential = nil
        }
        if flags & 0x80 != 0 {
            guard case .map = try reader.cbor() else { throw .malformed }
        }
        guard reader.rest.isEmpty else { throw .malformed }
        guard hash == Array(SHA256.hash(data: Data(party.id.utf8))) else { throw .wrongParty }
        guard flags & 0x01 != 0 else { throw .notPresent }
        guard flags & 0x04 != 0 else { throw .notVerified }
    }
}

/// The public half of a passkey: a point of the curve P-256, 64 bytes.
struct PasskeyKey: Sendable {
    let key: P256.Signing.PublicKey
    var bytes: [UInt8] { Array(key.rawRepresentation) }

    init(_ bytes: [UInt8]) throws(PasskeyFault) {
        guard let key = try? P256.Signing.PublicKey(rawRepresentation: bytes) else { throw .wrongKey }
        self.key = key
    }

    /// Reads a key of COSE for ES256 (RFC 9053, section 2.1).
    init(cose: CBOR) throws(PasskeyFault) {
        guard cose[.unsigned(3)] == .negative(6) else { throw .wrongAlgorithm }
        guard cose[.unsigned(1)] == .unsigned(2), cose[.negative(0)] == .unsigned(1),
            let x = cose[.negative(1)]?.bytes, let y = cose[.negative(2)]?.bytes, x.count == 32, y.count == 32
        else { throw .wrongKey }
        try self.init(x + y)
    }
}

/// What a browser answers after it made a passkey.
public struct PasskeyRegistration: Sendable {
    let credential: [UInt8]
    let clientData: [UInt8]
    let attestation: [UInt8]

    public init(credential: [UInt8], clientData: [UInt8], attestation: [UInt8]) {
        (self.credential, self.clientData, self.attestation) = (credential, clientData, attestation)
    }

    /// Checks it as WebAuthn level 2, section 7.1 says. What the maker of the authenticator attests is ignored.
    func verify(_ challenge: [UInt8], for party: RelyingParty) throws(PasskeyFault) -> (key: PasskeyKey, counter: Int64)
    {
        let client = try ClientData(clientData, type: "webauthn.create", for: party)
        guard client.challenge == challenge else { throw .wrongChallenge }
        guard attestation.count <= Passkey.longestAttestation else { throw .malformed }
        var reader = ByteReader(attestation)
        let object = try reader.cbor()
        guard reader.rest.isEmpty, case .text = object[.text("fmt")], case .map = object[.text("attStmt")],
            let bytes = object[.text("authData")]?.bytes
        else { throw .malformed }
        let data = try AuthenticatorData(bytes, for: party)
        guard let made = data.credential, made.id == credential, (1...Passkey.longestID).contains(made.id.count)
        else { throw .wrongCredential }
        return (try PasskeyKey(cose: made.key), data.counter)
    }
}

/// What a browser answers when it was asked for a passkey.
public struct PasskeyAssertion: Sendable {
    let credential: [UInt8]
    let clientData: [UInt8]
    let authenticatorData: [UInt8]
    let signature: [UInt8]
    /// Whose passkey it is; nil if the authenticator doesn't say.
    let userHandle: [UInt8]?

    public init(
        credential: [UInt8], clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8], userHandle: [UInt8]?
    ) {
        (self.credential, self.clientData, self.signature) = (credential, clientData, signature)
        (self.authenticatorData, self.userHandle) = (authenticatorData, userHandle)
    }

    /// The challenge that was answered, as the browser says: `verify` shows whether the passkey signed it.
    func challenge(for party: RelyingParty) throws(PasskeyFault) -> [UInt8] {
        try ClientData(clientData, type: "webauthn.get", for: party).challenge
    }

    /// Checks it as WebAuthn level 2, section 7.2 says, but for the challenge and whether the count of signatures grew.
    /// - Returns: the count of signatures.
    func verify(by key: PasskeyKey, of user: User.ID, for party: RelyingParty) throws(PasskeyFault) -> Int64 {
        guard userHandle == nil || userHandle == Passkey.handle(of: user) else { throw .wrongUser }
        let data = try AuthenticatorData(authenticatorData, for: party)
        guard signature.count <= Passkey.longestSignature,
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature),
            key.key.isValidSignature(
                signature, for: Data(authenticatorData) + Data(SHA256.hash(data: Data(clientData))))
        else { throw .wrongSignature }
        return data.counter
    }
}

/// How long the parts of a passkey's answers may be, in bytes.
package enum Passkey {
    /// WebAuthn level 2, section 4.
    package static let longestID = 1023
    package static let longestClientData = 4096
    package static let longestData = 4096
    /// With the certificates of an authenticator that attests itself unasked.
    package static let longestAttestation = 16_384
    package static let longestSignature = 256
    package static let longestHandle = 64

    /// What passkeys remember of their owner: no name, and nothing that a stranger could look up.
    static func handle(of user: User.ID) -> [UInt8] { Array(user.text.utf8) }
}

/// What a browser needs to make a passkey.
public struct NewPasskey: Sendable {
    /// In base64url, as all bytes here.
    public let challenge: String
    public let relyingParty: String
    public let userHandle: String
    public let userName: String
    public let displayName: String
    /// The ids of the passkeys that the person has already.
    public let excluded: [String]

    package init(
        challenge: String, relyingParty: String, userHandle: String, userName: String, displayName: String,
        excluded: [String]
    ) {
        (self.challenge, self.relyingParty, self.userHandle) = (challenge, relyingParty, userHandle)
        (self.userName, self.displayName, self.excluded) = (userName, displayName, excluded)
    }
}

/// What a passkey signs to sign in without a password, or to confirm a sensitive act. It is written nowhere: it holds when it was made, and a
/// code under the server's key shows that it was made here.
public struct PasskeyChallenge: Sendable {
    static let lifetime = Duration.seconds(5 * 60)
    /// How far the clock of another server of this installation may be ahead.
    private static let tolerance = Duration.seconds(60)

    public let bytes: [UInt8]
    public let issuedAt: Instant
    public var expiresAt: Instant { issuedAt + Self.lifetime }
    /// In base64url.
    public var text: String { Base64URL.text(bytes) }

    init(_ key: SecretKey, _ runtime: Runtime) {
        issuedAt = runtime.now()
        let content = withUnsafeBytes(of: issuedAt.milliseconds.bigEndian) { Array($0) } + runtime.randomBytes(16)
        bytes = content + key.code(of: content, for: "passkey challenge")
    }

    /// An example for the description.
    package init(bytes: [UInt8], issuedAt: Instant) { (self.bytes, self.issuedAt) = (bytes, issuedAt) }

    /// Nil if it wasn't made under this key, or too long ago.
    init?(_ bytes: [UInt8], _ key: SecretKey, now: Instant) {
        let content = Array(bytes.prefix(24))
        guard bytes.count == 24 + 32,
            key.isCode(Array(bytes.dropFirst(24)), of: content, for: "passkey challenge")
        else { return nil }
        let milliseconds = content.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        issuedAt = Instant(milliseconds: Int64(bitPattern: milliseconds))
        self.bytes = bytes
        guard issuedAt <= now + Self.tolerance, now < issuedAt + Self.lifetime else { return nil }
    }
}
