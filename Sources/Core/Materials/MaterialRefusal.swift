/// Why something about a material is refused.
public enum MaterialRefusal: String, RefusalCode {
    case notFound = "material-not-found"
    case notEnough = "not-enough"
    case tooMuch = "too-much"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .notEnough, .tooMuch: .conflict
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such material."
        case .notEnough: "Only {amount} {unit} of {material} are left."
        case .tooMuch: "There can't be more than {max} {unit} of {material}."
        }
    }
}

extension Material: Addressable {
    public static let notFound = Refusal(MaterialRefusal.notFound)
}
