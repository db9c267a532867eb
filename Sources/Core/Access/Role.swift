import Storage

/// A person's role on the platform: ADMIN operates it, MANAGER runs a company, BOOKKEEPER reads its people, sites and hours, WORKER works on
/// its sites.
public enum Role: String, Edited, CaseIterable {
    case admin = "ADMIN"
    case manager = "MANAGER"
    case bookkeeper = "BOOKKEEPER"
    case worker = "WORKER"
}
