import Storage

/// Changing and removing people.
extension People {
    /// A change of a person's account. Deactivating it ends the open time entry and all its sessions at once: those only report what was
    /// done before, for seven days. A new email address of a person who has joined waits
    /// to be confirmed, and their current address is notified; on a server without mail it takes effect at once and ends their sessions.
    ///
    /// The change throws `UserRefusal.notFound`; `.workersOnly` if the actor may not change the person; `.roleNotGivable`, or a `Refusal`
    /// of the field `role`, if the actor may not give the role; a `Refusal` of the field `email` if the role needs one;
    /// `ChangeRefusal.stale` if the version is another; `UserRefusal.notJoinedYet` if a person who has never joined is activated;
    /// `.numberTaken`; `.numberOfFormer`; `.lastManager`; `.ownerStays` if the owner would be no active manager; `.ownerOnly` or `.ownerManages` if ownership
    /// can't be given; `AccountRefusal.confirmAgain` if the actor's confirmation has expired, and ownership or a higher role than a worker's is
    /// given, or the role, status or address of someone who has one changes; `.emailTaken`; `.tooManyTries`
    /// after too many renamings or mails to an address; `LimitRefusal.mails`; `CompanyRefusal.addressNotProven`.
    /// - Parameter ownsCompany: whether the person becomes the owner, in the present one's place.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`; `AccountRefusal.tooManyTries` if the actor named too
    ///   many addresses that have accounts elsewhere; `StorageError`.
    public func change(
        _ id: User.ID, _ edit: Edit<User>, email: EmailAddress? = nil, ownsCompany: Bool? = nil,
        if precondition: Precondition, in scope: CompanyScope
    ) async throws -> Change<User> {
        try scope.check(.changeUsers)
        let asked = email
        let isConfirmed = scope.actor.confirmedUntil(now: runtime.now()) != nil
        if let email { try await countIfTaken(email, scope) }
        let (now, runtime, hasMail, provesAddresses) = (runtime.now(), runtime, hasMail, provesAddresses)
        let (mail, warning): (Mail.ID, Mail.ID) = (runtime.newID(), runtime.newID())
        let (token, emailChange) = (Token(runtime), email.map { EmailChange(to: $0, runtime) })
        return Change { transaction in
            let (old, changer) = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(old, by: changer)
            let edited = edit.applied(to: old)
            if edited.role != old.role {
                try Self.checkGiving(edited.role, by: changer)
                try Self.checkConfirmed(edited.role, by: scope.actor, now: now)
            }
            try precondition.check(old.version)
            let hasJoined = try transaction.fetch(User.passwordHash(of: id, in: scope.company)).first ?? nil != nil
            let isOther = asked.map { $0.folded != old.address?.folded } ?? false
            if isOther || (edited.role, edited.status) != (old.role, old.status) {
                try Self.checkConfirmed(old.role, by: scope.actor, now: now)
            }
            if old.isOwner, !edited.isActiveManager || ownsCompany == false {
                throw Refusal(UserRefusal.ownerStays, ["name": .text(old.name)])
            }
            if ownsCompany == true {
                try Self.checkOwning(edited, by: changer)
                guard isConfirmed || old.isOwner else { throw Refusal(AccountRefusal.confirmAgain) }
            }
            let waits = isOther && hasJoined && hasMail
            let email = waits ? nil : asked
            let new = edited.with(email: email)
            if edited.role != old.role { try new.check() }
            if new.personnelNumber != old.personnelNumber { try Self.checkNumber(of: new, transaction) }
            let isSwitchedOff = edit.sets(\.status) && new.status == .inactive
            if new.status == .active, old.status == .inactive, !hasJoined {
                throw Refusal(UserRefusal.notJoinedYet, ["name": .text(old.name)])
            }
            if old.isActiveManager && !new.isActiveManager {
                try Self.checkAnother(old, scope, transaction)
            }
            try FormerName.keep(of: old, renamed: new, transaction, now: now)
            try transaction.execute(new.update(email: email, now: now))
            let changesOwner = ownsCompany == true && !old.isOwner
            if changesOwner { try transaction.enqueue(User.giveUpOwnership(in: scope.company, now: now)) }
            if changesOwner { try transaction.enqueue(old.own(now: now)) }
            let rises = new.role != old.role && new.role != .worker
            // What opens the account was given to, or asked for by, people who may not change a person of a higher role; and a PIN of six
            // digits is for a person's own work only.
            if isSwitchedOff, old.status == .active {
                try TimeEntries.endOpen(of: id, .personDeactivated, scope, transaction, now: now)
                try transaction.enqueue(Session.switchOff(id, in: scope.company, now: now))
                try transaction.enqueue(APIToken.endAll(of: id, in: scope.company))
            }
            if rises || isSwitchedOff { try Self.voidKeys(of: id, in: scope.company, transaction, now: now) }
            let moves = isOther && !waits
            if moves && hasJoined {
                try transaction.enqueue(Session.endAll(of: id, in: scope.company))
            }
            if moves || new.status != old.status {
                try transaction.enqueue(OneTimeToken.voidAll(of: id, in: scope.company))
                try transaction.enqueue(Mail.cancelLinks(of: id, in: scope.company, now: now))
            }
            let audit = Audit(scope, runtime)
            if waits, let emailChange {
                try emailChange.begin(
                    of: old, by: scope.actor.user, provesAddresses: provesAddresses, transaction)
                try audit.write(.emailChangeAsked, id, in: transaction)
            } else if moves, let email {
                try FormerEmail.checkFree(email, for: id, transaction, now: now)
                if hasJoined, old.email != nil {
                    try Attempts(.lettersToAddress, ofAddressOf: old).record(transaction, now: now)
                    try transaction.enqueue(
                        Mail.insert(warning, .emailChanged, to: old, details: [email.text], now: now))
                } else if old.invitation?.isOpen == true, !isSwitchedOff {
                    // An open invitation is sent again, to the new address.
                    try send(token, to: new, by: scope, mail, transaction, now: now)
                }
            }
            if rises, !moves, !hasJoined, old.invitation?.isOpen == true, new.email != nil {
                try send(token, to: new, by: scope, mail, transaction, now: now)
            }
            let changes = Differences(old, new).details
            if !changes.isEmpty { try audit.write(.userChanged, id, changes, in: transaction) }
            let record = SecurityRecord(scope, runtime)
            if changesOwner {
                try audit.write(.ownershipGiven, id, in: transaction)
                try record.write(.ownerChanged, of: id, in: transaction)
            }
            if moves { try record.write(.emailChanged, of: id, in: transaction) }
            if new.role != old.role {
                try record.write(.roleChanged, of: id, detail: new.role.rawValue, in: transaction)
            }
            if new.status != old.status {
                try record.write(.statusChanged, of: id, detail: new.status.rawValue, in: transaction)
            }
            return try transaction.fetch(User.one(id, scope, now: now))[0]
        }
    }

    /// A change that withdraws a person's pending email address.
    ///
    /// The change throws `UserRefusal.notFound`; `.workersOnly` if the actor may not change the person; `ChangeRefusal.stale` if the
    /// version is another; `AccountRefusal.noPendingEmail`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`.
    public func cancelEmailChange(
        of id: User.ID, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<Void> {
        try scope.check(.changeUsers)
        let now = runtime.now()
        return Change { transaction in
            let (user, changer) = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(user, by: changer)
            try precondition.check(user.version)
            guard user.pendingEmail != nil else { throw Refusal(AccountRefusal.noPendingEmail) }
            try EmailChange.cancel(of: id, in: scope.company, transaction, now: now)
            try transaction.enqueue(user.update(email: nil, now: now))
        }
    }

    /// A change that archives a person: their sessions, assignments and open time entry end, and their email address becomes free. Their
    /// name is kept only if records need it.
    ///
    /// The change throws `UserRefusal.notFound`; `.workersOnly` if the actor may not remove the person; `ChangeRefusal.stale` if the
    /// version is another; `UserRefusal.ownerStays`; `.lastManager`; `.lastOperator`.
    /// - Throws: `AccessRefusal.roleForbids` if the scope isn't for `.changeUsers`.
    public func remove(
        _ id: User.ID, if precondition: Precondition, in scope: CompanyScope
    ) throws -> Change<Void> {
        try scope.check(.changeUsers)
        let (now, runtime) = (runtime.now(), runtime)
        return Change { transaction in
            let (user, changer) = try Self.lock(id, scope, transaction, now: now)
            try Self.checkChanging(user, by: changer)
            try precondition.check(user.version)
            if user.isOwner { throw Refusal(UserRefusal.ownerStays, ["name": .text(user.name)]) }
            if user.isActiveManager || user.role == .admin { try Self.checkAnother(user, scope, transaction) }
            let keepsName = try !transaction.fetch(user.records).isEmpty
            try TimeEntries.endOpen(of: id, .personRemoved, scope, transaction, now: now)
            if keepsName {
                try transaction.enqueue(FormerAssignment.keepAll(of: id, scope, now: now))
            } else {
                try transaction.enqueue(FormerAssignment.forget(of: id, in: scope.company))
            }
            try transaction.enqueue(Assignee.removeAll(of: id, scope))
            try transaction.enqueue(Session.endAll(of: id, in: scope.company))
            try transaction.enqueue(KnownBrowser.forgetAll(of: id, in: scope.company))
            try transaction.enqueue(Card.void(of: id, in: scope.company))
            try transaction.enqueue(Phone.endAll(of: id, in: scope.company))
            try transaction.enqueue(APIToken.endAll(of: id, in: scope.company))
            try transaction.enqueue(OneTimeToken.voidAll(of: id, in: scope.company))
            try Factor.removeAll(of: id, in: scope.company, transaction)
            try transaction.enqueue(Mail.erase(of: id, in: scope.company, now: now))
            try transaction.enqueue(user.remove(keepsName: keepsName, now: now))
            try transaction.enqueue(FormerEmail.forget(of: id, in: scope.company))
            try transaction.enqueue(UnprovenFounder.forget(id, in: scope.company))
            if !keepsName { try transaction.enqueue(FormerName.forget(of: id, in: scope.company)) }
            try transaction.enqueue(SecurityEvent.forgetNetworks(of: id, in: scope.company))
            try Audit(scope, runtime).write(.userRemoved, id, in: transaction)
        }
    }

    /// Voids what opens a person's account besides their password: links, a pending email address, a card, and phones with their sessions.
    private static func voidKeys(
        of id: User.ID, in company: Company.ID, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        try EmailChange.cancel(of: id, in: company, transaction, now: now)
        try transaction.enqueue(Card.void(of: id, in: company))
        try Phone.endAllWithSessions(of: id, in: company, transaction)
        try transaction.enqueue(OneTimeToken.voidAll(of: id, in: company))
        try transaction.enqueue(Mail.cancelLinks(of: id, in: company, now: now))
    }

    /// Checks that a person can be made the owner: by the owner or an operator, and only an active manager.
    private static func checkOwning(_ user: User, by giver: User) throws {
        guard giver.isOwner || giver.role == .admin else { throw Refusal(UserRefusal.ownerOnly) }
        guard user.isActiveManager else { throw Refusal(UserRefusal.ownerManages, ["name": .text(user.name)]) }
    }

    /// Checks that another active person has the role: a company keeps a manager, and the platform an operator.
    private static func checkAnother(
        _ user: User, _ scope: CompanyScope, _ transaction: borrowing Transaction
    ) throws {
        guard try !transaction.fetch(User.active(user.role, besides: user.id, scope.company)).isEmpty else {
            throw Refusal(user.role == .admin ? UserRefusal.lastOperator : .lastManager)
        }
    }
}

extension User {
    fileprivate var isActiveManager: Bool { role == .manager && status == .active }
}
