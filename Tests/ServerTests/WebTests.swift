import Foundation
import NIOCore
import Testing

@testable import Server

/// The web app's files, as browsers and edge platforms receive them.
@Suite struct WebTests {
    private static let folder: WebFolder = [
        "index.html": Data(
            """
            <html><head><link rel="stylesheet" href="/css/base.css">
            <script type="importmap">{"imports": {"app/": "/app/"}}</script>
            <script type="module" src="/app/alone.js" async></script>
            <script type="module" src="/app/begin.js"></script>
            <script type="module" src="/app/main.js"></script>
            </head>
            <template id="ahead"><link rel="stylesheet" href="/css/base.css" data-for="start"></template></html>
            """.utf8),
        "css/base.css": Data("body { color: black }".utf8),
        "app/main.js": Data("import { b } from \"app/one.js\";\nimport(\"app/later.js\");\n".utf8),
        "app/one.js": Data(
            "import {\n  a as first,\n} from \"app/two.js\";\nexport function b() { return first; }\n".utf8),
        "app/two.js": Data("// Two.\nimport \"app/alone.js\";\nexport const a = 1;".utf8),
        "app/alone.js": Data("export const lone = \"// no comment\";".utf8),
        "app/begin.js": Data("import \"app/three.js\";".utf8), "app/three.js": Data("".utf8),
        "app/later.js": Data("import \"app/two.js\";".utf8),
        "parts/frame.js": Data("import { line } from \"parts/line.js\";\nexport const frame = line;".utf8),
        "parts/line.js": Data("export const line = 1;".utf8),
        "pages/start.js": Data("import \"app/one.js\";\nimport \"parts/line.js\";\nexport default 1;".utf8),
        "pages/other.js": Data("import \"parts/line.js\";".utf8),
        "parts/door.js": Data("import \"app/one.js\";".utf8),
        "icons/mark.svg": Data("<svg/>".utf8),
        "manifest.webmanifest": Data("{\"icons\": [{\"src\": \"/icons/mark.svg\"}]}".utf8),
        "sw.js": Data("const files = /*files*/[];\nconst version = /*version*/\"folder\";".utf8),
    ]

    private static func text(_ app: WebApp, _ name: String) -> String {
        app.files[name].map { String(buffer: $0.bytes) } ?? ""
    }

    private static func hashed(_ app: WebApp, _ name: String) throws -> String {
        let parts = name.split(separator: ".")
        return try #require(
            app.files.first { $0.value.isForEver && $0.key.hasPrefix(parts[0] + ".") && $0.key.hasSuffix(parts[1]) }?
                .key)
    }

    @Test func eachFileHasANameOfItsContentAndThePageKnowsIt() throws {
        let app = WebApp(Self.folder, [])
        let page = Self.text(app, WebApp.page)
        let names = try [
            "css/base.css", "app/alone.js", "app/first.js", "app/later.js", "app/inside.js", "pages/other.js",
            "parts/door.js",
        ].map { try Self.hashed(app, $0) }
        #expect(page.contains("href=\"/\(names[0])\"") && page.contains("src=\"/\(names[1])\" async"))
        #expect(page.contains("\"app/later.js\":\"/\(names[3])\""))
        // The page's scripts with their static imports, recursively; dynamic imports excluded.
        let preloads = page.matches(of: /<link rel="modulepreload" href="\/([^"]+)">/).map { String($0.1) }
        #expect(preloads == Array(names[1...2]))
        // In addition, what the pages and their frame need, to be fetched with them.
        let ahead = page.matches(of: /<link rel="modulepreload" href="\/([^"]+)" data-for="([^"]+)">/)
            .reduce(into: [:]) { $0[String($1.1)] = String($1.2) }
        #expect(ahead == [names[4]: "other start frame", names[5]: "other", names[6]: "door"])
        #expect(Self.text(app, WebApp.manifest).contains("/" + (try Self.hashed(app, "icons/mark.svg"))))
        let worker = Self.text(app, WebApp.worker)
        #expect(
            worker.contains("[\"/\",\"/manifest.webmanifest\",") && names.allSatisfy { worker.contains("\"/\($0)\"") })

        var changed = Self.folder
        changed["app/later.js"] = Data("import \"app/one.js\";".utf8)
        let next = WebApp(changed, [])
        #expect(try Self.hashed(next, "app/later.js") != names[3] && Self.hashed(next, "app/first.js") == names[2])
        #expect(Self.text(next, WebApp.worker) != worker && next.policy != app.policy)
    }

    @Test func whatEveryPageBeginsWithIsOneModule() throws {
        let app = WebApp(Self.folder, [])
        let page = Self.text(app, WebApp.page)
        let name = try Self.hashed(app, "app/first.js")
        for module in ["three", "begin", "two", "one", "main"] {
            #expect(page.contains("\"app/\(module).js\":\"/\(name)\"") && app.files["app/\(module).js"] == nil)
        }
        #expect(page.ranges(of: "<script type=\"module\" src=\"/\(name)\"></script>").count == 1)
        // Besides it, only the script that imports nothing.
        #expect(page.ranges(of: "src=\"/app/").count == 2)
        #expect(
            Self.text(app, name) == """
                import * as $app_alone from "app/alone.js";
                const $app_three = (() => {
                return {  };
                })();
                const $app_begin = (() => {

                return {  };
                })();
                const $app_two = (() => {

                const a = 1;
                return { a };
                })();
                export const { a } = $app_two;
                const $app_one = (() => {
                const {
                  a: first,
                } = $app_two;
                function b() { return first; }

                return { b };
                })();
                export const { b } = $app_one;
                const $app_main = (() => {
                const { b } = $app_one;
                import("app/later.js");

                return {  };
                })();

                """)
        #expect(
            try Self.text(app, Self.hashed(app, "app/inside.js")).hasSuffix("export default $pages_start.default;\n"))
    }

    @Test(arguments: [
        ("a\n// b\n  /* c */\nd // e\n", "a\n\n\nd // e\n"), ("/**\n * a\n */\nb", "\n\n\nb"),
        ("/* a */ b", "/* a */ b"),
        ("/* a\nb */ c\n// d", "/* a\nb */ c\n"), ("x = \"// a\";", "x = \"// a\";"),
        ("/* never\nclosed", "/* never\nclosed"), ("", ""),
        ("/* a */ b /* c */", "/* a */ b /* c */"),
    ])
    func commentLinesAreForReadersOfTheSources(text: String, sent: String) {
        #expect(String(decoding: Data(text.utf8).withoutCommentLines, as: UTF8.self) == sent)
    }

    /// Each file costs a phone a round trip.
    @Test func stylesForTheSamePagesAreOneFile() throws {
        var folder = Self.folder
        folder["css/tokens.css"] = Data("a{}".utf8)
        folder["css/form.css"] = Data("b{}".utf8)
        folder["css/start.css"] = Data("c{}".utf8)
        folder["index.html"] = Data(
            """
            <html><head><link rel="stylesheet" href="/css/tokens.css">
            <link rel="stylesheet" href="/css/form.css">
            </head><template id="ahead"><link rel="stylesheet" href="/css/start.css" data-for="start">
            <link rel="stylesheet" href="/css/clock.css" data-for="start">
            <link rel="stylesheet" href="/css/base.css" data-for="site">
            </template></html>
            """.utf8)
        folder["css/clock.css"] = Data("d{}".utf8)
        let app = WebApp(folder, [])
        let name = try Self.hashed(app, "css/first.css")
        let page = Self.text(app, WebApp.page)
        #expect(page.hasPrefix("<html><head><link rel=\"stylesheet\" href=\"/\(name)\">\n</head>"), "\(page)")
        #expect(Self.text(app, name) == "a{}b{}" && app.files["css/tokens.css"] == nil)
        let start = try Self.hashed(app, "css/start.css")
        #expect(page.contains("href=\"/\(start)\" data-for=\"start\"") && Self.text(app, start) == "c{}d{}")
        #expect(try page.contains("href=\"/\(Self.hashed(app, "css/base.css"))\" data-for=\"site\""))
    }

    @Test func browsersKeepWhatNeverChangesAndAskForTheRest() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let page = try await server.client.send("GET", "/sites/42", headers: ["Accept-Encoding": "x, gzip;q=0.5"])
            #expect(page.status == 200 && page.header("Content-Type") == "text/html; charset=utf-8")
            #expect(page.header("Content-Encoding") == "gzip" && page.header("Cache-Control") == "no-cache")
            #expect(
                page.header("Content-Security-Policy")?.hasPrefix("default-src 'none'; script-src 'self' 'sha256-")
                    == true)
            let tag = try #require(page.header("ETag"))
            let again = try await server.client.send(
                "GET", "/", headers: ["Accept-Encoding": "gzip", "If-None-Match": "W/\(tag)"])
            #expect(again.status == 304 && again.body.isEmpty && again.header("ETag") == tag)

            let plain = try await server.client.send("GET", "/", headers: ["Accept-Encoding": "gzip;q=0"])
            #expect(plain.header("Content-Encoding") == nil && plain.text.contains("<title>"))
            // The client decompresses by itself: the header has the number of bytes sent.
            #expect(try #require(plain.length) > #require(page.length) * 2)
            // Once it has been compressed, which takes a moment. Every Debian with curl has the library.
            var smallest = page
            for _ in 0..<200 where smallest.header("Content-Encoding") != "br" {
                try await Task.sleep(for: .milliseconds(50))
                smallest = try await server.client.send("GET", "/", headers: ["Accept-Encoding": "gzip, br"])
            }
            #expect(smallest.header("Content-Encoding") == "br" && smallest.header("ETag") != tag)
            #expect(try #require(smallest.length) < #require(page.length))
            let names = plain.text.matches(of: /"\/([a-z]+\/[a-z-]+\.[0-9a-f]{8}\.(?:js|css|svg))"/).map {
                String($0.1)
            }
            #expect(names.count > 10)
            for name in Set(names) {
                let file = try await server.client.get("/" + name)
                #expect(file.status == 200, "\(name)")
                #expect(file.header("Cache-Control") == "public, max-age=31536000, immutable")
                #expect(file.header("Vary") == "Accept-Encoding")
            }
            #expect(try await server.client.get("/app/first.js").header("Cache-Control") == "no-cache")
            let worker = try await server.client.get("/sw.js")
            #expect(worker.text.contains(try #require(names.first)) && worker.header("Cache-Control") == "no-cache")
            // A worker may connect to the hosts that its own policy names, and it fetches the app.
            #expect(worker.header("Content-Security-Policy")?.contains("connect-src 'self'") == true)
            #expect(try await server.client.get("/app/main.00000000.js").status == 404)
            #expect(try await server.client.get("/api/v1/nothing").status == 404)
            let post = try await server.client.post("/sites/42")
            #expect(post.status == 405 && post.header("Allow") == "GET, HEAD")
            let head = try await server.client.send("HEAD", "/", headers: ["Accept-Encoding": "identity"])
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test func whoWorksOnAFolderSeesEachChange() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let web = folder.path + "/web"
        let files = FileManager.default
        try files.createDirectory(atPath: web + "/app", withIntermediateDirectories: true)
        try Data("<head></head>".utf8).write(to: URL(fileURLWithPath: web + "/index.html"))
        try Data("secret".utf8).write(to: URL(fileURLWithPath: folder.path + "/secret.js"))
        let server = try await RunningServer(
            url: "sqlite:\(folder.path)/polier.sqlite", folder: folder, settings: ["POLIER_WEB_DIR": web])
        #expect(try await server.client.get("/app/new.js").status == 404)
        try Data("export const one = 1;".utf8).write(to: URL(fileURLWithPath: web + "/app/new.js"))
        #expect(try await server.client.get("/app/new.js").text == "export const one = 1;")
        for path in ["/../secret.js", "/%2e%2e/secret.js", "/app/../../secret.js", "//secret.js"] {
            #expect(try await server.client.get(path).text.contains("secret\"") == false)
            #expect(try await server.client.get(path).text != "secret")
        }
        #expect(await server.terminate() == 0)

        let (code, output) = try await Binary.run(["serve", "--web-dir", folder.path], in: folder.path)
        #expect(code == 1)
        #expect(output == "polier: POLIER_WEB_DIR is '\(folder.path)', where there is no index.html\n")
    }

    @Test func theExportIsWhatAnyServerOfFilesCanServe() async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let target = folder.path + "/out"
        #expect(try await Binary.run(["web", "export", target]).code == 0)
        let page = try String(contentsOfFile: target + "/index.html", encoding: .utf8)
        let policy = try #require(
            page.firstMatch(of: /<meta http-equiv="Content-Security-Policy" content="([^"]+)">/)?.1)
        #expect(policy.contains("script-src 'self' 'sha256-") && !policy.contains("frame-ancestors"))
        for match in page.matches(of: /(?:href|src)="\/([^"]+\.[a-z]+)"/) {
            #expect(FileManager.default.fileExists(atPath: target + "/" + match.1), "\(match.1)")
        }
        #expect(FileManager.default.fileExists(atPath: target + "/sw.js"))
        let (code, output) = try await Binary.run(["web", "export", target])
        #expect(code == 1 && output.contains("isn't empty"))
    }

    @Test func theOperatorIsNamed() async throws {
        let details = "Geschäftsführerin: Ada Kern\\nHRB 1"
        try await TestServer.run(
            on: .sqlite, flags: ["POLIER_OPERATOR_NAME": "Beispiel GmbH", "POLIER_OPERATOR_DETAILS": details]
        ) {
            server in
            let told = try await server.client.get("/api/v1/operator").json
            #expect(told["name"] == "Beispiel GmbH" && told["details"] == "Geschäftsführerin: Ada Kern\nHRB 1")
            #expect(told["phone"] == .null)
        }
    }
}

extension Reply {
    fileprivate var length: Int? { header("Content-Length").flatMap(Int.init) }
}
