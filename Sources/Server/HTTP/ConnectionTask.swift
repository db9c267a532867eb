import NIOCore

/// A connection as its task sees it: requests come, answers go.
struct ConnectionTask: Sendable {
    let requests: RequestSlot
    let handler: NIOLoopBound<ConnectionHandler>

    private func onLoop(_ work: @escaping @Sendable (ConnectionHandler) -> Void) {
        handler.eventLoop.execute { [handler] in work(handler.value) }
    }

    /// Sends an answer. Returns at once if it is short, and otherwise when the system has accepted most of it.
    /// - Parameter isHead: whether the answer is for HEAD, and has no body.
    func send(_ answer: Answer, isHead: Bool, _ shared: HTTPConnection.Shared) async {
        guard let pieces = answer.pieces, !isHead else {
            onLoop { $0.send(answer) }
            return
        }
        onLoop { $0.begin(answer) }
        do {
            try await pieces(AnswerWriter(handler: handler))
            onLoop { $0.finish() }
        } catch {
            let instead = error is ConnectionEnded ? nil : shared.answers.failure(answer, error)
            onLoop { $0.failed(instead) }
        }
        // Its place is taken until here.
        withExtendedLifetime(answer) {}
    }

    /// The server doesn't wait any longer.
    func cancel() { onLoop { $0.cancel() } }
}
