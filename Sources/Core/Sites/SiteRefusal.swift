/// Why something about a site is refused.
public enum SiteRefusal: String, RefusalCode {
    case notFound = "site-not-found"

    public var kind: Refusal.Kind { .notFound }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such site."
        }
    }
}

extension Site: Addressable {
    public static let notFound = Refusal(SiteRefusal.notFound)
}
