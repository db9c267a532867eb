import Foundation

/// Which modules of the web app are sent together in one file. A phone pays a round trip for each file on each of its connections, a head of
/// 400 bytes, and loses what compression finds in common.
///
/// These files are joined: what every page begins with, the frame and the start page with what they need besides that, the same for the
/// frame of the sign-in pages and the first of these, what many pages need, what is fetched ahead for everyone because it is used on
/// site, and the words of each language that all pages but the start page wait for. The page's import map sends the name of each joined
/// module to its file, so that modules import each other as they do in `web/`. Therefore no two modules of one file may export the same
/// name; neither may they import each other in a circle, await at their top, or export something that is assigned again
/// (Tests/web/joined.test.mjs).
struct JoinedModules {
    /// By a joined file's name, its modules: each after those that it imports.
    private let parts: [(file: String, modules: [String])]
    private let homes: [String: String]
    private let scripts: WebFolder
    /// By module, what it imports.
    private let needs: [String: [String]]
    /// The scripts of the page that stay files of their own, and what begins it with all that it imports.
    let first: [String]

    /// What many pages import, or open.
    private static let common = ["dialog", "search-field", "people-field", "paged"]
    /// What every page but the start page says; app/early.js has the same list.
    private static let words = ["problems", "hours", "sites", "people", "accounts", "company"]
    /// What hours and material are recorded with.
    private static let onSite = [
        "crew-hours", "correct-hours", "edit-act", "ask-break", "still-there", "day-explained", "absence-form",
        "material-sheet", "move-material", "number-pad", "waiting-list", "clarified",
    ]

    /// A script that imports nothing stays a file of its own, to run even if nothing else is there, and so does every page but those two.
    /// - Parameters:
    ///   - scripts: all modules by their names.
    ///   - page: the page, with `<script type="module" src="/app/main.js">`.
    init(_ scripts: WebFolder, page: String) {
        self.scripts = scripts
        let needs = scripts.mapValues { text in
            Self.text(text).matches(of: /(?:^|\n)(?:import|export)\s(?:[^;"]*?\sfrom\s)?\s*"([^"]+)"/)
                .map { String($0.1) }.filter { scripts[$0] != nil }
        }
        self.needs = needs
        let entries = page.matches(of: Self.script).map { String($0.1) }
        let alone = entries.filter { needs[$0]?.isEmpty != false }
        let sets = [
            ("app/first.js", entries.filter { !alone.contains($0) }),
            ("app/inside.js", ["parts/frame.js", "pages/start.js"]),
            ("app/door.js", ["parts/door.js", "pages/sign-in.js"]),
            ("app/common.js", ["app/drafts.js"] + Self.common.map { "parts/\($0).js" }),
            ("app/onsite.js", Self.onSite.map { "parts/\($0).js" }),
            ("words/german.js", Self.words.map { "words/de-\($0).js" }),
            ("words/english.js", Self.words.map { "words/en-\($0).js" }),
        ]
        var homes: [String: String] = [:]
        var parts: [(file: String, modules: [String])] = []
        for (file, entries) in sets {
            let modules = Self.ordered(entries, needs)
                .filter { !alone.contains($0) && homes[$0] == nil }
            guard modules.count > 1 else { continue }
            for module in modules { homes[module] = file }
            parts.append((file, modules))
        }
        self.parts = parts
        self.homes = homes
        let files = Self.ordered(entries, needs).map { homes[$0] ?? $0 }
        first = files.enumerated().filter { !files[..<$0.offset].contains($0.element) }.map(\.element)
    }

    /// The file that a module is in.
    func file(of module: String) -> String { homes[module] ?? module }

    /// The files with these modules and all that they import in turn; not what is imported on demand.
    func files(for entries: [String]) -> Set<String> { Set(Self.ordered(entries, needs).map(file)) }

    /// Replaces the joined modules by their files, and the page's scripts among them.
    func join(_ folder: inout WebFolder) {
        for (file, modules) in parts {
            for module in modules { folder[module] = nil }
            folder[file] = Data(text(of: modules, in: file).utf8)
        }
        var page = Self.text(folder[WebApp.page])
        for (number, entry) in page.matches(of: Self.script).map({ String($0.1) }).filter({ homes[$0] != nil })
            .enumerated()
        {
            let old = "<script type=\"module\" src=\"/\(entry)\"></script>\n"
            let new = "<script type=\"module\" src=\"/\(file(of: entry))\"></script>\n"
            page = page.replacingOccurrences(of: old, with: number == 0 ? new : "")
        }
        folder[WebApp.page] = Data(page.utf8)
    }

    /// Each module becomes a function that returns its exports, so that their other names don't meet.
    private func text(of modules: [String], in file: String) -> String {
        var outside: [String] = []
        var body = ""
        for module in modules {
            var text = Self.text(scripts[module])
            var given: [String] = []
            for match in text.matches(of: Self.importLine).reversed() {
                let name = String(match.2)
                guard scripts[name] != nil else { continue }
                if homes[name] != file, !outside.contains(name) { outside.append(name) }
                let names = match.1.map { "const \($0.replacing(" as ", with: ": ")) = \(Self.variable(name));" } ?? ""
                text.replaceSubrange(match.range, with: "\n" + names)
            }
            for match in text.matches(of: Self.exportWord).reversed() {
                let isDefault = match.1 != nil
                let name = match.3.map(String.init) ?? "$default"
                given.append(isDefault ? "default: \(name)" : name)
                text.replaceSubrange(match.range, with: "\n" + (match.2.map { $0 + name } ?? "const $default = "))
            }
            body +=
                "const \(Self.variable(module)) = (() => {\(text)\nreturn { \(given.joined(separator: ", ")) };\n})();\n"
            let (ofDefault, named) = (
                given.first { $0.hasPrefix("default:") }, given.filter { !$0.hasPrefix("default:") }
            )
            if !named.isEmpty {
                body += "export const { \(named.joined(separator: ", ")) } = \(Self.variable(module));\n"
            }
            if ofDefault != nil { body += "export default \(Self.variable(module)).default;\n" }
        }
        return outside.sorted().map { "import * as \(Self.variable($0)) from \"\($0)\";\n" }.joined() + body
    }

    private static func variable(_ module: String) -> String {
        "$" + module.dropLast(".js".count).map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }

    /// Modules and all that they import in turn, each after what it imports.
    private static func ordered(_ entries: [String], _ needs: [String: [String]]) -> [String] {
        var found: [String] = []
        var seen: Set<String> = []
        func visit(_ module: String) {
            guard let imports = needs[module], seen.insert(module).inserted else { return }
            imports.forEach(visit)
            found.append(module)
        }
        entries.forEach(visit)
        return found
    }

    private static func text(_ data: Data?) -> String { String(decoding: data ?? Data(), as: UTF8.self) }

    private static var script: Regex<(Substring, Substring)> { /<script type="module" src="\/([^"]+)"/ }
    /// `import { a, b } from "app/one.js";` or `import "app/one.js";`
    private static var importLine: Regex<(Substring, Substring?, Substring)> {
        /(?:^|\n)import\s(?:(\{[^}]*\})\sfrom\s)?"([^"]+)";/
    }
    /// `export const name`, `export default async function name`, or `export default` before an expression.
    private static var exportWord: Regex<(Substring, Substring?, Substring?, Substring?)> {
        /(?:^|\n)export (?:(default) )?(?:((?:async )?(?:const|class|function) )(\w+))?/
    }
}

extension Data {
    /// JavaScript or a stylesheet with its comment lines emptied: they are for people who read `web/`, and a third of what a phone would
    /// fetch. Only whole lines, so that no quoted text is touched; each line keeps its number.
    var withoutCommentLines: Data {
        let (start, end) = (Array("/*".utf8), Array("*/".utf8))
        var lines: [Substring.UTF8View] = []
        var block: [Substring.UTF8View] = []
        let none = Substring().utf8
        /// Whether a line that begins within a comment, or with one, ends it and has no code behind it; nil if it doesn't end it.
        func endsBare(_ code: Substring.UTF8View) -> Bool? {
            let count = zip(code, code.dropFirst()).count { $0 == end[0] && $1 == end[1] }
            return count == 0 ? nil : count == 1 && code.suffix(2).elementsEqual(end)
        }
        let text = Substring(decoding: self, as: UTF8.self)
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let code = line.drop { $0 == UInt8(ascii: " ") }
            if !block.isEmpty {
                block.append(line)
                guard let endsBare = endsBare(code) else { continue }
                lines += endsBare ? block.map { _ in none } : block
                block = []
            } else if code.starts(with: start) {
                guard let endsBare = endsBare(code) else {
                    block = [line]
                    continue
                }
                lines.append(endsBare ? none : line)
            } else {
                lines.append(code.starts(with: "//".utf8) ? none : line)
            }
        }
        lines += block
        var data = Data(capacity: count)
        for (index, line) in lines.enumerated() {
            if index > 0 { data.append(UInt8(ascii: "\n")) }
            data.append(contentsOf: line)
        }
        return data
    }
}
