import CCurl

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// One transfer by libcurl, over HTTP(S) or SMTP(S): what is sent, and the reply. Created, used and released on one thread.
///
/// The rules for all transfers are here: certificates and host names are verified, redirects aren't followed, a connection takes ten
/// seconds at most, and every reply is bounded. libcurl resolves names, within the time of the connection.
public final class Transfer {
    /// When a transfer is given up.
    public enum Limit: Sendable {
        case deadline(ContinuousClock.Instant)
        /// Once less than a byte a second has moved for a minute: for files of any size.
        case standstill
    }

    public struct Reply: Sendable {
        /// An HTTP status, or the last SMTP reply code; 0 if there was none.
        public let status: Int
        /// The header lines of the last reply, at most 200, without their line ends.
        public let headers: [String]
        /// At most 64 KiB of it; empty if it went into a file.
        public let body: String
    }

    /// Why there was no reply, or none that completes a transfer.
    public struct Failure: Error {
        /// The last SMTP reply code; 0 if there was none.
        public let status: Int
        public let reason: String
        /// Whether the file here couldn't be written, so that trying again won't help.
        public let isOfOurFile: Bool
    }

    private static let largestBody = 64 * 1024
    private static let mostHeaders = 200
    private static let secondsToConnect = 10
    private static let secondsOfStandstill = 60

    /// Nil if libcurl had no memory; its functions then do nothing.
    private let handle: UnsafeMutableRawPointer?
    private var hasMemory: Bool
    private let isCancelled: @Sendable () -> Bool
    private var lists: [UnsafeMutablePointer<curl_slist>?] = []
    private var mimes: [OpaquePointer] = []
    private var source: Int32?
    private var destination: Int32?
    private var body: [UInt8] = []
    private var headers: [String] = []

    /// - Parameters:
    ///   - authorities: a file of certificates (PEM), in place of the system's file; the system's folder of certificates still counts.
    ///   - isCancelled: asked about once a second, on the transfer's thread; `true` ends the transfer with a `Failure`.
    public init(
        _ url: String, until limit: Limit, authorities: String? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        _ = Self.prepared
        handle = curl_easy_init()
        (hasMemory, self.isCancelled) = (handle != nil, isCancelled)
        set(CURLOPT_URL, url)
        // Signals would go to any thread.
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_CONNECTTIMEOUT, Self.secondsToConnect)
        switch limit {
        case .deadline(let instant):
            let (seconds, attoseconds) = (instant - .now).components
            // 0 would mean no limit.
            set(CURLOPT_TIMEOUT_MS, max(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000), 1))
        case .standstill:
            set(CURLOPT_LOW_SPEED_LIMIT, 1)
            set(CURLOPT_LOW_SPEED_TIME, Self.secondsOfStandstill)
        }
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        if let authorities { set(CURLOPT_CAINFO, authorities) }
        set(CURLOPT_FOLLOWLOCATION, 0)
    }

    deinit {
        curl_easy_cleanup(handle)
        for mime in mimes { curl_mime_free(mime) }
        for list in lists { curl_slist_free_all(list) }
    }

    /// Once, before any handle is created.
    private static let prepared: Void = { curl_global_init(Int(CURL_GLOBAL_DEFAULT)) }()

    private func set(_ option: CURLoption, _ value: String) { polier_curl_set_text(handle, option, value) }
    private func set(_ option: CURLoption, _ value: Int) { polier_curl_set_long(handle, option, value) }

    private func set(_ option: CURLoption, list lines: [String]) {
        let list = lines.reduce(nil as UnsafeMutablePointer<curl_slist>?) { curl_slist_append($0, $1) }
        lists.append(list)
        polier_curl_set_pointer(handle, option, list)
    }

    // MARK: Access

    /// HTTP's basic authentication, or SMTP's strongest that both sides know.
    public func authenticate(user: String?, password: String?) {
        if let user { set(CURLOPT_USERNAME, user) }
        if let password { set(CURLOPT_PASSWORD, password) }
    }

    /// Signs the request for S3 with the user and password as key id and key (AWS Signature Version 4).
    public func sign(region: String) { set(CURLOPT_AWS_SIGV4, "aws:amz:\(region):s3") }

    /// Fails unless an SMTP connection that begins in clear text can be encrypted.
    public func requireTLS() { set(CURLOPT_USE_SSL, Int(CURLUSESSL_ALL.rawValue)) }

    // MARK: What is sent

    /// The header lines of an HTTP request or of a mail, without their line ends.
    public func setHeaders(_ lines: [String]) { set(CURLOPT_HTTPHEADER, list: lines) }

    /// The addresses of a mail's envelope, without angle brackets.
    public func setEnvelope(from sender: String, to recipient: String) {
        set(CURLOPT_MAIL_FROM, "<\(sender)>")
        set(CURLOPT_MAIL_RCPT, list: ["<\(recipient)>"])
    }

    /// A form's fields (multipart/form-data, RFC 7578).
    public func setForm(_ fields: [(name: String, value: String)]) {
        setBody { mime in
            for (name, value) in fields {
                let part = curl_mime_addpart(mime)
                curl_mime_name(part, name)
                curl_mime_data(part, value, value.utf8.count)
            }
        }
    }

    /// One content in several forms, the plainest first (multipart/alternative, RFC 2046 section 5.1.4), in UTF-8.
    public func setAlternatives(_ forms: [(type: String, content: String)]) {
        setBody { mime in
            // It belongs to the part that holds it.
            guard let alternatives = makeMIME() else { return }
            for (type, content) in forms {
                let part = curl_mime_addpart(alternatives)
                curl_mime_data(part, content, content.utf8.count)
                curl_mime_type(part, "\(type); charset=utf-8")
                curl_mime_encoder(part, "base64")
            }
            let part = curl_mime_addpart(mime)
            curl_mime_subparts(part, alternatives)
            curl_mime_type(part, "multipart/alternative")
            curl_mime_headers(part, curl_slist_append(nil, "Content-Disposition: inline"), 1)
        }
    }

    private func setBody(_ fill: (OpaquePointer) -> Void) {
        guard let mime = makeMIME() else { return }
        mimes.append(mime)
        fill(mime)
        polier_curl_set_pointer(handle, CURLOPT_MIMEPOST, UnsafeMutableRawPointer(mime))
    }

    private func makeMIME() -> OpaquePointer? {
        let mime = curl_mime_init(handle)
        if mime == nil { hasMemory = false }
        return mime
    }

    /// Uploads an open file, from its present offset.
    /// - Parameter size: in bytes, from there on.
    public func upload(_ file: Int32, size: Int) {
        source = file
        set(CURLOPT_UPLOAD, 1)
        polier_curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(size))
        polier_curl_set_read(handle, CURLOPT_READFUNCTION) { memory, size, count, me in
            guard let memory, let me, let source = Transfer.at(me).source else { return Int(CURL_READFUNC_ABORT) }
            let got = read(source, memory, size * count)
            return got >= 0 ? got : Int(CURL_READFUNC_ABORT)
        }
        polier_curl_set_pointer(handle, CURLOPT_READDATA, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Writes the body of a reply with status 200 into an open file, at its present offset.
    public func download(into file: Int32) { destination = file }

    // MARK: The reply

    /// Blocks until the transfer is complete or has failed. Any HTTP status is a reply; an SMTP code of 400 or more is a failure.
    /// - Throws: `Failure`, also if the limit was reached, the transfer cancelled, or memory ran out.
    public func perform() throws(Failure) -> Reply {
        guard let handle, hasMemory else { throw Failure(status: 0, reason: "out of memory", isOfOurFile: false) }
        let me = Unmanaged.passUnretained(self).toOpaque()
        polier_curl_set_write(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, me in
            guard let bytes, let me else { return 0 }
            return Transfer.at(me).take(UnsafeRawBufferPointer(start: bytes, count: size * count))
        }
        polier_curl_set_pointer(handle, CURLOPT_WRITEDATA, me)
        polier_curl_set_write(handle, CURLOPT_HEADERFUNCTION) { bytes, size, count, me in
            guard let bytes, let me else { return 0 }
            Transfer.at(me).takeHeader(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }
        polier_curl_set_pointer(handle, CURLOPT_HEADERDATA, me)
        polier_curl_set_progress(handle) { me, _, _, _, _ in
            guard let me else { return 0 }
            return Transfer.at(me).isCancelled() ? 1 : 0
        }
        polier_curl_set_pointer(handle, CURLOPT_XFERINFODATA, me)

        let code = curl_easy_perform(handle)
        let status = polier_curl_status(handle)
        guard code == CURLE_OK else {
            let reason =
                code == CURLE_ABORTED_BY_CALLBACK && isCancelled()
                ? "the server was stopped meanwhile" : String(cString: curl_easy_strerror(code))
            throw Failure(status: status, reason: reason, isOfOurFile: code == CURLE_WRITE_ERROR)
        }
        return Reply(status: status, headers: headers, body: String(decoding: body, as: UTF8.self))
    }

    /// The last line in which an SMTP server refused something.
    public var lastRefusal: String? { headers.last { $0.first == "4" || $0.first == "5" } }

    /// - Returns: how many bytes were taken; anything but all of them ends the transfer.
    private func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let destination, let handle, polier_curl_status(handle) == 200 else {
            body.append(contentsOf: bytes.prefix(max(0, Self.largestBody - body.count)))
            return bytes.count
        }
        var rest = bytes
        while !rest.isEmpty {
            let count = write(destination, rest.baseAddress, rest.count)
            guard count > 0 else { return 0 }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        return bytes.count
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) {
        guard headers.count < Self.mostHeaders else { return }
        headers.append(String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).joined())
    }

    private static func at(_ pointer: UnsafeMutableRawPointer) -> Transfer {
        Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
    }
}
