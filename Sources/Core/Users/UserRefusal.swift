/// Why something about a person of a company is refused.
public enum UserRefusal: String, RefusalCode {
    case notFound = "user-not-found"
    case joinedAlready = "joined-already"
    case notJoinedYet = "not-joined-yet"
    case roleNotGivable = "role-not-givable"
    case workersOnly = "workers-only"
    case lastManager = "last-manager"
    case lastOperator = "last-operator"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .joinedAlready, .notJoinedYet, .lastManager, .lastOperator: .conflict
        case .roleNotGivable, .workersOnly: .forbidden
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such user."
        case .joinedAlready: "{name} has joined already and needs no invitation."
        case .notJoinedYet: "{name} hasn't accepted the invitation yet."
        case .roleNotGivable: "You can't give someone the role {role}."
        case .workersOnly: "A manager can change and remove workers only."
        case .lastManager: "A company keeps at least one active manager: make someone else a manager first."
        case .lastOperator: "The server keeps at least one operator: 'polier create-admin' makes another first."
        }
    }
}

extension User: Addressable {
    public static let notFound = Refusal(UserRefusal.notFound)
}
