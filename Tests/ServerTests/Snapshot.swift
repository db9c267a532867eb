import Foundation
import Testing

@testable import Server

/// A file of the repository that is generated from the code, so that a review sees the effect of a change on the whole.
struct Snapshot {
    /// Relative to the repository's root.
    let path: String

    /// Whether `make snapshots` runs: the files are then written instead of compared.
    static let isRemaking = ProcessInfo.processInfo.environment["POLIER_SNAPSHOTS"] == "remake"

    private var file: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../" + path)
            .standardizedFileURL
    }

    /// The repository's version; empty without the file.
    var kept: String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }

    /// Records an issue with the difference if the repository's text differs; writes the text if `isRemaking`.
    func check(_ text: String) async throws {
        if Self.isRemaking { return try Data(text.utf8).write(to: file) }
        let kept = kept
        guard kept != text else { return }
        Issue.record(
            """
            \(path) is not what the code makes of it. If the change is meant, run 'make snapshots' and commit the file.
            \(try await Self.difference(kept, text, named: path))
            """)
    }

    /// The longest difference to print, in lines.
    private static let longest = 400

    /// A unified difference.
    static func difference(_ old: String, _ new: String, named name: String) async throws -> String {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let files = ["old", "new"].map { URL(fileURLWithPath: "\(folder.path)/\($0)") }
        for (file, text) in zip(files, [old, new]) { try Data(text.utf8).write(to: file) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/diff")
        process.arguments =
            ["-u", "--label", "\(name) in the repository", "--label", "\(name) as the code makes it"]
            + files.map(\.path)
        let lines = try await process.outcome().output.split(separator: "\n", omittingEmptySubsequences: false)
        let rest = lines.count > longest ? "\n… and \(lines.count - longest) more lines" : ""
        return lines.prefix(longest).joined(separator: "\n") + rest
    }
}

extension JSON {
    /// JSON text with sorted keys, two spaces per level, and lists of plain values on one line if they fit.
    func sortedText(indent: String = "") -> String {
        let inner = indent + "  "
        switch self {
        case .null: return "null"
        case .boolean(let boolean): return boolean ? "true" : "false"
        case .number(let number): return "\(number)"
        case .text(let text): return JSONValue.text(text).text()
        case .list(let values):
            let texts = values.map { $0.sortedText(indent: inner) }
            let line = "[\(texts.joined(separator: ", "))]"
            if line.count <= 120, values.allSatisfy(\.isPlain) { return line }
            return "[\n" + texts.map { inner + $0 }.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let object):
            if object.isEmpty { return "{}" }
            let lines = object.sorted { $0.key < $1.key }.map {
                "\(inner)\(JSONValue.text($0.key).text()): \($0.value.sortedText(indent: inner))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        }
    }

    private var isPlain: Bool {
        switch self {
        case .list, .object: false
        case .null, .boolean, .number, .text: true
        }
    }

    /// The value with a replacement at a path of keys; nil removes the key.
    func replacing(_ path: [String], with value: JSON?) -> JSON {
        guard case .object(var object) = self, let key = path.first else { return self }
        object[key] = path.count == 1 ? value : object[key]?.replacing(Array(path.dropFirst()), with: value)
        return .object(object)
    }

    /// The value at a path of keys.
    func at(_ path: [String]) -> JSON? { path.reduce(self) { value, key in value?[key] } }
}

/// The API's description as the binary prints it.
enum PrintedDescription {
    static var document: JSON? { get async { await printing.value } }

    private static let printing = Task<JSON?, Never> {
        guard let (code, text) = try? await Binary.run(["openapi"]), code == 0 else { return nil }
        return try? JSONDecoder().decode(JSON.self, from: Data(text.utf8))
    }
}
