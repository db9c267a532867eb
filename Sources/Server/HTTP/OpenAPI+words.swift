import Core

/// The chapters of the description.
enum Tag: String, CaseIterable {
    case auth = "Signing in"
    case users = "People"
    case companies = "Companies"
    case sites = "Sites"
    case materials = "Material"
    case times = "Hours"
    case mail = "Mail"
    case server = "The server"

    init(_ path: String) {
        let words = Set(path.split(separator: "/").map(String.init))
        if !words.contains("api") || words.contains("openapi.json") {
            self = .server
        } else if words.contains("auth") {
            self = .auth
        } else if !words.isDisjoint(with: ["check-in", "check-out", "time-entries"]) {
            self = .times
        } else if words.contains("materials") {
            self = .materials
        } else if words.contains("sites") {
            self = .sites
        } else if !words.isDisjoint(with: ["mail", "mails"]) {
            self = .mail
        } else if words.contains("users") {
            self = .users
        } else {
            self = .companies
        }
    }

    var details: String {
        switch self {
        case .auth: "Registering, signing in and out, forgotten passwords."
        case .users: "One's own account, and the people of a company."
        case .companies: "The company itself, and what was changed in it."
        case .sites: "Building sites, and who works on them."
        case .materials: "What is there on a site, and every movement of it."
        case .times: "Coming, going, and what was corrected."
        case .mail: "What became of mails."
        case .server: "How the server is, and this description."
        }
    }
}

extension Confirmation {
    /// For people.
    var text: String? {
        let needed = "The session's sign-in, or its last POST /auth/confirm, must be less than ten minutes ago"
        return switch self {
        case .notNeeded: nil
        case .needed: needed + "."
        case .neededForOtherSessions: needed + ", but for the session that asks."
        }
    }
}

extension Access {
    /// For people.
    var text: String {
        switch self {
        case .anyone: return "Anyone."
        case .mailgun: return "Mailgun, by its signature."
        case .oneTimeToken: return "Whoever holds a one-time token."
        case .signedIn: return "Whoever is signed in, about themselves."
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
        case .ownRecords: "own records"
        }
    }
}
