import Synchronization

/// Raised until it is lowered; background work runs while it is raised.
final class Flag: Sendable {
    private let up = Atomic(true)
    var isUp: Bool { up.load(ordering: .relaxed) }
    func lower() { up.store(false, ordering: .relaxed) }
}
