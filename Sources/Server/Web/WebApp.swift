import Core
import Crypto
import Foundation
import NIOCore
import Storage

/// The web app as it is served: each file under a name that contains its hash, and the page and the service worker, which refer to
/// these names.
struct WebApp: Sendable {
    /// A file that is served.
    struct File: Sendable {
        let kind: Kind
        let bytes: ByteBuffer
        /// Compressed versions, where those are smaller.
        let smaller: [ContentCoding: ByteBuffer]
        let hash: String
        /// Whether the content at this address never changes.
        var isForEver: Bool
    }

    enum Kind: String {
        case html, css, js, svg, png, webmanifest

        init?(of name: String) {
            self.init(rawValue: String(name.split(separator: ".", omittingEmptySubsequences: false).last ?? ""))
        }

        var type: String {
            switch self {
            case .html: "text/html; charset=utf-8"
            case .css: "text/css; charset=utf-8"
            case .js: "text/javascript; charset=utf-8"
            case .svg: "image/svg+xml"
            case .png: "image/png"
            case .webmanifest: "application/manifest+json"
            }
        }
    }

    /// By path: `app/main.1f2e3d4c.js`, and also `app/main.js`.
    let files: [String: File]
    /// The content security policy of the page.
    let policy: String

    /// The page, at every address of the app.
    static let page = "index.html"
    /// The service worker. Its name must not change, nor the manifest's.
    static let worker = "sw.js"
    static let manifest = "manifest.webmanifest"

    /// - Parameters:
    ///   - codings: the codings to compress files with. Brotli takes half a second.
    ///   - registrationIsOpen: whether the page offers registration.
    ///   - hasPasskeys: whether it offers passkeys, in browsers that have them.
    init(_ folder: WebFolder, _ codings: [ContentCoding], registrationIsOpen: Bool = true, hasPasskeys: Bool = false) {
        let fixed = [Self.page, Self.worker, Self.manifest]
        var folder = folder.mapValuesByKind { $1 == .js || $1 == .css ? $0.withoutCommentLines : $0 }
        Self.joinStyles(&folder)
        let scripts = folder.filter { Kind(of: $0.key) == .js && !fixed.contains($0.key) }
        let modules = JoinedModules(scripts, page: Self.text(folder[Self.page]))
        modules.join(&folder)
        let plain = folder.filter { !fixed.contains($0.key) }
        let names = plain.reduce(into: [String: String]()) { $0[$1.key] = Self.hashedName($1.key, $1.value) }
        var files: [String: File] = [:]
        func add(_ name: String, _ data: Data, also hashed: String? = nil) {
            guard let kind = Kind(of: name) else { return }
            let bytes = ByteBuffer(bytes: data)
            let smaller = codings.reduce(into: [:]) { $0[$1] = $1.encode(bytes) }
            var file = File(kind: kind, bytes: bytes, smaller: smaller, hash: Self.hash(data), isForEver: false)
            files[name] = file
            file.isForEver = true
            if let hashed { files[hashed] = file }
        }
        for (name, data) in plain { add(name, data, also: names[name]) }

        let importMap = Self.importMap(of: scripts.keys.sorted(), in: modules, names)
        var page = Self.text(folder[Self.page]).naming(names)
        page.replace(between: "<script type=\"importmap\">", and: "</script>", with: importMap)
        page.insert(modules.first.map { Self.preload(names[$0]) }.joined(), before: "</head>")
        page.insert(Self.ahead(scripts, modules, names), before: "</template>")
        let offers = (registrationIsOpen ? "" : " data-registration=\"closed\"") + (hasPasskeys ? " data-passkeys" : "")
        page = page.replacingOccurrences(of: "<body>", with: "<body\(offers)>")
        policy = Self.policy(of: page)
        add(Self.page, Data(page.utf8))
        if let manifest = folder[Self.manifest] {
            add(Self.manifest, Data(Self.text(manifest).naming(names).utf8))
        }
        if let worker = folder[Self.worker] {
            let shell = ["/", "/" + Self.manifest] + names.values.sorted().map { "/" + $0 }
            let version = Self.hash(Data((page + shell.joined()).utf8))
            add(
                Self.worker,
                Data(
                    Self.text(worker)
                        .replacingOccurrences(of: "/*files*/[]", with: Self.json(shell))
                        .replacingOccurrences(of: "/*version*/\"folder\"", with: "\"\(version)\"").utf8))
        }
        self.files = files
    }

    /// The styles that every page loads.
    private static let styles = "css/first.css"

    /// Makes one file of the stylesheets in the page's head, and of those that follow each other in its list for the same pages, because
    /// each request costs a phone a round trip.
    private static func joinStyles(_ folder: inout WebFolder) {
        var page = text(folder[Self.page])
        let links = page.matches(of: /<link rel="stylesheet" href="\/([^"]+)"( data-for="[^"]+")?>\n?/)
        let head = links.filter { $0.2 == nil }
        join(head, as: styles, in: &folder, &page)
        var rest = links.filter { $0.2 != nil }[...]
        while let link = rest.first {
            let same = rest.prefix { $0.2 == link.2 }
            join(Array(same), as: String(link.1), in: &folder, &page)
            rest = rest.dropFirst(same.count)
        }
        folder[Self.page] = Data(page.utf8)
    }

    private static func join(
        _ links: [Regex<(Substring, Substring, Substring?)>.Match], as name: String, in folder: inout WebFolder,
        _ page: inout String
    ) {
        guard links.count > 1 else { return }
        let joined = links.reduce(Data()) { $0 + (folder.removeValue(forKey: String($1.1)) ?? Data()) }
        for (number, link) in links.enumerated() {
            let replacement = "<link rel=\"stylesheet\" href=\"/\(name)\"\(link.2 ?? "")>\n"
            page = page.replacingOccurrences(of: String(link.0), with: number == 0 ? replacement : "")
        }
        folder[name] = joined
    }

    // MARK: Names

    private static func hash(_ data: Data) -> String {
        SHA256.hash(data: data).prefix(6).hexadecimal
    }

    /// `app/main.js` with a part of its content's hash: `app/main.1f2e3d4c.js`. The page names all files, and hashes can't be compressed.
    private static func hashedName(_ name: String, _ data: Data) -> String {
        guard let dot = name.lastIndex(of: ".") else { return name }
        return "\(name[..<dot]).\(hash(data).prefix(8))\(name[dot...])"
    }

    private static func importMap(of scripts: [String], in modules: JoinedModules, _ names: [String: String]) -> String
    {
        let lines = scripts.map { "\"\($0)\":\"/\(names[modules.file(of: $0)] ?? $0)\"" }
        return "{\"imports\":{\(lines.joined(separator: ","))}}"
    }

    private static func preload(_ name: String?, for entries: String? = nil) -> String {
        "<link rel=\"modulepreload\" href=\"/\(name ?? "")\"\(entries.map { " data-for=\"\($0)\"" } ?? "")>\n"
    }

    /// The files with the modules that pages, or the frame around them, need besides those that all need. Without the list a browser
    /// would discover them one by one.
    private static func ahead(_ scripts: WebFolder, _ modules: JoinedModules, _ names: [String: String]) -> String {
        var needed: [String: [String]] = [:]
        let pages = scripts.keys.filter { $0.hasPrefix("pages/") }
        for entry in pages.sorted() + ["parts/frame.js", "parts/door.js"] where scripts[entry] != nil {
            let title = entry.split(separator: "/").last?.dropLast(".js".count) ?? ""
            for file in modules.files(for: [entry]) where !modules.first.contains(file) {
                needed[file, default: []].append(String(title))
            }
        }
        return needed.sorted { $0.key < $1.key }
            .map { preload(names[$0.key], for: $0.value.joined(separator: " ")) }.joined()
    }

    /// Only this server's own files run, shape and are asked; the scripts in the page itself, by their hashes.
    private static func policy(of page: String) -> String {
        let hashes = page.matches(of: /<script(?: type="importmap")?>((?s:.*?))<\/script>/).map {
            " 'sha256-\(Data(SHA256.hash(data: Data($0.1.utf8))).base64EncodedString())'"
        }
        return """
            default-src 'none'; script-src 'self'\(hashes.joined()); style-src 'self'; img-src 'self' data:; \
            connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; \
            frame-ancestors 'none'
            """
    }

    private static func text(_ data: Data?) -> String { String(decoding: data ?? Data(), as: UTF8.self) }

    private static func json(_ texts: [String]) -> String {
        "[" + texts.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }
}

extension WebFolder {
    fileprivate func mapValuesByKind(_ change: (Data, WebApp.Kind?) -> Data) -> WebFolder {
        reduce(into: [:]) { $0[$1.key] = change($1.value, WebApp.Kind(of: $1.key)) }
    }
}

extension String {
    /// With hashed names in attributes such as `href="/css/base.css"`.
    fileprivate func naming(_ names: [String: String]) -> String {
        names.reduce(self) { $0.replacingOccurrences(of: "\"/\($1.key)\"", with: "\"/\($1.value)\"") }
    }

    fileprivate mutating func replace(between start: String, and end: String, with text: String) {
        guard let from = range(of: start)?.upperBound, let to = range(of: end, range: from..<endIndex)?.lowerBound
        else { return }
        replaceSubrange(from..<to, with: text)
    }

    fileprivate mutating func insert(_ text: String, before mark: String) {
        guard let place = range(of: mark)?.lowerBound else { return }
        insert(contentsOf: text, at: place)
    }
}
