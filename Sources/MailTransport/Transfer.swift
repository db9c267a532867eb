import CCurl
import Core
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// One transfer by libcurl: what goes out, and what came back. Made, used and ended on one thread.
final class Transfer {
    /// What the other side answered.
    struct Reply {
        /// An HTTP status, or the last SMTP reply code; 0 where there was none.
        let status: Int
        /// The header lines of the last answer, without their line ends.
        let headers: [String]
        let body: String
    }

    /// Why there was no answer, or none that ends a transfer well.
    struct Failure: Error {
        /// The last SMTP reply code; 0 where there was none.
        let status: Int
        let reason: String
    }

    /// What holds for all transfers of a postroom.
    final class Conditions: Sendable {
        private let authoritiesInUse: Mutex<String?>
        private let end = Mutex<ContinuousClock.Instant?>(nil)

        init(authorities: String?) { authoritiesInUse = Mutex(authorities) }

        /// A file of certificates, read anew by each transfer.
        var authorities: String? {
            get { authoritiesInUse.withLock { $0 } }
            set { authoritiesInUse.withLock { $0 = newValue } }
        }

        func end(by instant: ContinuousClock.Instant) { end.withLock { $0 = instant } }
        var isOver: Bool { end.withLock { $0.map { $0 <= .now } ?? false } }
    }

    /// The most that is kept of an answer.
    private static let largestAnswer = 64 * 1024

    private let handle: OpaquePointer
    private var lists: [UnsafeMutablePointer<curl_slist>?] = []
    private var mimes: [OpaquePointer] = []
    private var body: [UInt8] = []
    private var headers: [String] = []
    private let conditions: Conditions

    init(_ url: String, by deadline: ContinuousClock.Instant, _ conditions: Conditions) {
        _ = Self.prepared
        guard let handle = curl_easy_init() else { preconditionFailure("libcurl has no memory") }
        self.handle = OpaquePointer(handle)
        self.conditions = conditions
        set(CURLOPT_URL, url)
        // Signals would go to whatever thread they like.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT, 10)
        // 0 would be for ever.
        set(CURLOPT_TIMEOUT_MS, Int(max((deadline - .now).milliseconds, 1)))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        // In place of the system's file; its folder of certificates still holds.
        if let authorities = conditions.authorities { set(CURLOPT_CAINFO, authorities) }
        set(CURLOPT_FOLLOWLOCATION, 0)
    }

    deinit {
        curl_easy_cleanup(raw)
        for mime in mimes { curl_mime_free(mime) }
        for list in lists { curl_slist_free_all(list) }
    }

    private var raw: UnsafeMutableRawPointer { UnsafeMutableRawPointer(handle) }

    /// Once, before any handle is made.
    private static let prepared: Void = { curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()

    // MARK: What goes out

    func set(_ option: CURLoption, _ value: String) { polier_curl_set_text(raw, option, value) }
    func set(_ option: CURLoption, _ value: Int) { polier_curl_set_long(raw, option, value) }

    func set(_ option: CURLoption, list lines: [String]) {
        let list = lines.reduce(nil as UnsafeMutablePointer<curl_slist>?) { curl_slist_append($0, $1) }
        lists.append(list)
        polier_curl_set_pointer(raw, option, list)
    }

    /// A MIME body: the parts of an HTTP form, or of a mail.
    func setBody(_ fill: (OpaquePointer) -> Void) {
        guard let mime = curl_mime_init(raw) else { preconditionFailure("libcurl has no memory") }
        mimes.append(mime)
        fill(mime)
        polier_curl_set_pointer(raw, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(mime))
    }

    /// A body within a body, which then belongs to the outer one.
    func inner(_ fill: (OpaquePointer) -> Void) -> OpaquePointer {
        guard let mime = curl_mime_init(raw) else { preconditionFailure("libcurl has no memory") }
        fill(mime)
        return mime
    }

    // MARK: What comes back

    /// Blocks until it is done, or the deadline has passed.
    func perform() throws(Failure) -> Reply {
        let me = Unmanaged.passUnretained(self).toOpaque()
        polier_curl_set_write(raw, CURLOPT_WRITEFUNCTION) { bytes, size, count, me in
            guard let bytes, let me else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue()
            let room = max(0, Transfer.largestAnswer - transfer.body.count)
            bytes.withMemoryRebound(to: UInt8.self, capacity: size * count) {
                transfer.body.append(contentsOf: UnsafeBufferPointer(start: $0, count: min(size * count, room)))
            }
            return size * count
        }
        polier_curl_set_pointer(raw, CURLOPT_WRITEDATA, me)
        polier_curl_set_write(raw, CURLOPT_HEADERFUNCTION) { bytes, size, count, me in
            guard let bytes, let me else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue()
            let line = bytes.withMemoryRebound(to: UInt8.self, capacity: size * count) {
                String(decoding: UnsafeBufferPointer(start: $0, count: size * count), as: UTF8.self)
            }
            if transfer.headers.count < 200 {
                transfer.headers.append(line.split(whereSeparator: \.isNewline).joined())
            }
            return size * count
        }
        polier_curl_set_pointer(raw, CURLOPT_HEADERDATA, me)
        polier_curl_set_progress(raw) { me, _, _, _, _ in
            guard let me else { return 0 }
            return Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue().conditions.isOver ? 1 : 0
        }
        polier_curl_set_pointer(raw, CURLOPT_XFERINFODATA, me)

        let code = curl_easy_perform(raw)
        let status = polier_curl_status(raw)
        guard code == CURLE_OK else {
            let reason =
                code == CURLE_ABORTED_BY_CALLBACK
                ? "the server was stopped meanwhile" : String(cString: curl_easy_strerror(code))
            throw Failure(status: status, reason: reason)
        }
        return Reply(status: status, headers: headers, body: String(decoding: body, as: UTF8.self))
    }

    /// What an SMTP server said no with.
    var lastRefusal: String? { headers.last { $0.first == "4" || $0.first == "5" } }
}
