/// The meaning of a field or parameter, for the description: whole sentences, with its unit and the meaning of null unless its type says
/// so. The meanings of fields that several nouns have are here, all others beside their field.
struct Meaning: Sendable, ExpressibleByStringInterpolation {
    let text: String

    init(stringLiteral text: String) { self.text = text }
    private init(_ text: String) { self.text = text }

    /// With what all fields of a kind have in common.
    func and(_ rule: String) -> Meaning { Meaning("\(text) \(rule)") }
}

extension Meaning {
    static var id: Meaning { "Its id, which never changes." }
    static var createdAt: Meaning { "When it was created." }
    static var removedAt: Meaning { "When it was removed; null while it is there." }
    static var updatedAt: Meaning { "When it was last changed; the time of its creation until then." }

    static var userID: Meaning { "The person's id." }
    static var userName: Meaning { "The person's first and last name, as they are today." }
    static var firstName: Meaning { "The person's first name." }
    static var lastName: Meaning { "The person's last name." }
    static var siteID: Meaning { "The site's id." }
    static var siteName: Meaning { "The site's name, even after the site was removed." }
    static var materialID: Meaning { "The material's id." }
    static var unit: Meaning { "The unit of all amounts of this material, as free text such as `kg` or `Sack`." }
    static var language: Meaning { "The language of mails and of the app: German (`de`) or English (`en`)." }
    static var timeZone: Meaning { "The time zone that the company's days begin and end in, as an IANA name." }

    static var hourMails: Meaning {
        """
        Which mails about hours and absences the person gets. NEEDED: days that were reopened, the answer to an absence, and for managers and \
        bookkeepers absences that are asked for. ALL: also days that were approved, and for managers and bookkeepers days that were \
        submitted. NONE: none of these. Only the person changes it.
        """
    }

    static var breakRule: Meaning {
        """
        What is subtracted from a day without a recorded break: nothing (`NONE`), or the shortest break that the German law on \
        working time asks for (`LEGAL`: 30 minutes for more than six hours of work, 45 for more than nine).
        """
    }

    static var happenedAt: Meaning { "When it happened, at most 30 days ago; now by default." }
    static var doneAt: Meaning {
        "When it happened; now by default. What is older than 30 days is kept as a clarification."
    }

    static var sessionID: Meaning { "The session that the request came from; null without one." }
    static var userAgent: Meaning {
        "How the browser or program named itself, its first 200 characters; null if it didn't."
    }
    static var lastUsedAt: Meaning { "When it was last used, to the hour; at first, the sign-in." }
    static var expiresAt: Meaning { "When it stops working." }

    static var email: Meaning { "An email address that mail can be sent to." }
    static var newPassword: Meaning {
        "The new password. Common ones, and those that resemble the person's data, are refused."
    }
    static var linkToken: Meaning { "The token from the link that was mailed." }

    static var reason: Meaning { "Why the mail failed, or why the last attempt did, in English; null otherwise." }
    static var reasonCode: Meaning { "The code of `reason`, listed in `x-codes.mailReasons`; null without one." }
    static var params: Meaning { "The values of the code, by the names that its sentence has in braces." }
}
