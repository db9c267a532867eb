/// What a person is on the platform. ADMIN operates it, MANAGER runs a company, WORKER works on its sites.
public enum Role: String, Column, CaseIterable {
    case admin = "ADMIN"
    case manager = "MANAGER"
    case worker = "WORKER"
}
