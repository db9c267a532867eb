/// A change of a person's e-mail address. The new one holds once it was confirmed by the link that is mailed there; until seven days
/// after that, the link that is mailed to the one before gives that one back (`FormerEmail`). So neither a stolen session nor a manager
/// becomes the person without their hearing of it.
///
/// Whether the new address has an account already is told to no one who asks, only to those who open the link there.
struct EmailChange: Sendable {
    /// How long both links are good.
    static let lifetime = Duration.seconds(7 * 24 * 3600)

    let address: EmailAddress
    private let confirming: Token
    private let restoring: Token
    private let toNew: Mail.ID
    private let toOld: Mail.ID
    private let now: Instant

    init(to address: EmailAddress, _ runtime: Runtime) {
        self.address = address
        (confirming, restoring) = (Token(runtime), Token(runtime))
        (toNew, toOld, now) = (runtime.newID(), runtime.newID(), runtime.now())
    }

    /// Asks for the change in place of one that was asked for before. The caller holds the person's row, and writes their next version.
    /// - Parameter provesAddresses: whether no one but the person may ask while their company's founder is unproven.
    /// - Throws: `AccountRefusal.tooManyTries` where either address was written to too often; `LimitRefusal.mails`;
    ///   `CompanyRefusal.addressNotProven`.
    func begin(
        of user: User, by actor: User, provesAddresses: Bool = false, _ transaction: borrowing Transaction
    ) throws {
        let changer = actor.id == user.id ? [] : [actor.name]
        if provesAddresses, actor.id != user.id { try UnprovenFounder.check(user.companyID, transaction) }
        try Attempts(.lettersToAddress, ofAddress: user.email).record(transaction, now: now)
        try Attempts(.lettersToAddress, of: address.folded).record(transaction, now: now)
        try Invitations.count(in: user.companyID, transaction, now: now)
        try transaction.enqueue(Mail.cancel(.emailConfirm, to: user.id, in: user.companyID, now: now))
        try transaction.enqueue(setPending(of: user, by: actor))
        try transaction.enqueue(FormerEmail.insert(user, restoring, now: now))
        try transaction.enqueue(
            Mail.insert(
                toNew, .emailConfirm, to: user.with(email: address), token: confirming, details: changer, now: now))
        try transaction.enqueue(
            Mail.insert(
                toOld, .emailChanging, to: user, token: restoring, details: [address.text] + changer, now: now))
    }

    private func setPending(of user: User, by actor: User) -> Statement {
        Statement(
            """
            UPDATE users SET pending_email = $3, pending_email_hash = $4, pending_email_until = $5, pending_email_by = $6
            WHERE company_id = $1 AND id = $2
            """,
            user.companyID, user.id, address.text, confirming.hash, now + Self.lifetime, actor.id)
    }

    /// Mails a fresh link to the address that waits to be confirmed; the old link is void.
    static func resend(
        of user: User, _ token: Token, _ mail: Mail.ID, _ transaction: borrowing Transaction, now: Instant
    ) throws {
        guard let pending = user.pendingEmail, let address = EmailAddress(pending.address) else {
            throw Refusal(AccountRefusal.noPendingEmail)
        }
        try Attempts(.lettersToAddress, of: address.folded).record(transaction, now: now)
        try Invitations.count(in: user.companyID, transaction, now: now)
        try transaction.enqueue(Mail.cancel(.emailConfirm, to: user.id, in: user.companyID, now: now))
        try transaction.enqueue(
            Statement(
                """
                UPDATE users SET pending_email_hash = $3, pending_email_until = $4 WHERE company_id = $1 AND id = $2
                """,
                user.companyID, user.id, token.hash, now + lifetime))
        try transaction.enqueue(
            Mail.insert(mail, .emailConfirm, to: user.with(email: address), token: token, now: now))
    }

    /// Takes back what waits to be confirmed. The link at the address that holds stays good.
    static func cancel(of user: User.ID, in company: Company.ID, _ transaction: borrowing Transaction, now: Instant)
        throws
    {
        try transaction.enqueue(Mail.cancel(.emailConfirm, to: user, in: company, now: now))
        try transaction.enqueue(
            Statement(
                """
                UPDATE users SET pending_email = NULL, pending_email_hash = NULL, pending_email_until = NULL,
                    pending_email_by = NULL
                WHERE company_id = $1 AND id = $2
                """,
                company, user))
    }

    // MARK: Confirming

    /// A person whose change waits, as the link's token names them.
    struct Waiting: Sendable {
        let company: Company.ID
        let user: User.ID
        let address: String
        /// Who asked for the change.
        let changer: User.ID?
    }

    private static let waiting: SQL = """
        SELECT u.company_id, u.id, u.pending_email, u.pending_email_by FROM users u
        WHERE u.pending_email_hash = $1 AND u.pending_email_until > $2
        """

    /// No scope: the token says whose it is.
    static func find(_ hash: [UInt8], now: Instant) -> Query<Waiting> {
        Query(waiting, hash, now) {
            Waiting(company: try $0.next(), user: try $0.next(), address: try $0.next(), changer: try $0.next())
        }
    }

    /// Writes another address as the person's next version; nothing waits any more. A taken one breaks the index `users_email`.
    static func setEmail(_ email: EmailAddress, of user: User, now: Instant) -> Statement {
        Statement(
            """
            UPDATE users SET email = $3, email_folded = $4, pending_email = NULL, pending_email_hash = NULL,
                pending_email_until = NULL, pending_email_by = NULL, version = version + 1, updated_at = $5
            WHERE company_id = $1 AND id = $2
            """,
            user.companyID, user.id, email.text, email.folded, now)
    }
}

/// An address that waits to be confirmed.
public struct PendingEmail: Sendable {
    public let address: String
    public let expiresAt: Instant

    package init(address: String, expiresAt: Instant) { (self.address, self.expiresAt) = (address, expiresAt) }
}
