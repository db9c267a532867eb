public import Storage

/// Use cases for a company's records: audit entries, security events and site histories.
public struct History: Sendable {
    let database: any Database

    public init(_ database: any Database) { self.database = database }

    /// A company's audit entries, newest first.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.readAudit`; `CompanyRefusal.notFound`; `StorageError`.
    public func list(
        _ page: PageRequest<AuditEntry.ID>, in scope: CompanyScope
    ) async throws -> Page<AuditEntry, AuditEntry.ID> {
        try scope.check(.readAudit)
        return try await Page.read(page, nested: \.changes.count, key: \.id) { part in
            let (companies, entries) = try await database.fetch(
                Company.exists(scope), AuditEntry.list(scope, part).page)
            guard !companies.isEmpty else { throw Company.notFound }
            return .init(entries, of: part)
        }
    }

    /// Sign-ins, changes of accounts, refusals and operators' accesses, newest first.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.readAudit`; `CompanyRefusal.notFound`; `StorageError`.
    public func securityEvents(
        _ page: PageRequest<SecurityEvent.ID>, in scope: CompanyScope
    ) async throws -> Page<SecurityEvent, SecurityEvent.ID> {
        try scope.check(.readAudit)
        let (companies, events) = try await database.fetch(Company.exists(scope), SecurityEvent.list(scope, page).page)
        guard !companies.isEmpty else { throw Company.notFound }
        return Page(events, of: page, key: \.id)
    }

    /// Changes of a site, its material and its time entries, newest first.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.readAudit`; `SiteRefusal.notFound`; `StorageError`.
    public func list(
        _ page: PageRequest<AuditEntry.ID>, on scope: SiteScope
    ) async throws -> Page<AuditEntry, AuditEntry.ID> {
        try scope.check(.readAudit)
        return try await Page.read(page, nested: \.changes.count, key: \.id) { part in
            let (sites, entries) = try await database.fetch(Site.isReadable(scope), AuditEntry.list(scope, part).page)
            guard !sites.isEmpty else { throw Site.notFound }
            return .init(entries, of: part)
        }
    }
}
