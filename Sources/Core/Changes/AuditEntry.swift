public import Storage

/// Who changed what, and when: people, permissions, sites, material. Written in the change's transaction, and never changed.
public struct AuditEntry: Stored {
    public typealias ID = Core.ID<AuditEntry>

    /// What was done, as `noun.verb`.
    public enum Action: String, Column, CaseIterable {
        case companyRegistered = "company.registered"
        case companyChanged = "company.changed"
        case companyExported = "company.exported"
        case companyErased = "company.erased"
        case userInvited = "user.invited"
        case userJoined = "user.joined"
        case userChanged = "user.changed"
        case userRemoved = "user.removed"
        case userRestored = "user.restored"
        case ownershipGiven = "user.ownership-given"
        case cardGiven = "user.card-given"
        /// A card signed in another phone of a person who had joined.
        case cardUsed = "user.card-used"
        /// How long the person is to work.
        case targetsChanged = "user.targets-changed"
        case phoneEnded = "user.phone-ended"
        case passwordChanged = "user.password-changed"
        case factorAdded = "user.factor-added"
        case factorRemoved = "user.factor-removed"
        /// Someone else removed the second factors of a person who lost theirs.
        case factorReset = "user.factor-reset"
        /// Another email address was requested; it takes effect once it is confirmed.
        case emailChangeAsked = "user.email-change-asked"
        /// The former email address was restored.
        case emailRestored = "user.email-restored"
        case siteCreated = "site.created"
        case siteChanged = "site.changed"
        case siteRemoved = "site.removed"
        case siteRestored = "site.restored"
        case materialCreated = "material.created"
        case materialChanged = "material.changed"
        case materialRemoved = "material.removed"
        case materialRestored = "material.restored"
        /// A movement that was reported late, and couldn't be recorded, before there were clarifications.
        case actRefused = "material.act-refused"
        case timeEntered = "time-entry.entered"
        case timeCorrected = "time-entry.corrected"
        case timeVoided = "time-entry.voided"
        /// It was voided, and another one added on another site.
        case timeMoved = "time-entry.moved"
        /// Of a person's hours, by day.
        case daysSubmitted = "time-sheet.submitted"
        case daysApproved = "time-sheet.approved"
        case daysReopened = "time-sheet.reopened"
        /// The company keeps hours no longer than that: what went, and from which day on hours are there.
        case hoursErased = "company.hours-erased"
        case clarificationBooked = "clarification.booked"
        case clarificationDeclined = "clarification.declined"
        case absenceAsked = "absence.asked"
        case absenceEntered = "absence.entered"
        case absenceChanged = "absence.changed"
        case absenceGranted = "absence.granted"
        case absenceDeclined = "absence.declined"
        case absenceRemoved = "absence.removed"
        case wageSettingsChanged = "wages.settings-changed"
        /// A payroll file was made.
        case wagesExported = "wages.exported"
        case tokenMade = "token.made"
        case tokenRevoked = "token.revoked"
    }

    /// One changed field, by its name in the API. Names, addresses and times have no values here, so that they can be erased.
    public struct Detail: Sendable, Codable, Equatable {
        public let field: String
        public let from: String?
        public let to: String?

        package init(field: String, from: String?, to: String?) {
            (self.field, self.from, self.to) = (field, from, to)
        }
    }

    public private(set) var id = ID()
    public private(set) var at = Instant(milliseconds: 0)
    public private(set) var user = User.ID()
    public internal(set) var userName = ""
    /// The person's name at the time, if it was another one.
    public internal(set) var userNameThen: String?
    /// The session that the change came from; nil if there was none yet.
    public private(set) var session: Session.ID?
    /// The name of the API token by which a program made the change; nil for a person.
    public private(set) var tokenName: String?
    public private(set) var action = Action.companyChanged
    /// The id of the changed row.
    public private(set) var subject = ""
    /// The subject's name: a person's current name; for everything else, the name at the time.
    public internal(set) var subjectName: String?
    /// A person's name at the time, if it was another one.
    public internal(set) var subjectNameThen: String?
    /// In JSON.
    var storedChanges = "[]"
    public internal(set) var changes: [Detail] = []

    package init() {}

    package init(
        id: ID, at: Instant, user: User.ID, userName: String = "", session: Session.ID?, tokenName: String?,
        action: Action, subject: String, subjectName: String?, changes: [Detail]
    ) {
        (self.id, self.at, self.user, self.userName) = (id, at, user, userName)
        (self.session, self.tokenName, self.action) = (session, tokenName, action)
        (self.subject, self.subjectName, self.changes) = (subject, subjectName, changes)
    }

    package static let table = "audit_entries"

    package mutating func visit<Columns: ColumnVisitor>(_ columns: inout Columns) throws(Columns.Failure) {
        try columns.column("id", .key, &id)
        try columns.column("at", .fixed, &at)
        try columns.column("user_id", .fixed, &user)
        try columns.column("session_id", .fixed, &session)
        try columns.column("action", .fixed, &action)
        try columns.column("subject_id", .fixed, &subject)
        try columns.column("subject_name", .fixed, &subjectName)
        try columns.column("changes", .fixed, &storedChanges)
        try columns.column("token_name", .fixed, &tokenName)
    }
}
