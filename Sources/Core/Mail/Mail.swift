/// A message to a person, as its row tells it: written with what caused it, sent later, kept for ever.
public struct Mail: Sendable {
    public typealias ID = Core.ID<Mail>

    public enum Kind: String, Column, CaseIterable {
        case invitation
        case reset
        case passwordChanged = "password-changed"
        /// To a founder: the link that proves their address.
        case verify
        /// To an address that is to hold: the link that confirms it.
        case emailConfirm = "email-confirm"
        /// To the address that holds, of which a change was asked for: the link that gives it back.
        case emailChanging = "email-changing"
        /// To the address that was.
        case emailChanged = "email-changed"
        /// To an address that was given back: the link for a new password.
        case emailUndone = "email-undone"
        case lowStock = "low-stock"

        /// Whether a person waits for its link in front of a screen.
        var isAwaited: Bool {
            switch self {
            case .reset, .verify, .emailConfirm, .emailUndone: true
            case .invitation, .passwordChanged, .emailChanging, .emailChanged, .lowStock: false
            }
        }
    }

    public enum State: String, Column, CaseIterable {
        /// It waits to be sent, perhaps again.
        case queued
        /// Whoever carries mail for us has accepted it.
        case sent
        /// It reached the receiver's mailbox.
        case delivered
        /// It will not arrive; the reason says why.
        case failed
        /// It arrived, and the receiver called it spam.
        case complained
        /// A newer one took its place before it was sent.
        case cancelled
    }

    public let id: ID
    public let user: User.ID
    public let address: String
    public let kind: Kind
    public let state: State
    /// Why it failed, or why the last try did.
    public let reason: MailReason?
    /// How often it was tried, without the times when all that carries mail was known to be down.
    public let attempts: Int
    public let createdAt: Instant
    public let updatedAt: Instant

    package init(
        id: ID, user: User.ID, address: String, kind: Kind, state: State, reason: MailReason?, attempts: Int,
        createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.user = user
        self.address = address
        self.kind = kind
        self.state = state
        self.reason = reason
        self.attempts = attempts
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A mail that a server has claimed, with all that its text is made of.
public struct DueMail: Sendable {
    public let id: Mail.ID
    let company: Company.ID
    public let kind: Mail.Kind
    public let address: String
    public let firstName: String
    public let language: Language
    /// Nil for operators, whose company has no name for others.
    public let companyName: String?
    /// Of the link, while nobody has accepted the mail.
    public let token: String?
    /// What only this mail says: who invites, which batch runs low.
    let details: [String]
    /// How often it was tried, with this time.
    public let attempts: Int
    public let createdAt: Instant
    /// Until when its link is good, as its token's row says; nil where it has none, or none that is.
    let tokenExpiresAt: Instant?

    /// Until when its link is good; nil where it has none, or none that is.
    var linkExpiresAt: Instant? {
        switch kind {
        // These are taken back when another takes their place.
        case .emailConfirm, .emailChanging: token == nil ? nil : createdAt + EmailChange.lifetime
        case .verify: token == nil ? nil : createdAt + UnprovenFounder.linkLifetime
        default: tokenExpiresAt
        }
    }

    /// Who invites; nil in other mails.
    public var inviter: String? { kind == .invitation ? details.first : nil }

    /// The address that is to hold, or holds, instead of the one that the mail goes to.
    public var newAddress: String? { kind == .emailChanging || kind == .emailChanged ? details.first : nil }

    /// Who asked for another address, where it wasn't the person.
    public var changer: String? {
        switch kind {
        case .emailConfirm: details.first
        case .emailChanging: details.dropFirst().first
        default: nil
        }
    }

    /// What still runs low, as it was when the mail was claimed; nil in other mails.
    var items: LowStock.Items?

    /// What runs low, in the receiver's words. Servers up to schema version 5 wrote the words themselves.
    public var lowStock: [String] { kind == .lowStock ? items?.lines(in: language) ?? details : [] }

    /// Whether all that it was to tell of has recovered since.
    public var isNeedless: Bool { kind == .lowStock && lowStock.isEmpty }
}
