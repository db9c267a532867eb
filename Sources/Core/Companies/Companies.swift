public import Storage

/// Use cases for companies.
public struct Companies: Sendable {
    let database: any Database
    let runtime: Runtime
    let provesAddresses: Bool
    let factors: FactorPolicy

    /// - Parameters:
    ///   - provesAddresses: whether founders must confirm their email addresses on this server.
    ///   - factors: the server's rules of second factors.
    public init(
        _ database: any Database, provesAddresses: Bool = false, factors: FactorPolicy = .none, runtime: Runtime
    ) {
        (self.database, self.provesAddresses, self.runtime) = (database, provesAddresses, runtime)
        self.factors = factors
    }

    /// The company as this server shows it: if founders don't confirm addresses, none is unconfirmed.
    private func shown(_ company: Company) -> Company {
        var company = company
        if !provesAddresses { company.unprovenSince = nil }
        return company
    }

    /// The company of the scope.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.readCompany`; `CompanyRefusal.notFound`; `StorageError`.
    public func get(in scope: CompanyScope) async throws -> Company {
        try scope.check(.readCompany)
        guard let company = try await database.fetch(Company.one(scope)).first else {
            throw Company.notFound
        }
        return shown(company)
    }

    /// All companies, in order of creation.
    /// - Throws: `AccessRefusal.roleForbids` if the actor isn't an operator; `StorageError`.
    public func list(_ page: PageRequest<Company.ID>, as actor: Actor) async throws -> Page<Company, Company.ID> {
        try actor.check(.listCompanies)
        let rows = try await database.fetch(Company.list(page).page).map { PageRow(shown($0.item), bytes: $0.bytes) }
        return Page(rows, of: page, key: \.id)
    }

    /// A change of a company's own fields. It throws `CompanyRefusal.notFound`; `ChangeRefusal.stale` if the version is another;
    /// `AccountRefusal.confirmAgain` if hours are to be kept for less long, or others are to need a second factor, and the actor's confirmation
    /// has expired; `FactorRefusal.noSecretKey` if someone is to need one, and none can be added.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeCompany`.
    public func change(
        _ edit: Edit<Company>, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<Company> {
        try scope.check(.changeCompany)
        let (runtime, factors) = (runtime, factors)
        let isConfirmed = scope.actor.confirmedUntil(now: runtime.now()) != nil
        return Change { transaction in
            try transaction.enqueue(Company.lock(scope))
            guard let old = try transaction.fetch(Company.one(scope)).first else { throw Company.notFound }
            try precondition.check(old.version)
            var new = edit.applied(to: old)
            new.updatedAt = runtime.now()
            if new.secondFactorFor != old.secondFactorFor {
                guard isConfirmed else { throw Refusal(AccountRefusal.confirmAgain) }
                // Without a key no manager could add a factor, and so none could undo this.
                guard new.secondFactorFor == .none || factors.key != nil else {
                    throw Refusal(FactorRefusal.noSecretKey)
                }
            }
            try transaction.enqueue(new.update)
            if new.hoursKeptYears != old.hoursKeptYears {
                if let years = new.hoursKeptYears, years < old.hoursKeptYears ?? .max, !isConfirmed {
                    throw Refusal(AccountRefusal.confirmAgain)
                }
                try HourErasure.ruleChanged(to: new, by: scope.actor.user.id, transaction, runtime)
                try HourRuleMail.queue(
                    from: old.hoursKeptYears, to: new, by: scope.actor.user.name, transaction, runtime)
            } else if new.timeZone != old.timeZone {
                try HourErasure.postpone(of: new, transaction, now: new.updatedAt)
            }
            let differences = Differences(old, new)
            if !differences.details.isEmpty {
                try Audit(scope, runtime).write(
                    .companyChanged, scope.company, named: new.name, differences.details, in: transaction)
            }
            return shown(try transaction.fetch(Company.one(scope))[0])
        }
    }

    /// A change that suspends a company or resumes it. People of a suspended company can't sign in, and their sessions are answered with
    /// `CompanyRefusal.suspended`. All data of the company stays, sessions included. A company that is in that state already isn't changed.
    ///
    /// The change throws `CompanyRefusal.notFound`, and `ChangeRefusal.stale` if the version is another.
    /// - Parameter isSuspended: false resumes it.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.suspendCompany`.
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
            if !isSuspended { try HourErasure.postpone(of: old, transaction, now: now) }
            try SecurityRecord(scope, runtime).write(isSuspended ? .companySuspended : .companyResumed, in: transaction)
            return shown(try transaction.fetch(Company.one(scope))[0])
        }
    }

    /// Whether no company has registered yet.
    /// - Throws: `StorageError`.
    public func areNone() async throws -> Bool {
        let others = Query("SELECT c.id FROM companies c WHERE c.id > $1 LIMIT 1", Company.platform) {
            try $0.next() as Company.ID
        }
        return try await database.fetch(others).isEmpty
    }
}
