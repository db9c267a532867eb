import Core
import Embedded
import HTTPTypes
import NIOCore

/// The pages about the codes, which `type` of a problem links to. They share the style of the page at /docs.
struct ProblemPages: Sendable {
    private let routes: [Route]

    /// - Parameter routes: the routes that the pages list under their codes.
    init(_ routes: [Route]) { self.routes = routes }

    /// Nil for an unknown code.
    func page(of name: String) -> ByteBuffer? {
        ProblemCode.all.first { $0.name.utf8.elementsEqual(name.utf8) }.map { Self.page($0.name, content(of: $0)) }
    }

    static let list = page(
        "Problems",
        """
        <p>Every error is <code>application/problem+json</code>. Programs use its <code>code</code>; \
        <code>params</code> holds the code's values.</p>
        """
            + table(
                "Codes", ["Code", "Status", "Sentence"],
                ProblemCode.all.map { code in
                    [link(code.name), "\(code.status.code)", escaped(code.sentence)]
                }))

    private func content(of code: ProblemCode) -> String {
        var html = "<p>\(Self.escaped(code.sentence))</p><p class=\"quiet\">HTTP status \(code.status)</p>"
        if !code.values.isEmpty {
            html +=
                "<p>Its values in <code>params</code>: \(code.values.map { "<code>\($0)</code>" }.joined(separator: ", ")).</p>"
        }
        if code.name == InputRefusal.invalid.rawValue {
            html += Self.table(
                "Problems of a field or a query parameter", ["Code", "Sentence"],
                Flaw.Code.allCases.map { ["<code>\($0.rawValue)</code>", Self.escaped($0.sentence)] })
        }
        let answering = routes.filter { OpenAPI.codes($0).contains { $0.name == code.name } }
        if (1...Self.mostRoutes).contains(answering.count) {
            let rows = answering.map { ["<code>\($0.method) \($0.path)</code>", Self.escaped($0.text.summary)] }
            html += Self.table("Requests with this code", ["Request", "Summary"], rows)
        }
        return html + "<p><a href=\"/problems\">All codes</a>, <a href=\"/docs\">the API</a></p>"
    }

    /// A code that more routes have says nothing about any one of them.
    private static let mostRoutes = 15

    private static func link(_ name: String) -> String { "<a href=\"/problems/\(name)\"><code>\(name)</code></a>" }

    private static func table(_ caption: String, _ heads: [String], _ rows: [[String]]) -> String {
        let head = heads.map { "<th scope=\"col\">\($0)</th>" }.joined()
        let body = rows.map { row in
            "<tr>" + row.enumerated().map { $0 == 0 ? "<th scope=\"row\">\($1)</th>" : "<td>\($1)</td>" }.joined()
                + "</tr>"
        }
        return """
            <div class="scroller"><table><caption>\(caption)</caption><thead><tr>\(head)</tr></thead>\
            <tbody>\(body.joined())</tbody></table></div>
            """
    }

    private static func page(_ title: String, _ content: String) -> ByteBuffer {
        ByteBuffer(
            string: """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>\(title) · Polier API</title>
                <style>\(style)</style>
                </head>
                <body>
                <header><div class="band"><h1>\(title)</h1></div></header>
                <main class="frame">\(content)</main>
                </body>
                </html>

                """)
    }

    private static let style: String = {
        let docs = polier_docs_page().text
        guard let start = docs.firstRange(of: "<style>"), let end = docs.firstRange(of: "</style>") else { return "" }
        return String(docs[start.upperBound..<end.lowerBound])
    }()

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
