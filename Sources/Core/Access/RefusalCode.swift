/// A stable name for one reason to refuse a request, with the sentence that says it. Programs and the app go by the name:
/// within v1 of the API none is renamed or removed.
public protocol RefusalCode: RawRepresentable<String>, CaseIterable, Sendable {
    /// What kind of refusal it is, which decides the HTTP status.
    var kind: Refusal.Kind { get }
    /// One sentence in English, with the names of its values in braces.
    var sentence: String { get }
}

/// All enumerations of refusals that Core has, for the API's description and for tests.
public enum RefusalCodes {
    public static let all: [any RefusalCode.Type] = [
        AccessRefusal.self, InputRefusal.self, ChangeRefusal.self, AccountRefusal.self, CompanyRefusal.self,
        UserRefusal.self,
        SiteRefusal.self, MaterialRefusal.self, TimeEntryRefusal.self, LimitRefusal.self,
    ]
}
