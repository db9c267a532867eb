import Foundation

/// What the API's description promises to clients and demands of them, one line each, so that two versions can be compared.
///
///     GET /api/v1/companies/{companyId}/sites                  a route
///     GET /api/v1/companies/{companyId}/sites -> 200: [Site]   what it answers
///     GET /api/v1/companies/{companyId}/sites ? status: accepts ACTIVE
///     POST /api/v1/companies/{companyId}/sites <- name: required
///     POST /api/v1/companies/{companyId}/sites <- notes: may be left out
///     Site.id: always present
///     code site-not-found: 404
struct Contract {
    /// Promises must hold throughout v1.
    private(set) var promises: Set<String> = []
    /// Demands must not grow for routes and objects that clients already know.
    private(set) var demands: Set<String> = []

    /// - Parameter document: an OpenAPI description.
    init(_ document: JSON) {
        for (path, operations) in document["paths"]?.entries ?? [:] {
            for (method, operation) in operations.entries { add("\(method.uppercased()) \(path)", operation) }
        }
        for (name, schema) in document["components"]?["schemas"]?.entries ?? [:] { addAnswer(name + ".", schema) }
        for code in document["x-codes"]?["problems"]?.list ?? [] {
            promises.insert("code \(code["code"]?.text ?? ""): \(code["status"]?.number ?? 0)")
        }
        for (kind, codes) in document["x-codes"]?.entries ?? [:] where kind != "problems" {
            for code in codes.list { promises.insert("code of \(kind) \(code["code"]?.text ?? "")") }
        }
    }

    private mutating func add(_ route: String, _ operation: JSON) {
        promises.insert(route)
        for parameter in operation["parameters"]?.list ?? [] where parameter["in"] != "path" {
            let mark = parameter["in"] == "query" ? "?" : "header"
            let name = "\(route) \(mark) \(parameter["name"]?.text ?? "")"
            addInput(name, parameter["schema"] ?? .null, isRequired: parameter["required"] == true)
        }
        for (status, answer) in operation["responses"]?.entries ?? [:] where status.hasPrefix("2") {
            promises.insert("\(route) -> \(status)")
            for (type, media) in answer["content"]?.entries ?? [:] {
                let schema = media["schema"] ?? .null
                let form = type == "application/json" ? "" : " \(type)"
                promises.insert("\(route) -> \(status)\(form): \(Self.type(schema))")
                addAnswer("\(route) -> \(status) ", schema)
            }
        }
        guard let body = operation["requestBody"] else { return }
        let name = "\(route) <- body"
        if body["required"] == true {
            demands.insert(name + ": required")
        } else {
            promises.insert(name + ": may be left out")
        }
        for (_, media) in body["content"]?.entries ?? [:] { addFields("\(route) <- ", media["schema"] ?? .null) }
    }

    private mutating func addFields(_ prefix: String, _ schema: JSON) {
        for (name, field) in schema["properties"]?.entries ?? [:] {
            addInput(prefix + name, field, isRequired: schema["required"]?.list.contains(.text(name)) == true)
            addFields("\(prefix)\(name).", field)
        }
    }

    private mutating func addInput(_ name: String, _ schema: JSON, isRequired: Bool) {
        promises.insert("\(name): \(Self.type(schema))")
        if Self.isNullable(schema) { promises.insert(name + ": accepts null") }
        for word in schema["enum"]?.list.compactMap(\.text) ?? [] { promises.insert("\(name): accepts \(word)") }
        if isRequired { demands.insert(name + ": required") } else { promises.insert(name + ": may be left out") }
    }

    private mutating func addAnswer(_ prefix: String, _ schema: JSON) {
        for (name, field) in schema["properties"]?.entries ?? [:] {
            let name = prefix + name
            promises.insert("\(name): \(Self.type(field))")
            if !Self.isNullable(field) { promises.insert(name + ": never null") }
            if schema["required"]?.list.contains(.text(String(name.dropFirst(prefix.count)))) == true {
                promises.insert(name + ": always present")
            }
            for word in field["enum"]?.list.compactMap(\.text) ?? [] { promises.insert("\(name): may be \(word)") }
        }
    }

    private static func isNullable(_ schema: JSON) -> Bool { schema["type"]?.list.contains("null") == true }

    private static func type(_ schema: JSON) -> String {
        if let reference = schema["$ref"]?.text { return String(reference.split(separator: "/").last ?? "") }
        let types = schema["type"]?.text.map { [$0] } ?? schema["type"]?.list.compactMap(\.text) ?? []
        let type = types.filter { $0 != "null" }.joined(separator: " or ")
        if type == "array" { return "[\(Self.type(schema["items"] ?? .null))]" }
        let formats = ([schema] + (schema["anyOf"]?.list ?? [])).compactMap { $0["format"]?.text }
        return formats.isEmpty ? type : "\(type) (\(formats.joined(separator: " or ")))"
    }

    // MARK: Comparing

    /// The lines that clients of the baseline would miss, or be refused for.
    /// - Parameter baseline: the agreed lines.
    func breaches(of baseline: Set<String>) -> [String] {
        let broken = baseline.filter { !Self.isDemand($0) && !promises.contains($0) }
        let grown = demands.subtracting(baseline).filter { !Self.isFree($0, in: baseline) }
        return (broken.map { "no longer true: \($0)" } + grown.map { "newly demanded: \($0)" }).sorted()
    }

    /// The baseline with everything added since, without new demands on what clients already know.
    func added(to baseline: Set<String>) -> Set<String> {
        baseline.union(promises).union(demands.filter { Self.isFree($0, in: baseline) })
    }

    private static func isDemand(_ line: String) -> Bool { line.hasSuffix(": required") }

    /// Whether the demand belongs to a route or object that no client knows yet.
    private static func isFree(_ demand: String, in baseline: Set<String>) -> Bool {
        let words = demand.split(separator: " ")
        guard words.count > 3 else { return false }
        if !baseline.contains("\(words[0]) \(words[1])") { return true }
        let path = words[3].dropLast().split(separator: ".")
        guard path.count > 1 else { return false }
        let outer = path.dropLast().joined(separator: ".")
        return !baseline.contains("\(words[0]) \(words[1]) \(words[2]) \(outer): object")
    }
}

extension JSON {
    /// The members of an object; none for anything else.
    var entries: [String: JSON] {
        guard case .object(let object) = self else { return [:] }
        return object
    }
}
