import Core

/// The chapters of the description.
enum Chapter: String, CaseIterable {
    case auth = "Signing in"
    case users = "People"
    case companies = "Companies"
    case sites = "Sites"
    case materials = "Material"
    case times = "Hours"
    case mail = "Mail"
    case server = "The server"

    var details: String {
        switch self {
        case .auth: "Registering, signing in and out, forgotten passwords."
        case .users: "Your own account, and the people of a company."
        case .companies: "The company itself, its overview and its audit."
        case .sites: "Building sites and the people assigned to them."
        case .materials: "The material on a site and every movement of it."
        case .times: "Checking in and out, time entries and their corrections."
        case .mail: "Mails and their delivery."
        case .server: "The server's status, its operator, and this description."
        }
    }
}

extension Confirmation {
    /// In words; nil if it isn't needed.
    var text: String? {
        let needed = "The sign-in, or the session's last POST /auth/confirm, must be less than ten minutes ago"
        return switch self {
        case .notNeeded: nil
        case .needed: needed + "."
        case .neededForOtherSessions: needed + ", except to end the caller's own session."
        }
    }
}

extension Access {
    /// In words.
    var text: String {
        switch self {
        case .anyone: return "Anyone."
        case .mailgun: return "Mailgun, by its signature."
        case .oneTimeToken: return "The holder of a one-time token."
        case .signedIn: return "Any signed-in person, about themselves."
        case .may(let permission):
            let parts = Role.allCases.compactMap { role in
                role.reach(of: permission).map { "\(role.rawValue) (\($0.text))" }
            }
            return parts.joined(separator: ", ") + "."
        }
    }
}

extension Reach {
    fileprivate var text: String {
        switch self {
        case .anyCompany: "any company"
        case .ownCompany: "own company"
        case .assignedSites: "assigned sites"
        case .ledSites: "as foreman of the site"
        case .ownRecords: "own records"
        }
    }
}

extension Meaning {
    /// The ids in paths, by the names of their places.
    static let places: [String: Meaning] = [
        "companyId": "The company's id.", "userId": .userID, "siteId": .siteID, "materialId": .materialID,
        "transferId": "The id of the transfer: the `refId` of its movements.",
        "entryId": "The time entry's id.", "sessionId": "The session's id.", "phoneId": "The phone's id.",
        "clarificationId": "The clarification's id.", "absenceId": "The absence's id.",
        "exportId": "The payroll file's id.", "tokenId": "The API token's id.", "factorId": "The second factor's id.",
        "code": "The code of a problem.",
    ]
}
