public import Storage

/// A change of a person's email address. The new address takes effect once it is confirmed by the link that is mailed to it. Until seven
/// days after that, the link that is mailed to the former address restores it (`FormerEmail`). So neither a stolen session nor a manager
/// can take over an account without the person's knowledge.
///
/// Whether the new address already has an account is never revealed to the requester, only to the person who opens the link there.
struct EmailChange: Sendable {
    /// How long both links are valid.
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

    /// Requests the change, in place of an earlier request. A person who had no address so far has none that is notified or restored. The caller holds the lock on the person's row, and writes their next version.
    /// - Parameter provesAddresses: whether only the person may request it while their company's founder is unconfirmed.
    /// - Throws: `AccountRefusal.tooManyTries` if too many mails were sent to either address; `LimitRefusal.mails`;
    ///   `CompanyRefusal.addressNotProven`.
    func begin(
        of user: User, by actor: User, provesAddresses: Bool = false, _ transaction: borrowing Transaction
    ) throws {
        let changer = actor.id == user.id ? [] : [actor.name]
        if provesAddresses, actor.id != user.id { try UnprovenFounder.check(user.companyID, transaction) }
        if user.email != nil { try Attempts(.lettersToAddress, ofAddressOf: user).record(transaction, now: now) }
        try Attempts(.lettersToAddress, of: address.folded).record(transaction, now: now)
        try Invitations.count(in: user.companyID, transaction, now: now)
        try transaction.enqueue(Mail.cancel(.emailConfirm, to: user.id, in: user.companyID, now: now))
        try transaction.enqueue(setPending(of: user, by: actor))
        try transaction.enqueue(
            Mail.insert(
                toNew, .emailConfirm, to: user.with(email: address), token: confirming, details: changer, now: now))
        guard user.email != nil else { return }
        try transaction.enqueue(FormerEmail.insert(user, restoring, now: now))
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

    /// Mails a new link to the pending address. The old link becomes void.
    /// - Throws: `AccountRefusal.noPendingEmail`; `.tooManyTries` if too many mails were sent to the address; `LimitRefusal.mails`.
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

    /// Withdraws the pending change. The link at the current address stays valid.
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

    /// A person with a pending change, found by the link's token.
    struct Waiting: Sendable {
        let company: Company.ID
        let user: User.ID
        let address: String
        /// The person who requested the change.
        let changer: User.ID?
    }

    private static let waiting: SQL = """
        SELECT u.company_id, u.id, u.pending_email, u.pending_email_by FROM users u
        WHERE u.pending_email_hash = $1 AND u.pending_email_until > $2
        """

    /// No scope: the token names its owner.
    static func find(_ hash: [UInt8], now: Instant) -> Query<Waiting> {
        Query(waiting, hash, now) {
            Waiting(company: try $0.next(), user: try $0.next(), address: try $0.next(), changer: try $0.next())
        }
    }

    /// Sets the email address as the person's next version, and clears the pending one. An address that is taken violates the index
    /// `users_email`.
    static func setEmail(_ email: EmailAddress, of user: User, now: Instant) -> Statement {
        Statement(
            """
            UPDATE users SET email = $3, email_folded = $4, pending_email = NULL, pending_email_hash = NULL,
                pending_email_until = NULL, pending_email_by = NULL, version = version + 1, updated_at = $5
            WHERE company_id = $1 AND id = $2
            """,
            user.companyID, user.id, email.text, email.folded, now)
    }

    /// Clears pending addresses up to the expiry of the oldest few hundred, so that one index finds all of them.
    static let sweep = Sweep(
        """
        UPDATE users SET pending_email = NULL, pending_email_hash = NULL, pending_email_until = NULL, pending_email_by = NULL
        WHERE pending_email_until <= (SELECT MAX(o.pending_email_until) FROM (
            SELECT pending_email_until FROM users WHERE pending_email_until <= $1
            ORDER BY pending_email_until LIMIT 500) AS o)
        """)
}

/// An email address that waits to be confirmed.
public struct PendingEmail: Sendable, Equatable {
    public let address: String
    public let expiresAt: Instant

    package init(address: String, expiresAt: Instant) { (self.address, self.expiresAt) = (address, expiresAt) }
}
