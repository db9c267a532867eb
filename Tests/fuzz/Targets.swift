@testable import Core
import Dispatch
import Foundation
import HTTPTypes
import HummingbirdCore
import NIOCore
@testable import Server
import Storage
@testable import StoreSQLite

// What libFuzzer calls: `scripts/fuzz` builds this file with Storage, Core, StoreSQLite and Server. Each target takes bytes as someone
// outside may send them; a trap, a sanitizer's finding or a broken promise ends the process, and libFuzzer keeps the bytes.

/// One way for bytes from outside.
enum Target: String, CaseIterable {
    case body, email, instant, cursor, address, headers, backup, gzip, passkey

    /// By the environment, since libFuzzer owns the arguments.
    static let chosen: Target = {
        let name = ProcessInfo.processInfo.environment["POLIER_FUZZ_TARGET"] ?? ""
        guard let target = Target(rawValue: name) else { fatalError("POLIER_FUZZ_TARGET is '\(name)'") }
        return target
    }()

    func run(_ bytes: [UInt8]) {
        switch self {
        case .body: readBody(bytes)
        case .email: readEmail(String(decoding: bytes, as: UTF8.self))
        case .instant: readValues(String(decoding: bytes, as: UTF8.self))
        case .cursor: readCursors(String(decoding: bytes, as: UTF8.self))
        case .address: readAddress(String(decoding: bytes, as: UTF8.self))
        case .headers: readHead(String(decoding: bytes, as: UTF8.self))
        case .backup: readBackup(bytes)
        case .gzip: readGzip(bytes)
        case .passkey: readPasskey(bytes)
        }
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    Target.chosen.run([UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private func expect(_ promise: Bool, _ what: String) {
    if !promise { fatalError("broken: \(what)") }
}

// MARK: Bodies

/// Every kind of field there is.
private struct AllFields: BodyFields {
    let amounts: [Quantity]
    let days: [Day]
    let instants: [Instant]

    init?(_ fields: inout FieldReader) {
        amounts = [
            fields.quantity("amount", "", example: .zero), fields.quantity("delta", "", negative: true, example: .zero),
        ].compactMap(\.self)
        days = [fields.day("day", "", example: Example.start)].compactMap(\.self)
        instants = [
            fields.optional("at") { $0.instant("at", "", example: Example.morning) },
            fields.changed("from") { $0.instant("from", "", example: Example.morning) },
        ].compactMap(\.self)
        _ = fields.line("name", "", max: 200, example: "")
        _ = fields.note("notes", "", max: 1000, example: "")
        _ = fields.remark("remark", "", example: "")
        _ = fields.secret("secret", "", example: "")
        _ = fields.newPassword("password")
        _ = fields.email("email")
        _ = fields.choice("priority", "", default: Site.Priority.medium)
        let users: [User.ID] = fields.ids("users", "", max: 500)
        _ = fields.clearable("site") { part in
            part.object("site", "") { $0.object("address", "") { $0.line("street", "", example: "") } }
        }
        if users.count > 500 { return nil }
    }
}

private func readBody(_ bytes: [UInt8]) {
    let head = HTTPRequest(
        method: .post, scheme: "http", authority: "localhost", path: "/",
        headerFields: [.contentType: "application/json"])
    let request = Request(head: head, body: IncomingBody(ByteBuffer(bytes: bytes)))
    wait {
        do {
            let fields: AllFields = try await Server.RequestBody(of: request).read()
            for amount in fields.amounts { expect(amount <= .max && amount >= -.max, "a quantity has bounds") }
            for day in fields.days { expect(Day(day.text) == day, "a day reads back") }
            for instant in fields.instants { expect(Instant(instant.text) == instant, "an instant reads back") }
        } catch let refusal as Refusal {
            _ = Problem(refusal).answer(requestID: "1")
        } catch let problem as Problem {
            _ = problem.answer(requestID: "1")
        } catch {
            expect(false, "a body is refused by a problem and not by \(error)")
        }
    }
}

private func wait(_ body: @escaping @Sendable () async -> Void) {
    let done = DispatchSemaphore(value: 0)
    Task {
        await body()
        done.signal()
    }
    done.wait()
}

// MARK: Values

private func readEmail(_ text: String) {
    if let address = EmailAddress(text) {
        expect(EmailAddress(address.folded)?.folded == address.folded, "a folded address folds to itself")
        if let mailable = address.mailable { expect(mailable.utf8.allSatisfy { $0 < 0x80 }, "mail goes to ASCII") }
    }
    _ = try? Line(text, max: 254)
    _ = Line.clean(text, max: 100)
}

private func readValues(_ text: String) {
    if let day = Day(text) {
        expect(day.text == text, "a day is written as it was read")
        _ = (day + 1).start.text
    }
    if let instant = Instant(text) {
        expect(Instant(instant.text) == instant, "an instant reads back")
        for duration in [Session.lifetime, .seconds(60), .seconds(-60)] {
            _ = ((instant + duration).text, (instant - duration).text, (instant + duration).day.text)
        }
    }
    if let number = Int64(text) {
        // As a row may hold it.
        let instant = Instant(milliseconds: number)
        _ = (instant.text, instant.day.text, (instant + Session.lifetime).text, (instant - Session.lifetime).text)
        _ = (Quantity(thousandths: number).text, (-Quantity(thousandths: number)).text)
        var json = JSONWriter()
        json.integer("number", Int(number), "")
        _ = json.withBytes { $0.count }
    }
    if let id = Site.ID(text) { expect(id.text == text.lowercased(), "an id is written as it was read") }
}

private func readCursors(_ text: String) {
    if let key = Cursor<Int64>.number.read(text) {
        expect(Cursor<Int64>.number.read(Cursor<Int64>.number.write(key)) == key, "a cursor reads back")
    }
    if let key = Cursor<TimeEntry.Key>.timeEntry.read(text) {
        let again = Cursor<TimeEntry.Key>.timeEntry.read(Cursor<TimeEntry.Key>.timeEntry.write(key))
        expect(again?.checkedInAt == key.checkedInAt && again?.id == key.id, "a cursor reads back")
    }
    _ = Cursor<Site.ID>.id().read(text)
}

// MARK: Heads of requests

/// The first line is the setting, the others are headers.
private func readAddress(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let proxies = (try? TrustedProxies(lines.first ?? "")) ?? .none
    var headers = HTTPFields()
    for line in lines.dropFirst() { headers.append(HTTPField(name: .forwardedFor, value: line)) }
    for peer in ["10.0.0.1", "::1", "2001:db8::7"] {
        let peer = try? SocketAddress(ipAddress: peer, port: 1)
        _ = ClientAddress(peer: peer, headers: headers, proxies: proxies).network
    }
    _ = ClientAddress(peer: nil, headers: headers, proxies: proxies).network
    for line in lines { _ = IPAddress(line) }
}

/// The first line is a path with its query, the others are headers.
private func readHead(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    var headers = HTTPFields()
    for line in lines.dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let name = HTTPField.Name(parts[0]) else { continue }
        headers.append(HTTPField(name: name, value: parts[1]))
    }
    let head = HTTPRequest(
        method: .post, scheme: "http", authority: "localhost", path: lines.first ?? "", headerFields: headers)
    let request = Request(head: head, body: .empty)
    let path = request.path
    _ = table.match(.get, path)
    _ = ClientAddress(peer: nil, headers: head.headerFields, proxies: .none)
    let call = Call(request, path: path, route: route, places: [], source: .none)
    _ = call.precondition
    _ = try? call.idempotencyKey
    _ = try? call.bearerToken
    _ = call.userAgent
    _ = try? call.refuseUnknownParameters()
    if let page = try? call.page(.timeEntry) { expect((1...500).contains(page.limit), "a page has bounds") }
    if let page = try? call.page(.number) {
        let answer = Answer.list(Page<Movement, Int64>(items: [], next: page.after), of: call, .number)
        _ = answer.headers[values: .link]
    }
    _ = SessionCookie(isHTTPS: true).token(in: headers)
    _ = SessionCookie(isHTTPS: false).token(in: headers)
    _ = requestIDs?.id(for: head, from: proxy)
    _ = TraceContext(head)
    if let origins { _ = (origins.isSameSite(head), origins.preflight(head)) }
    _ = (head.accepts(.gzip), head.accepts(.brotli))
}

private let proxy = try? SocketAddress(ipAddress: "127.0.0.1", port: 1)
private let requestIDs = try? RequestIDs(.live, proxies: TrustedProxies("127.0.0.1"))
private let origins = try? Origins(publicURL: "https://polier.example.de", allowed: "https://app.example.de")
private let routes = OperatorRoutes(
    settings: OperatorSettings(name: nil, address: nil, email: nil, phone: nil, details: nil)
).routes
private let table = RouteTable(routes)
private let route = routes[0]

// MARK: Backups

private func readBackup(_ bytes: [UInt8]) {
    var rest = bytes[...]
    let text = try? BackupText {
        guard !rest.isEmpty else { return nil }
        // In pieces of odd sizes, as a file may come.
        defer { rest = rest.dropFirst(37) }
        return Array(rest.prefix(37))
    }
    if let text { _ = try? text.verify { _ = ProgressLine.bar($0) } }
    var lines = bytes
    lines.withUnsafeMutableBytes { lines in
        var start = 0
        while start < lines.count, let field = Field(in: lines, from: start) {
            expect(field.next > start, "a field has an end")
            start = field.next
            _ = field.unhexed?.count
        }
    }
}

private func readGzip(_ bytes: [UInt8]) {
    var rest = bytes[...]
    let reader = GzipReader { memory in
        let piece = rest.prefix(min(memory.count, 29))
        memory.copyBytes(from: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
    var pieces = 0
    let text = try? BackupText {
        pieces += 1
        return pieces > 8 ? nil : try reader.next()
    }
    if let text { _ = try? text.verify { _ in } }
}

// MARK: Passkeys

private let party = RelyingParty(id: "polier.example.de", origins: ["https://polier.example.de"])
private let person: User.ID = Runtime.live.newID()

/// As what an authenticator may answer: CBOR, its data, an attestation, what the browser says, and base64.
private func readPasskey(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    if let value = try? reader.cbor() {
        expect(reader.rest.count < bytes.count, "a value has bytes")
        if let key = try? PasskeyKey(cose: value) {
            expect((try? PasskeyKey(key.bytes))?.bytes == key.bytes, "a key reads back")
        }
    }
    if let data = try? AuthenticatorData(bytes, for: party) {
        expect((0...0xFFFF_FFFF).contains(data.counter), "a count has bounds")
    }
    let made = PasskeyRegistration(credential: Array(bytes.suffix(16)), clientData: created, attestation: bytes)
    if let (key, _) = try? made.verify(Array(0..<32), for: party) {
        let half = bytes.count / 2
        let assertion = PasskeyAssertion(
            credential: made.credential, clientData: Array(bytes.prefix(half)),
            authenticatorData: Array(bytes.prefix(half)),
            signature: Array(bytes.dropFirst(half)), userHandle: nil)
        expect((try? assertion.verify(by: key, of: person, for: party)) == nil, "no signature comes by chance")
    }
    if let client = try? ClientData(bytes, type: "webauthn.get", for: party) {
        expect(Base64URL.bytes(Base64URL.text(client.challenge)) == client.challenge, "base64 reads back")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if let read = Base64URL.bytes(text) { expect(Base64URL.text(read) == text, "base64 is written as it was read") }
    if let key = SecretKey(String(repeating: "0a", count: 32)) {
        expect(PasskeyChallenge(bytes, key, now: Runtime.live.now()) == nil, "no challenge comes by chance")
    }
}

private let created = Array(
    #"{"type":"webauthn.create","challenge":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8","origin":"https://polier.example.de"}"#
        .utf8)
