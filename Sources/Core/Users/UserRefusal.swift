/// Refusals of requests about a person of a company.
public enum UserRefusal: String, RefusalCode {
    case notFound = "user-not-found"
    case joinedAlready = "joined-already"
    case notJoinedYet = "not-joined-yet"
    case roleNotGivable = "role-not-givable"
    case workersOnly = "workers-only"
    case lastManager = "last-manager"
    case ownerOnly = "owner-only"
    case ownerManages = "owner-manages"
    case ownerStays = "owner-stays"
    case numberTaken = "personnel-number-taken"
    case numberOfFormer = "personnel-number-of-former"
    case cardsForWorkers = "cards-for-workers"
    case lastOperator = "last-operator"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .joinedAlready, .notJoinedYet, .lastManager, .ownerManages, .ownerStays, .numberTaken, .numberOfFormer,
            .cardsForWorkers, .lastOperator:
            .conflict
        case .roleNotGivable, .workersOnly, .ownerOnly: .forbidden
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such user."
        case .joinedAlready: "{name} has joined already and needs no invitation."
        case .notJoinedYet: "{name} hasn't accepted the invitation yet."
        case .roleNotGivable: "You can't give someone the role {role}."
        case .workersOnly: "Managers can change and remove workers only: the owner can change everyone."
        case .lastManager: "A company keeps at least one active manager: make someone else a manager first."
        case .ownerOnly: "Only the owner can hand the company on."
        case .ownerManages: "{name} must be an active manager to own the company."
        case .ownerStays: "{name} owns the company: hand it on to another manager first."
        case .numberTaken: "{name} has the personnel number {number}."
        case .numberOfFormer: "The personnel number {number} belonged to someone who was removed."
        case .cardsForWorkers: "Only workers sign in by card: {name} needs an email address."
        case .lastOperator: "The last operator can't be removed: create another with 'polier create-admin'."
        }
    }
}

extension User: Addressable {
    public static let notFound = Refusal(UserRefusal.notFound)
}
