/// Why a request about a site is refused.
public enum SiteRefusal: String, RefusalCode {
    case notFound = "site-not-found"
    case foremenOnly = "foremen-only"
    case depotStays = "depot-stays"
    case depotIsEveryones = "depot-is-everyones"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .foremenOnly: .forbidden
        case .depotStays, .depotIsEveryones: .conflict
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such site."
        case .foremenOnly: "Only managers and the site's foremen can do this."
        case .depotIsEveryones: "Everyone works in the depot: no one is assigned to it."
        case .depotStays: "A company's depot stays: it can't be removed, and is always active."
        }
    }
}

extension Site: Addressable {
    public static let notFound = Refusal(SiteRefusal.notFound)
}
