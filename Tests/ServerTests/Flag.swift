import Synchronization

/// Up until somebody lowers it: how long those go on who look at it.
final class Flag: Sendable {
    private let up = Atomic(true)
    var isUp: Bool { up.load(ordering: .relaxed) }
    func lower() { up.store(false, ordering: .relaxed) }
}
