/// Why a request about a material is refused.
public enum MaterialRefusal: String, RefusalCode {
    case notFound = "material-not-found"
    case notEnough = "not-enough"
    case tooMuch = "too-much"
    case beforeMaterial = "before-material"
    case unitChanged = "unit-changed"
    case nameTaken = "material-name-taken"
    case unitNeedsFactor = "unit-needs-factor"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .notEnough, .tooMuch, .beforeMaterial, .unitChanged, .nameTaken, .unitNeedsFactor: .conflict
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such material."
        case .notEnough: "Only {amount} {unit} of {material} are left."
        case .tooMuch: "There can't be more than {max} {unit} of {material}."
        case .beforeMaterial: "{material} is on this site only since {createdAt}."
        case .unitChanged: "{material} is counted in {unit} now."
        case .nameTaken: "{material} is on this site already, {amount} {unit}: choose another name."
        case .unitNeedsFactor:
            "{material} has movements in {unit}: say how many of the new unit one {unit} is, in the field factor."
        }
    }
}

extension Material: Addressable {
    public static let notFound = Refusal(MaterialRefusal.notFound)
}
