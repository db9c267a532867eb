import Storage

/// What payroll needs of a person.
extension People {
    /// A change of a person's number in the payroll. Only people who may export payroll give it, to people of any role, and also after
    /// they were removed: a person who left in the middle of a month is still paid for its first half.
    ///
    /// The change throws `UserRefusal.notFound`; `ChangeRefusal.stale` if the version is another; `UserRefusal.numberTaken`;
    /// `.numberOfFormer`.
    /// - Parameter number: nil for none.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.exportHours`.
    public func setPersonnelNumber(
        _ number: String?, of id: User.ID, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<User> {
        try scope.check(.exportHours)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            // As for any change of a person, so that a number is given once.
            try transaction.enqueue(Company.lock(scope))
            try transaction.enqueue(User.lockEver(id, in: scope.company))
            guard let old = try transaction.fetch(User.ever(id, scope, now: now)).first else { throw User.notFound }
            try precondition.check(old.version)
            guard number != old.personnelNumber else { return old }
            var new = old
            new.personnelNumber = number
            try Self.checkNumber(of: new, transaction)
            try transaction.enqueue(new.update(email: nil, now: now))
            try Audit(scope, runtime).write(.userChanged, id, Differences(old, new).details, in: transaction)
            return try transaction.fetch(User.ever(id, scope, now: now))[0]
        }
    }
}
