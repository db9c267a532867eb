import Testing

@testable import Server

/// Every input and output has a description: its meaning and its unit.
@Suite struct DescribedTests {
    @Test func everythingIsDescribed() async throws {
        let document = try #require(await PrintedDescription.document)
        for finding in Self.findings(document) { Issue.record("\(finding)") }
    }

    /// The search itself finds and names what has no description.
    @Test func whatIsMissingIsNamed() async throws {
        let document = try #require(await PrintedDescription.document)
        let (site, base) = (
            ["components", "schemas", "Site", "properties", "progress"], "/api/v1/companies/{companyId}"
        )
        let body = ["paths", base, "patch", "requestBody", "content", "application/json", "schema", "properties"]
        let holes = document.replacing(site + ["description"], with: nil)
            .replacing(body + ["address", "properties", "street", "description"], with: nil)
            .replacing(body + ["timeZone", "description"], with: "timeZone")
        let findings = Self.findings(holes)
        #expect(findings.contains("GET \(base)/sites/{siteId} answers progress without a description"))
        #expect(findings.contains("GET \(base)/sites answers [].progress without a description"))
        #expect(findings.contains("PATCH \(base) takes address.street without a description"))
        #expect(findings.contains("PATCH \(base) takes timeZone without a description"))
    }

    /// What programs make their types' names of: in a description that an optimised server prints, too.
    @Test func schemasHaveNames() async throws {
        let document = try #require(await PrintedDescription.document)
        let names = try #require(document["components"]?["schemas"]?.entries.keys)
        #expect(names.contains("Registered"), "a private type's")
        for name in names { #expect(name.wholeMatch(of: /[A-Za-z][A-Za-z0-9]*/) != nil, "\(name)") }
        #expect(SchemaName.plain("(Registered in _F0146CDB75C4B5D4F9A2FEC6AF3E91AE)") == "Registered")
        #expect(SchemaName.plain("Registered") == "Registered")
    }

    private static func findings(_ document: JSON) -> [String] {
        var findings: [String] = []
        for (path, operations) in document["paths"]?.entries ?? [:] {
            for (method, operation) in operations.entries {
                let route = "\(method.uppercased()) \(path)"
                for parameter in operation["parameters"]?.list ?? [] where !isSentence(parameter["description"]) {
                    findings.append("\(route) reads \(parameter["name"]?.text ?? "") without a description")
                }
                for media in operation["requestBody"]?["content"]?.entries.values.map(\.self) ?? [] {
                    for name in undescribed(media["schema"] ?? .null, document) {
                        findings.append("\(route) takes \(name) without a description")
                    }
                }
                for answer in operation["responses"]?.entries.values.map(\.self) ?? [] {
                    for media in answer["content"]?.entries.values.map(\.self) ?? [] {
                        for name in undescribed(media["schema"] ?? .null, document) {
                            findings.append("\(route) answers \(name) without a description")
                        }
                    }
                }
            }
        }
        return Set(findings).sorted()
    }

    private static func isSentence(_ text: JSON?) -> Bool {
        guard let text = text?.text else { return false }
        return text.count > 4 && text.hasSuffix(".")
    }

    /// The paths of the properties without a description.
    private static func undescribed(_ schema: JSON, _ document: JSON, _ prefix: String = "") -> [String] {
        let parts = [schema] + (schema["allOf"]?.list ?? []).map { resolved($0, document) }
        let all = parts.map { resolved($0, document) }
        let described = Set(
            all.flatMap { part in
                (part["properties"]?.entries ?? [:]).filter { isSentence($0.value["description"]) }.map(\.key)
            })
        var names: [String] = []
        for part in all {
            for (name, property) in part["properties"]?.entries ?? [:] {
                if !described.contains(name) { names.append(prefix + name) }
                names += undescribed(property, document, "\(prefix)\(name).")
            }
            if let items = part["items"] { names += undescribed(items, document, prefix.isEmpty ? "[]." : prefix) }
        }
        return names
    }

    private static func resolved(_ schema: JSON, _ document: JSON) -> JSON {
        guard let name = schema["$ref"]?.text?.split(separator: "/").last else { return schema }
        return document["components"]?["schemas"]?[String(name)] ?? .null
    }
}
