import Foundation
import Testing

@testable import Core
@testable import Server

/// Every refusal has a stable code that is documented.
@Suite struct CodeTests {
    @Test func everyCodeIsOneOfItsOwn() {
        let names =
            [ProblemCode.all.map(\.name), Flaw.Code.allCases.map(\.rawValue), MailReason.Code.allCases.map(\.rawValue)]
        for names in names {
            #expect(Set(names).count == names.count)
            for name in names { #expect(name.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil, "\(name)") }
        }
        #expect(ProblemCode.all.count > 40)
    }

    /// An enumeration missing in the list would have no page, no place in the description and no texts.
    @Test func noEnumerationIsForgotten() throws {
        let core = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../Sources/Core").standardizedFileURL.path
        var found: Set<String> = []
        for name in FileManager.default.enumerator(atPath: core) ?? .init() {
            guard let name = name as? String, name.hasSuffix(".swift") else { continue }
            let text = try String(contentsOfFile: core + "/" + name, encoding: .utf8)
            for match in text.matches(of: /enum (\w+): String, RefusalCode/) { found.insert(String(match.1)) }
        }
        #expect(found == Set(RefusalCodes.all.map { "\($0)" }))
    }

    @Test func valuesStandInTheirPlaces() {
        let refusal = Refusal(
            MaterialRefusal.notEnough,
            [
                "amount": .quantity(Quantity(thousandths: 2_500)), "unit": .text("{material}"),
                "material": .text("Kleber"),
            ])
        #expect(refusal.message == "Only 2.5 {material} of Kleber are left.")
        #expect("{a} and {b}".placeholders == ["a", "b"] && "nothing".placeholders.isEmpty)
        #expect(Flaw(.tooLong, ["max": .integer(200)]).message == "must have at most 200 characters")
    }

    @Test(arguments: Engine.allCases)
    func aProblemHasItsCodeAndItsValues(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let company = try await TestCompany.register(server.client)
            let material = try await company.material(try await company.site())
            let refused = try await company.manager.post(material + "/adjust-quantity", "{\"delta\": -10.5}").json
            #expect(refused["type"] == "/problems/not-enough" && refused["code"] == "not-enough")
            #expect(refused["params"] == .object(["amount": .number(10), "unit": "Sack", "material": "Flexkleber"]))
            #expect(
                refused["detail"] == "Only 10 Sack of Flexkleber are left." && refused["error"] == refused["detail"])

            let name = String(repeating: "x", count: 201)
            let invalid = try await company.manager.patch(material, "{\"name\": \"\(name)\"}").json
            #expect(invalid["code"] == "invalid" && invalid["params"] == .object([:]))
            let field: JSON = .object([
                "field": "name", "code": "too-long", "params": .object(["max": .number(200)]),
                "message": "must have at most 200 characters",
            ])
            #expect(invalid["fields"] == .list([field]))
        }
    }

    @Test func everyCodeHasAPage() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let list = try await server.client.get("/problems")
            #expect(list.status == 200)
            for code in ProblemCode.all {
                let page = try await server.client.get(ProblemCode.type(code.name))
                #expect(page.status == 200 && page.header("Content-Type") == "text/html; charset=utf-8")
                #expect(page.text.contains("<h1>\(code.name)</h1>") && list.text.contains("/problems/\(code.name)\""))
                for value in code.values { #expect(page.text.contains("<code>\(value)</code>")) }
            }
            let invalid = try await server.client.get("/problems/invalid").text
            for code in Flaw.Code.allCases { #expect(invalid.contains("<code>\(code.rawValue)</code>")) }
            for wrong in ["nonsense", "<b>", "%3Cscript%3E"] {
                #expect(try await server.client.get("/problems/\(wrong)").status == 404, "\(wrong)")
            }
        }
    }

    /// The description lists the refusals of each route; the test client compares every response of every test with it.
    @Test func theDescriptionListsTheCodesOfEachRoute() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let document = try await server.client.get("/api/v1/openapi.json").json
            func codes(_ path: String, _ method: String, _ status: String) -> [String] {
                let answer = document["paths"]?["/api/v1/companies/{companyId}" + path]?[method]?["responses"]?[status]
                let schema = answer?["content"]?["application/problem+json"]?["schema"]
                return schema?["allOf"]?[1]?["properties"]?["code"]?["enum"]?.list.compactMap(\.text) ?? []
            }
            #expect(
                codes("/sites/{siteId}/materials/{materialId}/adjust-quantity", "post", "409")
                    == [
                        "not-enough", "too-much", "before-material", "unit-changed", "too-many-clarifications",
                        "too-many-clarifications-of-company", "too-much-text",
                    ])
            #expect(codes("/users/{userId}", "put", "403").contains("workers-only"))
            #expect(codes("/sites/{siteId}", "get", "404") == ["company-not-found", "site-not-found"])
            #expect(document["x-codes"]?["problems"]?.list.count == ProblemCode.all.count)
            #expect(document["x-codes"]?["fields"]?.list.count == Flaw.Code.allCases.count)
        }
    }
}
