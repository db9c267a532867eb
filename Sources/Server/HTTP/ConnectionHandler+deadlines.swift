import NIOCore

/// The timers of a connection. Requests need none.
extension ConnectionHandler {
    /// Looks now and then whether the peer takes too long.
    func lookAtArrival(_ end: NIODeadline?, _ context: ChannelHandlerContext) {
        let latest = context.eventLoop.now + shared.arrival.shortest
        arrivalTimer = context.eventLoop.assumeIsolated().scheduleTask(deadline: min(end ?? latest, latest)) {
            let end = self.arrivalEnd
            if let end, end <= context.eventLoop.now {
                context.close(promise: nil)
            } else {
                self.lookAtArrival(end, context)
            }
        }
    }

    /// Number of bytes that wait in this process.
    func unsent(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    /// Watches whether the peer reads, from now until all is sent.
    func watchReading(_ context: ChannelHandlerContext) {
        guard reading == nil else { return }
        reading = ReadingDeadline(taken: written &- unsent(context), now: context.eventLoop.now)
        lookAtReading(context)
    }

    private func lookAtReading(_ context: ChannelHandlerContext) {
        readingTimer = context.eventLoop.assumeIsolated().scheduleTask(in: shared.reading.pause) {
            self.readingTimer = nil
            let unsent = self.unsent(context)
            guard unsent > 0 else {
                self.reading = nil
                return
            }
            let isOver = self.reading?.isOver(
                self.shared.reading, taken: self.written &- unsent, now: context.eventLoop.now)
            if isOver == true { self.cutOff() } else { self.lookAtReading(context) }
        }
    }
}
