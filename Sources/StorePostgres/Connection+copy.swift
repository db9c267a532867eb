import CPostgres
import Storage

/// COPY, which works only outside of pipeline mode. Every wait is bounded: it ends after a given time without data from
/// the server.
extension Connection {
    /// Sends a COPY and waits until the server is ready for it.
    /// - Parameter state: PGRES_COPY_IN or PGRES_COPY_OUT.
    func beginCopy(_ text: String, _ state: ExecStatusType, within limit: Duration) throws(Failure) {
        guard pipeline.isEmpty, PQexitPipelineMode(handle) == 1 else { throw lost() }
        guard PQsendQuery(handle, text) == 1 else { throw lost() }
        try flush(until: .now + limit)
        guard let result = try copyResult(within: limit) else { throw lost() }
        defer { PQclear(result) }
        guard PQresultStatus(result) == state else {
            try? drain(within: limit)
            throw Failure(result: result)
        }
    }

    /// Appends whole lines from the server, until there are enough bytes.
    /// - Returns: whether there may be more.
    func takeLines(into lines: inout [UInt8], upTo size: Int, within limit: Duration) throws(Failure) -> Bool {
        while lines.count < size {
            var line: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(handle, &line, 1)
            if count == -1 { return false }
            guard count >= 0 else { throw lost() }
            guard count > 0, let line else {
                guard waitForInput(until: .now + limit), PQconsumeInput(handle) == 1 else { throw silent() }
                continue
            }
            lines.append(contentsOf: UnsafeRawBufferPointer(start: line, count: Int(count)))
            PQfreemem(line)
        }
        return true
    }

    /// Sends whole lines and their end.
    func putLines(_ lines: UnsafeRawBufferPointer, within limit: Duration) throws(Failure) {
        let whole = lines.bindMemory(to: CChar.self)
        // In slices, so that libpq doesn't hold a second copy of them all.
        for start in stride(from: 0, to: whole.count, by: 256 << 10) {
            let slice = UnsafeBufferPointer(rebasing: whole[start..<min(start + (256 << 10), whole.count)])
            guard PQputCopyData(handle, slice.baseAddress, Int32(slice.count)) == 1 else { throw lost() }
            try flush(until: .now + limit)
        }
        guard PQputCopyEnd(handle, nil) == 1 else { throw lost() }
        try flush(until: .now + limit)
    }

    /// Waits for the server's result of a COPY whose data have all been transferred.
    func endCopy(within limit: Duration) throws(Failure) {
        guard let result = try copyResult(within: limit) else { throw lost() }
        defer { PQclear(result) }
        try drain(within: limit)
        guard PQresultStatus(result) == PGRES_COMMAND_OK else { throw Failure(result: result) }
    }

    private func drain(within limit: Duration) throws(Failure) {
        while let surplus = try copyResult(within: limit) { PQclear(surplus) }
    }

    private func copyResult(within limit: Duration) throws(Failure) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            guard waitForInput(until: .now + limit), PQconsumeInput(handle) == 1 else { throw silent() }
        }
        return PQgetResult(handle)
    }

    private func silent() -> Failure {
        PQstatus(handle) == CONNECTION_BAD
            ? lost() : Failure(.slow, StorageError(.timeout, "the server has been silent for too long"))
    }
}
