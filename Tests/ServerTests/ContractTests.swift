import Foundation
import Testing

@testable import Server

/// Within v1 nothing is removed and nothing becomes required. `Tests/contract/v1.txt` lists what clients may rely on; `make snapshots`
/// only adds to it, so that a missing line was deleted by hand and shows in a review.
@Suite struct ContractTests {
    private static let file = Snapshot(path: "Tests/contract/v1.txt")

    private static func lines(_ text: String) -> Set<String> {
        Set(text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") })
    }

    private static func text(_ lines: Set<String>) -> String {
        """
        # What clients of v1 may rely on. 'make snapshots' adds what is new; a line is only deleted by hand, when v1 may be broken.

        """ + lines.sorted().map { $0 + "\n" }.joined()
    }

    @Test func theAPIKeepsItsPromises() async throws {
        let contract = Contract(try #require(await PrintedDescription.document))
        let baseline = Self.lines(Self.file.kept)
        for breach in contract.breaches(of: baseline) {
            Issue.record("\(breach) (Tests/contract/v1.txt has what v1 promises)")
        }
        try await Self.file.check(Self.text(contract.added(to: baseline)))
    }

    private static let company = "/api/v1/companies/{companyId}"

    /// The description with one change.
    private static func changed(_ path: [String], _ change: (JSON) -> JSON?) async throws -> (Contract, Set<String>) {
        let document = try #require(await PrintedDescription.document)
        let value = try #require(document.at(path), "\(path)")
        let before = Contract(document)
        return (Contract(document.replacing(path, with: change(value))), before.added(to: []))
    }

    private static func body(_ path: String, _ method: String) -> [String] {
        ["paths", path, method, "requestBody", "content", "application/json", "schema"]
    }

    @Test func aRemovedRouteIsABreach() async throws {
        let (contract, baseline) = try await Self.changed(["paths", Self.company + "/overview", "get"]) { _ in nil }
        let breaches = contract.breaches(of: baseline)
        #expect(breaches.contains("no longer true: GET \(Self.company)/overview"))
        #expect(breaches.allSatisfy { $0.hasPrefix("no longer true: GET \(Self.company)/overview") })
    }

    @Test func aRemovedPropertyIsABreach() async throws {
        let (contract, baseline) = try await Self.changed(["components", "schemas", "Site", "properties", "notes"]) {
            _ in nil
        }
        let lines = ["always present", "string"].map { "no longer true: Site.notes: \($0)" }
        #expect(contract.breaches(of: baseline) == lines)
    }

    @Test func aPropertyThatMayBeNullOrMissingIsABreach() async throws {
        let name = ["components", "schemas", "Site", "properties", "name", "type"]
        let (nullable, baseline) = try await Self.changed(name) { .list([$0, "null"]) }
        #expect(nullable.breaches(of: baseline) == ["no longer true: Site.name: never null"])
        let (missing, _) = try await Self.changed(["components", "schemas", "Site", "required"]) {
            .list($0.list.filter { $0 != "name" })
        }
        #expect(missing.breaches(of: baseline) == ["no longer true: Site.name: always present"])
    }

    @Test func anAnswerOfAnotherKindIsABreach() async throws {
        let path = ["components", "schemas", "Site", "properties", "progress", "type"]
        let (contract, baseline) = try await Self.changed(path) { _ in "string" }
        #expect(contract.breaches(of: baseline) == ["no longer true: Site.progress: integer"])
        let (narrower, _) = try await Self.changed(["components", "schemas", "User", "properties", "role", "enum"]) {
            .list(Array($0.list.dropFirst()))
        }
        #expect(narrower.breaches(of: baseline) == ["no longer true: User.role: may be ADMIN"])
    }

    @Test func aFieldThatBecameRequiredIsABreach() async throws {
        let (contract, baseline) = try await Self.changed(Self.body(Self.company + "/sites", "post") + ["required"]) {
            .list($0.list + ["startDate"])
        }
        let field = "POST \(Self.company)/sites <- startDate"
        #expect(
            contract.breaches(of: baseline)
                == ["newly demanded: \(field): required", "no longer true: \(field): may be left out"])
        // Not even by 'make snapshots'.
        #expect(!contract.added(to: baseline).contains("\(field): required"))
    }

    @Test func aNewRequiredFieldIsABreach() async throws {
        let path = Self.body(Self.company + "/sites", "post")
        let (contract, baseline) = try await Self.changed(path) { schema in
            schema.replacing(["properties", "district"], with: .object(["type": "string"]))
                .replacing(["required"], with: .list((schema["required"]?.list ?? []) + ["district"]))
        }
        #expect(
            contract.breaches(of: baseline) == ["newly demanded: POST \(Self.company)/sites <- district: required"])
        #expect(!contract.added(to: baseline).contains("POST \(Self.company)/sites <- district: required"))
    }

    @Test func aNarrowedChoiceIsABreach() async throws {
        let path = Self.body(Self.company + "/sites", "post") + ["properties", "priority", "enum"]
        let (contract, baseline) = try await Self.changed(path) { .list($0.list.filter { $0 != "low" }) }
        #expect(
            contract.breaches(of: baseline)
                == ["no longer true: POST \(Self.company)/sites <- priority: accepts low"])
    }

    @Test func aRemovedCodeIsABreach() async throws {
        let (contract, baseline) = try await Self.changed(["x-codes", "problems"]) {
            .list($0.list.filter { $0["code"] != "not-enough" })
        }
        #expect(contract.breaches(of: baseline) == ["no longer true: code not-enough: 409"])
        let (fields, _) = try await Self.changed(["x-codes", "fields"]) {
            .list($0.list.filter { $0["code"] != "too-long" })
        }
        #expect(fields.breaches(of: baseline) == ["no longer true: code of fields too-long"])
    }

    @Test func whatIsAddedIsNoBreach() async throws {
        let sites = Self.company + "/sites"
        let part: JSON = .object([
            "type": "object", "required": ["name"], "properties": .object(["name": .object(["type": "string"])]),
        ])
        let (optional, baseline) = try await Self.changed(Self.body(sites, "post") + ["properties"]) {
            $0.replacing(["contact"], with: part)
        }
        #expect(optional.breaches(of: baseline).isEmpty)
        #expect(optional.added(to: baseline).contains("POST \(sites) <- contact.name: required"))

        let (route, _) = try await Self.changed(["paths", sites]) { $0.replacing(["put"], with: $0["post"]) }
        #expect(route.breaches(of: baseline).isEmpty)
        let added = route.added(to: baseline)
        #expect(added.contains("PUT \(sites)") && added.contains("PUT \(sites) <- name: required"))
        #expect(added.isSuperset(of: baseline))
    }
}
