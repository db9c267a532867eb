import Core
import Crypto
import Embedded
import Foundation
import HTTPTypes
import NIOCore
import NIOPosix
import Synchronization

/// The API's description: the document for programs and the page for people.
struct DescriptionRoutes {
    private let described: [Route]

    /// - Parameter routes: all other routes.
    init(describing routes: [Route]) { described = routes }

    var routes: [Route] {
        let pages = ProblemPages(described)
        return Self.own(Document(of: described + Self.own(Document(of: []), pages)), pages)
    }

    private static func own(_ document: Document, _ pages: ProblemPages) -> [Route] {
        [
            Route(
                .get, "/api/v1/openapi.json", in: .server, .anyone,
                .init(
                    "Describe the API",
                    "This document, OpenAPI 3.1, made from the table of routes that serves requests."),
                result: .text("application/json", "The description.", schema: ["type": "object"]), needsDatabase: false
            ) { _ in Answer(.ok, try await document.bytes, type: "application/json") },
            .fixed(
                "/docs", in: .server, .init("Read about the API", "This document as a page."),
                result: .text("text/html; charset=utf-8", "The page.")
            ) { answer(page) },
            .fixed(
                "/problems", in: .server,
                .init("List the codes of problems", "All values of `code` of a problem, as a page."),
                result: .text("text/html; charset=utf-8", "The page.")
            ) { answer(ProblemPages.list) },
            Route(
                .get, "/problems/{code}", in: .server, .anyone,
                .init("Read about a problem", "The meaning of a code, as a page; `type` of a problem links to it."),
                result: .text("text/html; charset=utf-8", "The page."), refusals: [.of(RequestProblem.noSuchAddress)],
                needsDatabase: false
            ) { call in
                guard let page = call.text("code").flatMap({ pages.page(of: $0) }) else {
                    throw Problem(.noSuchAddress)
                }
                return answer(page)
            },
        ]
    }

    private static func answer(_ page: ByteBuffer) -> Answer {
        var answer = Answer(.ok, page, type: "text/html; charset=utf-8")
        answer.headers[.contentSecurityPolicy] = policy
        answer.headers[.cacheControl] = "no-cache"
        return answer
    }

    private static let page = ByteBuffer(string: polier_docs_page().text)

    /// Only the page's own script and style run, identified by their hashes, and it may only contact this server.
    private static let policy: String = {
        let html = polier_docs_page().text
        func hashes(_ element: String) -> String {
            html.ranges(of: "<\(element)>").compactMap { start in
                html[start.upperBound...].firstRange(of: "</\(element)>").map { end in
                    let content = Data(html[start.upperBound..<end.lowerBound].utf8)
                    return "'sha256-\(Data(SHA256.hash(data: content)).base64EncodedString())'"
                }
            }.joined(separator: " ")
        }
        return """
            default-src 'none'; script-src \(hashes("script")); style-src \(hashes("style")); connect-src 'self'; \
            img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
            """
    }()
}

/// The document for programs, made when it is first asked for: making it takes longer than all else that a server does to start.
private final class Document: Sendable {
    private let routes: [Route]
    private let making = Mutex<Task<ByteBuffer, any Error>?>(nil)

    init(of routes: [Route]) { self.routes = routes }

    var bytes: ByteBuffer {
        get async throws {
            let task = making.withLock { making in
                if let making { return making }
                let task = Task { [routes] in
                    try await NIOThreadPool.singleton.runIfActive { ByteBuffer(string: OpenAPI(routes).text) }
                }
                making = task
                return task
            }
            return try await task.value
        }
    }
}
