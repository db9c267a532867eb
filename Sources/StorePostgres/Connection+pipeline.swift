import CPostgres
import Storage

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

extension Connection {
    /// Puts a statement into the pipeline, preceded by a Parse if the server doesn't know it. Its values must have been
    /// checked.
    func send(_ statement: Statement) throws(Failure) {
        if PQpipelineStatus(handle) == PQ_PIPELINE_OFF, PQenterPipelineMode(handle) == 0 { throw lost() }
        if pipeline.statements.isFull && isIdle {
            // Only here, where no earlier failure can make the server skip it.
            guard PQsendQueryParams(handle, "DEALLOCATE ALL", 0, nil, nil, nil, nil, 1) == 1 else { throw lost() }
            pipeline.append(.forgetting)
            pipeline.statements.removeAll()
        }
        parameters.fill(with: statement.values)
        let sent: Int32
        if prepared {
            let name = try nameOnServer(of: statement.sql)
            sent = PQsendQueryPrepared(
                handle, name, Int32(parameters.count), parameters.pointers, parameters.lengths, parameters.formats, 1)
        } else {
            sent = PQsendQueryParams(
                handle, statement.sql.text, Int32(parameters.count), parameters.types, parameters.pointers,
                parameters.lengths, parameters.formats, 1)
        }
        guard sent == 1 else { throw lost() }
        pipeline.append(.statement)
    }

    private func nameOnServer(of sql: SQL) throws(Failure) -> String {
        if let name = pipeline.statements.name(of: sql, signature: parameters.signature) { return name }
        let name = pipeline.statements.add(sql, signature: parameters.signature)
        let sent = PQsendPrepare(handle, name, sql.text, Int32(parameters.count), parameters.types)
        guard sent == 1 else { throw lost() }
        pipeline.append(.preparing(sql, name: name))
        return name
    }

    /// Sends a Sync: a failure makes the server skip up to here, and it flushes its answers.
    func sync() throws(Failure) {
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        pipeline.append(.sync)
        pipeline.statements.beginSegment()
    }

    /// Flushes libpq's send buffer. Reads at the same time, because a server that can't send doesn't receive either.
    func flush(until end: ContinuousClock.Instant) throws(Failure) {
        while true {
            let left = PQflush(handle)
            if left == 0 { return }
            guard left == 1 else { throw lost() }
            guard wait(for: POLLIN | POLLOUT, until: end) else { throw slow() }
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    /// The answer to the next statement. Throws if the connection was lost, or the time is over; in the latter case
    /// it may be asked for again.
    func receive(until end: ContinuousClock.Instant) throws(Failure) -> Reply {
        while let next = pipeline.next {
            switch next {
            case .forgetting:
                let result = try takeResult(until: end)
                defer { PQclear(result) }
                guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw lost() }
            case .preparing(let sql, let name):
                try receivePrepared(sql, name, until: end)
            case .statement:
                return try receiveStatement(until: end)
            case .sync:
                throw lost()
            }
        }
        throw lost()
    }

    private func receivePrepared(_ sql: SQL, _ name: String, until end: ContinuousClock.Instant) throws(Failure) {
        let result = try takeResult(until: end)
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK:
            pipeline.statements.confirm(sql, name: name)
        case PGRES_PIPELINE_ABORTED:
            pipeline.statements.forget(sql, name: name)
        default:
            pipeline.statements.forget(sql, name: name)
            let failure = Failure(result: result)
            if failure.spoilsConnection { throw failure }
            pipeline.prepareFailure = failure
        }
    }

    private func receiveStatement(until end: ContinuousClock.Instant) throws(Failure) -> Reply {
        let result = try takeResult(until: end)
        let status = PQresultStatus(result)
        if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK { return .rows(QueryResult(owning: result)) }
        defer { PQclear(result) }
        if let failure = pipeline.prepareFailure {
            pipeline.prepareFailure = nil
            return .failed(failure)
        }
        switch status {
        case PGRES_PIPELINE_ABORTED:
            return .skipped
        case PGRES_EMPTY_QUERY:
            return .failed(Failure(.statement, StorageError(.failed, "the statement is empty")))
        case PGRES_FATAL_ERROR:
            let failure = Failure(result: result)
            if failure.spoilsConnection { throw failure }
            return .failed(failure)
        default:
            // COPY: pipeline mode can't continue from here.
            throw Failure(.slow, StorageError(.failed, "the statement answers in a way that isn't understood"))
        }
    }

    /// Reads the server's confirmation of a Sync.
    func receiveSync(until end: ContinuousClock.Instant) throws(Failure) {
        guard case .sync? = pipeline.next else { throw lost() }
        let result = try takeResult(until: end)
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw lost() }
    }

    /// Takes the next result, which the caller must clear, and removes its command from the list.
    private func takeResult(until end: ContinuousClock.Instant) throws(Failure) -> OpaquePointer {
        try waitForResult(until: end)
        guard let result = PQgetResult(handle) else { throw lost() }
        pipeline.advance()
        // libpq marks the end of each command but a Sync with a null.
        if PQresultStatus(result) != PGRES_PIPELINE_SYNC, let surplus = PQgetResult(handle) { PQclear(surplus) }
        return result
    }

    private func waitForResult(until end: ContinuousClock.Instant) throws(Failure) {
        while PQisBusy(handle) == 1 {
            guard waitForInput(until: end) else { throw slow() }
            guard PQconsumeInput(handle) == 1 else { throw lost() }
        }
    }

    private func slow() -> Failure {
        Failure(.slow, StorageError(.timeout, "the statement took longer than it may"))
    }
}
