/// A column that names a person, and what follows from it: whether the person's export has its rows, and whether the rows keep their name
/// readable once they are removed. A test compares the list with the databases' catalogs.
package struct PersonColumn: Sendable {
    package let table: String
    package let name: String
    /// Whether a removed person keeps their name because of the rows, which others must be able to read.
    package let keepsName: Bool
    /// The part of the person's export that holds the rows; nil if none does, for `reason`.
    package let copy: (any PartialKeyPath<PersonalData> & Sendable)?
    /// Why the export doesn't hold the rows.
    package let reason: String?

    private init(
        _ table: String, _ name: String = "user_id", keepsName: Bool,
        in copy: any PartialKeyPath<PersonalData> & Sendable
    ) {
        (self.table, self.name, self.keepsName, self.copy, reason) = (table, name, keepsName, copy, nil)
    }

    private init(_ table: String, _ name: String = "user_id", keepsName: Bool, left reason: String) {
        (self.table, self.name, self.keepsName, copy, self.reason) = (table, name, keepsName, nil, reason)
    }

    package static let all = [
        PersonColumn("time_entries", keepsName: true, in: \.timeEntries),
        PersonColumn(
            "time_entries", "entered_by", keepsName: true, left: "hours of other people, in whose copies they are"),
        PersonColumn(
            "time_entries", "voided_by", keepsName: true, left: "hours of other people, in whose copies they are"),
        PersonColumn("movements", keepsName: true, in: \.movements),
        PersonColumn(
            "time_corrections", keepsName: true, left: "corrections are listed with the entry whose hours they correct"),
        PersonColumn("clarifications", keepsName: true, in: \.clarifications),
        PersonColumn(
            "clarifications", "decided_by", keepsName: true,
            left: "reports of other people, in whose copies they are"),
        PersonColumn("day_approvals", keepsName: true, in: \.approvals),
        PersonColumn(
            "day_approvals", "submitted_by", keepsName: true, left: "days of other people, in whose copies they are"),
        PersonColumn(
            "day_approvals", "approved_by", keepsName: true, left: "days of other people, in whose copies they are"),
        PersonColumn(
            "day_approvals", "reopened_by", keepsName: true, left: "days of other people, in whose copies they are"),
        PersonColumn("absences", keepsName: true, in: \.absences),
        PersonColumn(
            "absences", "asked_by", keepsName: true, left: "absences of other people, in whose copies they are"),
        PersonColumn(
            "absences", "decided_by", keepsName: true, left: "absences of other people, in whose copies they are"),
        PersonColumn("work_targets", keepsName: false, in: \.workTargets),
        PersonColumn(
            "wage_exports", keepsName: true, left: "a trial for payroll: its hours are in the copy as time entries"),
        PersonColumn(
            "wage_exports", "made_by", keepsName: true, left: "files of the company; the audit tells who made them"),
        PersonColumn(
            "hour_erasures", "set_by", keepsName: true, left: "a rule of the company; the audit tells who set it"),
        PersonColumn("audit_entries", keepsName: true, in: \.audit),
        PersonColumn("security_events", keepsName: false, in: \.securityEvents),
        PersonColumn("sessions", keepsName: false, in: \.sessions),
        PersonColumn("known_browsers", keepsName: false, in: \.knownBrowsers),
        PersonColumn("phones", keepsName: false, in: \.phones),
        PersonColumn("api_tokens", keepsName: false, in: \.apiTokens),
        PersonColumn("factors", keepsName: false, in: \.factors),
        PersonColumn("recovery_codes", keepsName: false, left: "secrets"),
        PersonColumn("sign_in_challenges", keepsName: false, left: "secrets of sign-ins that are not done yet"),
        PersonColumn("cards", keepsName: false, left: "secrets; the audit tells when one was given"),
        PersonColumn("assignments", keepsName: false, in: \.assignments),
        PersonColumn("former_assignments", keepsName: false, in: \.assignments),
        PersonColumn("mails", keepsName: false, in: \.mails),
        PersonColumn("former_names", keepsName: false, in: \.formerNames),
        PersonColumn("former_emails", keepsName: false, in: \.formerEmails),
        PersonColumn("one_time_tokens", keepsName: false, left: "secrets; the mails that carried them are in the copy"),
        PersonColumn("spent_links", keepsName: false, left: "hashes of links that were used"),
        PersonColumn(
            "idempotency_keys", keepsName: false, left: "answers that were given already, for a repeated request"),
        PersonColumn(
            "unproven_founders", keepsName: false, left: "that the address is yet to be proven; it goes once it is"),
        PersonColumn(
            "users", "pending_email_by", keepsName: false, left: "who asked for the new address: the audit tells it"),
    ]
}
