/// A stable name for one reason to refuse a request, and its sentence. API clients and the app depend on the name: within v1 of the API,
/// none is renamed or removed.
public protocol RefusalCode: RawRepresentable<String>, CaseIterable, Sendable {
    /// The kind of refusal, which decides the HTTP status.
    var kind: Refusal.Kind { get }
    /// One English sentence, with the names of its values in braces.
    var sentence: String { get }
}

/// All enumerations of refusals in Core, for the API's description and for tests.
public enum RefusalCodes {
    public static let all: [any RefusalCode.Type] = [
        AccessRefusal.self, InputRefusal.self, ChangeRefusal.self, AccountRefusal.self, CompanyRefusal.self,
        FactorRefusal.self, UserRefusal.self,
        SiteRefusal.self, MaterialRefusal.self, TransferRefusal.self, TimeEntryRefusal.self, ClarificationRefusal.self,
        AbsenceRefusal.self, WageRefusal.self, StatementRefusal.self, LimitRefusal.self, TokenRefusal.self,
    ]
}
