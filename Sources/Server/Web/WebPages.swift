import Core
import HTTPTypes
import NIOPosix
import Storage
import Synchronization

/// Serves the web app's files.
struct WebPages: Sendable {
    private let app: @Sendable () async throws -> WebApp
    private static let slash = UInt8(ascii: "/")

    /// The app in this binary. It is assembled while the server starts, and compressed as far as possible once it is asked for: that takes
    /// a second of a processor, which a server that is never asked for the app doesn't spend.
    static let embedded = embedded(registrationIsOpen: true)

    /// The same without registration.
    static let embeddedWithoutRegistration = embedded(registrationIsOpen: false)

    /// - Parameter hasPasskeys: whether the page offers passkeys.
    static func embedded(registrationIsOpen: Bool, hasPasskeys: Bool = false) -> WebPages {
        let smallest = Mutex<WebApp?>(nil)
        let isAsked = Atomic(false)
        let first = Task {
            try await NIOThreadPool.singleton.runIfActive {
                WebApp(.embedded, [.gzip], registrationIsOpen: registrationIsOpen, hasPasskeys: hasPasskeys)
            }
        }
        return WebPages {
            if let app = smallest.withLock({ $0 }) { return app }
            if !isAsked.exchange(true, ordering: .relaxed) {
                NIOThreadPool.singleton.submit { _ in
                    let app = WebApp(
                        .embedded, ContentCoding.allCases, registrationIsOpen: registrationIsOpen,
                        hasPasskeys: hasPasskeys)
                    smallest.withLock { $0 = app }
                }
            }
            return try await first.value
        }
    }

    /// A folder's files, read for each request, for development.
    /// - Throws: `SettingsError` if it holds no web app.
    static func folder(
        _ path: String, registrationIsOpen: Bool = true, hasPasskeys: Bool = false
    ) throws -> WebPages {
        let known = Mutex<(folder: WebFolder, app: WebApp)?>(nil)
        let read: @Sendable () throws -> WebApp = {
            let folder = try WebFolder(path: path)
            if let known = known.withLock({ $0 }), known.folder == folder { return known.app }
            let app = WebApp(folder, [.gzip], registrationIsOpen: registrationIsOpen, hasPasskeys: hasPasskeys)
            known.withLock { $0 = (folder, app) }
            return app
        }
        _ = try read()
        return WebPages { try await NIOThreadPool.singleton.runIfActive(read) }
    }

    /// The file at this address, or the page for an address without a file extension, which may be one of the app's. Nil if there is
    /// neither.
    func answer(_ request: HTTPRequest, path: String) async throws -> Answer? {
        // An address is ASCII: `HeadCheck` has refused others.
        let name = String(Substring(Substring(path).utf8.dropFirst()))
        // An empty segment makes another address, as in routes.
        guard !zip(path.utf8, path.utf8.dropFirst()).contains(where: { $0 == Self.slash && $1 == Self.slash }) else {
            return nil
        }
        let isFile = name.utf8.reversed().prefix { $0 != Self.slash }.contains(UInt8(ascii: "."))
        let app = try await app()
        guard let file = app.files[isFile ? name : WebApp.page] else { return nil }
        guard request.method == .get || request.method == .head else {
            throw Problem.methodNotAllowed([.get, .head])
        }
        // The service worker has a policy of its own for its requests.
        let needsPolicy = !isFile || name == WebApp.page || name == WebApp.worker
        return file.answer(request, policy: needsPolicy ? app.policy : nil)
    }
}

extension WebApp.File {
    /// - Parameter policy: the page's content security policy.
    fileprivate func answer(_ request: HTTPRequest, policy: String?) -> Answer {
        let coding = ContentCoding.allCases.first { smaller[$0] != nil && request.accepts($0) }
        let tag = "\"\(hash)\(coding.map { "-\($0.rawValue)" } ?? "")\""
        let isKnown = request.headerFields[values: .ifNoneMatch].contains { value in
            Substring(value).utf8.parts(by: ",").contains { part in
                (part.starts(with: "W/".utf8) ? part.dropFirst(2) : part).elementsEqual(tag.utf8)
            }
        }
        let body = coding.flatMap { smaller[$0] } ?? bytes
        var answer = isKnown ? Answer.notModified : Answer(.ok, body, type: kind.type)
        answer.headers[.eTag] = tag
        answer.headers[.cacheControl] = isForEver ? "public, max-age=31536000, immutable" : "no-cache"
        answer.headers[.vary] = "Accept-Encoding"
        if let coding, !isKnown { answer.headers[.contentEncoding] = coding.rawValue }
        if let policy {
            answer.headers[.contentSecurityPolicy] = policy
            answer.headers[.crossOriginOpenerPolicy] = "same-origin"
            answer.headers[.permissionsPolicy] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        }
        return answer
    }
}

extension HTTPField.Name {
    fileprivate static let crossOriginOpenerPolicy =
        Self("Cross-Origin-Opener-Policy") ?? { preconditionFailure("not a header name") }()
    fileprivate static let permissionsPolicy =
        Self("Permissions-Policy") ?? { preconditionFailure("not a header name") }()
}
