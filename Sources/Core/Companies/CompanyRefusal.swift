/// Why something about a company is refused.
public enum CompanyRefusal: String, RefusalCode {
    case notFound = "company-not-found"
    case inUse = "company-in-use"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .inUse: .conflict
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such company."
        case .inUse: "Someone was still at work in this company: try again."
        }
    }
}

extension Company: Addressable {
    public static let notFound = Refusal(CompanyRefusal.notFound)
}
