import NIOCore

/// Answers, as one buffer where they are short.
extension ConnectionHandler {
    /// Sends a whole answer; for HEAD, of any answer its head.
    func send(_ answer: Answer) {
        guard let exchange, case .awaited = exchange.answer, phase == .open else { return }
        var (buffer, _) = head(of: answer, exchange)
        if !exchange.isHead, let body = answer.bytes { buffer.writeImmutableBuffer(body) }
        write(buffer)
        context?.flush()
        complete()
    }

    /// Begins an answer that is written piece by piece.
    func begin(_ answer: Answer) {
        guard let exchange, case .awaited = exchange.answer, phase == .open else { return }
        self.exchange?.answer = .begun(answer)
    }

    /// Writes a piece, with the head before the first one.
    /// - Parameter writer: resumed once the system has accepted most of it.
    func write(_ piece: ByteBuffer, _ writer: CheckedContinuation<Void, any Error>) {
        guard !isCancelled else { return writer.resume(throwing: CancellationError()) }
        guard piece.readableBytes > 0 else { return writer.resume() }
        guard let (head, framing) = streaming() else { return writer.resume(throwing: ConnectionEnded()) }
        var buffer = head
        if framing == .chunked {
            AnswerEncoder.writeChunkSize(piece.readableBytes, to: &buffer)
            write(buffer)
            write(piece)
            write(AnswerEncoder.endOfChunk)
        } else {
            write(buffer)
            write(piece)
        }
        context?.flush()
        // Flushing may find that the connection has ended.
        guard let context else { return writer.resume(throwing: ConnectionEnded()) }
        if context.channel.isWritable { writer.resume() } else { self.writer = writer }
    }

    /// Ends an answer that was written piece by piece.
    func finish() {
        guard let (buffer, framing) = streaming() else { return }
        write(buffer)
        if framing == .chunked { write(AnswerEncoder.lastChunk) }
        context?.flush()
        complete()
    }

    /// Ends an answer whose pieces can't be made.
    /// - Parameter instead: sent where nothing had been written; otherwise the peer must see that the answer isn't whole.
    func failed(_ instead: Answer?) {
        guard phase == .open, !isCancelled, let instead, case .begun = exchange?.answer else { return cutOff() }
        exchange?.answer = .awaited
        send(instead)
    }

    /// The framing of the answer that is being written, and its head if that wasn't written yet.
    private func streaming() -> (ByteBuffer, AnswerEncoder.Framing)? {
        guard phase == .open, let exchange else { return nil }
        switch exchange.answer {
        case .awaited, .complete: return nil
        case .streaming(let framing): return (ByteBuffer(), framing)
        case .begun(let answer):
            let (buffer, framing) = head(of: answer, exchange)
            self.exchange?.answer = .streaming(framing)
            return (buffer, framing)
        }
    }

    /// The head of the answer to a request. From here on it is decided whether the connection ends with it.
    private func head(of answer: Answer, _ exchange: Exchange) -> (ByteBuffer, AnswerEncoder.Framing) {
        let framing = AnswerEncoder.Framing(
            answer.status, length: answer.length, isHead: exchange.isHead, isHTTP10: exchange.isHTTP10)
        let isLast = isLast(exchange) || framing == .connection
        self.exchange?.isClosing = isLast
        var buffer = ByteBufferAllocator().buffer(
            capacity: AnswerEncoder.headLength + (exchange.isHead ? 0 : answer.bytes?.readableBytes ?? 0))
        // Without a length the answer's own version says that there are no chunks.
        let isHTTP10 = if case .length = framing { false } else { exchange.isHTTP10 }
        AnswerEncoder.writeHead(
            of: answer, framing, isLast ? .close : exchange.isHTTP10 ? .keepAlive : .unsaid, isHTTP10: isHTTP10,
            to: &buffer)
        return (buffer, framing)
    }

    func write(_ buffer: ByteBuffer) {
        guard buffer.readableBytes > 0 else { return }
        written &+= buffer.readableBytes
        context?.write(wrapOutboundOut(buffer), promise: nil)
    }

    private func complete() {
        guard let context else { return }
        exchange?.answer = .complete
        if unsent(context) > 0 { watchReading(context) }
        arrival.answered(now: context.eventLoop.now)
        settle()
    }
}
