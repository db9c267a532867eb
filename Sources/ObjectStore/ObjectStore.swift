import Core
import Crypto
import Curl
import Storage

#if canImport(Glibc)
import Glibc
#else
import Musl
#endif

/// Files in an S3-compatible store, in a bucket under a prefix. Requests are signed by libcurl
/// (AWS Signature Version 4, https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
///
/// Both calls block; they need threads of their own.
public struct ObjectStore: Sendable {
    /// `https://HOST/BUCKET` or `https://HOST/BUCKET/PREFIX`, without a slash at the end.
    public let url: String
    private let region: String
    private let keyID: String
    private let secret: String

    /// The most bytes of one upload (https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html).
    private static let largestFile = 5 << 30
    private static let tries = 3

    /// - Parameters:
    ///   - url: the endpoint, the bucket and an optional prefix; plain http on this machine only.
    ///   - keyID: the access key's id; `secret` is the key.
    /// - Throws: `CopyRefusal` if the URL isn't valid.
    public init(url: String, region: String, keyID: String, secret: String) throws {
        let trimmed = url.hasSuffix("/") ? String(url.dropLast()) : url
        guard
            let match = trimmed.wholeMatch(
                of: /(https?):\/\/([A-Za-z0-9.\-]+|\[[0-9a-f:]+\])(:\d+)?((?:\/[A-Za-z0-9._\-]+)+)/)
        else {
            throw CopyRefusal(
                "POLIER_BACKUP_S3_URL must look like https://ENDPOINT/BUCKET or https://ENDPOINT/BUCKET/PREFIX")
        }
        guard match.1 == "https" || ["127.0.0.1", "localhost", "[::1]"].contains(match.2) else {
            throw CopyRefusal("POLIER_BACKUP_S3_URL must begin with https://: backups hold everything")
        }
        (self.url, self.region, self.keyID, self.secret) = (trimmed, region, keyID, secret)
    }

    /// Uploads a file, and replaces one of the same name. Tries three times if the store or the network is at fault.
    /// - Parameters:
    ///   - path: the file on the disk, at most 5 GiB.
    ///   - name: its name under the prefix.
    /// - Throws: `CopyRefusal` if the file can't be read or uploaded.
    public func put(_ path: String, as name: String) throws {
        let file = try Self.opened(path)
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, Int(status.st_size) <= Self.largestFile else {
            throw CopyRefusal("\(path) is larger than the 5 GiB that one upload can carry")
        }
        // The store compares the hash with what arrives, and the signature covers it.
        let hash = try Self.sha256(of: file)
        try retrying("uploaded to", name) {
            lseek(file, 0, SEEK_SET)
            let transfer = transfer(name)
            transfer.upload(file, size: Int(status.st_size))
            // No entry that only removes one of libcurl's own headers: 7.88 would sign it as empty, and not send it.
            transfer.setHeaders(["x-amz-content-sha256: \(hash)", "Content-Type: application/gzip"])
            return transfer
        }
    }

    /// Downloads a file.
    /// - Parameters:
    ///   - name: its name under the prefix.
    ///   - file: an open file, which is emptied first, and is at its start afterwards.
    /// - Throws: `CopyRefusal` if it can't be downloaded after three attempts.
    public func get(_ name: String, into file: Int32) throws {
        try retrying("downloaded from", name) {
            lseek(file, 0, SEEK_SET)
            ftruncate(file, 0)
            let transfer = transfer(name)
            transfer.download(into: file)
            transfer.setHeaders(["x-amz-content-sha256: \(Self.hashOfNothing)"])
            return transfer
        }
        lseek(file, 0, SEEK_SET)
    }

    private func transfer(_ name: String) -> Transfer {
        let transfer = Transfer("\(url)/\(Self.escaped(name))", until: .standstill)
        transfer.sign(region: region)
        transfer.authenticate(user: keyID, password: secret)
        return transfer
    }

    /// A name percent-encoded as the signature requires: all but letters, digits and `-._~/`.
    private static func escaped(_ name: String) -> String {
        name.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
    }

    /// - Parameter prepare: makes the transfer of each try.
    private func retrying(_ what: String, _ name: String, _ prepare: () -> Transfer) throws {
        for number in 1... {
            let (reason, isTemporary): (String, Bool)
            do throws(Transfer.Failure) {
                let reply = try prepare().perform()
                if reply.status == 200 { return }
                (reason, isTemporary) = (Self.reason(reply), reply.status >= 500 || reply.status == 429)
            } catch {
                (reason, isTemporary) = (error.reason, !error.isOfOurFile)
            }
            guard isTemporary, number < Self.tries else {
                throw CopyRefusal("\(name) can't be \(what) \(url): \(reason)")
            }
            sleep(UInt32(number * number))
        }
    }

    /// With the store's own code: `<Error><Code>SignatureDoesNotMatch</Code>…`.
    private static func reason(_ reply: Transfer.Reply) -> String {
        let code = reply.body.firstMatch(of: /<Code>([A-Za-z]+)<\/Code>/).map { " \($0.1)" } ?? ""
        return "it answered \(reply.status)\(code)"
    }

    // MARK: Hashes

    private static let hashOfNothing = SHA256.hash(data: [UInt8]()).hexadecimal

    private static func sha256(of file: Int32) throws -> String {
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = read(file, &buffer, buffer.count)
            guard count >= 0 else { throw CopyRefusal("the backup can't be read: \(String(cString: strerror(errno)))") }
            if count == 0 { return hash.finalize().hexadecimal }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    private static func opened(_ path: String) throws -> Int32 {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw CopyRefusal("\(path) can't be read: \(String(cString: strerror(errno)))") }
        return file
    }
}
