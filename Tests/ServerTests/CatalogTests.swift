import Foundation
import Storage
import Testing

@testable import Core
@testable import Server

/// Compares the descriptions of stored rows with the tables that the migrations create: a column missing in a description would silently
/// be missing in an export or in a person's copy.
@Suite struct CatalogTests {
    private struct TableColumn: Hashable, CustomStringConvertible {
        let table: String
        let column: String
        var description: String { "\(table).\(column)" }
    }

    private static func columns(_ server: TestServer, _ engine: Engine) async throws -> Set<TableColumn> {
        let sql: SQL =
            engine == .sqlite
            ? "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'"
            : """
            SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
            WHERE table_schema = 'public'
            """
        let rows = try await server.database.fetch(
            Query(sql) { row in TableColumn(table: try row.next(), column: try row.next()) })
        return Set(rows)
    }

    @Test(arguments: Engine.allCases)
    func anExportHoldsEveryColumnOrNamesItAsSecret(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let stored = try await Self.columns(server, engine)
            for table in CompanyData.tables where table.isExported {
                let found = stored.filter { $0.table == table.name }.map(\.column)
                #expect(
                    Set(found).subtracting(["company_id"]) == Set(table.columns.map(\.name)).union(table.secrets),
                    "\(table.name): exported, or secret")
                #expect(table.secrets.isDisjoint(with: table.columns.map(\.name)), "\(table.name)")
            }
        }
    }

    /// The company's own row is the first line of its export.
    @Test(arguments: Engine.allCases)
    func anExportsFirstLineHoldsTheCompany(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let stored = try await Self.columns(server, engine).filter { $0.table == "companies" }.map(\.column)
            #expect(Set(stored) == Set(ColumnList.of(Company.self).held.map(\.name)))
            var company = Company()
            (company.suspendedAt, company.region) = (server.clock.now, .berlin)
            (company.hoursKeptYears, company.hoursFrom) = (2, server.clock.now.day)
            let head = try JSONEncoder().encode(ArchiveHead(company, at: server.clock.now))
            let line = String(decoding: head, as: UTF8.self)
            for column in stored {
                let parts = column.split(separator: "_")
                let name = parts[0] + parts.dropFirst().map(\.capitalized).joined()
                #expect(line.contains("\"\(name)\":"), "\(column)")
            }
        }
    }

    @Test(arguments: Engine.allCases)
    func everyColumnThatNamesAPersonIsListed(_ engine: Engine) async throws {
        try await TestServer.run(on: engine) { server in
            let stored = try await Self.columns(server, engine)
            let bulk = try #require(server.database as? any BulkDatabase)
            let references = try await BlockingThread.run(name: "catalog") {
                try bulk.withSnapshot { session in
                    try ForeignKey.all(session).filter { $0.other == "users" }.flatMap { key in
                        key.columns.filter { $0.theirs == "id" }.map { TableColumn(table: key.table, column: $0.own) }
                    }
                }
            }
            let named = stored.filter { $0.column == "user_id" || $0.column.hasSuffix("_by") }
            let listed = PersonColumn.all.map { TableColumn(table: $0.table, column: $0.name) }
            #expect(named.union(references) == Set(listed))
            #expect(Set(listed).count == listed.count)
            for column in PersonColumn.all {
                #expect((column.copy == nil) == (column.reason != nil), "\(column.table)")
            }
        }
    }

    /// Every field that can be edited is both returned and accepted.
    @Test func everyEditedFieldIsInTheDescription() async throws {
        try await TestServer.run(on: .sqlite) { server in
            let description = try await server.client.get("/api/v1/openapi.json").json
            func properties(_ path: String, _ method: String) -> Set<String> {
                description["paths"]?[path]?[method]?["requestBody"]?["content"]?["application/json"]?["schema"]?[
                    "properties"]?.keys ?? []
            }
            let schemas = description["components"]?["schemas"]
            let (company, site) = ("/api/v1/companies/{companyId}", "/api/v1/companies/{companyId}/sites")
            for (fields, schema, bodies) in [
                (ColumnList.of(Company.self).fields, "Company", [(company, "patch")]),
                // Language and mails are one's own to choose, role and status are others'.
                (
                    ColumnList.of(User.self).fields.filter { !["language", "hourMails"].contains($0) }, "User",
                    [(company + "/users/{userId}", "put")]
                ),
                (["firstName", "lastName", "email", "language", "hourMails"], "User", [("/api/v1/users/me", "put")]),
                (ColumnList.of(SiteRecord.self).fields, "Site", [(site, "post"), (site + "/{siteId}", "patch")]),
                (
                    ColumnList.of(Material.self).fields, "Material",
                    [
                        (site + "/{siteId}/materials", "post"),
                        (site + "/{siteId}/materials/{materialId}", "patch"),
                    ]
                ),
            ] {
                #expect(!fields.isEmpty)
                let shown = schemas?[schema]?["properties"]?.keys ?? []
                #expect(Set(fields).isSubset(of: shown), "\(schema): \(fields), \(shown)")
                for (path, method) in bodies {
                    let sent = properties(path, method)
                    #expect(Set(fields).isSubset(of: sent), "\(method) \(path): \(fields), \(sent)")
                }
            }
        }
    }
}
