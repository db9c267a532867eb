import CCurl

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// One request that carries a file, by libcurl. Made, used and ended on one thread.
final class ObjectTransfer {
    enum Outcome {
        case done
        /// - isTemporary: whether it may go well the next time.
        case failed(reason: String, isTemporary: Bool)
    }

    private let handle: UnsafeMutableRawPointer
    private let file: Int32
    private var list: UnsafeMutablePointer<curl_slist>?
    /// The first of what the store answers with where it says no.
    private var complaint: [UInt8] = []

    private static let longestComplaint = 4096
    /// Once, before any handle is made.
    private static let prepared: Void = { curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()

    /// - Parameter file: what is uploaded, or what the download is written to, from where it stands.
    init(_ url: String, _ file: Int32) {
        _ = Self.prepared
        guard let handle = curl_easy_init() else { preconditionFailure("libcurl has no memory") }
        (self.handle, self.file) = (handle, file)
        set(CURLOPT_URL, url)
        // Signals would go to whatever thread they like.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT, 10)
        // However large the file: as long as something moves.
        set(CURLOPT_LOW_SPEED_LIMIT, 1)
        set(CURLOPT_LOW_SPEED_TIME, 60)
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_FOLLOWLOCATION, 0)
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(list)
    }

    func set(_ option: CURLoption, _ value: String) { polier_curl_set_text(handle, option, value) }
    func set(_ option: CURLoption, _ value: Int) { polier_curl_set_long(handle, option, value) }
    func set(size: Int) { polier_curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(size)) }

    func set(headers: [String]) {
        list = headers.reduce(nil) { curl_slist_append($0, $1) }
        polier_curl_set_pointer(handle, CURLOPT_HTTPHEADER, list)
    }

    /// Blocks until it is done, or nothing has moved for a minute.
    func perform() -> Outcome {
        let me = Unmanaged.passUnretained(self).toOpaque()
        polier_curl_set_read(handle, CURLOPT_READFUNCTION) { memory, size, count, me in
            guard let memory, let me else { return Int(CURL_READFUNC_ABORT) }
            let transfer = Unmanaged<ObjectTransfer>.fromOpaque(me).takeUnretainedValue()
            let got = read(transfer.file, memory, size * count)
            return got >= 0 ? got : Int(CURL_READFUNC_ABORT)
        }
        polier_curl_set_pointer(handle, CURLOPT_READDATA, me)
        polier_curl_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, me in
            guard let bytes, let me else { return 0 }
            return Unmanaged<ObjectTransfer>.fromOpaque(me).takeUnretainedValue().take(
                UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        polier_curl_set_pointer(handle, CURLOPT_WRITEDATA, me)
        let code = curl_easy_perform(handle)
        let status = polier_curl_status(handle)
        switch (code, status) {
        case (CURLE_OK, 200): return .done
        case (CURLE_OK, _): return .failed(reason: reason(status), isTemporary: status >= 500 || status == 429)
        default:
            return .failed(reason: String(cString: curl_easy_strerror(code)), isTemporary: code != CURLE_WRITE_ERROR)
        }
    }

    /// - Returns: how much was taken; anything but all of it ends the request.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard polier_curl_status(handle) == 200 else {
            complaint += bytes.prefix(max(0, Self.longestComplaint - complaint.count))
            return bytes.count
        }
        var rest = bytes
        while !rest.isEmpty {
            let count = write(file, rest.baseAddress, rest.count)
            guard count > 0 else { return 0 }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return bytes.count
    }

    /// The store's own word for it: `<Error><Code>SignatureDoesNotMatch</Code>…`.
    private func reason(_ status: Int) -> String {
        let text = String(decoding: complaint, as: UTF8.self)
        let code = text.firstMatch(of: /<Code>([A-Za-z]+)<\/Code>/).map { " \($0.1)" } ?? ""
        return "it answered \(status)\(code)"
    }
}
