/// What is done with companies.
public struct Companies: Sendable {
    let database: any Database
    let runtime: Runtime
    let provesAddresses: Bool

    /// - Parameter provesAddresses: whether founders prove their e-mail addresses on this server.
    public init(_ database: any Database, provesAddresses: Bool = false, runtime: Runtime) {
        (self.database, self.provesAddresses, self.runtime) = (database, provesAddresses, runtime)
    }

    /// As it is on this server: where founders prove nothing, all is as if they had.
    private func shown(_ company: Company) -> Company {
        var company = company
        if !provesAddresses { company.unprovenSince = nil }
        return company
    }

    /// What is changed of a company; what is nil stays.
    public struct Edit: Sendable {
        public let name: String?
        public let address: Address?
        /// A name of the IANA time zone database.
        public let timeZone: String?
        public let language: Language?

        public init(name: String?, address: Address?, timeZone: String?, language: Language?) {
            (self.name, self.address, self.timeZone, self.language) = (name, address, timeZone, language)
        }
    }

    public func get(in scope: CompanyScope) async throws -> Company {
        try scope.check(.readCompany)
        guard let company = try await database.fetch(Company.one(scope)).first else {
            throw Company.notFound
        }
        return shown(company)
    }

    /// All there are, in the order in which they came.
    public func list(_ page: PageRequest<Company.ID>, as actor: Actor) async throws -> Page<Company, Company.ID> {
        try actor.check(.listCompanies)
        let rows = try await database.fetch(Company.list(page).page).map { PageRow(shown($0.item), bytes: $0.bytes) }
        return Page(rows, of: page, key: \.id)
    }

    public func change(_ edit: Edit, if precondition: Precondition, in scope: CompanyScope) throws -> Change<Company> {
        try scope.check(.changeCompany)
        let runtime = runtime
        return Change { transaction in
            try transaction.enqueue(Company.lock(scope))
            guard let old = try transaction.fetch(Company.one(scope)).first else { throw Company.notFound }
            try precondition.check(old.version)
            let (name, address) = (edit.name ?? old.name, edit.address ?? old.address)
            let (timeZone, language) = (edit.timeZone ?? old.timeZone, edit.language ?? old.language)
            var differences = Differences()
            differences.note("name", old.name, name)
            differences.note("address", old.address.text, address.text)
            differences.note("timeZone", old.timeZone, timeZone)
            differences.note("language", old.language.rawValue, language.rawValue)
            try transaction.enqueue(
                Company.update(
                    scope, name: name, address: address, timeZone: timeZone, language: language, now: runtime.now()))
            if !differences.details.isEmpty {
                try Audit(scope, runtime).write(
                    .companyChanged, scope.company, named: name, differences.details, in: transaction)
            }
            return shown(try transaction.fetch(Company.one(scope))[0])
        }
    }

    /// Refuses a company's people until it is resumed: none signs in, and sessions are answered with `CompanyRefusal.suspended`. All that
    /// the company has stays, its sessions too. Changes nothing where it is so already.
    /// - Parameter isSuspended: false resumes it.
    public func suspend(
        _ isSuspended: Bool, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<Company> {
        try scope.check(.suspendCompany)
        let runtime = runtime
        return Change { transaction in
            try transaction.enqueue(Company.lock(scope))
            guard let old = try transaction.fetch(Company.one(scope)).first else { throw Company.notFound }
            try precondition.check(old.version)
            guard (old.suspendedAt != nil) != isSuspended else { return shown(old) }
            let now = runtime.now()
            try transaction.enqueue(Company.suspend(scope, since: isSuspended ? now : nil, now: now))
            try SecurityRecord(scope, runtime).write(isSuspended ? .companySuspended : .companyResumed, in: transaction)
            return shown(try transaction.fetch(Company.one(scope))[0])
        }
    }

    /// Whether nobody has registered yet.
    public func areNone() async throws -> Bool {
        let others = Query("SELECT c.id FROM companies c WHERE c.id > $1 LIMIT 1", Company.platform) {
            try $0.next() as Company.ID
        }
        return try await database.fetch(others).isEmpty
    }
}
