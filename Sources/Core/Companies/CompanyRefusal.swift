/// Refusals of requests about a company.
public enum CompanyRefusal: String, RefusalCode {
    case notFound = "company-not-found"
    case inUse = "company-in-use"
    /// No one can be mailed or invited until the founder has confirmed their email address.
    case addressNotProven = "address-not-proven"
    /// The founder's time to confirm the address has run out.
    case readOnly = "company-read-only"
    /// An operator has suspended the company.
    case suspended = "company-suspended"

    public var kind: Refusal.Kind {
        switch self {
        case .notFound: .notFound
        case .inUse: .conflict
        case .addressNotProven, .readOnly, .suspended: .forbidden
        }
    }

    public var sentence: String {
        switch self {
        case .notFound: "There is no such company."
        case .inUse: "Someone was still at work in this company: try again."
        case .addressNotProven:
            "Before this company can invite or mail anyone, its founder opens the link that was mailed to confirm their email address."
        case .readOnly:
            "Nothing can be changed in this company until its founder opens the link that was mailed to confirm their email address."
        case .suspended:
            "This company is suspended. Everything it has is kept: ask the people who run this server."
        }
    }
}

extension Company: Addressable {
    public static let notFound = Refusal(CompanyRefusal.notFound)
}
